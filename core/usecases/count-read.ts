import { DomainError } from "../domain/problem/domain-error.ts";
import type { Metrics, TokenReadResult } from "../ports/metrics.ts";
import type { Tally } from "../ports/tally.ts";

export interface ReadCounters {
  readonly metrics: Pick<Metrics, "tokenRead">;
  readonly tally: Pick<Tally, "tokenRead">;
}

/** Counts a token read, for who scrapes this process and for the pages of its environment. */
export function countRead(
  { metrics, tally }: ReadCounters,
  environmentId: string,
  result: TokenReadResult,
  waitedMs: number | null,
): void {
  metrics.tokenRead(result);
  tally.tokenRead(environmentId, result, waitedMs);
}

/** Counts what a token read failed with, and throws it again. What was not foreseen counts as `internal_error`. */
export function countProblem(
  counters: ReadCounters,
  environmentId: string,
  waitedMs: () => number | null = () => null,
): (error: unknown) => never {
  return (error) => {
    countRead(counters, environmentId, error instanceof DomainError ? error.code : "internal_error", waitedMs());
    throw error;
  };
}
