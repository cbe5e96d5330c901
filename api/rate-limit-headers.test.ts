import { expect, it } from "vitest";
import { untoldRateLimit, type RateLimit } from "#core/domain/rate-limit/rate-limit";
import { readRateLimit } from "#core/domain/rate-limit/read-rate-limit";
import { rateLimitHeaders } from "./rate-limit-headers.ts";

const told = (values: Partial<RateLimit>): RateLimit => ({ ...untoldRateLimit, ...values });

it.each<[string, RateLimit | null, number | null, Record<string, string>]>([
  ["nothing", null, null, {}],
  ["Retry-After alone", null, 30, { "ratelimit-reset": "30" }],
  [
    "everything",
    { limit: 100, remaining: 0, resetSeconds: 60, windowSeconds: 3600 },
    30,
    {
      "ratelimit-limit": "100",
      "ratelimit-remaining": "0",
      "ratelimit-reset": "60",
      ratelimit: '"default";r=0;t=60',
      "ratelimit-policy": '"default";q=100;w=3600',
    },
  ],
  [
    "a limit without its window",
    told({ limit: 100 }),
    30,
    { "ratelimit-limit": "100", "ratelimit-reset": "30", "ratelimit-policy": '"default";q=100' },
  ],
  [
    "what is left, without a reset",
    told({ remaining: 0 }),
    null,
    { "ratelimit-remaining": "0", ratelimit: '"default";r=0' },
  ],
  [
    "what is left, until Retry-After",
    told({ remaining: 0 }),
    30,
    { "ratelimit-remaining": "0", "ratelimit-reset": "30", ratelimit: '"default";r=0;t=30' },
  ],
  ["a window alone", told({ windowSeconds: 60 }), null, {}],
])("writes only what is known: %s", (_name, rateLimit, retryAfterSeconds, headers) => {
  expect(Object.fromEntries(rateLimitHeaders(rateLimit, retryAfterSeconds))).toEqual(headers);
});

it("writes what it reads itself", () => {
  const rateLimit = { limit: 100, remaining: 7, resetSeconds: 60, windowSeconds: 3600 };
  const headers = new Headers([...rateLimitHeaders(rateLimit, 30)].map(([name, value]) => [name, value]));
  expect(readRateLimit((name) => headers.get(name), new Date())).toEqual(rateLimit);
});
