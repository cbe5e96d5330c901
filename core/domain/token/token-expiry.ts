import {
  after,
  maxLifetimeSeconds,
  readExpiresIn,
  readFutureInstant,
  toNumber,
  type ExpiresInUnit,
} from "./read-expires-in.ts";

/** Where the end of an access token can be read from, best source first (R17). */
export interface ExpirySources {
  /** `expires_in` of the response as it came (RFC 6749 §5.1, and what servers make of it). */
  readonly expiresIn: unknown;
  /** `expires_at` of the response as it came, an absolute date that some servers add or send instead. */
  readonly expiresAt?: unknown;
  /** What a number in `expiresIn` counts; default: seconds. */
  readonly unit?: ExpiresInUnit;
  /** The integration's `tokenExpiryDuration` in seconds, for servers that say nothing. */
  readonly tokenExpiryDuration: number | null;
  readonly accessToken: string;
  /** How long this account's tokens were seen to live, in seconds; null: not known. */
  readonly learnedLifetimeSeconds?: number | null;
}

/** Which of them it was read from. */
export type ExpirySource = "expires_in" | "expires_at" | "duration" | "jwt" | "learned";

export interface TokenExpiry {
  readonly at: Date;
  readonly source: ExpirySource;
}

/**
 * The instant at which an access token ends and what says so, or null when nothing does. A missing `expires_in` is neither
 * "expired" nor "for ever".
 *
 * A source that says zero, less than zero, something absurd or an instant that has passed counts as silent, and the next one is
 * asked: some servers write 0 for "never" or for "unknown", and a token that was just handed out has not ended. Believed to the
 * letter, it would be refreshed at every use. The `exp` of a JWT is the exception: an import brings old tokens.
 *
 * `receivedAt` is when the request was *sent*: the token's life began before the answer arrived, and to believe it a little
 * shorter is the safe side.
 */
export function findTokenExpiry(sources: ExpirySources, receivedAt: Date): TokenExpiry | null {
  const { tokenExpiryDuration, learnedLifetimeSeconds, unit = "seconds" } = sources;
  const jwt = jwtExpiry(sources.accessToken);
  const knownLife = secondsLeft(jwt, receivedAt) ?? positive(tokenExpiryDuration);
  const readings: readonly (readonly [ExpirySource, Date | null])[] = [
    ["expires_in", readExpiresIn(sources.expiresIn, unit, knownLife, receivedAt)],
    ["expires_at", readFutureInstant(sources.expiresAt, receivedAt)],
    ["duration", after(receivedAt, tokenExpiryDuration ?? 0)],
    ["jwt", jwt],
    ["learned", after(receivedAt, learnedLifetimeSeconds ?? 0)],
  ];
  for (const [source, at] of readings) if (at !== null) return { at, source };
  return null;
}

/** The instant of findTokenExpiry alone. */
export function tokenExpiry(sources: ExpirySources, receivedAt: Date): Date | null {
  return findTokenExpiry(sources, receivedAt)?.at ?? null;
}

function secondsLeft(end: Date | null, from: Date): number | null {
  return end === null ? null : positive((end.getTime() - from.getTime()) / 1000);
}

function positive(seconds: number | null): number | null {
  return seconds !== null && seconds > 0 ? seconds : null;
}

/** The `exp` claim of a JWT access token (RFC 9068 §2.2), read without verifying: it only sets an alarm. */
function jwtExpiry(accessToken: string): Date | null {
  const parts = accessToken.split(".");
  const payload = parts[1];
  if (parts.length !== 3 || payload === undefined || payload.length > 16_384) return null;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
    const exp = typeof claims === "object" && claims !== null && "exp" in claims ? toNumber(claims.exp) : null;
    return exp === null || exp <= 0 || exp > maxLifetimeSeconds ? null : new Date(exp * 1000);
  } catch {
    return null;
  }
}
