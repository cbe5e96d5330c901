import type { Account } from "../domain/account/account.ts";
import { DomainError } from "../domain/problem/domain-error.ts";
import type { AccountStore } from "../ports/account-store.ts";
import type { Clock } from "../ports/clock.ts";
import { notFound } from "./account-problem.ts";
import { plainChange } from "./plain-change.ts";

const attempts = 10;

/**
 * Lets one account go that the mass-disconnect guard holds: it is due at once, and the provider decides (R26). The others stay held;
 * `mass-failure/release` lets all of them go. Of one that is not held nothing changes.
 *
 * @throws DomainError `not_found`, `conflict` while it keeps changing
 */
export async function releaseAccount(
  ports: { readonly accounts: AccountStore; readonly clock: Clock },
  input: { readonly environmentId: string; readonly accountId: string; readonly actor: string },
): Promise<Account> {
  const { environmentId, accountId, actor } = input;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const account = await ports.accounts.find(environmentId, accountId);
    if (account === null) throw notFound();
    if (account.hold === null) return account;
    const released = await ports.accounts.apply({
      ...plainChange(account, {
        hold: null,
        cooldownUntil: null,
        consecutiveFailures: 0,
        lastError: null,
        ...(account.status === "active" ? { refreshDueAt: ports.clock.now() } : {}),
      }),
      audit: [
        {
          environmentId,
          actor,
          action: "account.updated",
          target: accountId,
          accountId,
          detail: { fields: ["hold"] },
        },
      ],
    });
    if (released !== null) return released;
  }
  throw new DomainError("conflict", { detail: "The account kept changing. Try again." });
}
