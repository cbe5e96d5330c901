import { DomainError } from "../domain/problem/domain-error.ts";
import type { Metrics } from "../ports/metrics.ts";

/** Counts what a token read failed with, and throws it again. What was not foreseen counts as `internal_error`. */
export function countProblem(metrics: Pick<Metrics, "tokenRead">): (error: unknown) => never {
  return (error) => {
    metrics.tokenRead(error instanceof DomainError ? error.code : "internal_error");
    throw error;
  };
}
