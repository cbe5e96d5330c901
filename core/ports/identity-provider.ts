import type { FederatedIdentity } from "../domain/access/admin-user.ts";

/** What the browser keeps, sealed, between leaving for the identity provider and coming back. */
export interface SsoTrip {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  /** The person had to show anew who they are (`max_age=0`). */
  readonly isFresh: boolean;
}

/** What a checked ID token says. */
export interface SsoPerson {
  readonly identity: FederatedIdentity;
  /** All of its claims; for roles. */
  readonly claims: Readonly<Record<string, unknown>>;
  readonly email: string | null;
  readonly isEmailVerified: boolean;
  readonly name: string | null;
  /** `auth_time`: when the provider saw them last; null: it does not say. */
  readonly authenticatedAt: Date | null;
}

export type SsoResult =
  | { readonly kind: "person"; readonly person: SsoPerson }
  /** The person, or the provider for its own reasons, said no. */
  | { readonly kind: "denied"; readonly error: string }
  /** It does not answer. */
  | { readonly kind: "unavailable"; readonly cause: unknown }
  /** What came back is not what was asked for, or nobody could have asked for it. */
  | { readonly kind: "invalid"; readonly cause: unknown };

/** OpenID Connect with the operator's identity provider: the code flow with PKCE, state and nonce. */
export interface IdentityProvider {
  /** Of the button: "Sign in with …". */
  readonly label: string;
  /**
   * @param options.isFresh they must show anew who they are (OIDC Core §3.1.2.1)
   * @param options.loginHint whom the provider may suggest
   * @throws what made the provider unreachable, or unusable
   */
  start(options: {
    readonly isFresh: boolean;
    readonly loginHint: string | null;
  }): Promise<{ readonly url: string; readonly trip: SsoTrip }>;
  /** @param parameters of the address that the browser came back to */
  finish(parameters: URLSearchParams, trip: SsoTrip): Promise<SsoResult>;
}
