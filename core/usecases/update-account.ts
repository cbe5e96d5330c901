import type { Account } from "../domain/account/account.ts";
import { changedFields, changeOverrides, overlay, type Overrides } from "../domain/integration/overrides.ts";
import { DomainError } from "../domain/problem/domain-error.ts";
import type { AccountStore } from "../ports/account-store.ts";
import type { Clock } from "../ports/clock.ts";
import type { IntegrationStore } from "../ports/integration-store.ts";
import { plainChange } from "./plain-change.ts";
import { notFound } from "./account-problem.ts";

export interface UpdatePorts {
  readonly accounts: Pick<AccountStore, "find" | "apply">;
  readonly integrations: Pick<IntegrationStore, "find">;
  readonly clock: Pick<Clock, "now">;
}

export interface UpdateInput {
  readonly environmentId: string;
  readonly accountId: string;
  /** In place of what is there; null: left as it is. */
  readonly metadata: Readonly<Record<string, string>> | null;
  /** Laid over the overrides that are there (RFC 7396); null: left as they are. */
  readonly overrides: Overrides | null;
  readonly actor: string;
}

const attempts = 5;

/**
 * Changes what is the product's own of an account. Overrides count from the next decision on: for a refresh under way those count
 * that it began with. An account that was put off since its overrides did not fit is due again once they do.
 *
 * @throws DomainError not_found, invalid_request naming the field, conflict when the account kept changing
 */
export async function updateAccount(ports: UpdatePorts, input: UpdateInput): Promise<Account> {
  const { metadata } = input;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const account = await ports.accounts.find(input.environmentId, input.accountId);
    if (account === null) throw notFound();
    const overrides = await nextOverrides(ports, account, input.overrides);
    const recalledAt = overrides === null ? null : await recallAt(ports, account);
    const stored = await ports.accounts.apply({
      ...plainChange(account, {
        ...(metadata === null ? {} : { metadata }),
        ...(overrides === null ? {} : { overrides }),
        ...(recalledAt === null ? {} : { refreshDueAt: recalledAt }),
      }),
      ifVersion: null,
      ...(overrides === null ? {} : { ifOverrides: account.overrides }),
      audit: [
        {
          environmentId: account.environmentId,
          actor: input.actor,
          action: "account.updated",
          target: account.id,
          accountId: account.id,
          detail: {
            fields: [...(metadata === null ? [] : ["metadata"]), ...(overrides === null ? [] : ["overrides"])],
            ...(overrides === null ? {} : { overrides: changedFields(account.overrides, overrides) }),
          },
        },
      ],
    });
    if (stored !== null) return stored;
  }
  throw new DomainError("conflict", { detail: "The account kept changing. Try again." });
}

/** The overrides of an account once a patch is laid over them; null: there is no patch. */
export async function nextOverrides(
  ports: { readonly integrations: Pick<IntegrationStore, "find"> },
  account: Pick<Account, "environmentId" | "integrationName" | "overrides">,
  patch: Overrides | null,
): Promise<Overrides | null> {
  if (patch === null) return null;
  const configured = await ports.integrations.find(account.environmentId, account.integrationName);
  if (configured !== null) return changeOverrides(configured.document, account.overrides, [patch], "account");
  throw new DomainError("conflict", {
    detail: `The integration ${account.integrationName} is not defined in this environment any more.`,
  });
}

/**
 * When an account whose overrides are mended is to be refreshed; null: its alarm stays. Like whoever an environment's change recalls
 * it was put off for hours, and whatever pace it was told before it keeps.
 */
async function recallAt(ports: UpdatePorts, account: Account): Promise<Date | null> {
  const { refreshDueAt, cooldownUntil, lastError } = account;
  if (refreshDueAt === null || lastError?.code !== "client_misconfigured") return null;
  const configured = await ports.integrations.find(account.environmentId, account.integrationName);
  if (configured === null || overlay(configured.document, account.overrides).errors.length === 0) return null;
  const now = ports.clock.now();
  const at = cooldownUntil !== null && cooldownUntil > now ? cooldownUntil : now;
  return at < refreshDueAt ? at : null;
}
