import type { ConnectFailure } from "../domain/connect/connect-failure.ts";
import { DomainError } from "../domain/problem/domain-error.ts";
import type { ResolvedIntegration } from "../domain/integration/resolve-integration.ts";
import {
  classifyTokenFailure,
  defaultFailureRules,
  describeFailure,
  isAsked,
  type TokenRequestFailure,
} from "../domain/refresh/classify-token-failure.ts";
import { toldPace } from "../domain/refresh/told-pace.ts";

/**
 * A token request of somebody who waits for its outcome, and that stored nothing, as the problem that they get.
 * @param pointer to the credentials in what they sent
 */
export function tokenRequestProblem(
  failure: TokenRequestFailure,
  integration: ResolvedIntegration,
  ownsClient: boolean,
  pointer = "/credentials",
): DomainError {
  const rules = [...integration.refreshPolicy.failureRules, ...defaultFailureRules];
  const { class: failureClass, rule } = classifyTokenFailure(failure, rules, {
    ownsClient,
    grant: integration.refreshPolicy.grant,
    asksForSubject: integration.refreshPolicy.asksForSubject,
  });
  const said = describeFailure(failure);
  if (failure.kind === "unsendable") {
    return new DomainError("invalid_request", {
      detail: "The request can't be sent. Nothing was asked, and nothing was stored.",
      errors: [{ pointer: "/inputs", detail: said }],
    });
  }
  if (failure.kind === "client_unusable") return unusableClient(said, ownsClient, pointer);
  if (failure.kind === "own_fault") {
    return new DomainError("provider_unavailable", {
      detail: "The provider could not be asked just now, by a fault of Evergrant's own. Nothing was stored; try again.",
      internal: said,
      retryAfterSeconds: 5,
    });
  }
  if (!isAsked(failure)) {
    return new DomainError("client_misconfigured", {
      detail: `${rule.meaning} (${said}) Nothing was stored; the operator must act.`,
    });
  }
  const told = toldPace(failure, failureClass);
  const retryAfterSeconds = told.retryAfterSeconds ?? 60;
  switch (failureClass) {
    case "reauthorize":
      return new DomainError("invalid_request", {
        detail: `The provider does not accept these credentials (${said}). Nothing was stored.`,
        errors: [{ pointer, detail: rule.meaning }],
      });
    case "client_misconfigured":
      return new DomainError("client_misconfigured", {
        detail: `The provider rejects our OAuth client (${said}). Nothing was stored; the operator must mend it.`,
      });
    case "rate_limited":
      return new DomainError("rate_limited", {
        detail: "The provider's token endpoint asks to slow down. Nothing was stored.",
        retryAfterSeconds,
        rateLimit: told.rateLimit,
        extensions: { source: "provider" },
      });
    case "in_doubt":
      return new DomainError("provider_timeout", {
        detail: `The provider did not answer (${said}). Nothing was stored; try again.`,
        retryAfterSeconds: 5,
      });
    case "transient":
      return new DomainError("provider_error", {
        detail: `The provider failed (${said}). Nothing was stored; try again.`,
        retryAfterSeconds,
      });
  }
}

/** An answer with tokens that an account can't do with, since it lacks what the definition says comes with them. */
export function unusableAnswerProblem({ detail }: ConnectFailure): DomainError {
  return new DomainError("provider_error", {
    detail: `${detail ?? "The provider's answer is of no use."} Nothing was stored.`,
  });
}

function unusableClient(said: string, ownsClient: boolean, pointer: string): DomainError {
  if (!ownsClient) {
    const detail = `Our OAuth client can't be used: ${said}. Nothing was asked, and nothing was stored; the operator must mend it.`;
    return new DomainError("client_misconfigured", { detail });
  }
  return new DomainError("invalid_request", {
    detail: "These credentials can't be used. Nothing was asked, and nothing was stored.",
    errors: [{ pointer, detail: said }],
  });
}
