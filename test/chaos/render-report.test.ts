import { expect, test } from "vitest";
import type { Verdict } from "./judge.ts";
import type { ReadCounts } from "./read-tokens.ts";
import { verdictLine } from "./render-report.ts";
import { defaultChaosOptions } from "./run-chaos.ts";
import type { QuietEnd } from "./settle.ts";

const verdict = {
  lost: [],
  falseNeedsReauth: [],
  inFlightMax: 1,
  rejected: [],
  reuseDetections: 0,
} as unknown as Verdict;
const reads = { servedExpired: 0 } as ReadCounts;
const options = { ...defaultChaosOptions, faults: "database" } as const;
const judged = (quiet: Partial<QuietEnd>, changes: Partial<Verdict> = {}) =>
  verdictLine({
    verdict: { ...verdict, ...changes },
    options,
    reads,
    quiet: { seconds: 150, isQuiet: false, expired: 3, longestExpiredSeconds: 4, ...quiet },
  });

test("a machine that is late with some accounts by seconds is full, and not broken", () => {
  expect(judged({})).toEqual({ isGood: true, text: "everything that must hold held" });
});

test.each<[string, Partial<QuietEnd>]>([
  ["an account that nobody refreshed through the quiet time", { longestExpiredSeconds: 76 }],
  ["a time in which nobody could look", { longestExpiredSeconds: Number.POSITIVE_INFINITY }],
])("%s is broken", (_name, quiet) => {
  expect(judged(quiet)).toEqual({
    isGood: false,
    text: "broken: an account was not refreshed through the quiet time",
  });
});

test("so is a grant that a database fault cost", () => {
  const lost = [{ fault: { number: 1 } }] as unknown as Verdict["lost"];
  expect(judged({ isQuiet: true }, { lost }).text).toBe("broken: a database fault cost a grant");
});
