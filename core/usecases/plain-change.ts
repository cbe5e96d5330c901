import type { Account } from "../domain/account/account.ts";
import type { AccountChange } from "../ports/account-store.ts";

/** A change of a few fields, written while nobody else wrote. */
export function plainChange(account: Account, set: AccountChange["set"]): AccountChange {
  return {
    accountId: account.id,
    environmentId: account.environmentId,
    ifFence: account.fence,
    onCredentialFence: account.credentialFence,
    isAnswer: false,
    ifVersion: account.credentialVersion,
    expectedStatus: account.status,
    expectedScopes: account.scopesGranted,
    raiseFence: false,
    releaseLease: false,
    set,
    happening: null,
    credential: null,
    attempt: null,
    recorded: null,
    guard: null,
    completes: null,
    audit: [],
  };
}
