import type { FailureClass, FailureRule } from "./classify-token-failure.ts";
import type { FailurePlan } from "./plan-after-failure.ts";
import type { RefreshReason } from "./decide-refresh.ts";

const why: Readonly<Record<RefreshReason, string>> = {
  alarm: "Scheduled before expiry",
  on_demand: "A caller needed a token that lives longer",
  forced: "Asked for by API or dashboard",
  rejected_token: "The provider's API rejected the access token",
};

/** What an operator reads about an attempt that worked: why it ran and what happens next (R24). */
export function explainSuccess(
  reason: RefreshReason,
  result: { readonly rotated: boolean; readonly expiresAt: Date | null; readonly nextAttemptAt: Date | null },
): string {
  const rotation = result.rotated ? "a new refresh token replaced the old one" : "the refresh token stays";
  const next =
    result.nextAttemptAt === null
      ? "No further refresh is scheduled: the provider named no end."
      : `The next refresh is due ${result.nextAttemptAt.toISOString()}.`;
  return `${why[reason]}. The provider answered with a new access token; ${rotation}. ${next}`;
}

/** What an operator reads about an attempt that failed: what it means, whose move it is, what happens next. */
export function explainFailure(
  reason: RefreshReason,
  rule: FailureRule,
  failureClass: FailureClass,
  plan: FailurePlan,
): string {
  return `${why[reason]}. ${rule.meaning} ${next(failureClass, plan)}`;
}

function next(failureClass: FailureClass, plan: FailurePlan): string {
  const at = plan.nextAttemptAt?.toISOString() ?? "";
  const meanwhile = plan.tokenStillValid ? " Until it expires, the present token is served." : "";
  switch (failureClass) {
    case "reauthorize":
      return "Nothing is retried: the customer must re-authorize.";
    case "client_misconfigured":
      return `The operator must act; no customer is blamed. Tried again ${at}.${meanwhile}`;
    case "rate_limited":
      return `Tried again after the time the provider named, ${at}.${meanwhile}`;
    case "in_doubt":
      return `Replayed ${at} to find out what became of it.${meanwhile}`;
    case "transient":
      return `Tried again ${at}.${meanwhile}`;
  }
}

export const explainSuperseded =
  "While this request ran, a re-authorization, an import or a disconnect replaced the credentials; its answer was discarded.";

export const explainAbandoned =
  "The process that sent this request ended before it could record the answer. The provider may have rotated the token; the next attempt finds out.";
