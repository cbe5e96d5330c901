import * as oauth from "oauth4webapi";
import type { ExternalAccount } from "#core/domain/account/account";
import type { ResolvedIntegration } from "#core/domain/integration/resolve-integration";
import { tokenExpiry } from "#core/domain/token/token-expiry";
import type { AuthorizationServer, ClientSecret, TokenResult } from "#core/ports/authorization-server";
import type { Clock } from "#core/ports/clock";
import type { EgressClient } from "../egress/egress-client.ts";
import { failureOf, failureOfResponse } from "./token-failures.ts";

/** Parameters that the protocol or the client authentication owns; an integration's extra ones can't replace them. */
const reserved = new Set(["grant_type", "code", "redirect_uri", "code_verifier", "refresh_token"]);

/** RFC 6749, 7009 and 7636 through oauth4webapi, over the guarded egress client, within the integration's deadline. */
export function createAuthorizationServer(ports: {
  readonly egress: EgressClient;
  readonly clock: Clock;
}): AuthorizationServer {
  const { egress, clock } = ports;

  const options = (integration: ResolvedIntegration, keep: (response: Response) => void) => ({
    [oauth.allowInsecureRequests]: true,
    [oauth.customFetch]: async (url: string, init: oauth.CustomFetchOptions<"POST", URLSearchParams>) => {
      const signal = init.signal ?? AbortSignal.timeout(integration.refreshPolicy.timeoutSeconds * 1000);
      const { body, contentType } = encodeBody(integration, init.body);
      const headers = { ...init.headers, "content-type": contentType, accept: "application/json" };
      const response = await egress.fetch(url, { method: "POST", headers, body, signal });
      // The whole body is read under the same deadline, so that what follows works on bytes that are here.
      const answer = new Response(await readBody(integration, response), {
        status: response.status,
        headers: Object.fromEntries(response.headers),
      });
      keep(answer);
      return answer.clone();
    },
    signal: AbortSignal.timeout(integration.refreshPolicy.timeoutSeconds * 1000),
  });

  const ask = async (
    integration: ResolvedIntegration,
    send: (kept: (response: Response) => void) => Promise<Response>,
    process: (response: Response) => Promise<oauth.TokenEndpointResponse>,
  ): Promise<TokenResult> => {
    const sentAt = clock.now();
    let answer: Response | null = null;
    const keep = (response: Response): void => {
      answer = response;
    };
    try {
      const response = await send(keep);
      if (response.status >= 300 || (await carriesError(response))) {
        return {
          kind: "failure",
          failure: await failureOfResponse(response, clock.now()),
          httpStatus: response.status,
        };
      }
      return success(integration, await process(response), response.status, sentAt);
    } catch (error) {
      const failure = await failureOf(error, answer, clock.now());
      return { kind: "failure", failure, httpStatus: "status" in failure ? failure.status : null };
    }
  };

  return {
    exchangeCode(integration, secret, exchange) {
      const { server, client, authentication } = parties(integration, secret);
      // The callback was checked by its own state, cookie and iss; this hands oauth4webapi the code it validated.
      const callback = oauth.validateAuthResponse(
        server,
        client,
        new URLSearchParams({ code: exchange.code }),
        oauth.expectNoState,
      );
      const verifier = exchange.verifier ?? oauth.nopkce;
      const nonceCheck =
        exchange.nonce === null || integration.issuer === null ? {} : { expectedNonce: exchange.nonce };
      return ask(
        integration,
        (keep) =>
          oauth.authorizationCodeGrantRequest(
            server,
            client,
            authentication,
            callback,
            exchange.redirectUri,
            verifier,
            {
              ...options(integration, keep),
              additionalParameters: extra(integration.tokenParams),
            },
          ),
        (response) => oauth.processAuthorizationCodeResponse(server, client, response, nonceCheck),
      );
    },

    refresh(integration, secret, refreshToken) {
      const { client, authentication } = parties(integration, secret);
      const server = { ...parties(integration, secret).server, token_endpoint: integration.refreshEndpoint };
      return ask(
        integration,
        (keep) =>
          oauth.refreshTokenGrantRequest(server, client, authentication, refreshToken, {
            ...options(integration, keep),
            additionalParameters: extra(integration.refreshParams),
          }),
        (response) => oauth.processRefreshTokenResponse(server, client, response),
      );
    },

    async revoke(integration, secret, token, hint) {
      const { server, client, authentication } = parties(integration, secret);
      try {
        const response = await oauth.revocationRequest(server, client, authentication, token, {
          ...options(integration, () => {}),
          additionalParameters: { token_type_hint: hint },
        });
        // RFC 7009 §2.2: 200 also for a token that the server does not know.
        await oauth.processRevocationResponse(response);
        return "revoked";
      } catch {
        return "failed";
      }
    },
  };
}

