import type { Account } from "../domain/account/account.ts";
import { decideRefresh, type BlockCause, type RefreshDemand } from "../domain/refresh/decide-refresh.ts";
import { leaseSeconds } from "../domain/refresh/refresh-policy.ts";
import type { AttemptResult } from "../ports/account-store.ts";
import { attemptRefresh } from "./attempt-refresh.ts";
import { loadIntegration } from "./load-integration.ts";
import type { RefreshPorts } from "./refresh-ports.ts";

export interface RefreshInput {
  readonly environmentId: string;
  readonly accountId: string;
  /** Without `seenVersion` the version found first counts. */
  readonly demand: Omit<RefreshDemand, "seenVersion"> & { readonly seenVersion?: number };
  /** For the audit log. */
  readonly actor: string;
}

export type RefreshOutcome =
  | { readonly kind: "not_found" }
  /** Nothing was needed. */
  | { readonly kind: "fresh"; readonly account: Account }
  /** A new token set is there, whoever obtained it. */
  | { readonly kind: "refreshed"; readonly account: Account }
  | { readonly kind: "failed"; readonly account: Account; readonly attempt: AttemptResult }
  | { readonly kind: "blocked"; readonly account: Account; readonly cause: BlockCause; readonly until: Date | null }
  /** Another process held the account for longer than a lease lasts. */
  | { readonly kind: "timed_out"; readonly account: Account };

/** A caller waits for others at most this long: a lease and a little. */
const patienceMs = (leaseSeconds + 5) * 1000;

/**
 * Brings an account's token up to date, once however many ask: callers in this process share one promise, callers in other
 * processes wait on the row and share the result.
 */
export async function refreshAccount(
  ports: RefreshPorts,
  input: RefreshInput,
  signal?: AbortSignal,
): Promise<RefreshOutcome> {
  const startedMs = ports.clock.monotonicMs();
  let account = await ports.accounts.find(input.environmentId, input.accountId);
  if (account === null) return { kind: "not_found" };
  const seenVersion = input.demand.seenVersion ?? account.credentialVersion;
  const demand: RefreshDemand = { ...input.demand, seenVersion };
  /** When the attempt that we wait for began; null while we wait for none. */
  let awaitedSince: Date | null = null;
  let pauseMs = 15;

  for (;;) {
    const integration = await loadIntegration(ports.integrations, account);
    const decision = decideRefresh(account, integration.resolved.refreshPolicy, demand, ports.clock.now());
    switch (decision.kind) {
      case "fresh":
        return { kind: account.credentialVersion > seenVersion ? "refreshed" : "fresh", account };
      case "blocked": {
        // Whoever waited for an attempt that failed shares its result: it is an answer, not a cooldown.
        const shared = await sharedFailure(ports, account.id, awaitedSince);
        if (shared !== null) return { kind: "failed", account, attempt: shared };
        return { kind: "blocked", account, cause: decision.cause, until: decision.until };
      }
      case "due": {
        // Many who force at once get one answer, not one request each.
        const shared = demand.reason === "forced" ? await sharedFailure(ports, account.id, awaitedSince) : null;
        if (shared !== null) return { kind: "failed", account, attempt: shared };
        const conclusion = await ports.flights.run(account.id, (joined) =>
          attemptRefresh(ports, { ...input, demand }, integration, joined),
        );
        if (conclusion.kind === "refreshed" || conclusion.kind === "failed") return conclusion;
        break;
      }
      case "waiting":
        if (awaitedSince === null) {
          awaitedSince = leaseBegan(decision.until);
          await ports.accounts.addWaiter(account.id);
        }
        break;
    }
    if (signal?.aborted === true || ports.clock.monotonicMs() - startedMs > patienceMs)
      return { kind: "timed_out", account };
    await ports.clock.sleep(pauseMs * (0.5 + ports.random.fraction()), signal);
    pauseMs = Math.min(pauseMs * 1.4, 200);
    const next = await ports.accounts.find(input.environmentId, input.accountId);
    if (next === null) return { kind: "not_found" };
    account = next;
  }
}

/** The attempt in flight began with its lease; a second for the clocks to differ. */
function leaseBegan(until: Date): Date {
  return new Date(until.getTime() - (leaseSeconds + 1) * 1000);
}

/** How the attempt that was waited for failed; null when none was, when it was given back unsent, or when it worked. */
async function sharedFailure(
  ports: RefreshPorts,
  accountId: string,
  awaitedSince: Date | null,
): Promise<AttemptResult | null> {
  if (awaitedSince === null) return null;
  const latest = await ports.accounts.latestAttempt(accountId);
  const isAwaited = latest !== null && latest.startedAt >= awaitedSince && latest.outcome !== "refreshed";
  return isAwaited ? latest : null;
}
