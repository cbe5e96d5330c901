/** Where the end of an access token can be read from, best source first (R17). */
export interface ExpirySources {
  /** `expires_in` of the response as it came: seconds, as a number or a numeric string (RFC 6749 §5.1). */
  readonly expiresIn: unknown;
  /** The integration's `tokenExpiryDuration` in seconds, for servers that say nothing. */
  readonly tokenExpiryDuration: number | null;
  readonly accessToken: string;
}

/**
 * The instant at which an access token ends, or null when nothing says so.
 *
 * `receivedAt` is when the request was *sent*: the token's life began before the answer arrived, and to believe it a little
 * shorter is the safe side. A missing `expires_in` is neither "expired" nor "for ever".
 */
export function tokenExpiry(sources: ExpirySources, receivedAt: Date): Date | null {
  const told = positiveSeconds(sources.expiresIn);
  if (told !== null) return after(receivedAt, told);
  if (sources.tokenExpiryDuration !== null) return after(receivedAt, sources.tokenExpiryDuration);
  return jwtExpiry(sources.accessToken);
}

/** A hundred years: beyond it a number is no lifetime, and an instant leaves what timestamps can hold. */
const maxSeconds = 3_155_760_000;

function positiveSeconds(value: unknown): number | null {
  const number = typeof value === "string" && /^\s*\d+(\.\d+)?\s*$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) && number >= 0 && number <= maxSeconds ? number : null;
}

function after(instant: Date, seconds: number): Date {
  return new Date(instant.getTime() + Math.round(seconds * 1000));
}

/** The `exp` claim of a JWT access token (RFC 9068 §2.2), read without verifying: it only sets an alarm. */
function jwtExpiry(accessToken: string): Date | null {
  const parts = accessToken.split(".");
  const payload = parts[1];
  if (parts.length !== 3 || payload === undefined || payload.length > 16_384) return null;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
    const exp = typeof claims === "object" && claims !== null && "exp" in claims ? positiveSeconds(claims.exp) : null;
    return exp === null ? null : new Date(exp * 1000);
  } catch {
    return null;
  }
}
