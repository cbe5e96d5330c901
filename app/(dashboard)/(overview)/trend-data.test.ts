import { expect, test } from "vitest";
import type { IntegrationOverview } from "#api/schemas/overview";
import { gatherReasons } from "./gather-reasons.ts";
import { timeTicks, wordTime } from "./time-ticks.ts";
import { loadData, trendData } from "./trend-data.ts";

const startsAt = "2026-12-04T12:00:00.000Z";
const integration = (name: string, refreshes: number[], perMinute: number | null = null, from = startsAt) =>
  ({
    integration_name: name,
    due: { counted_at: from, starts_at: from, step_seconds: 300, refreshes },
    budget: { per_minute: perMinute, concurrency: null },
    failures: [],
  }) as unknown as IntegrationOverview;

test("the hour to come has its largest parts by name and the others together, and says how full each budget is", () => {
  const load = loadData(
    [
      integration("a", [1, 0, 0]),
      integration("b", [9, 9, 9]),
      integration("c", [2, 8, 2], 1),
      integration("d", [3, 3, 3]),
      integration("e", [2, 2, 2]),
      integration("f", [1, 1, 1]),
      integration("none", [0, 0, 0]),
      // Of an integration that is gone, and was counted an hour ago.
      integration("gone", [99, 99, 99], null, "2026-12-04T11:00:00.000Z"),
    ],
    new Map([["b", "Beta"]]),
  );
  expect(load?.parts).toEqual([
    { name: "Beta", due: [9, 9, 9] },
    { name: "c", due: [2, 8, 2] },
    { name: "d", due: [3, 3, 3] },
    { name: "e", due: [2, 2, 2] },
    { name: "3 others", due: [2, 1, 1] },
  ]);
  expect(load?.budgets).toEqual([{ name: "c", limit: 5, peak: 8, peakAt: Date.parse("2026-12-04T12:05:00.000Z") }]);
  expect(loadData([], new Map())).toBeNull();
});

test("a series goes to the browser as columns", () => {
  const point = {
    at: startsAt,
    refreshes: 3,
    success_rate: 2 / 3,
    latency_ms: { p50: 100.04, p95: null },
    needs_reauth_share: null,
    token_wait_p95_ms: null,
  };
  expect(trendData({ since: startsAt, step_seconds: 900, points: [point] })).toEqual({
    since: Date.parse(startsAt),
    stepSeconds: 900,
    refreshes: [3],
    success: [0.66667],
    p50: [100],
    p95: [null],
    reauth: [null],
  });
});

test("reasons of all integrations are added up, most first, and what was replaced is none", () => {
  const failed = (name: string, failures: IntegrationOverview["failures"]) =>
    ({ ...integration(name, []), failures }) as IntegrationOverview;
  const down = { outcome: "transient", rule: "http.5xx", meaning: "Down." };
  const reasons = gatherReasons([
    failed("a", [
      { ...down, attempts: 2 },
      { outcome: "superseded", rule: null, meaning: null, attempts: 50 },
    ]),
    failed("b", [
      { ...down, attempts: 5 },
      { outcome: "reauthorize", rule: "x", meaning: null, attempts: 6 },
    ]),
    failed("c", [{ outcome: "of_a_later_version", rule: null, meaning: null, attempts: 1 }]),
  ]);
  expect(reasons.map(({ outcome, rule, attempts }) => [outcome, rule, attempts])).toEqual([
    ["transient", "http.5xx", 7],
    ["reauthorize", "x", 6],
    ["transient", null, 1],
  ]);
  expect(reasons[0]?.integrations).toEqual([
    { name: "b", attempts: 5 },
    { name: "a", attempts: 2 },
  ]);
});

test.each([
  [3_600, 7],
  [86_400, 5],
  [7 * 86_400, 4],
  [30 * 86_400, 5],
])("ticks of %i seconds are round and few", (seconds, count) => {
  const to = Date.parse("2026-12-04T12:07:00Z");
  const ticks = timeTicks(to - seconds * 1_000, to);
  expect(ticks.length).toBeGreaterThanOrEqual(count - 1);
  expect(ticks.length).toBeLessThanOrEqual(count + 1);
  expect(ticks.every((tick) => tick >= to - seconds * 1_000 && tick <= to && tick % 300_000 === 0)).toBe(true);
});

test("a time is an hour of the day, a day, or both", () => {
  const at = Date.parse("2026-12-04T09:05:00Z");
  expect([wordTime(at, 900), wordTime(at, 86_400), wordTime(at, 900, true)]).toEqual([
    "09:05",
    "Dec 4",
    "Dec 4, 09:05",
  ]);
});
