import { assertNever } from "../problem/domain-error.ts";
import { ownFaultRule, type FailureClass, type FailureRule } from "./classify-token-failure.ts";
import type { SecretUse } from "../integration/order-client-secrets.ts";
import type { FailurePlan } from "./plan-after-failure.ts";
import type { RefreshReason } from "./decide-refresh.ts";

/** Why an attempt ran; how its explanation begins. */
export const whyInWords: Readonly<Record<RefreshReason, string>> = {
  alarm: "Scheduled before expiry",
  on_demand: "A caller needed a token that lives longer",
  forced: "Asked for by API or dashboard",
  rejected_token: "The provider's API rejected the access token",
};

/** What an operator reads about an attempt that worked: why it ran and what happens next (R24). */
export function explainSuccess(
  reason: RefreshReason,
  result: {
    readonly rotated: boolean;
    readonly expiresAt: Date | null;
    readonly nextAttemptAt: Date | null;
    readonly secretUse?: SecretUse | undefined;
  },
): string {
  const rotation = result.rotated ? "a new refresh token replaced the old one" : "the refresh token stays";
  const next =
    result.nextAttemptAt === null
      ? "No further refresh is scheduled: the provider named no end."
      : `The next refresh is due ${result.nextAttemptAt.toISOString()}.`;
  return `${whyInWords[reason]}.${explainSecret(result.secretUse)} The provider answered with a new access token; ${rotation}. ${next}`;
}

/** What an operator reads about a customer who came back for an account that was there. */
export function explainReauthorized(result: {
  readonly expiresAt: Date | null;
  readonly nextAttemptAt: Date | null;
}): string {
  const { expiresAt, nextAttemptAt } = result;
  const next =
    nextAttemptAt !== null
      ? `The next refresh is due ${nextAttemptAt.toISOString()}.`
      : expiresAt === null
        ? "No refresh is scheduled: the provider named no end."
        : `The provider gave no refresh token, so nothing is scheduled: the customer must come back before the token ends, ${expiresAt.toISOString()}.`;
  return `The customer authorized again. The provider answered with a new token set, which replaced the old one whole. ${next}`;
}

function explainSecret(use: SecretUse | undefined): string {
  switch (use) {
    case undefined:
      return "";
    case "previous":
      return " Asked with the previous client secret.";
    case "all_refused":
      return " Every client secret was tried and refused, the previous ones too.";
    case "previous_key":
      return " Asked with the client's previous key.";
    case "all_keys_refused":
      return " Both keys of the client were tried and refused, the new one and the one before it.";
  }
}

/** What an operator reads about an attempt that failed: what it means, whose move it is, what happens next. */
export function explainFailure(
  reason: RefreshReason,
  rule: FailureRule,
  failureClass: FailureClass,
  plan: FailurePlan,
  doubts: number,
  now: Date,
  secretUse?: SecretUse,
): string {
  const lost = doubts > 0 && failureClass === "reauthorize" ? ` ${lostBefore(doubts)}` : "";
  return `${whyInWords[reason]}.${explainSecret(secretUse)} ${rule.meaning}${lost} ${next(rule, failureClass, plan, doubts, now)}`;
}

function lostBefore(doubts: number): string {
  const requests = doubts === 1 ? "an earlier request" : `${doubts} earlier requests`;
  return `The answer to ${requests} with the same refresh token was lost, so the provider may have rotated it then.`;
}

/** What an operator reads about a fatal answer that the mass-disconnect guard did not let count (R26). */
export function explainHeld(reason: RefreshReason, rule: FailureRule, tokenStillValid: boolean): string {
  const meanwhile = tokenStillValid ? " Until it expires, the present token is served." : "";
  return `${whyInWords[reason]}. ${rule.meaning} Many accounts of this client failed like this within minutes, so the account is held and its customer is not told: release or confirm the hold.${meanwhile}`;
}

/** Whose move it is, and when somebody asks again: the plan of planAfterFailure in words. */
function next(rule: FailureRule, failureClass: FailureClass, plan: FailurePlan, doubts: number, now: Date): string {
  if (failureClass === "reauthorize") return "Nothing is retried: the customer must re-authorize.";
  if (plan.nextAttemptAt === null) return "Nothing is scheduled: the account is held, or waits for its customer.";
  const at = inWords(plan.nextAttemptAt, now);
  const meanwhile = plan.tokenStillValid ? " Until it expires, the present token is served." : "";
  switch (failureClass) {
    case "client_misconfigured":
      return `The operator must act; no customer is blamed. Tried again ${at}, or as soon as the client or the definition is changed.${meanwhile}`;
    case "rate_limited":
      return `Tried again after the time that the provider named, or a minute where it named none: ${at}. Callers wait as well.${meanwhile}`;
    case "in_doubt":
      return `Asked again ${at} to find out what became of it.${meanwhile}`;
    case "transient":
      if (rule.id === ownFaultRule.id && doubts === 0)
        return `Tried again ${at}, or earlier when a caller needs a token.${meanwhile}`;
      return doubts > 0
        ? `What became of an earlier request is still unknown, so it is asked again ${at}. Callers wait as well.${meanwhile}`
        : `Tried again ${at}, or earlier: when a caller needs a token, or when the token endpoint answers again after failures.${meanwhile}`;
    default:
      return assertNever(failureClass);
  }
}

/** How long until then, and when that is. */
export function inWords(instant: Date, now: Date): string {
  const seconds = Math.max(0, Math.round((instant.getTime() - now.getTime()) / 1000));
  const duration =
    seconds < 100
      ? `${seconds} s`
      : seconds < 6000
        ? `${Math.round(seconds / 60)} min`
        : `about ${Math.round(seconds / 3600)} h`;
  return `in ${duration} (${instant.toISOString()})`;
}

export const explainSuperseded =
  "While this request ran, a re-authorization, an import or a disconnect replaced the credentials; its answer was discarded. What happens next follows from what replaced them.";

export const explainAbandoned =
  "The process that sent this request ended before it could record the answer. The provider may have rotated the token; the next attempt finds out.";

export const explainLate =
  "The answer arrived after its lease had ended, while the database could not be reached; it was written all the same, since nothing newer was there.";
