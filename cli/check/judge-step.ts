import { missingScopes, type Account } from "#core/domain/account/account";
import {
  classifyTokenFailure,
  defaultFailureRules,
  type FailureClass,
} from "#core/domain/refresh/classify-token-failure";
import type { AttemptOutcome } from "#core/ports/account-store";
import type { Expectation, Step, Subject } from "./scenario.ts";

/** What one step came to. */
export interface Seen {
  readonly outcome: AttemptOutcome | null;
  readonly rule: string | null;
  readonly httpStatus: number | null;
  readonly error: string | null;
  readonly explanation: string | null;
  readonly account: Account;
  /** What a caller who asked for a token got: the token, the old one, or the code of a problem. */
  readonly caller: string;
  /** Address and body of each request that came to the token endpoint. */
  readonly requests: readonly string[];
  readonly at: Date;
  /** Answers that were lost before this step. */
  readonly doubts: number;
}

/** What the step should have come to, by the document's own policy, and did not; empty where all is as expected. */
export function judgeStep(subject: Subject, { expected }: Step, seen: Seen): string[] {
  const carried = carriedProblems(expected, seen);
  switch (expected.kind) {
    case "refreshed":
      return [...carried, ...successProblems(expected, seen)];
    case "failure": {
      const { policy } = subject;
      const rules = [...policy.failureRules, ...defaultFailureRules];
      const { class: failureClass, rule } = classifyTokenFailure(expected.failure, rules, {
        ownsClient: false,
        grant: policy.grant,
      });
      const retryAfterSeconds = "retryAfterSeconds" in expected.failure ? expected.failure.retryAfterSeconds : null;
      return [...carried, ...failureProblems(subject, { failureClass, rule: rule.id, retryAfterSeconds }, seen)];
    }
    case "refusal": {
      const should = { failureClass: "reauthorize", rule: null, retryAfterSeconds: null } as const;
      return [...carried, ...failureProblems(subject, should, seen)];
    }
  }
}

function carriedProblems(expected: Expectation, { requests }: Seen): string[] {
  const [first] = requests;
  if (first === undefined) return ["expected a request at the token endpoint, saw none"];
  if (expected.carries === null || first.includes(expected.carries)) return [];
  return ["expected the request to carry the refresh token that is in force, and it did not"];
}

const toleranceSeconds = 5;

function successProblems(expected: Expectation & { readonly kind: "refreshed" }, seen: Seen): string[] {
  const { account } = seen;
  if (seen.outcome !== "refreshed") return [`expected refreshed, saw ${describeOutcome(seen)}`];
  const problems: string[] = [];
  if (account.status !== "active") problems.push(`expected the account to be active, saw ${account.status}`);
  const life = secondsUntil(account.expiresAt, seen.at);
  const isLife =
    life === null || expected.lifeSeconds === null
      ? life === expected.lifeSeconds
      : Math.abs(life - expected.lifeSeconds) <= toleranceSeconds;
  if (!isLife) problems.push(`expected ${tokenOf(expected.lifeSeconds)}, saw ${tokenOf(life)}`);
  const { refreshDueAt, expiresAt } = account;
  if (expiresAt !== null && (refreshDueAt === null || refreshDueAt > expiresAt))
    problems.push("expected the next refresh before the token ends, saw none");
  return [...problems, ...scopeProblems(expected, account)];
}

function scopeProblems({ grantedOnly }: Expectation & { readonly kind: "refreshed" }, account: Account): string[] {
  if (grantedOnly === undefined) return [];
  const missing = missingScopes(account);
  const isTold = missing.length > 0 && !missing.some((scope) => grantedOnly.includes(scope));
  return isTold
    ? []
    : [`expected the scopes besides ${grantedOnly.join(" ")} to show as missing, saw ${missing.join(" ") || "none"}`];
}

interface Verdict {
  readonly failureClass: FailureClass;
  /** Null: whichever. */
  readonly rule: string | null;
  readonly retryAfterSeconds: number | null;
}

function failureProblems(subject: Subject, should: Verdict, seen: Seen): string[] {
  if (seen.outcome !== should.failureClass || (should.rule !== null && seen.rule !== should.rule)) {
    const rule = should.rule === null ? "" : ` (${should.rule})`;
    return [`expected ${should.failureClass}${rule}, saw ${describeOutcome(seen)}`];
  }
  const problems: string[] = [];
  const status = should.failureClass === "reauthorize" ? "needs_reauth" : "active";
  if (seen.account.status !== status) problems.push(`expected the account to be ${status}, saw ${seen.account.status}`);
  const wait = secondsUntil(seen.account.refreshDueAt, seen.at);
  const range = waitRange(subject, should.failureClass, should.retryAfterSeconds);
  // Where an answer was lost before, the open question has a pace of its own.
  if (seen.doubts > 0 && should.failureClass !== "reauthorize") return problems;
  const isInRange =
    range === null || wait === null
      ? wait === range
      : wait >= range[0] - toleranceSeconds && wait <= range[1] + toleranceSeconds;
  if (!isInRange)
    problems.push(
      `expected the next attempt ${range === null ? "never" : `in ${range[0]} to ${range[1]} s`}, saw ${seconds(wait)}`,
    );
  return problems;
}

/** When the next attempt may come, seconds from now (docs/architecture.md, What follows from a failure); null: never. */
function waitRange(
  { policy }: Subject,
  failureClass: FailureClass,
  retryAfterSeconds: number | null,
): readonly [number, number] | null {
  switch (failureClass) {
    case "reauthorize":
      return null;
    case "in_doubt":
      return [3, 6];
    case "rate_limited": {
      const told = retryAfterSeconds ?? 60;
      return [told, told * 1.2];
    }
    case "transient":
    case "client_misconfigured":
      return [policy.retry.initialSeconds * 0.9, policy.retry.initialSeconds * 1.1];
  }
}

export function describeOutcome({ outcome, rule, caller }: Pick<Seen, "outcome" | "rule" | "caller">): string {
  if (outcome === null) return `no attempt (${caller})`;
  return rule === null ? outcome : `${outcome} (${rule})`;
}

function secondsUntil(instant: Date | null, now: Date): number | null {
  return instant === null ? null : (instant.getTime() - now.getTime()) / 1000;
}

function seconds(value: number | null): string {
  return value === null ? "none" : `${Math.round(value)} s`;
}

function tokenOf(life: number | null): string {
  return life === null ? "a token without a known end" : `a token of ${Math.round(life)} s`;
}
