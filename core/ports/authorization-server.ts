import type { ExternalAccount } from "../domain/account/account.ts";
import type { AuthorizationRequest } from "../domain/connect/authorization-url.ts";
import type { ResolvedIntegration } from "../domain/integration/resolve-integration.ts";
import type { TokenRequestFailure } from "../domain/refresh/classify-token-failure.ts";
import type { ExpirySource } from "../domain/token/token-expiry.ts";
import type { TokenResponse } from "../domain/token/token-set.ts";

/**
 * What a client proves itself with, in memory for one request: its secret, or as text its keys (client-keys.ts) or its certificate
 * (client-certificate.ts), by the integration's `clientAuthentication`. Null for public clients, and where nothing of the kind was set.
 */
export type ClientSecret = string | null;

export interface RequestFailure {
  readonly kind: "failure";
  readonly failure: TokenRequestFailure;
  readonly httpStatus: number | null;
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
  readonly active: boolean;
  /** Null where the answer names no end that lies ahead. */
  readonly expiresAt: Date | null;
}

/**
 * The provider's token, revocation, introspection and pushed authorization request endpoints, every quirk already made standard. Never throws for what a
 * provider does.
 */
export interface AuthorizationServer {
  /** RFC 9126: the authorization request, straight from us and with the client's authentication. */
  pushAuthorization(
    integration: ResolvedIntegration,
    secret: ClientSecret,
    request: AuthorizationRequest,
  ): Promise<PushedAuthorization | RequestFailure>;
  exchangeCode(integration: ResolvedIntegration, secret: ClientSecret, exchange: CodeExchange): Promise<TokenResult>;
  /** RFC 6749 §6. */
  refresh(integration: ResolvedIntegration, secret: ClientSecret, refreshToken: string): Promise<TokenResult>;
  /** RFC 6749 §4.4: new tokens for the client itself, at the token endpoint. */
  clientCredentials(integration: ResolvedIntegration, secret: ClientSecret): Promise<TokenResult>;
  /**
   * RFC 7662. Null when the integration declares no endpoint, or nothing readable came within 5 s (the integration's
   * `timeoutSeconds`, if that is less).
   */
  introspect(
    integration: ResolvedIntegration,
    secret: ClientSecret,
    accessToken: string,
  ): Promise<Introspection | null>;
  /** RFC 7009. */
  revoke(
    integration: ResolvedIntegration,
    secret: ClientSecret,
    token: string,
    hint: "refresh_token" | "access_token",
  ): Promise<"revoked" | "failed">;
}
