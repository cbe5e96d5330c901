import fc from "fast-check";
import { expect, it } from "vitest";
import { latencyBucket, latencyQuantile, noLatency, type BucketCount } from "./latency-buckets.ts";

const countsOf = (latencies: readonly number[]): BucketCount[] =>
  latencies.map((one) => ({ bucket: latencyBucket(one), count: 1 }));

it("is off by less than the width of a bucket from the latency that the share of all stays below", () => {
  // Below, the one decimal that is told is wider than a bucket.
  const latency = fc.double({ min: 10, max: 60_000, noNaN: true });
  fc.assert(
    fc.property(
      fc.array(latency, { minLength: 1, maxLength: 200 }),
      fc.double({ min: 0.01, max: 1, noNaN: true }),
      (all, share) => {
        const sorted = all.toSorted((one, other) => one - other);
        const exact = sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
        const read = latencyQuantile(countsOf(all), share) ?? Number.NaN;
        expect(read / exact).toBeGreaterThan(1 / 1.1);
        expect(read / exact).toBeLessThan(1.1);
      },
    ),
  );
});

it("reads what is spread evenly nearly as it is", () => {
  const counts = countsOf(Array.from({ length: 1_000 }, (_none, index) => index + 1));
  expect((latencyQuantile(counts, 0.5) ?? 0) / 500).toBeCloseTo(1, 1);
  expect((latencyQuantile(counts, 0.95) ?? 0) / 950).toBeCloseTo(1, 1);
});

it("leaves out what took no time, and knows of no latency where nothing took any", () => {
  expect(latencyQuantile([{ bucket: noLatency, count: 5 }], 0.95)).toBeNull();
  expect(latencyQuantile([], 0.5)).toBeNull();
  const counts = [
    { bucket: noLatency, count: 1_000 },
    { bucket: latencyBucket(300), count: 1 },
  ];
  expect((latencyQuantile(counts, 0.5) ?? 0) / 300).toBeCloseTo(1, 0);
});

it.each([
  [0, noLatency],
  [-3, noLatency],
  [0.2, 0],
  [1, 0],
  [2, 8],
  [1_024, 80],
  [10_000_000, 160],
])("puts %d ms into bucket %d", (milliseconds, bucket) => {
  expect(latencyBucket(milliseconds)).toBe(bucket);
});
