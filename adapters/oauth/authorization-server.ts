import * as oauth from "oauth4webapi";
import type { ResolvedIntegration } from "#core/domain/integration/resolve-integration";
import { authorizationParameters } from "#core/domain/connect/authorization-url";
import { fillTemplates } from "#core/domain/integration/fill-template";
import { scrubFailure } from "#core/domain/refresh/scrub-failure";
import { readFutureInstant } from "#core/domain/token/read-expires-in";
import {
  introspectionSeconds,
  type AuthorizationServer,
  type ClientSecret,
  type RequestFailure,
  type TokenResult,
} from "#core/ports/authorization-server";
import type { Clock } from "#core/ports/clock";
import type { Expressions } from "#core/ports/expressions";
import type { Log } from "#core/ports/log";
import type { EgressClient } from "../egress/egress-client.ts";
import { deadlineSignal } from "./deadline-signal.ts";
import { createDpopProofs, wantsNonce } from "./dpop.ts";
import { generateKeyPair } from "./generate-key-pair.ts";
import { parties } from "./parties.ts";
import { asResponse, awaitExpressions, readTokenAnswer } from "./read-token-answer.ts";
import { secretsOf } from "./secrets-of.ts";
import { shapeRequest, templateValues } from "./shape-request.ts";
import { signGrantAssertion } from "./sign-grant-assertion.ts";
import { failureOf, failureOfResponse } from "./token-failures.ts";
import { tokenResult } from "./token-result.ts";
import { newTrip, type Trip } from "./trip.ts";

const proofs = ["client_assertion", "assertion"];

/**
 * RFC 6749, 7009, 7523, 7636, 7662, 9126 and 9449 through oauth4webapi, over the guarded egress client, within the integration's
 * deadline. One request, with one secret: `createSecretsInTurn` tries several.
 */
