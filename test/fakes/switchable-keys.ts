import { directKeys } from "#adapters/kms/direct-keys";
import { createLocalKeyring } from "#adapters/kms/local-keyring";
import { DomainError } from "#core/domain/problem/domain-error";
import type { KeyManagement } from "#core/ports/key-management";
import type { Randomness } from "#core/ports/randomness";

export interface SwitchableKeys extends KeyManagement {
  /** `wrap`: no new data keys; `unwrap`: nothing opens; null: works. */
  setDown(what: "wrap" | "unwrap" | null): void;
}

/** The real local keyring behind a switch. */
export function createSwitchableKeys(random: Randomness): SwitchableKeys {
  const keyring = createLocalKeyring({
    keyrings: { shared: [{ id: "k1", key: new Uint8Array(32).fill(7) }], perEnvironment: new Map() },
    environmentName: async () => "production",
    random,
  });
  const keys = directKeys(keyring, random);
  let down: "wrap" | "unwrap" | null = null;
  const guard = (what: "wrap" | "unwrap"): void => {
    if (down === what) throw new DomainError("kms_unavailable", { detail: "The key service does not answer." });
  };
  return {
    ...keys,
    async generateDataKey(environmentId) {
      guard("wrap");
      return await keys.generateDataKey(environmentId);
    },
    async unwrap(environmentId, kid, wrapped) {
      guard("unwrap");
      return await keys.unwrap(environmentId, kid, wrapped);
    },
    setDown(next) {
      down = next;
    },
  };
}
