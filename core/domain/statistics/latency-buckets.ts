/** Buckets to each doubling of a latency: one is 9 % wide, and a percentile is off by less. */
const bucketsPerDoubling = 8;
/** 17 minutes, which nothing takes that has a deadline. */
const lastBucket = 160;

/** The bucket of what took no time, since nobody was asked or nobody waited. It counts in no percentile. */
export const noLatency = -1;

/** As evergrant_latency_bucket() in the database has it. */
export function latencyBucket(milliseconds: number): number {
  if (!(milliseconds > 0)) return noLatency;
  if (milliseconds < 1) return 0;
  return Math.min(Math.floor(bucketsPerDoubling * Math.log2(milliseconds) + 1e-9), lastBucket);
}

/** So many latencies within one bucket. */
export interface BucketCount {
  readonly bucket: number;
  readonly count: number;
}

/**
 * Which latency the given share of all stays below, in milliseconds with one decimal; within a bucket its latencies are taken to be
 * evenly spread.
 *
 * @param share 0 to 1: 0.95 for a p95
 * @returns null: nothing took any time
 */
export function latencyQuantile(counts: readonly BucketCount[], share: number): number | null {
  const sums = new Map<number, number>();
  let all = 0;
  for (const { bucket, count } of counts) {
    if (bucket === noLatency) continue;
    sums.set(bucket, (sums.get(bucket) ?? 0) + count);
    all += count;
  }
  if (all <= 0) return null;
  const sorted = [...sums].toSorted(([one], [other]) => one - other);
  const rank = share * all;
  let below = 0;
  for (const [bucket, count] of sorted) {
    if (count > 0 && below + count >= rank) return roundTenth(within(bucket, (rank - below) / count));
    below += count;
  }
  return null;
}

function within(bucket: number, fraction: number): number {
  return 2 ** ((bucket + Math.min(Math.max(fraction, 0), 1)) / bucketsPerDoubling);
}

function roundTenth(value: number): number {
  return Math.round(value * 10) / 10;
}
