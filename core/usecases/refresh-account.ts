import type { Account, OpenAttempt } from "../domain/account/account.ts";
import { isTypedDocument } from "../domain/integration/credential-fields.ts";
import { refreshPolicyOf } from "../domain/integration/resolve-integration.ts";
import { decideRefresh, type BlockCause, type RefreshDemand } from "../domain/refresh/decide-refresh.ts";
import { exhaustedBudget, type RateLimit } from "../domain/rate-limit/rate-limit.ts";
import { budgetPatienceSeconds, leaseSeconds, type RefreshPolicy } from "../domain/refresh/refresh-policy.ts";
import type { AttemptResult } from "../ports/account-store.ts";
import { attemptRefresh } from "./attempt-refresh.ts";
import { concreteIntegration, findDefinition } from "./load-integration.ts";
import type { RefreshPorts } from "./refresh-ports.ts";

export interface RefreshInput {
  readonly environmentId: string;
  readonly accountId: string;
  /** Without `seenVersion` the version found first counts. */
  readonly demand: Omit<RefreshDemand, "seenVersion"> & { readonly seenVersion?: number };
  /** For the audit log. */
  readonly actor: string;
  /** Callers who share this call's outcome so far; they count as waiters. */
  readonly joined?: () => number;
}

export type RefreshOutcome =
  | { readonly kind: "not_found" }
  /** Nothing was needed. */
  | { readonly kind: "fresh"; readonly account: Account }
  /** A new token set is there, whoever obtained it. */
  | { readonly kind: "refreshed"; readonly account: Account }
  | { readonly kind: "failed"; readonly account: Account; readonly attempt: AttemptResult }
  | {
      readonly kind: "blocked";
      readonly account: Account;
      readonly cause: BlockCause;
      readonly until: Date | null;
      /** Of our own budget, where that is the cause. */
      readonly rateLimit?: RateLimit;
    }
  /** Scheduled work does not wait in line: it comes back then. For want of budget, or because of the account alone. */
  | {
      readonly kind: "deferred";
      readonly account: Account;
      readonly cause: "budget" | "account";
      readonly until: Date;
    }
  /** Another process held the account for longer than a lease lasts. */
  | { readonly kind: "timed_out"; readonly account: Account };

/** A caller waits for others at most this long: a lease and a little. */
const patienceMs = (leaseSeconds + 5) * 1000;
const firstPauseMs = 15;
const longestPauseMs = 200;

/**
 * Brings an account's token up to date, once however many ask: callers in this process share one promise, callers in other
 * processes share one look at the row and then the result.
 */
export async function refreshAccount(
  ports: RefreshPorts,
  input: RefreshInput,
  signal?: AbortSignal,
): Promise<RefreshOutcome> {
  const startedMs = ports.clock.monotonicMs();
  const found = await ports.accounts.find(input.environmentId, input.accountId);
  if (found === null) return { kind: "not_found" };
  let account: Account = found;
  const seenVersion = input.demand.seenVersion ?? account.credentialVersion;
  const isFirstSeen = input.demand.seenVersion === undefined;
  const demand: RefreshDemand = {
    ...input.demand,
    seenVersion,
    ...(isFirstSeen ? { seenFence: account.credentialFence } : {}),
  };
  /** The attempt of another process that we wait for; null while we wait for none. */
  let awaited: OpenAttempt | null = null;
  let pauseMs = firstPauseMs;

  for (;;) {
    const configured = await findDefinition(ports.integrations, account);
    if (isTypedDocument(configured.document)) {
      return unrenewed(account, refreshPolicyOf(configured.document), demand, ports.clock.now());
    }
    const integration = await concreteIntegration(ports.integrations, configured, account);
    const policy = integration.resolved.refreshPolicy;
    const decision = decideRefresh(account, policy, demand, ports.clock.now(), ports.steadiness.isSteady());
    const waitedMs = ports.clock.monotonicMs() - startedMs;
    const isOver = signal?.aborted === true || waitedMs > patienceMs;
    switch (decision.kind) {
      case "fresh":
        return { kind: account.credentialVersion > seenVersion ? "refreshed" : "fresh", account };
      case "blocked": {
        // Whoever waited for an attempt that failed shares its result: it is an answer, not a cooldown.
        const shared = await sharedFailure(ports, awaited);
        if (shared !== null) return { kind: "failed", account, attempt: shared };
        // What a dead holder left is asked about again by this job; no alarm would bring it back.
        if (demand.reason === "alarm" && account.attempt !== null && decision.until !== null) {
          return deferredBy(account, decision.until);
        }
        return { kind: "blocked", account, cause: decision.cause, until: decision.until };
      }
      case "due": {
        // Many who force at once get one answer, not one request each.
        const shared = demand.reason === "forced" ? await sharedFailure(ports, awaited) : null;
        if (shared !== null) return { kind: "failed", account, attempt: shared };
        const { clientId, expiresAt, tenantId } = account;
        const conclusion = await ports.flights.run(account.id, (joined) =>
          attemptRefresh(
            ports,
            { ...input, demand },
            { clientId, expiresAt, tenantId },
            integration,
            () => joined() + (input.joined?.() ?? 0),
          ),
        );
        if (conclusion.kind === "refreshed" || conclusion.kind === "failed") return conclusion;
        if (conclusion.kind === "refused") {
          const { cause, until } = conclusion;
          if (cause === "budget" && demand.reason === "alarm") return { kind: "deferred", account, cause, until };
          const waits = cause === "budget" && waitedMs < budgetPatienceSeconds * 1000 && !isOver;
          if (!waits && cause === "budget") {
            return { kind: "blocked", account, cause, until, rateLimit: exhaustedBudget(policy.budget) };
          }
          if (!waits) return { kind: "blocked", account, cause, until };
        }
        break;
      }
      case "waiting":
        if (demand.reason === "alarm") return deferredBy(account, after(decision.until, 1_000));
        awaited = account.attempt;
        break;
      case "settling":
        if (demand.reason === "alarm") return deferredBy(account, after(ports.clock.now(), 3_000));
        break;
    }
    if (isOver) return { kind: "timed_out", account };
    const next: Account | null =
      decision.kind === "waiting"
        ? await watchWith(ports, account, input, signal)
        : await look(ports, account, pauseMs, signal);
    pauseMs = Math.min(pauseMs * 1.4, longestPauseMs);
    if (next === null) return { kind: "not_found" };
    account = next;
  }
}

