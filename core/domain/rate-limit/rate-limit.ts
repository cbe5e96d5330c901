/** What somebody says about how many requests a client may make. Null: not said. */
export interface RateLimit {
  /** Requests allowed within one window. */
  readonly limit: number | null;
  /** What is left of it. */
  readonly remaining: number | null;
  /** Seconds until `remaining` grows again, at most a day. */
  readonly resetSeconds: number | null;
  readonly windowSeconds: number | null;
}

export const untoldRateLimit: RateLimit = { limit: null, remaining: null, resetSeconds: null, windowSeconds: null };

/** A provider is believed for a day at most, whatever it names, seconds. */
export const longestResetSeconds = 86_400;

export function isTold({ limit, remaining, resetSeconds, windowSeconds }: RateLimit): boolean {
  return [limit, remaining, resetSeconds, windowSeconds].some((value) => value !== null);
}

/**
 * Seconds that a server asks for which refused a request for its limit: Retry-After, which takes precedence
 * (draft-ietf-httpapi-ratelimit-headers); otherwise its reset, unless something is left: then another limit refused.
 *
 * @param retryAfterSeconds as it was told; null: not told
 * @returns null when it names no time
 */
export function waitSecondsTold(retryAfterSeconds: number | null, told: RateLimit): number | null {
  if (retryAfterSeconds !== null) return retryAfterSeconds;
  return told.remaining === null || told.remaining === 0 ? told.resetSeconds : null;
}

/** What is known of our own budget at a token endpoint when it lets nobody through (R21). */
export function exhaustedBudget(budget: {
  readonly concurrency: number | null;
  readonly perMinute: number | null;
}): RateLimit {
  const { concurrency, perMinute } = budget;
  if (perMinute === null) return untoldRateLimit;
  // Where requests at one time are limited too, that may be what refused.
  return { limit: perMinute, remaining: concurrency === null ? 0 : null, resetSeconds: null, windowSeconds: 60 };
}
