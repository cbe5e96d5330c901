import { describe, expect, it } from "vitest";
import { exhaustedBudget, isTold, untoldRateLimit, waitSecondsTold, type RateLimit } from "./rate-limit.ts";

const told = (values: Partial<RateLimit>): RateLimit => ({ ...untoldRateLimit, ...values });

describe("how long a provider that refused for its limit asks to wait", () => {
  it.each<[string, number | null, RateLimit, number | null]>([
    ["Retry-After", 7, untoldRateLimit, 7],
    ["Retry-After before its reset", 7, told({ remaining: 0, resetSeconds: 60 }), 7],
    ["its reset when nothing is left", null, told({ remaining: 0, resetSeconds: 60 }), 60],
    ["its reset alone", null, told({ resetSeconds: 60 }), 60],
    ["no time when something is left: another limit refused", null, told({ remaining: 5, resetSeconds: 60 }), null],
    ["no time", null, told({ limit: 100, remaining: 0 }), null],
    ["nothing", null, untoldRateLimit, null],
  ])("%s", (_name, retryAfterSeconds, limit, seconds) => {
    expect(waitSecondsTold(retryAfterSeconds, limit)).toBe(seconds);
  });
});

describe("what is told of our own budget when it is used up (R21)", () => {
  it.each<[string, Parameters<typeof exhaustedBudget>[0], RateLimit]>([
    ["its rate", { perMinute: 300, concurrency: null }, told({ limit: 300, remaining: 0, windowSeconds: 60 })],
    [
      "its rate, while it may be the places that are taken",
      { perMinute: 300, concurrency: 3 },
      told({ limit: 300, windowSeconds: 60 }),
    ],
    ["nothing where there is no rate", { perMinute: null, concurrency: 3 }, untoldRateLimit],
  ])("%s", (_name, budget, limit) => {
    expect(exhaustedBudget(budget)).toEqual(limit);
  });
});

it("is told as soon as one value is", () => {
  expect(isTold(untoldRateLimit)).toBe(false);
  expect(isTold(told({ remaining: 0 }))).toBe(true);
});
