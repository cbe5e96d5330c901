import type { InMemoryAccountStore } from "./in-memory-account-store.ts";

/** The store, with `act` between what its user read and what it writes first: another writer, a key service that goes away. */
export function beforeFirstApply(accounts: InMemoryAccountStore, act: () => Promise<unknown>): InMemoryAccountStore {
  let isFirst = true;
  return {
    ...accounts,
    async apply(change) {
      if (isFirst) {
        isFirst = false;
        await act();
      }
      return await accounts.apply(change);
    },
  };
}
