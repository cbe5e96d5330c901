import type { Account } from "../domain/account/account.ts";
import { refreshPolicyOf } from "../domain/integration/resolve-integration.ts";
import { scheduleRefresh } from "../domain/refresh/schedule-refresh.ts";
import { findSpreadSeconds } from "./load-integration.ts";
import { ofAccount } from "./of-account.ts";
import { plainChange } from "./plain-change.ts";
import type { RefreshPorts } from "./refresh-ports.ts";
import type { TokenRead } from "./read-token.ts";

/**
 * R17 the other way round: a rejection tells how long a token lived only where the token that came for it is let in. Where the
 * call with the new one is rejected as well, the provider has a reason of its own, and the age of the first says nothing. Believed,
 * it would have every token of the account renewed after so short a time, on and on.
 *
 * @param before the account as it was when the first token was rejected
 * @param renewed the token that came for it, rejected as well
 */
export async function forgetLifetime(
  ports: Pick<RefreshPorts, "accounts" | "integrations" | "clock" | "random">,
  before: Account,
  renewed: TokenRead,
): Promise<void> {
  const account = await ports.accounts.find(before.environmentId, before.id);
  const learned = before.learnedLifetimeSeconds;
  // Newer credentials are another matter, and what was known before this renewal was not learned from it.
  if (account === null || account.credentialVersion !== renewed.credentialVersion) return;
  if (account.learnedLifetimeSeconds === null || account.learnedLifetimeSeconds === learned) return;
  if (learned !== null && learned < account.learnedLifetimeSeconds) return;
  const { issuedAt } = account;
  const expiresAt = learned === null || issuedAt === null ? null : new Date(issuedAt.getTime() + learned * 1000);
  const refreshDueAt = expiresAt === null ? null : await dueAt(ports, { ...account, expiresAt }, renewed);
  await ports.accounts.apply(plainChange(account, { expiresAt, refreshDueAt, learnedLifetimeSeconds: learned }));
}

async function dueAt(
  ports: Pick<RefreshPorts, "integrations" | "clock" | "random">,
  account: Account,
  { configured }: TokenRead,
): Promise<Date | null> {
  if (configured === null) return account.refreshDueAt;
  const policy = refreshPolicyOf(ofAccount(configured, account.overrides).document);
  const spread = await findSpreadSeconds(ports.integrations, account);
  return scheduleRefresh(account, policy, ports.clock.now(), ports.random.fraction(), spread);
}
