import { untoldRateLimit, type RateLimit } from "#core/domain/rate-limit/rate-limit";

/**
 * The normalised headers of CONTRACT (R73): the three plain ones, and the structured fields of
 * draft-ietf-httpapi-ratelimit-headers. Only what is known is written. Where no reset was told, Retry-After is one: nothing is
 * asked before it.
 */
export function rateLimitHeaders(
  rateLimit: RateLimit | null,
  retryAfterSeconds: number | null,
): (readonly [name: string, value: string])[] {
  const { limit, remaining, resetSeconds, windowSeconds } = rateLimit ?? untoldRateLimit;
  const reset = resetSeconds ?? retryAfterSeconds;
  return [
    ...(limit === null ? [] : [["ratelimit-limit", `${limit}`] as const]),
    ...(remaining === null ? [] : [["ratelimit-remaining", `${remaining}`] as const]),
    ...(reset === null ? [] : [["ratelimit-reset", `${reset}`] as const]),
    // A field without its first parameter says nothing, so it is left out.
    ...(remaining === null ? [] : [["ratelimit", `"default";r=${remaining}${parameter("t", reset)}`] as const]),
    ...(limit === null ? [] : [["ratelimit-policy", `"default";q=${limit}${parameter("w", windowSeconds)}`] as const]),
  ];
}

function parameter(name: string, value: number | null): string {
  return value === null ? "" : `;${name}=${value}`;
}
