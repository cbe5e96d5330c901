import type { ExternalAccount } from "../domain/account/account.ts";
import type { ResolvedIntegration } from "../domain/integration/resolve-integration.ts";
import type { SecretTerm, SecretUse } from "../domain/integration/order-client-secrets.ts";
import type { TokenRequestFailure } from "../domain/refresh/classify-token-failure.ts";
import type { ExpirySource } from "../domain/token/token-expiry.ts";
import type { TokenResponse } from "../domain/token/token-set.ts";

/** Plaintext of a client secret, in memory for one request. Null for public clients. */
export type ClientSecret = string | null;

/** The secrets of one OAuth client, for one request. */
export interface ClientSecrets {
  /** The environment integration whose they are; null where an account brought its own client. */
  readonly owner: string | null;
  /** In the clear, in memory, newest first. Empty for public clients. */
  readonly newestFirst: readonly (SecretTerm & { readonly secret: string })[];
}

export interface RequestFailure {
  readonly kind: "failure";
  readonly failure: TokenRequestFailure;
  readonly httpStatus: number | null;
  /** Absent: the newest secret was used, or the client has one alone. */
  readonly secretUse?: SecretUse;
}

export type TokenResult =
  | {
      readonly kind: "tokens";
      readonly response: TokenResponse;
      /** From the ID token, where one came (OpenID Connect Core §3.1.3.7). */
      readonly externalAccount: ExternalAccount | null;
      /** What `response.expiresAt` was read from; null: nothing told it. */
      readonly expirySource: ExpirySource | null;
      readonly httpStatus: number;
      readonly secretUse?: SecretUse;
    }
  | RequestFailure;

export interface CodeExchange {
  readonly code: string;
  readonly redirectUri: string;
  /** The PKCE verifier; null where the integration does not use PKCE. */
  readonly verifier: string | null;
  /** Expected in the ID token, where one comes. */
  readonly nonce: string | null;
}

/** What a provider says about a token (RFC 7662 §2.2). */
export interface Introspection {
  readonly kind: "introspection";
  readonly active: boolean;
  /** Null where the answer names no end that lies ahead. */
  readonly expiresAt: Date | null;
}

/** Introspection only sets an alarm: nobody waits as long for it as for a token, seconds. */
export const introspectionSeconds = 5;

/**
 * The provider's token, revocation and introspection endpoints, every quirk already made standard. Never throws for what a
 * provider does. A request ends within the integration's `timeoutSeconds`.
 *
 * Use cases hand over every secret that may work; an adapter makes one request with one (`Secret` is ClientSecret then).
 */
export interface AuthorizationServer<Secret = ClientSecrets> {
  exchangeCode(integration: ResolvedIntegration, secret: Secret, exchange: CodeExchange): Promise<TokenResult>;
  /** RFC 6749 §6. */
  refresh(integration: ResolvedIntegration, secret: Secret, refreshToken: string): Promise<TokenResult>;
  /** RFC 6749 §4.4: new tokens for the client itself, at the token endpoint. */
  clientCredentials(integration: ResolvedIntegration, secret: Secret): Promise<TokenResult>;
  /** RFC 7662. Ends within 5 s, if `timeoutSeconds` is not less. */
  introspect(
    integration: ResolvedIntegration,
    secret: Secret,
    accessToken: string,
  ): Promise<Introspection | RequestFailure>;
  /** RFC 7009. */
  revoke(
    integration: ResolvedIntegration,
    secret: Secret,
    token: string,
    hint: "refresh_token" | "access_token",
  ): Promise<{ readonly kind: "revoked" } | RequestFailure>;
}