function parties(
  integration: ResolvedIntegration,
  secret: ClientSecret,
): {
  readonly server: oauth.AuthorizationServer;
  readonly client: oauth.Client;
  readonly authentication: oauth.ClientAuth;
} {
  const server: oauth.AuthorizationServer = {
    // oauth4webapi wants an issuer; without a declared one no ID token is believed (see readBody).
    issuer: integration.issuer ?? new URL(integration.tokenEndpoint).origin,
    token_endpoint: integration.tokenEndpoint,
    ...(integration.revocationEndpoint === null ? {} : { revocation_endpoint: integration.revocationEndpoint }),
  };
  const client: oauth.Client = { client_id: integration.clientId ?? "" };
  return { server, client, authentication: clientAuthentication(integration, secret) };
}

function clientAuthentication(integration: ResolvedIntegration, secret: ClientSecret): oauth.ClientAuth {
  if (integration.clientAuthentication === "none" || secret === null) return oauth.None();
  return integration.clientAuthentication === "body" ? oauth.ClientSecretPost(secret) : oauth.ClientSecretBasic(secret);
}

function extra(params: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(params).filter(([name]) => !reserved.has(name)));
}

function encodeBody(
  integration: ResolvedIntegration,
  form: URLSearchParams,
): { readonly body: string; readonly contentType: string } {
  return integration.bodyFormat === "json"
    ? { body: JSON.stringify(Object.fromEntries(form)), contentType: "application/json" }
    : { body: form.toString(), contentType: "application/x-www-form-urlencoded;charset=UTF-8" };
}

/** The body; without its ID token where the integration declares no issuer, since there is nothing to check it against. */
async function readBody(
  integration: ResolvedIntegration,
  response: { readonly text: () => Promise<string> },
): Promise<string> {
  const text = await response.text();
  if (integration.issuer !== null || !text.includes('"id_token"')) return text;
  try {
    const { id_token: _dropped, ...rest } = JSON.parse(text) as Record<string, unknown>;
    return JSON.stringify(rest);
  } catch {
    return text;
  }
}

/** Some servers answer 200 with an `error`: it is one, whatever the status says. */
async function carriesError(response: Response): Promise<boolean> {
  try {
    const body: unknown = await response.clone().json();
    return typeof body === "object" && body !== null && "error" in body && !("access_token" in body);
  } catch {
    return false;
  }
}

function success(
  integration: ResolvedIntegration,
  tokens: oauth.TokenEndpointResponse,
  httpStatus: number,
  sentAt: Date,
): TokenResult {
  const scope = tokens.scope?.trim();
  return {
    kind: "tokens",
    httpStatus,
    externalAccount: integration.issuer === null ? null : externalAccountOf(tokens),
    response: {
      accessToken: tokens.access_token,
      refreshToken: tokens.refresh_token ?? null,
      tokenType: tokens.token_type.toLowerCase() === "bearer" ? "Bearer" : tokens.token_type,
      expiresAt: tokenExpiry(
        {
          expiresIn: tokens.expires_in,
          tokenExpiryDuration: integration.tokenExpiryDuration,
          accessToken: tokens.access_token,
        },
        sentAt,
      ),
      scopes: scope === undefined || scope === "" ? null : splitScope(scope, integration.scopeSeparator),
    },
  };
}

function splitScope(scope: string, separator: string): string[] {
  return scope
    .split(separator)
    .flatMap((part) => part.split(/\s+/))
    .filter((one) => one !== "");
}

/**
 * Who was connected: `sub` of the ID token, never the e-mail address, which can pass to somebody else. The token came straight
 * from the token endpoint over TLS, which OpenID Connect Core §3.1.3.7 (6) accepts in place of its signature.
 */
function externalAccountOf(tokens: oauth.TokenEndpointResponse): ExternalAccount | null {
  const claims = tokens.id_token === undefined ? undefined : oauth.getValidatedIdTokenClaims(tokens);
  if (claims === undefined) return null;
  const label = [claims["name"], claims["email"], claims["preferred_username"]].find((one) => typeof one === "string");
  return { id: claims.sub, label: typeof label === "string" ? label.slice(0, 300) : null };
}
