import * as oauth from "oauth4webapi";
import type { ExternalAccount } from "#core/domain/account/account";
import type { ResolvedIntegration } from "#core/domain/integration/resolve-integration";
import { authorizationParameters } from "#core/domain/connect/authorization-url";
import type { ClientCertificate } from "#core/domain/integration/client-certificate";
import type { ParameterValue } from "#core/domain/integration/fill-template";
import { plainText } from "#core/domain/text/plain-text";
import { readScopes, withImpliedScopes } from "#core/domain/token/read-scopes";
import { readFutureInstant } from "#core/domain/token/read-expires-in";
import { findTokenExpiry } from "#core/domain/token/token-expiry";
import type { AuthorizationServer, ClientSecret, RequestFailure, TokenResult } from "#core/ports/authorization-server";
import type { Clock } from "#core/ports/clock";
import type { Expressions } from "#core/ports/expressions";
import type { Log } from "#core/ports/log";
import type { EgressClient } from "../egress/egress-client.ts";
import { clientAuthentication, clientCertificate } from "./client-authentication.ts";
import { deadlineSignal } from "./deadline-signal.ts";
import { isRecord } from "./parse-body.ts";
import { asResponse, readTokenAnswer, type TokenAnswer } from "./read-token-answer.ts";
import { scrubFailure } from "./scrub-failure.ts";
import { secretsOf } from "./secrets-of.ts";
import { shapeRequest, templateValues } from "./shape-request.ts";
import { signGrantAssertion } from "./sign-grant-assertion.ts";
import { failureOf, failureOfResponse } from "./token-failures.ts";

const proofs = ["client_assertion", "assertion"];

/** Introspection only sets an alarm: nobody waits as long for it as for a token. */
const introspectionSeconds = 5;

