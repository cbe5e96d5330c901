import { keyBytes } from "#core/domain/sealing/aead";
import type { KeyManagement } from "#core/ports/key-management";
import type { Kms } from "#core/ports/kms";
import type { Randomness } from "#core/ports/randomness";

/** Each data key wrapped by the KMS itself, with nothing between: for tests and measurements. */
export function directKeys(kms: Kms, random: Randomness): KeyManagement {
  const contextOf = (environmentId: string) => ({ environmentId, purpose: "data_key" }) as const;
  return {
    async generateDataKey(environmentId) {
      const key = random.bytes(keyBytes);
      return { key, ...(await kms.wrap(contextOf(environmentId), key)) };
    },
    unwrap: (environmentId, kid, wrapped) => kms.unwrap(contextOf(environmentId), { kid, wrapped }),
    rewrap: (environmentId, kid, wrapped) => kms.rewrap(contextOf(environmentId), { kid, wrapped }),
    describe: () => kms.describe(),
  };
}
