import { answererOf, permissionOfAction, runLeaseSeconds, type AccountRun } from "../domain/account-run/account-run.ts";
import { nextRate, pauseAfterBatch } from "../domain/sealing/rewrap-run.ts";
import type { AccountRunStore, ItemResult, RunItem } from "../ports/account-run-store.ts";
import { actOnAccount, type Acted, type ActPorts } from "./act-on-account.ts";
import { mapAtMost } from "./map-at-most.ts";

export type RunAccountsPorts = ActPorts & { readonly accountRuns: AccountRunStore };

export interface RunAccountsOptions {
  readonly runId: string;
  /** Names this process in the lease. */
  readonly owner: string;
  /** Ends the work after the accounts in hand; whoever takes the run next goes on from there. */
  readonly signal: AbortSignal;
}

/** Accounts at a time. Each waits for its provider. */
const atOnce = 8;
/** A pause, a cancel or another pace takes effect within so many accounts. */
const mostInHand = 24;
/** Between two looks while all that is left was put off. */
const longestPauseMs = 5_000;
const keepMs = (runLeaseSeconds * 1000) / 3;
const notInForce =
  "whoever began it, or had it go on, may no longer do this or is not there any more; whoever resumes it answers for it";
/** As long as a fault of ours may pass by itself, seconds; and how often one account may meet it. */
const faultSeconds = 15;
const mostFaults = 4;

/**
 * Works on a run until each account has its one result, it is paused or cancelled, somebody else has it, or the signal comes. Killed
 * anywhere it goes on: what is begun is remembered before anything is done, and a result is written once.
 *
 * @returns the run as this process left it; null: it was not to be had
 */
export async function runAccounts(ports: RunAccountsPorts, options: RunAccountsOptions): Promise<AccountRun | null> {
  const { accountRuns } = ports;
  const { runId, owner, signal } = options;
  const claimed = await accountRuns.claim(runId, owner);
  if (claimed === null) return null;
  let run = claimed;
  try {
    while (!signal.aborted && run.state === "running") {
      // A key that was stopped, or an administrator who left, acts no longer through what they began (R50).
      if (!(await accountRuns.isInForce(run, permissionOfAction[run.action]))) {
        return (await pauseFor(ports, run, notInForce)) ?? run;
      }
      const { items, dueAt } = await accountRuns.next(runId, inHand(run.pace));
      if (items.length === 0 && dueAt === null) return (await finish(ports, run, owner)) ?? run;
      const kept =
        items.length === 0
          ? await rest(ports, options, dueAt, run.lastError)
          : await doBatch(ports, options, run, items);
      if (kept === null) return run;
      run = kept;
    }
    return run;
  } finally {
    // Where the database is away the lease ends by itself.
    await accountRuns.release(runId, owner).catch((error: unknown) => {
      ports.log.warn({ run: runId, error }, "a run was not given back; it is taken over when its time is over");
    });
  }
}

/** A slow pace has few in hand, so that it is even. */
function inHand(pace: number | null): number {
  return Math.min(mostInHand, Math.max(1, pace ?? mostInHand));
}

async function doBatch(
  ports: RunAccountsPorts,
  { owner, signal }: RunAccountsOptions,
  run: AccountRun,
  items: readonly RunItem[],
): Promise<AccountRun | null> {
  const { accountRuns, clock } = ports;
  const startedMs = clock.monotonicMs();
  let isLost = false;
  let why: string | null = null;
  // Longer than a lease may pass while a provider is waited for.
  const keeping = setInterval(() => {
    accountRuns.keep(run.id, owner, run.lastError).then(
      (kept) => (isLost ||= kept === null),
      () => {},
    );
  }, keepMs);
  try {
    await mapAtMost(atOnce, items, async (item) => {
      if (isLost || signal.aborted) return;
      const acted = await doOne(ports, run, item, signal);
      if (acted.kind === "later") why = acted.why;
    });
  } finally {
    clearInterval(keeping);
  }
  const tookMs = clock.monotonicMs() - startedMs;
  const pauseMs = pauseAfterBatch(run.pace, items.length, tookMs);
  const seconds = (tookMs + pauseMs) / 1000;
  await accountRuns.setRate(run.id, owner, nextRate(run.rate, items.length, seconds));
  if (pauseMs > 0) await clock.sleep(pauseMs, signal);
  // Somebody may have paused it, or given it another pace.
  return await accountRuns.keep(run.id, owner, why);
}