/** RFC 6749, 7009, 7636, 7662 and 9126 through oauth4webapi, over the guarded egress client, within the integration's deadline. */
export function createAuthorizationServer(ports: {
  readonly egress: EgressClient;
  readonly clock: Clock;
  readonly expressions: Expressions;
  readonly log: Log;
  /** The redirect URI of an environment integration, for requests that have to name it beside a code exchange. */
  readonly redirectUri: (callbackId: string) => string;
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
      const { callbackId } = integration;
      const redirectUri = trip.redirectUri ?? (callbackId === null ? null : ports.redirectUri(callbackId));
      const standard = {
        url,
        headers: init.headers,
        form: init.body,
        extra: trip.extra,
        shaped: trip.shaped,
        redirectUri,
      };
      const { url: address, headers, body } = shapeRequest(integration, standard);
      // Signed for this request, and good for no other; a server may repeat it all the same.
      for (const name of proofs) trip.proofs.push(...init.body.getAll(name));
      trip.isAsked = true;
      const response = await egress.fetch(address, {
        method: "POST",
        headers,
        ...(body === null ? {} : { body }),
        ...(trip.certificate === null ? {} : { clientCertificate: trip.certificate }),
        signal,
      });
      // The whole body is read under the same deadline, so that what follows works on bytes that are here.
      const text = await response.text();
      const raw = { status: response.status, headers: Object.fromEntries(response.headers), text };
      trip.status = response.status;
      if (trip.isForTokens) {
        trip.told = await readTokenAnswer(ports.expressions, integration.answers, raw, trip.keepsIdToken);
      }
      return trip.told?.response ?? asResponse(raw);
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
      if (trip.told?.failed != null) {
        ports.log.warn({ integration: integration.name, failed: trip.told.failed }, "an expression failed");
      }
      const isBad = trip.told === null ? await carriesError(response) : trip.told.standard === null;
      if (response.status < 300 && !isBad) return await read(response);
      const failure = scrubFailure(await failureOfResponse(response, clock.now()), all(secrets, trip));
      return { kind: "failure", failure, httpStatus: response.status };
    } catch (error) {
      const failure = scrubFailure(await failureOf(error, trip, clock.now()), all(secrets, trip));
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
    async pushAuthorization(integration, secret, request) {
      const trip = newTrip(integration, secret, { shaped: authorizationParameters(integration, request) });
      const { server, client, authentication } = parties(integration, secret);
      const sentAt = clock.now();
      return await ask(
        integration,
        trip,
        () => oauth.pushedAuthorizationRequest(server, client, authentication, {}, options(integration, trip)),
        async (response) => {
          // RFC 9126 §2.2 has 201; a 200 that says as much is as good.
          const created = new Response(response.body, { status: 201, headers: response.headers });
          const told = await oauth.processPushedAuthorizationResponse(server, client, created);
          const expiresAt = new Date(sentAt.getTime() + told.expires_in * 1000);
          return { kind: "pushed", requestUri: told.request_uri, expiresAt } as const;
        },
        [secret, request.verifier],
      );
    },

    async exchangeCode(integration, secret, exchange) {
      // Without a declared issuer there is nothing to check an ID token against, so none is read.
      const trip = newTrip(integration, secret, {
        isForTokens: true,
        keepsIdToken: integration.issuer !== null,
        extra: integration.tokenParams,
        redirectUri: exchange.redirectUri,
      });
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
            options(integration, trip),
          );
        },
        (response) => oauth.processAuthorizationCodeResponse(server, client, response, nonceCheck),
        [secret, exchange.code, exchange.verifier],
      );
    },

    async refresh(integration, secret, refreshToken) {
      // Who was connected is known; a quarrel about an ID token must not cost the tokens beside it.
      const trip = newTrip(integration, secret, { isForTokens: true, extra: integration.refreshParams });
      const { client, authentication, ...rest } = parties(integration, secret);
      const server = { ...rest.server, token_endpoint: integration.refreshEndpoint };
      return await askForTokens(
        integration,
        trip,
        () => oauth.refreshTokenGrantRequest(server, client, authentication, refreshToken, options(integration, trip)),
        (response) => oauth.processRefreshTokenResponse(server, client, response),
        [secret, refreshToken],
      );
    },

    async clientCredentials(integration, secret) {
      const trip = newTrip(integration, secret, { isForTokens: true, extra: integration.tokenParams });
      const { server, client, authentication } = parties(integration, secret);
      const { assertion } = integration;
      if (assertion !== null) {
        return await askForTokens(
          integration,
          trip,
          async () => {
            const values = templateValues(integration, null);
            const signed = await signGrantAssertion(assertion, secret, values, clock.now());
            const parameters = { assertion: signed };
            const sender = assertion.sendsClientId ? oauth.None() : unnamed;
            const sent = options(integration, trip);
            return await oauth.genericTokenEndpointRequest(server, client, sender, jwtBearerGrant, parameters, sent);
          },
          (response) => oauth.processGenericTokenEndpointResponse(server, client, response),
          [secret],
        );
      }
      const scope = integration.scopes.join(integration.scopeSeparator);
      const parameters: Record<string, string> = scope === "" ? {} : { scope };
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
      if (integration.introspectionEndpoint === null || integration.clientId === null) return null;
      const { server, client, authentication } = parties(integration, secret);
      const deadlineSeconds = Math.min(introspectionSeconds, integration.refreshPolicy.timeoutSeconds);
      try {
        const response = await oauth.introspectionRequest(server, client, authentication, accessToken, {
          ...options(integration, newTrip(integration, secret), deadlineSeconds),
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
          ...options(integration, newTrip(integration, secret)),
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

const jwtBearerGrant = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/** RFC 7523 §3.1: the assertion says whose client asks. */
const unnamed: oauth.ClientAuth = () => {};

/** What one request and its answer leave behind for each other. */
interface Trip {
  readonly isForTokens: boolean;
  readonly keepsIdToken: boolean;
  /** The integration's extra parameters; templates. */
  readonly extra: Readonly<Record<string, ParameterValue>>;
  /** Of an authorization request: filled and named already. */
  readonly shaped: ReadonlyMap<string, string>;
  /** Of a code exchange; null: the client's own. */
  readonly redirectUri: string | null;
  /** Shown in the TLS handshake. */
  readonly certificate: ClientCertificate | null;
  /** What this request alone was proven with. */
  readonly proofs: string[];
  /** Whether the egress client was asked at all: before that, nothing can have left. */
  isAsked: boolean;
  /** What a token request was answered. */
  told: TokenAnswer | null;
  /** As the server sent it; null until its whole answer is here. */
  status: number | null;
}

function newTrip(
  integration: ResolvedIntegration,
  secret: ClientSecret,
  of: Partial<Pick<Trip, "isForTokens" | "keepsIdToken" | "extra" | "shaped" | "redirectUri">> = {},
): Trip {
  const plain = { isForTokens: false, keepsIdToken: false, extra: {}, shaped: new Map(), redirectUri: null };
  const certificate = clientCertificate(integration, secret);
  return { ...plain, ...of, certificate, proofs: [], isAsked: false, told: null, status: null };
}

/** What an error text must not repeat: what was sent, and what came beside it. */
function all(secrets: readonly (string | null)[], { told, proofs }: Trip): (string | null)[] {
  return [...secrets, ...proofs, ...(told === null ? [] : secretsOf(told.body))];
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
    issuer: integration.issuer ?? originOf(integration.tokenEndpoint),
    token_endpoint: integration.tokenEndpoint,
    ...(integration.revocationEndpoint === null ? {} : { revocation_endpoint: integration.revocationEndpoint }),
    ...(integration.introspectionEndpoint === null
      ? {}
      : { introspection_endpoint: integration.introspectionEndpoint }),
    ...(integration.pushedAuthorizationEndpoint === null
      ? {}
      : { pushed_authorization_request_endpoint: integration.pushedAuthorizationEndpoint }),
  };
  const client: oauth.Client = { client_id: integration.clientId ?? "" };
  return { server, client, authentication: clientAuthentication(integration, secret) };
}

/** An endpoint that is not known (yet) is refused where it is called. */
function originOf(endpoint: string): string {
  return URL.canParse(endpoint) ? new URL(endpoint).origin : "https://unknown.invalid";
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
  const standard = trip.told?.standard ?? null;
  const claims =
    trip.keepsIdToken && tokens.id_token !== undefined ? oauth.getValidatedIdTokenClaims(tokens) : undefined;
  const scopes = readScopes(standard?.scope, integration.scopeSeparator);
  const tokenType = standard?.tokenType ?? null;
  const expiry = findTokenExpiry(
    {
      expiresIn: standard?.expiresIn,
      expiresAt: standard?.expiresAt,
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
    externalAccount: claims === undefined ? null : externalAccountOf(claims),
    answer: {
      ...(isRecord(trip.told?.body) ? trip.told.body : {}),
      ...(claims === undefined ? {} : { id_token_claims: claims }),
    },
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
function externalAccountOf(claims: oauth.IDToken): ExternalAccount {
  const label = [claims["name"], claims["email"], claims["preferred_username"]].find((one) => typeof one === "string");
  return { id: plainText(claims.sub, 500), label: typeof label === "string" ? plainText(label, 300) : null };
}
