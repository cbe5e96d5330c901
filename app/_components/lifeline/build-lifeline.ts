import type { AccountView } from "#api/schemas/account";
import type { AttemptView } from "#api/schemas/attempt";
import { resultOf, type AttemptResult } from "../attempt-words.ts";
import { chooseSpan, type Span } from "./choose-span.ts";

/** One access token: from the answer that brought it to the answer, expiry or event that ended it. */
export type TokenBar = {
  from: number;
  to: number;
  /** Where the alarm window begins; null when nothing was scheduled. */
  alarmFrom: number | null;
  end: "refreshed" | "expires" | "ended" | "open";
  isCurrent: boolean;
};
/** A stretch without a token that may be used. */
export type Gap = { from: number; to: number; kind: "needs_reauth" | "expired" | "disconnected"; isOpen: boolean };
export type Mark = { id: string; at: number; until: number; result: AttemptResult };
export type Lifeline = { span: Span; tokens: TokenBar[]; gaps: Gap[]; marks: Mark[] };

/** What the picture needs of an attempt. */
export type LifelineAttempt = Pick<AttemptView, "id" | "started_at" | "finished_at" | "outcome" | "next_attempt_at">;

type Facts = Pick<
  AccountView,
  "status" | "created_at" | "updated_at" | "refreshed_at" | "expires_at" | "refresh_due_at" | "reauth_required_at"
>;
type Issue = { at: number; due: number | null };

/**
 * Draws one account's life from what the API tells: its attempts, newest first, and the account. `hasEarlier` says that
 * older attempts exist than those given. Past expiries are not told, so a past token ends where the next one begins.
 */
export function buildLifeline(
  account: Facts,
  attempts: LifelineAttempt[],
  hasEarlier: boolean,
  now: number,
  rangeSeconds?: number,
): Lifeline {
  const { tokens, gaps, marks } = drawLife(account, attempts, hasEarlier, now);
  const span = chooseSpan({
    now,
    bornAt: Math.min(Date.parse(account.created_at), ...marks.map((mark) => mark.at)),
    endsAt: tokens.at(-1)?.to ?? now,
    instants: marks.map((mark) => mark.at),
    rangeSeconds,
  });
  return { span, tokens, gaps, marks };
}

/** The same on an axis that several accounts share, from `backSeconds` before now to `aheadSeconds` after it. */
export function buildSharedLifeline(
  account: Facts,
  attempts: LifelineAttempt[],
  hasEarlier: boolean,
  now: number,
  axis: { backSeconds: number; aheadSeconds: number },
): Lifeline {
  const span: Span = {
    from: now - axis.backSeconds * 1000,
    to: now + axis.aheadSeconds * 1000,
    ticks: [],
    tickSeconds: axis.backSeconds,
  };
  return { span, ...drawLife(account, attempts, hasEarlier, now) };
}

function drawLife(
  account: Facts,
  attempts: LifelineAttempt[],
  hasEarlier: boolean,
  now: number,
): Omit<Lifeline, "span"> {
  const oldestFirst = attempts.toReversed();
  const issues = issuesOf(account, oldestFirst, hasEarlier);
  const ends = endingsOf(account, oldestFirst);
  const tokens: TokenBar[] = [];
  const gaps: Gap[] = [];

  issues.forEach((issue, index) => {
    const next = issues[index + 1]?.at ?? null;
    const ending = ends.find((end) => end.at >= issue.at && (next === null || end.at < next)) ?? null;
    const bar = barOf(account, issue, next, ending?.at ?? null);
    tokens.push(bar);
    if (ending !== null) {
      gaps.push({ from: ending.at, to: next ?? now, kind: ending.kind, isOpen: next === null });
    } else if (next === null && bar.end === "expires" && bar.to < now) {
      gaps.push({ from: bar.to, to: now, kind: "expired", isOpen: true });
    }
  });

  const marks = oldestFirst.map((attempt) => ({
    id: attempt.id,
    at: Date.parse(attempt.started_at),
    until: attempt.finished_at === null ? now : Date.parse(attempt.finished_at),
    result: resultOf(attempt),
  }));
  return { tokens, gaps, marks };
}

/** When tokens were issued, oldest first: every refresh that brought one, and what was there before the first of them. */
function issuesOf(account: Facts, oldestFirst: LifelineAttempt[], hasEarlier: boolean): Issue[] {
  const issues: Issue[] = oldestFirst
    .filter((attempt) => attempt.outcome === "refreshed")
    .map((attempt) => ({
      at: Date.parse(attempt.finished_at ?? attempt.started_at),
      due: attempt.next_attempt_at === null ? null : Date.parse(attempt.next_attempt_at),
    }));
  if (account.status === "connecting") return issues;
  const oldest = oldestFirst[0];
  const bornAt = hasEarlier && oldest !== undefined ? Date.parse(oldest.started_at) : Date.parse(account.created_at);
  const first = issues[0];
  if (first === undefined) return [{ at: bornAt, due: null }];
  return first.at - bornAt > 1000 ? [{ at: bornAt, due: null }, ...issues] : issues;
}

type Ending = { at: number; kind: "needs_reauth" | "disconnected" };

function endingsOf(account: Facts, oldestFirst: LifelineAttempt[]): Ending[] {
  const endings: Ending[] = oldestFirst
    .filter((attempt) => attempt.outcome === "reauthorize")
    .map((attempt) => ({ at: Date.parse(attempt.finished_at ?? attempt.started_at), kind: "needs_reauth" }));
  if (account.status === "needs_reauth" && account.reauth_required_at !== null) {
    endings.push({ at: Date.parse(account.reauth_required_at), kind: "needs_reauth" });
  }
  if (account.status === "disconnected") endings.push({ at: Date.parse(account.updated_at), kind: "disconnected" });
  return endings.toSorted((a, b) => a.at - b.at);
}

function barOf(account: Facts, issue: Issue, next: number | null, endedAt: number | null): TokenBar {
  if (endedAt !== null) {
    return {
      from: issue.at,
      to: endedAt,
      alarmFrom: within(issue.due, issue.at, endedAt),
      end: "ended",
      isCurrent: false,
    };
  }
  if (next !== null) {
    return {
      from: issue.at,
      to: next,
      alarmFrom: within(issue.due, issue.at, next),
      end: "refreshed",
      isCurrent: false,
    };
  }
  if (account.expires_at === null) {
    return { from: issue.at, to: Number.POSITIVE_INFINITY, alarmFrom: null, end: "open", isCurrent: true };
  }
  const to = Math.max(Date.parse(account.expires_at), issue.at);
  // After a failure the due instant on the account is the next try, which may lie behind the expiry.
  const due = account.refresh_due_at === null ? issue.due : Date.parse(account.refresh_due_at);
  return {
    from: issue.at,
    to,
    alarmFrom: within(due, issue.at, to) ?? within(issue.due, issue.at, to),
    end: "expires",
    isCurrent: true,
  };
}

function within(at: number | null, from: number, to: number): number | null {
  return at !== null && at > from && at < to ? at : null;
}
