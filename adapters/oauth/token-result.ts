import * as oauth from "oauth4webapi";
import type { ExternalAccount } from "#core/domain/account/account";
import type { ResolvedIntegration } from "#core/domain/integration/resolve-integration";
import type { PrivateJwk } from "#core/domain/jwk/jwk";
import { plainText } from "#core/domain/text/plain-text";
import { readScopes, withImpliedScopes } from "#core/domain/token/read-scopes";
import { findTokenExpiry } from "#core/domain/token/token-expiry";
import type { TokenResult } from "#core/ports/authorization-server";
import { isRecord } from "./parse-body.ts";
import type { TokenAnswer } from "./read-token-answer.ts";

interface AnsweredTrip {
  readonly keepsIdToken: boolean;
  readonly dpopKey: PrivateJwk | null;
  readonly told: TokenAnswer | null;
  readonly status: number | null;
}

/** What the library made of a good answer, and what it was not shown, as one result. */
export function tokenResult(
  integration: ResolvedIntegration,
  tokens: oauth.TokenEndpointResponse,
  trip: AnsweredTrip,
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
      tokenType: standardTokenType(tokenType),
      ...(trip.dpopKey === null ? {} : { dpopKey: trip.dpopKey }),
      expiresAt: expiry?.at ?? null,
      scopes: scopes === null ? null : withImpliedScopes(scopes, integration.answers.scopeImplies),
    },
  };
}

/** RFC 6749 §5.1: whatever its case. */
function standardTokenType(tokenType: string | null): string {
  const known = ["Bearer", "DPoP"].find((one) => one.toLowerCase() === (tokenType ?? "bearer").toLowerCase());
  return known ?? tokenType ?? "Bearer";
}

/**
 * Who was connected: `sub` of the ID token, never the e-mail address, which can pass to somebody else. The token came straight
 * from the token endpoint over TLS, which OpenID Connect Core §3.1.3.7 (6) accepts in place of its signature.
 */
function externalAccountOf(claims: oauth.IDToken): ExternalAccount {
  const label = [claims["name"], claims["email"], claims["preferred_username"]].find((one) => typeof one === "string");
  return { id: plainText(claims.sub, 500), label: typeof label === "string" ? plainText(label, 300) : null };
}
