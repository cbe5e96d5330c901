import { expect, it } from "vitest";
import { latencyBucket, noLatency } from "./latency-buckets.ts";
import { summarizeReads } from "./token-reads.ts";

const read = (result: string, count: number, waitMs: number | null = null) => ({
  result,
  count,
  bucket: waitMs === null ? noLatency : latencyBucket(waitMs),
});

it("counts what is served, valid though refreshing fails, against what could have been", () => {
  const found = summarizeReads([
    read("fresh", 90),
    read("refreshed", 5, 300),
    read("failing", 3, 2_000),
    read("limited", 1),
    read("provider_timeout", 1, 20_000),
    read("needs_reauth", 40),
    read("not_found", 10),
  ]);
  expect(found).toMatchObject({
    reads: 150,
    served: 99,
    servedShare: 0.99,
    problems: { provider_timeout: 1, needs_reauth: 40, not_found: 10 },
    waited: 9,
  });
  expect((found.waitP95 ?? 0) / 20_000).toBeGreaterThan(0.9);
});

it("knows of no share and no wait where nobody asked, or nobody waited", () => {
  expect(summarizeReads([])).toEqual({
    reads: 0,
    served: 0,
    problems: {},
    servedShare: null,
    waited: 0,
    waitP95: null,
  });
  expect(summarizeReads([read("needs_reauth", 3)])).toMatchObject({ servedShare: null });
  expect(summarizeReads([read("fresh", 3)])).toMatchObject({ servedShare: 1, waitP95: null });
});