function deferredBy(account: Account, until: Date): RefreshOutcome {
  return { kind: "deferred", account, cause: "account", until };
}

/** What somebody typed has no end and no token endpoint: whoever asks for it is served, and nobody renews it. */
function unrenewed(account: Account, policy: RefreshPolicy, demand: RefreshDemand, now: Date): RefreshOutcome {
  const decision = decideRefresh(account, policy, demand, now);
  if (decision.kind === "fresh") return { kind: "fresh", account };
  if (decision.kind === "blocked") return { kind: "blocked", account, cause: decision.cause, until: decision.until };
  return { kind: "blocked", account, cause: "not_refreshable", until: null };
}

function after(instant: Date, milliseconds: number): Date {
  return new Date(instant.getTime() + milliseconds);
}

async function look(
  ports: RefreshPorts,
  account: Account,
  pauseMs: number,
  signal?: AbortSignal,
): Promise<Account | null> {
  await ports.clock.sleep(pauseMs * (0.5 + ports.random.fraction()), signal);
  return await ports.accounts.find(account.environmentId, account.id);
}

const watchPauseMs = { first: 10, longest: 50 } as const;

/**
 * Waits until the row shows that its attempt has ended, or its lease. One watcher per account and process, however many callers
 * wait: it can afford to look often, so that nobody waits much longer than the provider takes.
 */
async function watch(ports: RefreshPorts, account: Account, signal?: AbortSignal): Promise<Account | null> {
  const { attempt } = account;
  const watching = ports.watches.run(`${account.id}:${account.fence}`, async (joined) => {
    // Said at once, so that whoever looks at the attempt sees that it is waited for; the others of this process at the end.
    if (attempt !== null) await ports.accounts.addWaiters(attempt, 1);
    let pauseMs: number = watchPauseMs.first;
    for (;;) {
      await ports.clock.sleep(pauseMs * (0.75 + 0.5 * ports.random.fraction()));
      const row = await ports.accounts.find(account.environmentId, account.id);
      const isHeld = row !== null && row.fence === account.fence && row.attempt !== null;
      if (!isHeld || row.leaseUntil === null || row.leaseUntil <= ports.clock.now()) {
        if (attempt !== null && joined() > 0) await ports.accounts.addWaiters(attempt, joined());
        return row;
      }
      pauseMs = Math.min(pauseMs * 1.3, watchPauseMs.longest);
    }
  });
  return signal === undefined ? await watching : await unlessAborted(watching, signal, account);
}

/** Those who joined this caller wait as well, and are counted once it is over. */
async function watchWith(
  ports: RefreshPorts,
  account: Account,
  input: Pick<RefreshInput, "joined">,
  signal?: AbortSignal,
): Promise<Account | null> {
  const row = await watch(ports, account, signal);
  const others = input.joined?.() ?? 0;
  if (account.attempt !== null && others > 0) await ports.accounts.addWaiters(account.attempt, others);
  return row;
}

/** Who is told to stop leaves; the others go on watching. */
async function unlessAborted(
  watching: Promise<Account | null>,
  signal: AbortSignal,
  account: Account,
): Promise<Account | null> {
  if (signal.aborted) return account;
  return await new Promise((resolve, reject) => {
    const leave = (): void => resolve(account);
    signal.addEventListener("abort", leave, { once: true });
    watching.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
  });
}

/** How the attempt that was waited for failed; null when none was, when it was given back unsent, or when it worked. */
async function sharedFailure(ports: RefreshPorts, awaited: OpenAttempt | null): Promise<AttemptResult | null> {
  if (awaited === null) return null;
  const ended = await ports.accounts.findAttempt(awaited);
  return ended === null || ended.outcome === "refreshed" || ended.outcome === "superseded" ? null : ended;
}
