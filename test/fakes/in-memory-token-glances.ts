import type { AccountStore } from "#core/ports/account-store";
import type { TokenGlances } from "#core/ports/token-glances";

/** Looks at the accounts of a fake store; `stamp` tells which definition is in force. */
export function createInMemoryTokenGlances(
  accounts: Pick<AccountStore, "findWithCredential">,
  stamp: () => string = () => "first",
): TokenGlances {
  return {
    async glance(environmentId, accountId) {
      const found = await accounts.findWithCredential(environmentId, accountId);
      if (found === null) return null;
      const { account, credential } = found;
      return {
        ...account,
        isHeld: account.hold !== null,
        hasAlarm: account.refreshDueAt !== null || account.leaseUntil !== null,
        hasOverrides: Object.keys(account.overrides).length > 0,
        credential,
        definitionStamp: stamp(),
      };
    },
  };
}
