import { expect, test } from "vitest";
import { isFailure, successRate } from "./success-rate.ts";

test("what was superseded neither succeeded nor failed", () => {
  const refreshed = { outcome: "refreshed", count: 3 };
  const superseded = { outcome: "superseded", count: 5 };
  expect(successRate([refreshed, superseded, { outcome: "transient", count: 1 }])).toBe(0.75);
  expect(successRate([refreshed, superseded])).toBe(1);
  expect(successRate([superseded])).toBeNull();
  expect(successRate([])).toBeNull();
  expect(["refreshed", "superseded", "transient"].map(isFailure)).toEqual([false, false, true]);
});
