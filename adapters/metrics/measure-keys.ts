import type { KeyManagement } from "#core/ports/key-management";
import type { KeyOperation, Metrics } from "#core/ports/metrics";

/** Counts calls of the KMS, whichever it is. */
export function measureKeys(keys: KeyManagement, metrics: Pick<Metrics, "kmsCalled">): KeyManagement {
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
    generateDataKey: (environmentId) => counted("generate", keys.generateDataKey(environmentId)),
    unwrap: (environmentId, kid, wrapped) => counted("unwrap", keys.unwrap(environmentId, kid, wrapped)),
    rewrap: (environmentId, kid, wrapped) => counted("rewrap", keys.rewrap(environmentId, kid, wrapped)),
    describe: () => keys.describe(),
  };
}
