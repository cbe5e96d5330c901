import { latencyQuantile, type BucketCount } from "./latency-buckets.ts";

/** Attempts of one step of time with one latency. */
export interface StepCount extends BucketCount {
  readonly at: Date;
  /** Null: neither that nor failed. */
  readonly isRefreshed: boolean | null;
}

/** Accounts of one integration from an instant on, until the next of them. */
export interface PastCount {
  readonly at: Date;
  readonly integrationName: string;
  readonly active: number;
  readonly needsReauth: number;
}

export interface SeriesPoint {
  /** Where the step begins. */
  readonly at: Date;
  readonly refreshes: number;
  /** 0 to 1; null: nothing was refreshed. */
  readonly successRate: number | null;
  /** Milliseconds; null: nobody was asked. */
  readonly p50: number | null;
  readonly p95: number | null;
  /** How long token reads waited for a refresh, milliseconds; null: none did. */
  readonly waitP95: number | null;
  /** Of accounts that had a grant, 0 to 1, at the end of the step; null: nobody counted yet, or there were none. */
  readonly needsReauthShare: number | null;
}

/** What a chart draws: one point for each step of the window, also where nothing happened. */
export function buildSeries(
  { since, until, stepSeconds }: { readonly since: Date; readonly until: Date; readonly stepSeconds: number },
  attempts: readonly StepCount[],
  pasts: readonly PastCount[],
  waits: readonly (BucketCount & { readonly at: Date })[] = [],
): readonly SeriesPoint[] {
  const step = stepSeconds * 1_000;
  const byStep = Map.groupBy(attempts, ({ at }) => at.getTime());
  const waitsByStep = Map.groupBy(waits, ({ at }) => at.getTime());
  const sorted = pasts.toSorted((one, other) => one.at.getTime() - other.at.getTime());
  const now = new Map<string, PastCount>();
  let read = 0;
  const points: SeriesPoint[] = [];
  for (let at = since.getTime(); at <= until.getTime(); at += step) {
    for (; read < sorted.length; read += 1) {
      const past = sorted[read];
      if (past === undefined || past.at.getTime() >= at + step) break;
      now.set(past.integrationName, past);
    }
    const counts = byStep.get(at) ?? [];
    const refreshes = sumOf(counts);
    const decided = sumOf(counts.filter(({ isRefreshed }) => isRefreshed !== null));
    points.push({
      at: new Date(at),
      refreshes,
      successRate: decided === 0 ? null : sumOf(counts.filter(({ isRefreshed }) => isRefreshed)) / decided,
      p50: latencyQuantile(counts, 0.5),
      p95: latencyQuantile(counts, 0.95),
      waitP95: latencyQuantile(waitsByStep.get(at) ?? [], 0.95),
      needsReauthShare: reauthShare([...now.values()]),
    });
  }
  return points;
}

/** Of accounts that have a grant, or had one that died; null: there are none. */
export function reauthShare(
  counts: readonly { readonly active: number; readonly needsReauth: number }[],
): number | null {
  const needsReauth = counts.reduce((sum, one) => sum + one.needsReauth, 0);
  const all = counts.reduce((sum, one) => sum + one.active, needsReauth);
  return all <= 0 ? null : needsReauth / all;
}

function sumOf(counts: readonly { readonly count: number }[]): number {
  return counts.reduce((sum, { count }) => sum + count, 0);
}
