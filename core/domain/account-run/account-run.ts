import type { Permission } from "../access/permission.ts";
import type { AccountFilter } from "../account/account-filter.ts";

/** What a run does to each of its accounts. */
export const runActions = ["refresh", "reauthorization_links", "release", "disconnect"] as const;

export type RunAction = (typeof runActions)[number];

/** Whoever may do it to one account may do it to many; nobody else (R50). */
export const permissionOfAction: Readonly<Record<RunAction, Permission>> = {
  refresh: "accounts:write",
  reauthorization_links: "links:write",
  release: "accounts:write",
  disconnect: "accounts:write",
};

export type RunState = "running" | "paused" | "done" | "cancelled";

export type RunCommand = "pause" | "resume" | "cancel";

/** One act on many accounts: each gets exactly one result. */
export interface AccountRun {
  /** `run_…` */
  readonly id: string;
  readonly environmentId: string;
  readonly action: RunAction;
  readonly state: RunState;
  /** Why, in the words of whoever began it. */
  readonly reason: string | null;
  /** By what the accounts were selected when it began; null: each was named. */
  readonly filter: AccountFilter | null;
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  readonly skipped: number;
  /** Accounts a second at most; null: as fast as it goes. */
  readonly pace: number | null;
  /** Accounts a second, measured; null: not yet. */
  readonly rate: number | null;
  /** Why it does not go on at the moment; null: it does. */
  readonly lastError: string | null;
  /** `key_…`, `usr_…` */
  readonly createdBy: string;
  /** Who had it go on last, and answers for it since; null: nobody had to. */
  readonly resumedBy: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly finishedAt: Date | null;
}

/** Accounts of one run. More than that is several runs, each of which somebody has looked at. */
export const mostAccounts = 100_000;

/** Runs of an environment that are not over. */
export const mostUnfinished = 10;

/** Accounts a second where nobody said otherwise: a provider's other callers go on beside it. */
export const usualPace = 10;

/** Nobody else takes a run that its holder has looked at within this time. */
export const runLeaseSeconds = 30;

export const isOver = (state: RunState): boolean => state === "done" || state === "cancelled";

/** By whose right the run acts: whoever began it, until somebody else had it go on. */
export const answererOf = ({ createdBy, resumedBy }: Pick<AccountRun, "createdBy" | "resumedBy">): string =>
  resumedBy ?? createdBy;

/** @returns the state that it leads to; null: it can't be done in this state */
export function commandRun(state: RunState, command: RunCommand): RunState | null {
  switch (command) {
    case "pause":
      return state === "running" ? "paused" : null;
    case "resume":
      return state === "paused" ? "running" : null;
    case "cancel":
      return isOver(state) ? null : "cancelled";
  }
}

/** Seconds until every account has its result; null: not known, it waits for something, or it is not running. */
export function secondsLeft(
  run: Pick<AccountRun, "state" | "total" | "done" | "failed" | "skipped" | "rate" | "pace" | "lastError">,
): number | null {
  if (run.state !== "running" || run.lastError !== null) return null;
  const left = run.total - run.done - run.failed - run.skipped;
  if (left <= 0) return 0;
  const rate = run.rate ?? run.pace;
  return rate === null || rate <= 0 ? null : Math.ceil(left / Math.min(rate, run.pace ?? rate));
}
