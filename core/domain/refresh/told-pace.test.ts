import { expect, it } from "vitest";
import { untoldRateLimit, type RateLimit } from "../rate-limit/rate-limit.ts";
import type { FailureClass, TokenRequestFailure } from "./classify-token-failure.ts";
import { toldPace, type ToldPace } from "./told-pace.ts";

const limit: RateLimit = { limit: 60, remaining: 0, resetSeconds: 90, windowSeconds: null };

function answered(status: number, retryAfterSeconds: number | null, rateLimit?: RateLimit): TokenRequestFailure {
  const told = rateLimit === undefined ? {} : { rateLimit };
  return { kind: "http_error", status, isPage: false, retryAfterSeconds, ...told };
}

it.each<[string, TokenRequestFailure, FailureClass, ToldPace]>([
  ["Retry-After and the limit", answered(429, 7, limit), "rate_limited", { retryAfterSeconds: 7, rateLimit: limit }],
  [
    "the reset, without Retry-After",
    answered(429, null, limit),
    "rate_limited",
    { retryAfterSeconds: 90, rateLimit: limit },
  ],
  [
    "by any status that a rule takes for it",
    answered(403, null, limit),
    "rate_limited",
    { retryAfterSeconds: 90, rateLimit: limit },
  ],
  ["nothing", answered(429, null), "rate_limited", { retryAfterSeconds: null, rateLimit: null }],
  [
    "nothing in its headers",
    answered(429, 7, untoldRateLimit),
    "rate_limited",
    { retryAfterSeconds: 7, rateLimit: null },
  ],
  [
    "Retry-After alone, of another failure",
    answered(503, 7, limit),
    "transient",
    { retryAfterSeconds: 7, rateLimit: null },
  ],
  [
    "no reset, of another failure",
    answered(503, null, limit),
    "transient",
    { retryAfterSeconds: null, rateLimit: null },
  ],
  [
    "nothing, without an answer",
    { kind: "answer_lost", detail: "x" },
    "rate_limited",
    { retryAfterSeconds: null, rateLimit: null },
  ],
])("a provider tells its pace: %s", (_name, failure, failureClass, pace) => {
  expect(toldPace(failure, failureClass)).toEqual(pace);
});
