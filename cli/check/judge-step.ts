import { haveSameScopes, missingScopes, type Account } from "#core/domain/account/account";
import {
  classifyTokenFailure,
  defaultFailureRules,
  type FailureClass,
} from "#core/domain/refresh/classify-token-failure";
import { isRenewable, type RefreshPolicy } from "#core/domain/refresh/refresh-policy";
import type { ArrivalExpectation, Expectation } from "./scenario.ts";
import { describeOutcome, type StepResult } from "./step-result.ts";

/** What one step came to. */
export interface Seen extends Omit<StepResult, "answered"> {
  readonly account: Account;
  /** The access token that a caller gets; null: none. */
  readonly token: string | null;
  /** All that is legible of each request that came to the token endpoint. */
  readonly requests: readonly string[];
  /** Answers that were lost before this step. */
  readonly doubts: number;
}

/** What a step should have come to, by the document's own policy, and did not; empty where all is as expected. */
export function judgeStep(policy: RefreshPolicy, expected: Expectation, seen: Seen): string[] {
  const carried = carriedProblems(expected, seen);
  switch (expected.kind) {
    case "refreshed":
      return [...carried, ...successProblems(policy, expected, seen)];
    case "failure": {
      const rules = [...policy.failureRules, ...defaultFailureRules];
      const asked = { ownsClient: false, grant: policy.grant, asksForSubject: policy.asksForSubject };
      const { class: failureClass, rule } = classifyTokenFailure(expected.failure, rules, asked);
      if (expected.isInnocent === true && failureClass === "reauthorize") {
        return [
          `expected no rule of the document to give the account up, since such an answer says nothing about the grant; ${rule.id} does`,
        ];
      }
      const { failure, waits } = expected;
      const retryAfterSeconds = "retryAfterSeconds" in failure ? failure.retryAfterSeconds : null;
      const range = waits ?? waitRange(policy, failureClass, retryAfterSeconds);
      return [...carried, ...failureProblems({ failureClass, rule: rule.id, range }, seen)];
    }
    case "class": {
      const { class: failureClass, error, retryAfterSeconds } = expected;
      const range = waitRange(policy, failureClass, retryAfterSeconds);
      const problems = failureProblems({ failureClass, rule: null, range }, seen);
      return [...carried, ...problems, ...(problems.length > 0 ? [] : errorProblems(error, seen))];
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

function successProblems(
  policy: RefreshPolicy,
  expected: Expectation & { readonly kind: "refreshed" },
  seen: Seen,
): string[] {
  if (seen.outcome !== "refreshed") return [`expected refreshed, saw ${describeOutcome(seen)}`];
  const { missing } = expected;
  const shown = missingScopes(seen.account);
  const isTold = missing === undefined || haveSameScopes(missing, shown);
  return [
    ...tokenProblems(policy, expected, seen),
    ...(isTold ? [] : [`expected ${listed(missing)} to show as missing, saw ${listed(shown)}`]),
  ];
}

interface ExpectedTokens {
  readonly accessToken: string | null;
  readonly lifeSeconds: number | null | undefined;
  readonly granted?: readonly string[];
}

/** Of any answer that brought tokens. */
function tokenProblems(
  policy: RefreshPolicy,
  expected: ExpectedTokens,
  { account, token, at }: Pick<Seen, "account" | "token" | "at">,
): string[] {
  const problems: string[] = [];
  if (account.status !== "active") problems.push(`expected the account to be active, saw ${account.status}`);
  if (expected.accessToken !== null && token !== expected.accessToken) {
    problems.push(
      `expected callers to get the access token of this answer, ${token === null ? "and they got none" : "and they got another text"}`,
    );
  }
  // From when it came: a busy machine may look seconds later.
  const life = secondsUntil(account.expiresAt, account.issuedAt ?? at);
  const { lifeSeconds, granted } = expected;
  if (lifeSeconds !== undefined && !isNear(life, lifeSeconds)) {
    problems.push(`expected ${tokenOf(lifeSeconds)}, saw ${tokenOf(life)}`);
  }
  const { refreshDueAt, expiresAt } = account;
  if (isRenewable(account, policy) && expiresAt !== null && (refreshDueAt === null || refreshDueAt > expiresAt)) {
    problems.push("expected the next refresh before the token ends, saw none");
  }
  if (granted !== undefined && !haveSameScopes(granted, account.scopesGranted)) {
    problems.push(`expected the scopes ${listed(granted)}, saw ${listed(account.scopesGranted)}`);
  }
  return problems;
}

/** What somebody's way back from the provider should have come to. */
export function judgeArrival(
  policy: RefreshPolicy,
  expected: ArrivalExpectation,
  seen: Omit<StepResult, "answered"> & Pick<Seen, "token" | "requests">,
  externalId: string | null,
): string[] {
  if (seen.requests.length === 0) return ["expected a request at the token endpoint, saw none"];
  const { account } = seen;
  if (expected.kind === "refused") {
    return account === null ? [] : [`expected nobody to be connected, saw ${describeOutcome(seen)}`];
  }
  if (account === null) return [`expected somebody to be connected, saw ${seen.outcome}: ${seen.explanation}`];
  const problems = tokenProblems(policy, expected, { ...seen, account });
  if (expected.hasRefreshToken !== undefined && account.hasRefreshToken !== expected.hasRefreshToken) {
    problems.push(`expected ${expected.hasRefreshToken ? "a" : "no"} refresh token to be kept, saw otherwise`);
  }
  if (externalId !== null && account.externalAccount?.id !== externalId) {
    problems.push(`expected ${externalId} to be connected, saw ${account.externalAccount?.id ?? "nobody named"}`);
  }
  for (const [name, value] of Object.entries(expected.fields)) {
    const kept = account.fields[name];
    if (kept !== value) problems.push(`expected the field ${name} to be ${value}, saw ${kept ?? "none"}`);
  }
  return problems;
}

type Range = readonly [least: number, most: number] | null | undefined;

interface Verdict {
  readonly failureClass: FailureClass;
  /** Null: whichever. */
  readonly rule: string | null;
  readonly range: Range;
}

function failureProblems({ failureClass, rule, range }: Verdict, seen: Seen): string[] {
  if (seen.outcome !== failureClass || (rule !== null && seen.rule !== rule)) {
    return [`expected ${failureClass}${rule === null ? "" : ` (${rule})`}, saw ${describeOutcome(seen)}`];
  }
  const problems: string[] = [];
  const status = failureClass === "reauthorize" ? "needs_reauth" : "active";
  if (seen.account.status !== status) problems.push(`expected the account to be ${status}, saw ${seen.account.status}`);
  const wait = secondsUntil(seen.account.refreshDueAt, seen.at);
  // Where an answer was lost before, the open question has a pace of its own.
  if (range === undefined || (seen.doubts > 0 && failureClass !== "reauthorize")) return problems;
  const isInRange =
    range === null || wait === null
      ? wait === range
      : wait >= range[0] - toleranceSeconds && wait <= range[1] + toleranceSeconds;
  if (isInRange) return problems;
  const when = range === null ? "never" : `in ${range[0]} to ${range[1]} s`;
  return [...problems, `expected the next attempt ${when}, saw ${wait === null ? "none" : `${Math.round(wait)} s`}`];
}

function errorProblems(error: string | null, seen: Seen): string[] {
  const said = (seen.error ?? "").split(": ", 1)[0];
  if (error === null || said === error || said?.startsWith("HTTP ")) return [];
  return [`expected the error to be read as ${error}, saw ${said}`];
}

/** When the next attempt may come, seconds from now (docs/architecture.md, What follows from a failure); null: never. */
function waitRange(
  policy: RefreshPolicy,
  failureClass: FailureClass,
  retryAfterSeconds: number | null | undefined,
): Range {
  switch (failureClass) {
    case "reauthorize":
      return null;
    case "in_doubt":
      return [3, 6];
    case "rate_limited": {
      if (retryAfterSeconds === undefined) return undefined;
      const told = retryAfterSeconds ?? 60;
      return [told, told * 1.2];
    }
    case "transient":
    case "client_misconfigured":
      return [policy.retry.initialSeconds * 0.9, policy.retry.initialSeconds * 1.1];
  }
}

function isNear(life: number | null, expected: number | null): boolean {
  if (life === null || expected === null) return life === expected;
  return Math.abs(life - expected) <= toleranceSeconds;
}

function secondsUntil(instant: Date | null, now: Date): number | null {
  return instant === null ? null : (instant.getTime() - now.getTime()) / 1000;
}

function tokenOf(life: number | null): string {
  return life === null ? "a token without a known end" : `a token of ${Math.round(life)} s`;
}

function listed(scopes: readonly string[]): string {
  return scopes.join(" ") || "none";
}
