import type { Kms } from "#core/ports/kms";
import type { KeyOperation, Metrics } from "#core/ports/metrics";

/** Counts calls of the KMS, whichever it is. What tenant keys do in memory is none. */
export function measureKms(kms: Kms, metrics: Pick<Metrics, "kmsCalled">): Kms {
  const counted = async <T>(operation: KeyOperation, call: Promise<T>): Promise<T> => {
    try {
      const answer = await call;
      metrics.kmsCalled(operation, answer === null ? "invalid" : "ok");
      return answer;
    } catch (error) {
      metrics.kmsCalled(operation, "unavailable");
      throw error;
    }
  };
  return {
    wrap: (context, key) => counted("wrap", kms.wrap(context, key)),
    unwrap: (context, wrapped) => counted("unwrap", kms.unwrap(context, wrapped)),
    rewrap: (context, wrapped) => counted("rewrap", kms.rewrap(context, wrapped)),
    describe: () => kms.describe(),
  };
}
