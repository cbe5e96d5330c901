import * as oauth from "oauth4webapi";
import type { ExternalAccount } from "#core/domain/account/account";
import type { ResolvedIntegration } from "#core/domain/integration/resolve-integration";
import { plainText } from "#core/domain/text/plain-text";
import { readFutureInstant } from "#core/domain/token/read-expires-in";
import { findTokenExpiry } from "#core/domain/token/token-expiry";
import {
  introspectionSeconds,
  type AuthorizationServer,
  type ClientSecret,
  type RequestFailure,
  type TokenResult,
} from "#core/ports/authorization-server";
import type { Clock } from "#core/ports/clock";
import type { EgressClient } from "../egress/egress-client.ts";
import { deadlineSignal } from "./deadline-signal.ts";
import { scrubFailure } from "./scrub-failure.ts";
import { standardAnswer, type StandardAnswer } from "./standard-answer.ts";
import { failureOf, failureOfResponse } from "./token-failures.ts";

/** Parameters that the protocol or the client authentication owns; an integration's extra ones can't replace them. */
const reserved = new Set(["grant_type", "code", "redirect_uri", "code_verifier", "refresh_token"]);

/**
 * RFC 6749, 7009, 7636 and 7662 through oauth4webapi, over the guarded egress client, within the integration's deadline. One
 * request, with one secret: `createSecretsInTurn` tries several.
 */
export function createAuthorizationServer(ports: {
  readonly egress: EgressClient;
  readonly clock: Clock;
}): AuthorizationServer<ClientSecret> {
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
      const standard = response.ok ? standardAnswer(text, trip.keepsIdToken) : null;
      trip.standard = standard;
      const answer = new Response(standard?.body ?? text, {
        // oauth4webapi takes 200 alone; a 201 with tokens in it is as good.
        status: standard === null ? response.status : 200,
        headers: {
          ...Object.fromEntries(response.headers),
          ...(standard === null ? {} : { "content-type": "application/json" }),
        },
      });
      trip.status = response.status;
      return answer;
    },
    signal: deadlineSignal(deadlineSeconds * 1000),
  });

  /** One request; `read` makes of a good answer what it says. */
  const ask = async <Told>(
    integration: ResolvedIntegration,
    trip: Trip,
    send: () => Promise<Response>,
    read: (response: Response) => Promise<Told>,
    secrets: readonly (string | null)[],
  ): Promise<Told | RequestFailure> => {
    if (integration.clientId === null) return { kind: "failure", failure: { kind: "no_client" }, httpStatus: null };
    try {
      const response = await send();
      if (response.status >= 300 || (trip.standard === null && (await carriesError(response)))) {
        const failure = scrubFailure(await failureOfResponse(response, clock.now()), secrets);
        return { kind: "failure", failure, httpStatus: response.status };
      }
      return await read(response);
    } catch (error) {
      const failure = scrubFailure(await failureOf(error, trip, clock.now()), secrets);
      return { kind: "failure", failure, httpStatus: trip.status };
    }
  };

  const askForTokens = async (
    integration: ResolvedIntegration,
    trip: Trip,
    send: () => Promise<Response>,
    process: (response: Response) => Promise<oauth.TokenEndpointResponse>,
    secrets: readonly (string | null)[],
  ): Promise<TokenResult> => {
    const sentAt = clock.now();
    const read = async (response: Response): Promise<TokenResult> =>
      success(integration, await process(response), trip, sentAt);
    return await ask(integration, trip, send, read, secrets);
  };

  return {
    async exchangeCode(integration, secret, exchange) {
      // Without a declared issuer there is nothing to check an ID token against, so none is read.
      const trip = newTrip(integration.issuer !== null);
      const { server, client, authentication } = parties(integration, secret);
      const verifier = exchange.verifier ?? oauth.nopkce;
      const nonceCheck = exchange.nonce === null || !trip.keepsIdToken ? {} : { expectedNonce: exchange.nonce };
      return await askForTokens(
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
      return await askForTokens(
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
      return await askForTokens(
        integration,
        trip,
        () =>
          oauth.clientCredentialsGrantRequest(server, client, authentication, parameters, options(integration, trip)),
        (response) => oauth.processClientCredentialsResponse(server, client, response),
        [secret],
      );
    },

    async introspect(integration, secret, accessToken) {
      const trip = newTrip(false);
      const { server, client, authentication } = parties(integration, secret);
      const deadlineSeconds = Math.min(introspectionSeconds, integration.refreshPolicy.timeoutSeconds);
      return await ask(
        integration,
        trip,
        () =>
          oauth.introspectionRequest(server, client, authentication, accessToken, {
            ...options(integration, trip, deadlineSeconds),
            additionalParameters: { token_type_hint: "access_token" },
          }),
        async (response) => {
          const { active, exp } = await oauth.processIntrospectionResponse(server, client, response);
          return { kind: "introspection" as const, active, expiresAt: readFutureInstant(exp, clock.now()) };
        },
        [secret, accessToken],
      );
    },

    async revoke(integration, secret, token, hint) {
      const trip = newTrip(false);
      const { server, client, authentication } = parties(integration, secret);
      return await ask(
        integration,
        trip,
        () =>
          oauth.revocationRequest(server, client, authentication, token, {
            ...options(integration, trip),
            additionalParameters: { token_type_hint: hint },
          }),
        async (response) => {
          // RFC 7009 §2.2: 200 also for a token that the server does not know.
          await oauth.processRevocationResponse(response);
          return { kind: "revoked" as const };
        },
        [secret, token],
      );
    },
  };
}

/** What one request and its answer leave behind for each other. */
interface Trip {
  readonly keepsIdToken: boolean;
  /** Whether the egress client was asked at all: before that, nothing can have left. */
  isAsked: boolean;
  /** What the library must not or can't read of a good answer. */
  standard: StandardAnswer | null;
  /** As the server sent it; null until its whole answer is here. */
  status: number | null;
}

function newTrip(keepsIdToken: boolean): Trip {
  return { keepsIdToken, isAsked: false, standard: null, status: null };
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
  trip: Trip,
  sentAt: Date,
): TokenResult {
  const scope = tokens.scope?.trim();
  const tokenType = trip.standard?.tokenType ?? null;
  const expiry = findTokenExpiry(
    {
      expiresIn: trip.standard?.expiresIn,
      expiresAt: trip.standard?.expiresAt,
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
    // What the library read is always a 200.
    httpStatus: trip.status ?? 200,
    expirySource: expiry?.source ?? null,
    externalAccount: trip.keepsIdToken ? externalAccountOf(tokens) : null,
    response: {
      accessToken: tokens.access_token,
      refreshToken: tokens.refresh_token ?? null,
      tokenType: tokenType === null || tokenType.toLowerCase() === "bearer" ? "Bearer" : tokenType,
      expiresAt: expiry?.at ?? null,
      scopes:
        scope === undefined || scope === "" ? null : splitScope(plainText(scope, 20_000), integration.scopeSeparator),
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
  return { id: plainText(claims.sub, 500), label: typeof label === "string" ? plainText(label, 300) : null };
}
