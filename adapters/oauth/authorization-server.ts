import * as oauth from "oauth4webapi";
import type { ExternalAccount } from "#core/domain/account/account";
import type { ResolvedIntegration } from "#core/domain/integration/resolve-integration";
import { plainText } from "#core/domain/text/plain-text";
import { readScopes, withImpliedScopes } from "#core/domain/token/read-scopes";
import { readFutureInstant } from "#core/domain/token/read-expires-in";
import { findTokenExpiry } from "#core/domain/token/token-expiry";
import type { AuthorizationServer, ClientSecret, TokenResult } from "#core/ports/authorization-server";
import type { Clock } from "#core/ports/clock";
import type { Expressions } from "#core/ports/expressions";
import type { Log } from "#core/ports/log";
import type { EgressClient } from "../egress/egress-client.ts";
import { deadlineSignal } from "./deadline-signal.ts";
import { asResponse, readTokenAnswer, type TokenAnswer } from "./read-token-answer.ts";
import { scrubFailure } from "./scrub-failure.ts";
import { secretsOf } from "./secrets-of.ts";
import type { StandardAnswer } from "./standard-answer.ts";
import { failureOf, failureOfResponse } from "./token-failures.ts";

/** Parameters that the protocol or the client authentication owns; an integration's extra ones can't replace them. */
const reserved = new Set(["grant_type", "code", "redirect_uri", "code_verifier", "refresh_token"]);

/** Introspection only sets an alarm: nobody waits as long for it as for a token. */
const introspectionSeconds = 5;

