import type { ExternalAccount } from "../domain/account/account.ts";
import type { AuthorizationRequest } from "../domain/connect/authorization-url.ts";
import type { ResolvedIntegration } from "../domain/integration/resolve-integration.ts";
import type { SecretTerm, SecretUse } from "../domain/integration/order-client-secrets.ts";
import type { PrivateJwk } from "../domain/jwk/jwk.ts";
import type { TokenRequestFailure } from "../domain/refresh/classify-token-failure.ts";
import type { Secret } from "../domain/secret/secret.ts";
import type { ExpirySource } from "../domain/token/token-expiry.ts";
import type { TokenResponse } from "../domain/token/token-set.ts";

/**
 * What a client proves itself with, in memory for one request: its secret, or as text its keys (client-keys.ts) or its certificate
 * (client-certificate.ts), by the integration's `clientAuthentication`. Null for public clients, and where nothing of the kind was set.
 */
export type ClientSecret = string | null;

/** Everything that one OAuth client may prove itself with, for one request. */
export interface ClientSecrets {
  /** The environment integration whose they are; null where an account brought its own client. */
  readonly owner: string | null;
  /** What they are, by the integration's `clientAuthentication`. */
  readonly field: "client_secret" | "client_key" | "client_certificate";
  /** In the clear, in memory, newest first. Empty for public clients. */
  readonly newestFirst: readonly (SecretTerm & { readonly secret: Secret })[];
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
      /**
       * The body as the server sent it, for the integration's own expressions, with `id_token_claims` where an ID token was checked.
       * It holds tokens, and lives no longer than they are needed in the clear.
       */
      readonly answer: Readonly<Record<string, unknown>>;
      /** From the ID token, where one came (OpenID Connect Core §3.1.3.7). */
      readonly externalAccount: ExternalAccount | null;
      /** What `response.expiresAt` was read from; null: nothing told it. */
      readonly expirySource: ExpirySource | null;
      readonly httpStatus: number;
      readonly secretUse?: SecretUse;
      /**
       * The second step that the integration declares failed after a refresh: `response` has the refresh token of the first one,
       * which may be the only one that is still good, and the access token from before.
       */
      readonly unfinished?: RequestFailure;
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

/** What the browser is sent on with in place of the request itself (RFC 9126 §2.2). It is used at once, and once. */
export interface PushedAuthorization {
  readonly kind: "pushed";
  readonly requestUri: string;
  /** Counted from before the request left. */
  readonly expiresAt: Date;
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
 * The provider's token, revocation, introspection and pushed authorization request endpoints, every quirk already made standard.
 * Never throws for what a provider does. A request ends within the integration's `timeoutSeconds`.
 *
 * Use cases hand over every secret that may work; an adapter makes one request with one (`Proof` is ClientSecret then).
 */
export interface AuthorizationServer<Proof = ClientSecrets> {
  /** RFC 9126: the authorization request, straight from us and with the client's authentication. */
  pushAuthorization(
    integration: ResolvedIntegration,
    secret: Proof,
    request: AuthorizationRequest,
  ): Promise<PushedAuthorization | RequestFailure>;
  exchangeCode(integration: ResolvedIntegration, secret: Proof, exchange: CodeExchange): Promise<TokenResult>;
  /** RFC 6749 §6. */
  refresh(
    integration: ResolvedIntegration,
    secret: Proof,
    refreshToken: string,
    /** What the account's tokens are bound to, where they are. */
    dpopKey?: PrivateJwk | null,
  ): Promise<TokenResult>;
  /** RFC 6749 §4.4: new tokens for the client itself, at the token endpoint. */
  clientCredentials(
    integration: ResolvedIntegration,
    secret: Proof,
    /** What the account's tokens are bound to; without one a key is made where the integration wants one. */
    dpopKey?: PrivateJwk | null,
  ): Promise<TokenResult>;
  /**
   * The second step that the integration declares (RFC 8693 and the like): an access token for another one.
   * @param deadlineSeconds the integration's `timeoutSeconds` where that is less
   */
  exchangeToken(
    integration: ResolvedIntegration,
    secret: Proof,
    accessToken: string,
    deadlineSeconds: number,
  ): Promise<TokenResult>;
  /** RFC 7662. Ends within 5 s, if `timeoutSeconds` is not less. */
  introspect(
    integration: ResolvedIntegration,
    secret: Proof,
    accessToken: string,
  ): Promise<Introspection | RequestFailure>;
  /** RFC 7009. */
  revoke(
    integration: ResolvedIntegration,
    secret: Proof,
    token: string,
    hint: "refresh_token" | "access_token",
  ): Promise<{ readonly kind: "revoked" } | RequestFailure>;
}
