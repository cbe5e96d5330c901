import { DomainError, type ProblemCode } from "../domain/problem/domain-error.ts";
import type { Clock } from "../ports/clock.ts";

const pauseMs = 1_000;

/**
 * For work whose only material is in memory, such as tokens that a provider has just given: what is away (database, KMS) is waited
 * for as long as this process lives. Every other error is thrown.
 */
export async function untilAvailable<T>(
  clock: Clock,
  code: Extract<ProblemCode, "database_unavailable" | "kms_unavailable">,
  work: () => Promise<T>,
): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof DomainError) || error.code !== code) throw error;
      await clock.sleep(pauseMs);
    }
  }
}
