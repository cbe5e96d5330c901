import { expect, it } from "vitest";
import { latencyBucket, noLatency } from "./latency-buckets.ts";
import { buildSeries, reauthShare } from "./series.ts";

const at = (time: string): Date => new Date(`2026-12-04T${time}:00Z`);
const hours = { since: at("10:00"), until: at("12:30"), stepSeconds: 3_600 };

it("has a point for each step of the window, also where nothing happened", () => {
  const points = buildSeries(
    hours,
    [
      { at: at("11:00"), isRefreshed: true, bucket: latencyBucket(200), count: 3 },
      { at: at("11:00"), isRefreshed: false, bucket: noLatency, count: 1 },
    ],
    [],
    [{ at: at("12:00"), bucket: latencyBucket(900), count: 2 }],
  );
  expect(points.map((one) => one.waitP95 === null)).toEqual([true, true, false]);
  expect(points.map((one) => one.at)).toEqual([at("10:00"), at("11:00"), at("12:00")]);
  expect(points[0]).toMatchObject({ refreshes: 0, successRate: null, p50: null, p95: null, needsReauthShare: null });
  expect(points[1]).toMatchObject({ refreshes: 4, successRate: 0.75 });
  expect((points[1]?.p50 ?? 0) / 200).toBeCloseTo(1, 0);
});

it("carries on how many accounts there were until that changes, each integration by itself, and knows nothing before the first", () => {
  const past = (time: string, integrationName: string, active: number, needsReauth: number) => ({
    at: at(time),
    integrationName,
    active,
    needsReauth,
  });
  const shares = (pasts: Parameters<typeof buildSeries>[2]) =>
    buildSeries(hours, [], pasts).map((one) => one.needsReauthShare);
  expect(shares([past("09:00", "acme", 9, 1), past("11:00", "acme", 8, 2)])).toEqual([0.1, 0.2, 0.2]);
  expect(shares([past("11:00", "acme", 4, 1), past("12:00", "globex", 4, 1), past("12:00", "acme", 5, 0)])).toEqual([
    null,
    0.2,
    0.1,
  ]);
  expect(shares([past("10:00", "acme", 0, 0)])).toEqual([null, null, null]);
});

it("counts in a share those that have a grant, or had one", () => {
  expect(reauthShare([])).toBeNull();
  expect(
    reauthShare([
      { active: 90, needsReauth: 0 },
      { active: 0, needsReauth: 10 },
    ]),
  ).toBe(0.1);
});
