import { isTold, untoldRateLimit, waitSecondsTold, type RateLimit } from "../rate-limit/rate-limit.ts";
import type { FailureClass, TokenRequestFailure } from "./classify-token-failure.ts";

/** When a provider wants to be asked again, and what it says of its limit; null: it does not say. */
export interface ToldPace {
  readonly retryAfterSeconds: number | null;
  /** Only of a failure that is about the limit: beside another one it explains nothing. */
  readonly rateLimit: RateLimit | null;
}

export function toldPace(failure: TokenRequestFailure, failureClass: FailureClass): ToldPace {
  if (failure.kind !== "oauth_error" && failure.kind !== "http_error") {
    return { retryAfterSeconds: null, rateLimit: null };
  }
  const { retryAfterSeconds, rateLimit = untoldRateLimit } = failure;
  if (failureClass !== "rate_limited") return { retryAfterSeconds, rateLimit: null };
  return {
    retryAfterSeconds: waitSecondsTold(retryAfterSeconds, rateLimit),
    rateLimit: isTold(rateLimit) ? rateLimit : null,
  };
}
