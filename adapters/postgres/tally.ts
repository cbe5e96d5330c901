import { latencyBucket, noLatency } from "#core/domain/statistics/latency-buckets";
import type { Tally } from "#core/ports/tally";
import { stepOfSql, stepsSql } from "./add-up-counts.ts";
import { query, type DatabasePool } from "./pool.ts";

export type TallyKind = "token_read" | "webhook_attempt";

export interface StoredTally extends Tally {
  /** Writes down what was counted. What can't be written is tried again the next time. */
  flush(): Promise<void>;
}

/** Different things that a process counts between two flushes; what is beyond is not counted. */
const most = 20_000;

/** What one event costs is a look into a map; the database gets the sums. */
export function createTally(pool: DatabasePool): StoredTally {
  let counts = new Map<string, number>();
  const add = (environmentId: string, kind: TallyKind, result: string, bucket: number, times = 1): void => {
    const key = `${kind} ${result} ${bucket} ${environmentId}`;
    const before = counts.get(key);
    if (before === undefined && counts.size >= most) return;
    counts.set(key, (before ?? 0) + times);
  };
  return {
    tokenRead: (environmentId, result, waitedMs) =>
      add(environmentId, "token_read", result, waitedMs === null ? noLatency : latencyBucket(Math.max(waitedMs, 1))),
    webhookAttempted: (environmentId, result, tookMs) =>
      add(environmentId, "webhook_attempt", result, latencyBucket(Math.max(tookMs, 1))),

    async flush() {
      if (counts.size === 0) return;
      const taken = counts;
      counts = new Map();
      const rows = [...taken].map(([key, times]) => ({ ...partsOf(key), times }));
      try {
        await query(
          pool,
          // In one order, whoever writes: two processes that add to the same rows never wait for each other in a ring.
          `INSERT INTO tally AS t (environment_id, kind, step, at, result, latency, times)
           SELECT n.environment_id, n.kind, s.seconds, ${stepOfSql("now()")}, n.result, n.latency, n.times
             FROM unnest($1::text[], $2::text[], $3::text[], $4::smallint[], $5::int[]) n (environment_id, kind, result, latency, times)
             CROSS JOIN ${stepsSql} ORDER BY 1, 2, 3, 4, 5, 6
           ON CONFLICT (environment_id, kind, step, at, result, latency) DO UPDATE SET times = t.times + excluded.times`,
          [
            rows.map((one) => one.environmentId),
            rows.map((one) => one.kind),
            rows.map((one) => one.result),
            rows.map((one) => one.bucket),
            rows.map((one) => one.times),
          ],
          "tally-add",
        );
      } catch (error) {
        for (const { environmentId, kind, result, bucket, times } of rows) {
          add(environmentId, kind, result, bucket, times);
        }
        throw error;
      }
    },
  };
}

/** Neither a kind nor a result has a space in it. */
function partsOf(key: string): { kind: TallyKind; result: string; bucket: number; environmentId: string } {
  const [kind = "", result = "", bucket = "", environmentId = ""] = key.split(" ");
  return { kind: kind as TallyKind, result, bucket: Number(bucket), environmentId };
}