export function createAuthorizationServer(ports: {
  readonly egress: EgressClient;
  readonly clock: Clock;
  readonly expressions: Expressions;
  readonly log: Log;
  /** The redirect URI of an environment integration, for requests that have to name it beside a code exchange. */
  readonly redirectUri: (callbackId: string) => string;
}): AuthorizationServer<ClientSecret> {
  const { egress, clock } = ports;
  const dpop = createDpopProofs();

  const options = (
    integration: ResolvedIntegration,
    trip: Trip,
    deadlineSeconds = integration.refreshPolicy.timeoutSeconds,
  ) => ({
    [oauth.allowInsecureRequests]: true,
    [oauth.customFetch]: async (url: string, init: oauth.CustomFetchOptions<"POST", URLSearchParams>) => {
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
      if (trip.isForTokens) await awaitExpressions(ports.expressions, integration.answers);
      // Signed for this request, and good for no other; a server may repeat it all the same.
      for (const name of proofs) trip.proofs.push(...init.body.getAll(name));
      if (headers["dpop"] !== undefined) trip.proofs.push(headers["dpop"]);
      trip.isAsked = true;
      const response = await egress.fetch(address, {
        method: trip.method,
        headers,
        ...(body === null ? {} : { body }),
        ...(trip.certificate === null ? {} : { clientCertificate: trip.certificate }),
        signal: init.signal ?? deadlineSignal(deadlineSeconds * 1000),
      });
      // The whole body is read under the same deadline, so that what follows works on bytes that are here.
      const text = await response.text();
      dpop.note(url, response.headers.get("dpop-nonce"));
      const raw = { status: response.status, headers: Object.fromEntries(response.headers), text };
      trip.status = response.status;
      if (trip.isForTokens) {
        trip.told = await readTokenAnswer(ports.expressions, integration.answers, raw, trip.keepsIdToken);
      }
      return trip.told?.response ?? asResponse(raw);
    },
    // One deadline, however often the request is made anew.
    signal: (trip.signal ??= deadlineSignal(deadlineSeconds * 1000)),
  });

  /** The same with a proof of possession of the account's key, where it has one (RFC 9449 §5). */
  const provenOptions = async (integration: ResolvedIntegration, trip: Trip, client: oauth.Client) => ({
    ...options(integration, trip),
    ...(trip.dpopKey === null ? {} : { DPoP: await dpop.signer(client, trip.dpopKey) }),
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
      let response = await send();
      if (trip.dpopKey !== null && (await wantsNonce(response))) {
        // RFC 9449 §8: once, and within the same deadline. What became of the first request must not speak for the second.
        Object.assign(trip, { isAsked: false, told: null, status: null });
        response = await send();
      }
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
      tokenResult(integration, await process(response), trip, sentAt);
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
        dpopKey: integration.usesDpop ? await generateKeyPair("ES256") : null,
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
            await provenOptions(integration, trip, client),
          );
        },
        (response) => oauth.processAuthorizationCodeResponse(server, client, response, nonceCheck),
        [secret, exchange.code, exchange.verifier],
      );
    },

    async refresh(integration, secret, refreshToken, dpopKey = null) {
      // Who was connected is known; a quarrel about an ID token must not cost the tokens beside it.
      const trip = newTrip(integration, secret, { isForTokens: true, extra: integration.refreshParams, dpopKey });
      const { client, authentication, ...rest } = parties(integration, secret);
      const server = { ...rest.server, token_endpoint: integration.refreshEndpoint };
      return await askForTokens(
        integration,
        trip,
        async () => {
          const proven = await provenOptions(integration, trip, client);
          return await oauth.refreshTokenGrantRequest(server, client, authentication, refreshToken, proven);
        },
        (response) => oauth.processRefreshTokenResponse(server, client, response),
        [secret, refreshToken],
      );
    },

    async clientCredentials(integration, secret, knownKey = null) {
      const dpopKey = knownKey ?? (integration.usesDpop ? await generateKeyPair("ES256") : null);
      const trip = newTrip(integration, secret, { isForTokens: true, extra: integration.tokenParams, dpopKey });
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
            const proven = await provenOptions(integration, trip, client);
            return await oauth.genericTokenEndpointRequest(server, client, sender, jwtBearerGrant, parameters, proven);
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
        async () => {
          const proven = await provenOptions(integration, trip, client);
          return await oauth.clientCredentialsGrantRequest(server, client, authentication, parameters, proven);
        },
        (response) => oauth.processClientCredentialsResponse(server, client, response),
        [secret],
      );
    },

    async exchangeToken(integration, secret, accessToken, deadlineSeconds) {
      const step = integration.secondStep;
      if (step === null) throw new Error("the integration declares no second step");
      const isPlain =
        integration.clientAuthentication === "private_key_jwt" || integration.clientAuthentication === "mtls";
      const values = {
        ...templateValues(integration, null),
        access_token: accessToken,
        // A private key is no secret to be sent.
        client_secret: isPlain || integration.assertion !== null ? "" : (secret ?? ""),
      };
      const shaped = new Map(Object.entries(fillTemplates(step.params, values)));
      const trip = newTrip(integration, secret, { isForTokens: true, method: step.method, shaped });
      const { server, client, authentication } = parties(integration, secret);
      const asked = step.method === "GET" ? { ...integration, bodyFormat: "query" as const } : integration;
      const deadline = Math.min(deadlineSeconds, integration.refreshPolicy.timeoutSeconds);
      return await askForTokens(
        asked,
        trip,
        async () => {
          const body = new URLSearchParams();
          const headers = new Headers();
          if (step.authenticates) await authentication(server, client, body, headers);
          const send = options(asked, trip, deadline);
          const sent = { method: "POST", headers: Object.fromEntries(headers), body, redirect: "manual" } as const;
          return await send[oauth.customFetch](step.endpoint, { ...sent, signal: send.signal });
        },
        (response) => oauth.processGenericTokenEndpointResponse(server, client, response),
        [secret, accessToken],
      );
    },

    async introspect(integration, secret, accessToken) {
      const trip = newTrip(integration, secret);
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
      const trip = newTrip(integration, secret);
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

const jwtBearerGrant = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/** RFC 7523 §3.1: the assertion says whose client asks. */
const unnamed: oauth.ClientAuth = () => {};

/** What an error text must not repeat: what was sent, and what came beside it. What else the account holds its use case knows. */
function all(secrets: readonly (string | null)[], { told, proofs }: Trip): (string | null)[] {
  return [...secrets, ...proofs, ...(told === null ? [] : secretsOf(told.body))];
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