/** RFC 6749, 7009, 7636 and 7662 through oauth4webapi, over the guarded egress client, within the integration's deadline. */
export function createAuthorizationServer(ports: {
  readonly egress: EgressClient;
  readonly clock: Clock;
  readonly expressions: Expressions;
  readonly log: Log;
}): AuthorizationServer {
  const { egress, clock } = ports;

  const options = (
    integration: ResolvedIntegration,
    trip: Trip,
    deadlineSeconds = integration.refreshPolicy.timeoutSeconds,
  ) => ({
    [oauth.allowInsecureRequests]: true,
    [oauth.customFetch]: async (url: string, init: oauth.CustomFetchOptions<"POST", URLSearchParams>) => {
      const signal = init.signal ?? deadlineSignal(deadlineSeconds * 1000);
      const { body, contentType } = encodeBody(integration, init.body);
      const headers = { ...init.headers, "content-type": contentType, accept: "application/json" };
      trip.isAsked = true;
      const response = await egress.fetch(url, { method: "POST", headers, body, signal });
      // The whole body is read under the same deadline, so that what follows works on bytes that are here.
      const text = await response.text();
      const raw = { status: response.status, headers: Object.fromEntries(response.headers), text };
      if (!trip.isForTokens) return (trip.answer = asResponse(raw));
      trip.told = await readTokenAnswer(ports.expressions, integration.answers, raw, trip.keepsIdToken);
      return (trip.answer = trip.told.response);
    },
    signal: deadlineSignal(deadlineSeconds * 1000),
  });

  const ask = async (
    integration: ResolvedIntegration,
    trip: Trip,
    send: () => Promise<Response>,
    process: (response: Response) => Promise<oauth.TokenEndpointResponse>,
    secrets: readonly (string | null)[],
  ): Promise<TokenResult> => {
    if (integration.clientId === null) return { kind: "failure", failure: { kind: "no_client" }, httpStatus: null };
    const sentAt = clock.now();
    try {
      const response = await send();
      if (trip.told?.failed != null) {
        ports.log.warn({ integration: integration.name, failed: trip.told.failed }, "an expression failed");
      }
      const standard = trip.told?.standard ?? null;
      if (standard !== null) return success(integration, await process(response), standard, trip, sentAt);
      const failure = scrubFailure(await failureOfResponse(response, clock.now()), all(secrets, trip));
      return { kind: "failure", failure, httpStatus: response.status };
    } catch (error) {
      const failure = scrubFailure(await failureOf(error, trip, clock.now()), all(secrets, trip));
      return { kind: "failure", failure, httpStatus: "status" in failure ? failure.status : null };
    }
  };

  return {
    async exchangeCode(integration, secret, exchange) {
      // Without a declared issuer there is nothing to check an ID token against, so none is read.
      const trip = newTrip(integration.issuer !== null);
      const { server, client, authentication } = parties(integration, secret);
      const verifier = exchange.verifier ?? oauth.nopkce;
      const nonceCheck = exchange.nonce === null || !trip.keepsIdToken ? {} : { expectedNonce: exchange.nonce };
      return await ask(
        integration,
        trip,
        async () => {
          // The callback was checked by its own state, cookie and iss; this hands oauth4webapi the code it validated.
          const code = new URLSearchParams({ code: exchange.code });
          const callback = oauth.validateAuthResponse(server, client, code, oauth.expectNoState);
          return await oauth.authorizationCodeGrantRequest(
            server,
            client,
            authentication,
            callback,
            exchange.redirectUri,
            verifier,
            { ...options(integration, trip), additionalParameters: extra(integration.tokenParams) },
          );
        },
        (response) => oauth.processAuthorizationCodeResponse(server, client, response, nonceCheck),
        [secret, exchange.code, exchange.verifier],
      );
    },

    async refresh(integration, secret, refreshToken) {
      // Who was connected is known; a quarrel about an ID token must not cost the tokens beside it.
      const trip = newTrip(false);
      const { client, authentication, ...rest } = parties(integration, secret);
      const server = { ...rest.server, token_endpoint: integration.refreshEndpoint };
      return await ask(
        integration,
        trip,
        () =>
          oauth.refreshTokenGrantRequest(server, client, authentication, refreshToken, {
            ...options(integration, trip),
            additionalParameters: extra(integration.refreshParams),
          }),
        (response) => oauth.processRefreshTokenResponse(server, client, response),
        [secret, refreshToken],
      );
    },

    async clientCredentials(integration, secret) {
      const trip = newTrip(false);
      const { server, client, authentication } = parties(integration, secret);
      const scope = integration.scopes.join(integration.scopeSeparator);
      const parameters = { ...extra(integration.tokenParams), ...(scope === "" ? {} : { scope }) };
      return await ask(
        integration,
        trip,
        () =>
          oauth.clientCredentialsGrantRequest(server, client, authentication, parameters, options(integration, trip)),
        (response) => oauth.processClientCredentialsResponse(server, client, response),
        [secret],
      );
    },

    async introspect(integration, secret, accessToken) {
      if (integration.introspectionEndpoint === null || integration.clientId === null) return null;
      const { server, client, authentication } = parties(integration, secret);
      const deadlineSeconds = Math.min(introspectionSeconds, integration.refreshPolicy.timeoutSeconds);
      try {
        const response = await oauth.introspectionRequest(server, client, authentication, accessToken, {
          ...options(integration, newTrip(false, false), deadlineSeconds),
          additionalParameters: { token_type_hint: "access_token" },
        });
        const told = await oauth.processIntrospectionResponse(server, client, response);
        return { active: told.active, expiresAt: readFutureInstant(told.exp, clock.now()) };
      } catch {
        return null;
      }
    },

    async revoke(integration, secret, token, hint) {
      const { server, client, authentication } = parties(integration, secret);
      try {
        const response = await oauth.revocationRequest(server, client, authentication, token, {
          ...options(integration, newTrip(false, false)),
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

/** What one request and its answer leave behind for each other. */
interface Trip {
  readonly isForTokens: boolean;
  readonly keepsIdToken: boolean;
  /** Whether the egress client was asked at all: before that, nothing can have left. */
  isAsked: boolean;
  /** What a token request was answered. */
  told: TokenAnswer | null;
  answer: Response | null;
}

function newTrip(keepsIdToken: boolean, isForTokens = true): Trip {
  return { isForTokens, keepsIdToken, isAsked: false, told: null, answer: null };
}

/** What an error text must not repeat: what was sent, and what came beside it. */
function all(secrets: readonly (string | null)[], { told }: Trip): (string | null)[] {
  return [...secrets, ...(told === null ? [] : secretsOf(told.body))];
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
    // oauth4webapi wants an issuer; without a declared one no ID token is read.
    issuer: integration.issuer ?? new URL(integration.tokenEndpoint).origin,
    token_endpoint: integration.tokenEndpoint,
    ...(integration.revocationEndpoint === null ? {} : { revocation_endpoint: integration.revocationEndpoint }),
    ...(integration.introspectionEndpoint === null
      ? {}
      : { introspection_endpoint: integration.introspectionEndpoint }),
  };
  const client: oauth.Client = { client_id: integration.clientId ?? "" };
  return { server, client, authentication: clientAuthentication(integration, secret) };
}

function clientAuthentication(integration: ResolvedIntegration, secret: ClientSecret): oauth.ClientAuth {
  if (integration.clientAuthentication === "none" || secret === null) return oauth.None();
  return integration.clientAuthentication === "body" ? oauth.ClientSecretPost(secret) : basic(secret);
}

/**
 * RFC 6749 §2.3.1: id and secret form-encoded, and nothing encoded that need not be. The library's own encodes `-`, `.` and `_`
 * too, which servers that compare without decoding (there are many) take for a wrong secret.
 */
function basic(secret: string): oauth.ClientAuth {
  return (_server, client, _body, headers) => {
    const credentials = `${formEncode(client.client_id)}:${formEncode(secret)}`;
    headers.set("authorization", `Basic ${Buffer.from(credentials).toString("base64")}`);
  };
}

function formEncode(text: string): string {
  return new URLSearchParams([["", text]]).toString().slice(1);
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

function success(
  integration: ResolvedIntegration,
  tokens: oauth.TokenEndpointResponse,
  standard: StandardAnswer,
  trip: Trip,
  sentAt: Date,
): TokenResult {
  const scopes = readScopes(standard.scope, integration.scopeSeparator);
  const { tokenType } = standard;
  const expiry = findTokenExpiry(
    {
      expiresIn: standard.expiresIn,
      expiresAt: standard.expiresAt,
      unit: integration.expiresInUnit,
      tokenExpiryDuration: integration.tokenExpiryDuration,
      accessToken: tokens.access_token,
      // What an account's earlier tokens taught is its use case's to know.
      learnedLifetimeSeconds: null,
    },
    sentAt,
  );
  return {
    kind: "tokens",
    httpStatus: 200,
    expirySource: expiry?.source ?? null,
    externalAccount: trip.keepsIdToken ? externalAccountOf(tokens) : null,
    response: {
      accessToken: tokens.access_token,
      refreshToken: tokens.refresh_token ?? null,
      tokenType: tokenType === null || tokenType.toLowerCase() === "bearer" ? "Bearer" : tokenType,
      expiresAt: expiry?.at ?? null,
      scopes: scopes === null ? null : withImpliedScopes(scopes, integration.answers.scopeImplies),
    },
  };
}

/**
 * Who was connected: `sub` of the ID token, never the e-mail address, which can pass to somebody else. The token came straight
 * from the token endpoint over TLS, which OpenID Connect Core §3.1.3.7 (6) accepts in place of its signature.
 */
function externalAccountOf(tokens: oauth.TokenEndpointResponse): ExternalAccount | null {
  const claims = tokens.id_token === undefined ? undefined : oauth.getValidatedIdTokenClaims(tokens);
  if (claims === undefined) return null;
  const label = [claims["name"], claims["email"], claims["preferred_username"]].find((one) => typeof one === "string");
  return { id: plainText(claims.sub, 500), label: typeof label === "string" ? plainText(label, 300) : null };
}
