import { latencyQuantile, noLatency, type BucketCount } from "./latency-buckets.ts";

/** Token reads with one result and one wait. */
export interface ReadCount extends BucketCount {
  readonly result: string;
}

export interface TokenReads {
  readonly reads: number;
  /** With a token that was valid. */
  readonly served: number;
  /** Those that got none, by the problem's code. */
  readonly problems: Readonly<Record<string, number>>;
  /** Of reads for an account that has, or should have, a token, 0 to 1; null: there was none. */
  readonly servedShare: number | null;
  /** Reads that waited for a refresh. */
  readonly waited: number;
  /** Of those, milliseconds; null: none waited. */
  readonly waitP95: number | null;
}

const served: readonly string[] = ["fresh", "refreshed", "failing", "limited"];

/** What nobody could have answered with a token: the account is not there, ended, or waits for its customer. */
const unanswerable: readonly string[] = [
  "not_found",
  "not_connected",
  "needs_reauth",
  "disconnected",
  "forbidden",
  "unauthorized",
  "invalid_request",
];

export function summarizeReads(counts: readonly ReadCount[]): TokenReads {
  const sum = (some: readonly ReadCount[]): number => some.reduce((all, { count }) => all + count, 0);
  const reads = sum(counts);
  const good = sum(counts.filter(({ result }) => served.includes(result)));
  const answerable = reads - sum(counts.filter(({ result }) => unanswerable.includes(result)));
  const problems = new Map<string, number>();
  for (const { result, count } of counts) {
    if (!served.includes(result)) problems.set(result, (problems.get(result) ?? 0) + count);
  }
  return {
    reads,
    served: good,
    problems: Object.fromEntries(problems),
    servedShare: answerable === 0 ? null : good / answerable,
    waited: sum(counts.filter(({ bucket }) => bucket !== noLatency)),
    waitP95: latencyQuantile(counts, 0.95),
  };
}
