import { decideRenewal, vainMemorySeconds } from "../domain/proxy/decide-after-answer.ts";
import { DomainError } from "../domain/problem/domain-error.ts";
import type { ProxyPorts } from "./proxy-ports.ts";
import { readCredentials, type Renewal, type TokenRead, type TokenReadInput } from "./read-token.ts";
import { refreshAccount, type RefreshOutcome } from "./refresh-account.ts";

/**
 * A newer token than the one that a provider rejected: one that is there already, or one that a forced refresh brings, which all
 * who were rejected with the same token share, in this process and in others.
 *
 * @returns null when there is none to be had, and when the rejected one was itself made for a rejection a moment ago
 */
export async function renewRejected(
  ports: ProxyPorts,
  input: TokenReadInput,
  rejected: TokenRead,
): Promise<TokenRead | null> {
  const { environmentId, accountId } = input;
  const { credentialVersion: version } = rejected;
  const key = `${environmentId}:${accountId}:${version}:rejected`;
  const { outcome } = await ports.renewals.run(key, (joined) => renew(ports, input, version, joined));
  if (outcome instanceof Error || (outcome.kind !== "refreshed" && outcome.kind !== "fresh")) return null;
  if (outcome.account.credentialVersion <= version) return null;
  try {
    const read = await readCredentials(ports, input);
    return read.kind === "token" && read.credentialVersion > version ? read : null;
  } catch (error) {
    // Disconnected, or dead, meanwhile: the provider's answer to what was sent stands.
    if (error instanceof DomainError) return null;
    throw error;
  }
}

async function renew(
  ports: ProxyPorts,
  { environmentId, accountId, actor }: TokenReadInput,
  version: number,
  joined: () => number,
): Promise<Renewal> {
  const now = ports.clock.now();
  const since = new Date(now.getTime() - vainMemorySeconds * 1000);
  // Before the row: what is written between the two shows in the row, and a newer token always wins.
  const refreshedAt = await ports.renewalHistory.refreshedForRejection(environmentId, accountId, since);
  const account = await ports.accounts.find(environmentId, accountId);
  if (account === null) return { outcome: { kind: "not_found" }, found: null };
  const decision = decideRenewal({ rejected: version, current: account.credentialVersion }, refreshedAt, now);
  if (decision !== "refresh") {
    if (decision === "leave")
      ports.log.info({ account: accountId }, "a renewed token was rejected like the one before");
    return { outcome: { kind: "fresh", account }, found: null };
  }
  const demand = { reason: "rejected_token", minTtlSeconds: null, seenVersion: version } as const;
  const outcome = await refreshAccount(ports, { environmentId, accountId, actor, demand, joined }).catch(
    (error: unknown): RefreshOutcome | Error =>
      error instanceof Error ? error : new Error("unknown", { cause: error }),
  );
  if (outcome instanceof Error)
    ports.log.warn({ account: accountId, error: outcome }, "a rejected token was not renewed");
  return { outcome, found: null };
}
