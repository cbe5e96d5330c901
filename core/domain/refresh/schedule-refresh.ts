import { defaultRefreshPolicy, type RefreshPolicy } from "./refresh-policy.ts";

interface Lifetime {
  readonly expiresAt: Date | null;
  readonly issuedAt: Date | null;
}

/** Below this life (seconds) fixed windows would refresh all the time, so they scale (R13). */
const shortLifeSeconds = 300;

/** The access token's whole life in seconds, or null when one end of it is not known. */
export function lifetimeSeconds(token: Lifetime): number | null {
  if (token.expiresAt === null || token.issuedAt === null) return null;
  const seconds = (token.expiresAt.getTime() - token.issuedAt.getTime()) / 1000;
  return seconds > 0 ? seconds : null;
}

/**
 * When the alarm rings: a random 60 to 180 s before expiry; for a life L under 300 s a random 0.2 L to 0.6 L before it (R13).
 * A window that an integration set is kept, but never starts before 0.4 L of the life has passed.
 *
 * @param random in [0, 1)
 * @returns null when the token has no known end or there is nothing to refresh it with; never before `now`
 */
export function scheduleRefresh(
  token: Lifetime & { readonly hasRefreshToken: boolean },
  policy: RefreshPolicy,
  now: Date,
  random: number,
): Date | null {
  if (token.expiresAt === null || !token.hasRefreshToken) return null;
  const [least, most] = windowFor(lifetimeSeconds(token), policy.windowSeconds);
  const before = least + (most - least) * random;
  return new Date(Math.max(now.getTime(), Math.round(token.expiresAt.getTime() - before * 1000)));
}

function windowFor(life: number | null, configured: readonly [number, number]): readonly [number, number] {
  if (life === null) return configured;
  const [least, most] = configured;
  const [defaultLeast, defaultMost] = defaultRefreshPolicy.windowSeconds;
  if (life < shortLifeSeconds && least === defaultLeast && most === defaultMost) return [0.2 * life, 0.6 * life];
  return [Math.min(least, 0.6 * life), Math.min(most, 0.6 * life)];
}

/**
 * How much life a token must have left to be used as it is: 30 s, or 0.1 L if that is less (R14). A caller may ask for more
 * with `min_ttl`; a wish beyond the whole life could never be met, and would refresh at every call: it is ignored here and
 * reported as `limited`.
 */
export function refreshBufferSeconds(token: Lifetime, policy: RefreshPolicy, minTtlSeconds: number | null): number {
  const life = lifetimeSeconds(token);
  const buffer = life === null ? policy.bufferSeconds : Math.min(policy.bufferSeconds, 0.1 * life);
  if (minTtlSeconds === null || isBeyondLife(token, minTtlSeconds)) return buffer;
  return Math.max(buffer, minTtlSeconds);
}

const arrivalSeconds = 3;

/** Whether the provider's tokens never live as long as the caller wants. */
export function isBeyondLife(token: Lifetime, minTtlSeconds: number): boolean {
  const life = lifetimeSeconds(token);
  // A fresh token is a moment old when it arrives.
  return life !== null && minTtlSeconds > life - arrivalSeconds;
}
