import type { PrivateJwk } from "../jwk/jwk.ts";
import { revealOrNull, Secret, secretOrNull } from "../secret/secret.ts";

/** A secret that made way for a newer one, and is tried after it until then. */
export interface OlderSecret {
  readonly secret: Secret;
  readonly acceptedUntil: Date;
}

/** What a token response left us with. Lives in memory only; at rest it is one sealed value. */
export interface TokenSet {
  readonly accessToken: Secret;
  /** Null where the provider gave none (client credentials, tokens without end). */
  readonly refreshToken: Secret | null;
  readonly tokenType: string;
  /** Null where nothing says when the access token ends. */
  readonly expiresAt: Date | null;
  readonly issuedAt: Date;
  readonly scopes: readonly string[];
  /** The secret of the OAuth client that the account brought itself; null where it brought none. */
  readonly clientSecret: Secret | null;
  /** Those before it that may still be the one that works, newest first (R65); absent: there are none. */
  readonly olderClientSecrets?: readonly OlderSecret[];
  /** The private key that the tokens are bound to (RFC 9449); absent: whoever bears them may use them. */
  readonly dpopKey?: PrivateJwk;
}

/** A token response of RFC 6749 §5.1, after the integration's quirks made it standard. */
export interface TokenResponse {
  readonly accessToken: string;
  /** Null or empty means: the server sent none. */
  readonly refreshToken: string | null;
  readonly tokenType: string;
  readonly expiresAt: Date | null;
  /** Null means that the server did not repeat the scope: it is what was asked for (RFC 6749 §5.1). */
  readonly scopes: readonly string[] | null;
  /** What was proven when they were asked for, and what they are bound to where `tokenType` is DPoP. */
  readonly dpopKey?: PrivateJwk;
}

/**
 * Merge, never replace (R16).
 *
 * RFC 6749 §6: "The authorization server MAY issue a new refresh token, in which case the client MUST discard the old refresh
 * token and replace it with the new". It may as well send none, and then the old one lives on; an empty one counts as none.
 * Nothing else of the previous set survives but what it is bound to: a stale lifetime or token type beside a new token would be a lie.
 */
export function mergeTokenSet(previous: TokenSet, response: TokenResponse, issuedAt: Date): TokenSet {
  const sent = response.refreshToken;
  return {
    accessToken: new Secret(response.accessToken),
    refreshToken: sent === null || sent === "" ? previous.refreshToken : new Secret(sent),
    tokenType: response.tokenType,
    expiresAt: response.expiresAt,
    issuedAt,
    scopes: response.scopes ?? previous.scopes,
    clientSecret: previous.clientSecret,
    ...olderOf((previous.olderClientSecrets ?? []).filter((one) => one.acceptedUntil > issuedAt)),
    ...keyOf(response.dpopKey ?? previous.dpopKey),
  };
}

/** The first token set of a grant: there is nothing to merge with. */
export function firstTokenSet(response: TokenResponse, requested: readonly string[], issuedAt: Date): TokenSet {
  const sent = response.refreshToken;
  return {
    accessToken: new Secret(response.accessToken),
    refreshToken: secretOrNull(sent === "" ? null : sent),
    tokenType: response.tokenType,
    expiresAt: response.expiresAt,
    issuedAt,
    scopes: response.scopes ?? requested,
    clientSecret: null,
    ...keyOf(response.dpopKey),
  };
}

export function olderOf(older: readonly OlderSecret[]): Pick<TokenSet, "olderClientSecrets"> {
  return older.length === 0 ? {} : { olderClientSecrets: older };
}

function keyOf(dpopKey: PrivateJwk | undefined): Pick<TokenSet, "dpopKey"> {
  return dpopKey === undefined ? {} : { dpopKey };
}

/** The bytes that are sealed. Canonical: fixed order, instants as epoch milliseconds. */
export function encodeTokenSet(set: TokenSet): Uint8Array {
  return new TextEncoder().encode(
    JSON.stringify({
      access_token: set.accessToken.reveal(),
      refresh_token: revealOrNull(set.refreshToken),
      token_type: set.tokenType,
      expires_at: set.expiresAt?.getTime() ?? null,
      issued_at: set.issuedAt.getTime(),
      scopes: set.scopes,
      ...(set.clientSecret === null ? {} : { client_secret: set.clientSecret.reveal() }),
      ...(set.olderClientSecrets === undefined
        ? {}
        : {
            older_client_secrets: set.olderClientSecrets.map((one) => ({
              secret: one.secret.reveal(),
              accepted_until: one.acceptedUntil.getTime(),
            })),
          }),
      ...(set.dpopKey === undefined ? {} : { dpop_key: set.dpopKey }),
    }),
  );
}

const utf8 = new TextDecoder();

/** @throws SyntaxError or TypeError when the bytes are not what encodeTokenSet made; authenticated encryption rules that out. */
export function decodeTokenSet(bytes: Uint8Array): TokenSet {
  const raw = JSON.parse(utf8.decode(bytes)) as {
    access_token: string;
    refresh_token: string | null;
    token_type: string;
    expires_at: number | null;
    issued_at: number;
    scopes: string[];
    client_secret?: string;
    older_client_secrets?: { secret: string; accepted_until: number }[];
    dpop_key?: PrivateJwk;
  };
  return {
    accessToken: new Secret(raw.access_token),
    refreshToken: secretOrNull(raw.refresh_token),
    tokenType: raw.token_type,
    expiresAt: raw.expires_at === null ? null : new Date(raw.expires_at),
    issuedAt: new Date(raw.issued_at),
    scopes: raw.scopes,
    clientSecret: secretOrNull(raw.client_secret ?? null),
    ...olderOf(
      (raw.older_client_secrets ?? []).map((one) => ({
        secret: new Secret(one.secret),
        acceptedUntil: new Date(one.accepted_until),
      })),
    ),
    ...keyOf(raw.dpop_key),
  };
}
