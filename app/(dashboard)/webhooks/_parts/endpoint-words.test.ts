import { describe, expect, it } from "vitest";
import * as health from "#core/domain/webhook/endpoint-health";
import {
  disableAfterMs,
  endpointConditionOf,
  endpointRemark,
  explainEndpoint,
  failingAfter,
  formatWaiting,
  wordLastDay,
} from "./endpoint-words.ts";

const now = Date.parse("2026-11-20T10:00:00Z");
const ago = (hours: number) => new Date(now - hours * 3_600_000).toISOString();
const enabled = {
  status: "enabled",
  disabled_reason: null,
  disabled_at: null,
  failures: 0,
  failing_since: null,
  last_success_at: ago(1),
  waiting: 0,
} as const;
const failing = { ...enabled, failures: 9, failing_since: ago(48) };
const disabled = { ...failing, status: "disabled", disabled_at: ago(2) } as const;

it("judges as the core does", () => {
  expect(disableAfterMs).toBe(health.disableAfterMs);
  expect(health.isFailing({ failures: failingAfter })).toBe(true);
  expect(health.isFailing({ failures: failingAfter - 1 })).toBe(false);
});

describe("the state of an endpoint", () => {
  it.each([
    ["working", enabled, null],
    ["untried", { ...enabled, last_success_at: null }, "nothing sent yet"],
    ["stumbling", { ...failing, failures: 1 }, "the last attempt failed"],
    ["stumbling", { ...failing, failures: 2 }, "the last 2 attempts failed"],
    ["failing", failing, "will be disabled in 3 d"],
    ["failing", { ...failing, failing_since: ago(130) }, "the next failure disables it"],
    ["gave_up", { ...disabled, disabled_reason: "failing" }, "failed for five days"],
    ["gone", { ...disabled, disabled_reason: "gone" }, "it answered 410 Gone"],
    ["off", { ...disabled, disabled_reason: "operator" }, "by hand"],
  ] as const)("is %s", (condition, endpoint, remark) => {
    expect(endpointConditionOf(endpoint)).toBe(condition);
    expect(endpointRemark(endpoint, now)).toBe(remark);
  });

  it("names the day on which a failing one is disabled, and what to do before", () => {
    const { why, next } = explainEndpoint(failing, now);
    expect(why).toBe("Nothing has arrived for 2 d: 9 attempts failed in a row.");
    expect(next).toContain("repair the receiver");
    expect(next).toContain("disabled on Nov 23, 10:00:00 UTC");
  });

  it("says of a disabled one that nothing is lost", () => {
    for (const reason of ["failing", "gone", "operator"] as const) {
      expect(explainEndpoint({ ...disabled, disabled_reason: reason }, now).next).toContain("can be replayed");
    }
  });
});

it("tells the share of the last day that arrived, never rounded up", () => {
  expect(wordLastDay({ deliveries: 0, delivered: 0 })).toBeNull();
  expect(wordLastDay({ deliveries: 1, delivered: 1 })).toEqual({
    share: "100 %",
    of: "1 of 1 delivery of the last 24 hours",
  });
  expect(wordLastDay({ deliveries: 1_000, delivered: 999 })).toEqual({
    share: "99.9 %",
    of: "999 of the latest 1,000 deliveries of the last 24 hours",
  });
});

it("counts what waits as far as the API does", () => {
  expect([0, 1284, 10_000].map(formatWaiting)).toEqual(["0", "1,284", "10,000+"]);
  const next = (waiting: number) => explainEndpoint({ ...enabled, waiting }, now).next;
  expect([0, 1, 10_000].map(next)).toEqual([
    "Nothing waits. Nothing for you to do.",
    "1 delivery waits. Nothing for you to do.",
    "10,000+ deliveries wait. Nothing for you to do.",
  ]);
});
