import type { Account } from "../account/account.ts";
import { askLeftAt, askOpenQuestionAt } from "./plan-after-failure.ts";
import { refreshBufferSeconds } from "./schedule-refresh.ts";
import { isRenewable, type RefreshPolicy } from "./refresh-policy.ts";

export type RefreshReason = "alarm" | "on_demand" | "forced" | "rejected_token";

/** Who asks, and for what. */
export interface RefreshDemand {
  readonly reason: RefreshReason;
  /** The caller wants a token that lives at least this long; null: the integration's buffer counts. */
  readonly minTtlSeconds: number | null;
  /** The credential version that the caller saw: once a newer one is there, its wish is fulfilled. */
  readonly seenVersion: number;
  /** Under which fence the tokens were obtained that the caller saw: another secret sealed beside them makes a newer version, and no
   * newer token. Absent: the version counts alone. */
  readonly seenFence?: bigint;
}

export type RefreshState = Pick<
  Account,
  | "status"
  | "hold"
  | "expiresAt"
  | "issuedAt"
  | "hasRefreshToken"
  | "refreshDueAt"
  | "cooldownUntil"
  | "leaseUntil"
  | "attempt"
  | "doubts"
  | "doubtedAt"
  | "credentialVersion"
> &
  Partial<Pick<Account, "credentialFence">>;

export type RefreshDecision =
  /** Nothing to do: the token lives long enough. */
  | { readonly kind: "fresh" }
  /** Refresh now. */
  | { readonly kind: "due" }
  /** Somebody else is refreshing: wait for the result, at most until then. */
  | { readonly kind: "waiting"; readonly until: Date }
  /** A holder's lease ran out and its word may still come: look again shortly. */
  | { readonly kind: "settling" }
  /** No refresh may start; `until` says when that may change by itself. */
  | { readonly kind: "blocked"; readonly cause: BlockCause; readonly until: Date | null };

export type BlockCause =
  | "not_connected"
  | "needs_reauth"
  | "disconnected"
  | "held"
  | "not_refreshable"
  | "cooldown"
  /** The endpoint is left alone but for probes (R22). */
  | "circuit_open"
  /** … because the provider rejects our client, */
  | "client_rejected"
  /** … or asks all of us to slow down. */
  | "slowed_down"
  /** The client's budget at the endpoint is used up for now (R21). */
  | "budget";

/**
 * Fresh, due, waiting, settling or blocked: one function for worker, API and dashboard, asked before the lease is taken and again
 * on the claimed row (R11). Total: every state has exactly one answer.
 *
 * @param isSteady the database has been within reach for long enough that a holder which is alive has handed in its answer
 */
export function decideRefresh(
  state: RefreshState,
  policy: RefreshPolicy,
  demand: RefreshDemand,
  now: Date,
  isSteady = true,
): RefreshDecision {
  const block = statusBlock(state, demand);
  if (block !== null) return block;
  const isLeased = state.leaseUntil !== null && state.leaseUntil > now;
  // R20: what a dead holder left is found out at once, however long the token still lives.
  const isLeft = state.attempt !== null && !isLeased;
  if (isSatisfied(state, policy, demand, now) && !(isLeft && demand.reason === "alarm")) return { kind: "fresh" };
  if (!isRenewable(state, policy)) return { kind: "blocked", cause: "not_refreshable", until: null };
  if (isLeased && state.leaseUntil !== null) return { kind: "waiting", until: state.leaseUntil };
  if (isLeft && !isSteady) return { kind: "settling" };
  const askAt = demand.reason === "forced" ? null : openQuestionUntil(state, policy, now);
  if (askAt !== null && askAt > now) return { kind: "blocked", cause: "cooldown", until: askAt };
  // A person who forces a refresh has a reason; everybody else leaves a provider alone that has just failed.
  if (demand.reason !== "forced" && state.cooldownUntil !== null && state.cooldownUntil > now) {
    return { kind: "blocked", cause: "cooldown", until: state.cooldownUntil };
  }
  return { kind: "due" };
}

function openQuestionUntil(state: RefreshState, policy: RefreshPolicy, now: Date): Date | null {
  const { doubts, leaseUntil } = state;
  if (state.attempt === null || leaseUntil === null) return askOpenQuestionAt(state, policy.rotation, now);
  return askLeftAt({ doubts, startedAt: state.attempt.startedAt, leaseUntil }, policy.rotation, now);
}

function statusBlock(state: RefreshState, demand: RefreshDemand): RefreshDecision | null {
  switch (state.status) {
    case "connecting":
      return { kind: "blocked", cause: "not_connected", until: null };
    case "disconnected":
      return { kind: "blocked", cause: "disconnected", until: null };
    case "needs_reauth":
      // R31: "a refresh that works again" reactivates, so an operator may try; nothing else may (R25).
      return demand.reason === "forced" ? null : { kind: "blocked", cause: "needs_reauth", until: null };
    case "active":
      return state.hold === null || demand.reason === "forced" ? null : { kind: "blocked", cause: "held", until: null };
  }
}

function isSatisfied(state: RefreshState, policy: RefreshPolicy, demand: RefreshDemand, now: Date): boolean {
  switch (demand.reason) {
    case "forced":
    case "rejected_token":
      return state.credentialVersion > demand.seenVersion && hasOtherTokens(state, demand);
    case "alarm":
      // The row is the truth: a job that fires twice, or early, finds the alarm moved.
      // The database rings, and this clock may lag behind its.
      return state.refreshDueAt === null || remainingSeconds(state.refreshDueAt, now) > clockSkewSeconds;
    case "on_demand":
      if (state.expiresAt === null) return true;
      return remainingSeconds(state.expiresAt, now) >= refreshBufferSeconds(state, policy, demand.minTtlSeconds);
  }
}

function hasOtherTokens({ credentialFence }: RefreshState, { seenFence }: RefreshDemand): boolean {
  return seenFence === undefined || credentialFence === undefined || credentialFence > seenFence;
}

/** How far the clocks of processes and database may lie apart, seconds. An alarm counts as rung this much early. */
export const clockSkewSeconds = 5;

/** Seconds until `expiresAt`; negative when it has passed. */
export function remainingSeconds(expiresAt: Date, now: Date): number {
  return (expiresAt.getTime() - now.getTime()) / 1000;
}

/** Whether a token may still be handed out: it ends after now, or nothing says that it ends. */
export function isStillValid(expiresAt: Date | null, now: Date): boolean {
  return expiresAt === null || expiresAt > now;
}
