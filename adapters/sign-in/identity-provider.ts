import * as oauth from "oauth4webapi";
import type { IdentityProvider, SsoPerson, SsoResult } from "#core/ports/identity-provider";
import type { Clock } from "#core/ports/clock";
import type { EgressClient } from "../egress/egress-client.ts";
import { deadlineSignal } from "../oauth/deadline-signal.ts";
import type { SsoConfig } from "./read-sso-config.ts";

const deadlineMs = 10_000;
/** Endpoints and keys are asked for again after this; a key that is not known is asked for at once. */
const metadataMs = 10 * 60 * 1000;
/** How far its clock may be from ours, seconds. */
const toleranceSeconds = 30;

/** Signatures with the provider's own key: never `none`, and never HMAC, for which the key would be our secret. */
const algorithms = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "Ed25519",
  "EdDSA",
];

/**
 * OpenID Connect Core §3.1 over oauth4webapi. The ID token's signature is checked too, though it comes straight from the provider:
 * inside networks that is often plain http.
 */
export function createIdentityProvider(
  config: SsoConfig,
  ports: { readonly egress: EgressClient; readonly clock: Clock; readonly redirectUri: string },
): IdentityProvider {
  const issuer = new URL(config.issuer);
  const client: oauth.Client = {
    client_id: config.clientId,
    [oauth.clockTolerance]: toleranceSeconds,
  };
  const authentication =
    config.clientAuthentication === "post"
      ? oauth.ClientSecretPost(config.clientSecret.reveal())
      : oauth.ClientSecretBasic(config.clientSecret.reveal());
  const keys: oauth.JWKSCacheInput = {};
  let metadata: { readonly at: number; readonly server: oauth.AuthorizationServer } | null = null;

  const request = () => ({
    // Whether plain http will do is the operator's to say, by the issuer that they name.
    [oauth.allowInsecureRequests]: issuer.protocol === "http:",
    [oauth.customFetch]: async (
      url: string,
      init: { method: "GET" | "POST"; headers: Record<string, string>; body?: unknown; signal?: AbortSignal },
    ) =>
      (await ports.egress.fetch(url, {
        method: init.method,
        headers: init.headers,
        ...(init.body instanceof URLSearchParams ? { body: init.body.toString() } : {}),
        signal: init.signal ?? deadlineSignal(deadlineMs),
      })) as unknown as Response,
    signal: deadlineSignal(deadlineMs),
  });

  const findServer = async (): Promise<oauth.AuthorizationServer> => {
    if (metadata !== null && ports.clock.monotonicMs() - metadata.at < metadataMs) return metadata.server;
    const answer = await oauth.discoveryRequest(issuer, { ...request(), algorithm: "oidc" });
    // Refuses metadata of another issuer: the mix-up of two providers begins there.
    const found = await oauth.processDiscoveryResponse(issuer, answer);
    const server = { ...found, id_token_signing_alg_values_supported: signedWith(found) };
    metadata = { at: ports.clock.monotonicMs(), server };
    return server;
  };

  return {
    label: config.label,

    async start({ isFresh, loginHint }) {
      const server = await findServer();
      if (server.authorization_endpoint === undefined) throw new Error("the provider names no authorization_endpoint");
      const trip = {
        state: oauth.generateRandomState(),
        nonce: oauth.generateRandomNonce(),
        verifier: oauth.generateRandomCodeVerifier(),
        isFresh,
      };
      const url = new URL(server.authorization_endpoint);
      const parameters = {
        response_type: "code",
        client_id: config.clientId,
        redirect_uri: ports.redirectUri,
        scope: config.scope,
        state: trip.state,
        nonce: trip.nonce,
        code_challenge: await oauth.calculatePKCECodeChallenge(trip.verifier),
        code_challenge_method: "S256",
        // Both: some providers know only one of them, and `max_age` alone makes `auth_time` come back.
        ...(isFresh ? { prompt: "login", max_age: "0" } : {}),
        ...(loginHint === null ? {} : { login_hint: loginHint }),
      };
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
      return { url: url.href, trip };
    },

    async finish(parameters, trip) {
      try {
        const server = await findServer();
        const answer = oauth.validateAuthResponse(server, client, parameters, trip.state);
        const response = await oauth.authorizationCodeGrantRequest(
          server,
          client,
          authentication,
          answer,
          ports.redirectUri,
          trip.verifier,
          request(),
        );
        const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, {
          expectedNonce: trip.nonce,
          requireIdToken: true,
          // What max_age=0 asked for: seen within the time that the way back takes.
          ...(trip.isFresh ? { maxAge: freshSeconds } : {}),
        });
        await oauth.validateApplicationLevelSignature(server, response, { ...request(), [oauth.jwksCache]: keys });
        const claims = oauth.getValidatedIdTokenClaims(tokens);
        if (claims === undefined) throw new Error("no ID token");
        return { kind: "person", person: toPerson(claims) };
      } catch (cause) {
        return toFailure(cause);
      }
    },
  };
}

/** From pressing at the provider to being back here. */
const freshSeconds = 5 * 60;

function signedWith({ id_token_signing_alg_values_supported: named }: oauth.AuthorizationServer): string[] {
  const known = (named ?? ["RS256"]).filter((one) => algorithms.includes(one));
  if (known.length === 0) throw new Error("the provider signs ID tokens with no algorithm that can be trusted");
  return known;
}

function toPerson(claims: oauth.IDToken): SsoPerson {
  const text = (value: unknown): string | null =>
    typeof value === "string" && value.trim() !== "" ? value.trim() : null;
  const email = text(claims["email"])?.toLowerCase() ?? null;
  return {
    identity: { issuer: claims.iss, subject: claims.sub },
    claims,
    email: email !== null && email.length <= 300 && /^[^\s@]+@[^\s@]+$/.test(email) ? email : null,
    // Absent: the provider vouches for its directory, as most of companies' do. Some send it as a text.
    isEmailVerified: claims["email_verified"] !== false && claims["email_verified"] !== "false",
    name: text(claims["name"])?.slice(0, 200) ?? null,
    authenticatedAt: typeof claims.auth_time === "number" ? new Date(claims.auth_time * 1000) : null,
  };
}

function toFailure(cause: unknown): SsoResult {
  if (cause instanceof oauth.AuthorizationResponseError) return { kind: "denied", error: cause.error };
  const isAnswer = cause instanceof oauth.OperationProcessingError || cause instanceof oauth.UnsupportedOperationError;
  if (isAnswer || cause instanceof oauth.ResponseBodyError || cause instanceof oauth.WWWAuthenticateChallengeError) {
    return { kind: "invalid", cause };
  }
  return { kind: "unavailable", cause };
}
