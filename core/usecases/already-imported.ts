import type { Caller } from "../domain/access/permission.ts";
import type { Account } from "../domain/account/account.ts";
import { DomainError } from "../domain/problem/domain-error.ts";
import type { AccountStore } from "../ports/account-store.ts";

interface Ports {
  readonly accounts: AccountStore;
}

/**
 * What an earlier run of the same request made, as it stands now; null when it got no further than `connecting`. Credentials that
 * were written once are not written again: they may have been refreshed since.
 */
export async function alreadyImported(ports: Ports, caller: Caller, id: string | undefined): Promise<Account | null> {
  const account = id === undefined ? null : await ports.accounts.find(caller.environmentId, id);
  return account === null || account.status === "connecting" ? null : account;
}

/** Another run of the same request, whose process was taken for dead, was quicker. @throws DomainError conflict */
export async function importedMeanwhile(ports: Ports, caller: Caller, id: string): Promise<Account> {
  const account = await alreadyImported(ports, caller, id);
  if (account !== null) return account;
  throw new DomainError("conflict", { detail: "The new account changed while it was imported." });
}
