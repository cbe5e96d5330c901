import { createLocalKeyring } from "#adapters/kms/local-keyring";
import { keyBytes } from "#core/domain/sealing/aead";
import { DomainError } from "#core/domain/problem/domain-error";
import type { KeyManagement } from "#core/ports/key-management";
import type { Kms } from "#core/ports/kms";
import type { Randomness } from "#core/ports/randomness";

/** Of a KMS. */
export interface Switch {
  /** `wrap`: no new keys; `unwrap`: nothing opens; null: works. */
  setDown(what: "wrap" | "unwrap" | null): void;
}

export type SwitchableKms = Kms & Switch;
export type SwitchableKeys = KeyManagement & Switch;

/** The real local keyring behind a switch. */
export function createSwitchableKms(random: Randomness): SwitchableKms {
  const kms = createLocalKeyring({
    keyrings: { shared: [{ id: "k1", key: new Uint8Array(32).fill(7) }], perEnvironment: new Map() },
    environmentName: async () => "production",
    random,
  });
  let down: "wrap" | "unwrap" | null = null;
  const guard = (what: "wrap" | "unwrap"): void => {
    if (down === what) throw new DomainError("kms_unavailable", { detail: "The key service does not answer." });
  };
  return {
    ...kms,
    async wrap(...given) {
      guard("wrap");
      return await kms.wrap(...given);
    },
    async unwrap(...given) {
      guard("unwrap");
      return await kms.unwrap(...given);
    },
    setDown(next) {
      down = next;
    },
  };
}

/** Data keys straight from it, with nothing between. */
export function createSwitchableKeys(random: Randomness): SwitchableKeys {
  const kms = createSwitchableKms(random);
  const contextOf = (environmentId: string) => ({ environmentId, purpose: "data_key" }) as const;
  return {
    async generateDataKey(environmentId) {
      const key = random.bytes(keyBytes);
      return { key, ...(await kms.wrap(contextOf(environmentId), key)) };
    },
    rewrap: (environmentId, kid, wrapped) => kms.rewrap(contextOf(environmentId), { kid, wrapped }),
    unwrap: (environmentId, kid, wrapped) => kms.unwrap(contextOf(environmentId), { kid, wrapped }),
    setDown: (what) => kms.setDown(what),
  };
}