async function doOne(ports: RunAccountsPorts, run: AccountRun, item: RunItem, signal: AbortSignal): Promise<Acted> {
  const { accountRuns, log } = ports;
  const acted = await actOrFault(ports, run, item, signal);
  if (acted.kind === "later") {
    await accountRuns.putOff(run.id, item.place, acted.until);
    return acted;
  }
  const { result } = acted;
  // Cut off by this process's own end: whoever takes the run over looks again, and finds what was done.
  if (result.outcome === "failed" && signal.aborted) return acted;
  await accountRuns.conclude(run, item, result, recordOf(run, item, result));
  if (result.outcome === "failed") {
    log.warn({ run: run.id, account: item.accountId, code: result.code }, "a run failed at an account");
  }
  return acted;
}

/** What nobody thought of at one account must not keep the others waiting. A database that is away ends the batch, here or at the next write. */
async function actOrFault(
  ports: RunAccountsPorts,
  run: AccountRun,
  item: RunItem,
  signal: AbortSignal,
): Promise<Acted> {
  const { accountRuns, clock, log } = ports;
  try {
    return await actOnAccount(ports, run, item, (seen) => accountRuns.begin(run.id, item.place, seen), signal);
  } catch (error) {
    if (signal.aborted) throw error;
    log.error({ run: run.id, account: item.accountId, error }, "a run met a fault of Evergrant's own at an account");
    const detail =
      "Something went wrong in Evergrant itself. The worker's log has it, with the ids of the run and the account.";
    if (item.tries >= mostFaults) {
      return { kind: "result", result: { outcome: "failed", code: "internal_error", detail } };
    }
    return {
      kind: "later",
      until: new Date(clock.now().getTime() + faultSeconds * 1_000),
      why: `internal_error: ${detail}`,
    };
  }
}

function recordOf(run: AccountRun, item: RunItem, result: ItemResult) {
  return {
    environmentId: run.environmentId,
    actor: answererOf(run),
    action: "account_run.acted",
    target: run.id,
    accountId: item.accountId,
    detail: { action: run.action, outcome: result.outcome, code: result.code },
  } as const;
}

/** Everything that is left was put off: looked at again when the first of it is due. */
async function rest(
  { accountRuns, clock }: RunAccountsPorts,
  { runId, owner, signal }: RunAccountsOptions,
  dueAt: Date | null,
  why: string | null,
): Promise<AccountRun | null> {
  const dueMs = (dueAt?.getTime() ?? 0) - clock.now().getTime();
  await clock.sleep(Math.min(longestPauseMs, Math.max(50, dueMs)), signal);
  return await accountRuns.keep(runId, owner, why);
}

async function pauseFor(
  { accountRuns, log }: RunAccountsPorts,
  run: AccountRun,
  why: string,
): Promise<AccountRun | null> {
  log.warn({ run: run.id }, "a run rests: whoever began it may no longer do this");
  return await accountRuns.change(
    run,
    { state: "paused" },
    ["running"],
    {
      environmentId: run.environmentId,
      actor: "worker",
      action: "account_run.changed",
      target: run.id,
      detail: { command: "pause", why },
    },
    why,
  );
}

async function finish(
  { accountRuns, log }: RunAccountsPorts,
  run: AccountRun,
  owner: string,
): Promise<AccountRun | null> {
  const ended = await accountRuns.finish(run.id, owner, (last) => ({
    environmentId: last.environmentId,
    actor: "worker",
    action: "account_run.ended",
    target: last.id,
    detail: { action: last.action, done: last.done, failed: last.failed, skipped: last.skipped },
  }));
  if (ended !== null) {
    const { id, action, done, failed, skipped } = ended;
    log.info({ run: id, action, done, failed, skipped }, "a run over accounts ended");
  }
  return ended;
}
