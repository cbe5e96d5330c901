import { keyBytes } from "#core/domain/sealing/aead";
import type { KeyManagement } from "#core/ports/key-management";
import type { Kms, WrapContext } from "#core/ports/kms";
import type { Randomness } from "#core/ports/randomness";

/** Data keys that the KMS itself wraps, one call for each. */
export function directKeys(kms: Kms, random: Randomness): KeyManagement {
  const context = (environmentId: string): WrapContext => ({ environmentId, purpose: "data_key" });
  return {
    async generateDataKey(environmentId) {
      const key = random.bytes(keyBytes);
      return { key, ...(await kms.wrap(context(environmentId), key)) };
    },
    unwrap: (environmentId, kid, wrapped) => kms.unwrap(context(environmentId), { kid, wrapped }),
    rewrap: (environmentId, kid, wrapped) => kms.rewrap(context(environmentId), { kid, wrapped }),
    describe: () => kms.describe(),
  };
}
