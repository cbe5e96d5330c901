import type { Account } from "../domain/account/account.ts";
import { DomainError, assertNever } from "../domain/problem/domain-error.ts";
import type { RateLimit } from "../domain/rate-limit/rate-limit.ts";
import { ownFaultRule } from "../domain/refresh/classify-token-failure.ts";
import type { RefreshOutcome } from "./refresh-account.ts";

export function notFound(): DomainError {
  return new DomainError("not_found", { detail: "There is no such account in this environment." });
}

/** Status stands above validity: no token of a dead or ended grant leaves, even if one would still work (invariant 6). */
export function refuseByStatus(account: Account): void {
  switch (account.status) {
    case "active":
      return;
    case "connecting":
      throw new DomainError("not_connected", {
        detail: "The customer has not finished connecting this account yet.",
        ...about(account),
      });
    case "needs_reauth":
      throw new DomainError("needs_reauth", {
        detail:
          "The grant is dead. Send the customer a link to re-authorize (POST /api/v1/link-tokens with integrated_account_id).",
        ...about(account),
      });
    case "disconnected":
      throw new DomainError("disconnected", {
        detail:
          "This account was disconnected; its tokens are erased. The customer can connect again through a new link.",
        ...about(account),
      });
    default:
      assertNever(account.status);
  }
}

/** What a problem about an account carries. */
export function about(account: Account): { readonly extensions: Readonly<Record<string, unknown>> } {
  const { lastError } = account;
  return {
    extensions: {
      integrated_account_id: account.id,
      last_error: lastError === null ? null : { ...lastError, at: lastError.at.toISOString() },
    },
  };
}

/** A refresh that gave no token, as the problem that its caller gets. */
export function problemOf(outcome: RefreshOutcome, now: Date): DomainError {
  switch (outcome.kind) {
    case "not_found":
      return notFound();
    case "fresh":
    case "refreshed":
      return new DomainError("internal_error", { detail: "", internal: `a ${outcome.kind} token was not valid` });
    case "deferred":
    case "timed_out":
      return new DomainError("provider_timeout", {
        detail: "The provider did not answer in time, and no valid token is left. Try again shortly.",
        retryAfterSeconds: 5,
        ...about(outcome.account),
      });
    case "blocked":
      return blockedProblem(outcome, now);
    case "failed":
      return failedProblem(outcome.account, outcome.attempt, now);
    default:
      return assertNever(outcome);
  }
}

function blockedProblem(
  { account, cause, until, rateLimit }: Omit<RefreshOutcome & { kind: "blocked" }, "kind">,
  now: Date,
): DomainError {
  switch (cause) {
    case "not_connected":
    case "needs_reauth":
    case "disconnected":
      try {
        refuseByStatus(account);
      } catch (error) {
        if (error instanceof DomainError) return error;
      }
      return new DomainError("conflict", { detail: "The account changed meanwhile. Try again.", ...about(account) });
    case "held":
      return new DomainError("held", {
        detail: "Many accounts of this client failed together; this one is held until the operator has looked.",
        ...about(account),
      });
    case "not_refreshable":
      return new DomainError("not_refreshable", {
        detail:
          "There is nothing to refresh this account with: its provider gave no refresh token, or its credentials are of a kind that has no end.",
        ...about(account),
      });
    case "cooldown":
      return cooldownProblem(account, until, now);
    case "circuit_open":
      return new DomainError("provider_unavailable", {
        detail:
          "The provider's token endpoint fails for every account, so it is left alone but for probes. It is tried again soon.",
        retryAfterSeconds: secondsUntil(until, now),
        ...about(account),
      });
    case "client_rejected":
      return clientMisconfigured(account, account.lastError?.message ?? "for every account");
    case "slowed_down":
      return rateLimited(account, secondsUntil(until, now), null);
    case "budget": {
      const { extensions } = about(account);
      return new DomainError("rate_limited", {
        detail:
          "The budget of requests to the provider's token endpoint is used up for now, and no valid token is left.",
        retryAfterSeconds: secondsUntil(until, now),
        rateLimit: rateLimit ?? null,
        extensions: { ...extensions, source: "evergrant" },
      });
    }
    default:
      return assertNever(cause);
  }
}

function cooldownProblem(account: Account, until: Date | null, now: Date): DomainError {
  const retryAfterSeconds = secondsUntil(until, now);
  if (account.lastError?.code === "rate_limited") return rateLimited(account, retryAfterSeconds, null);
  if (account.lastError?.code === "client_misconfigured")
    return clientMisconfigured(account, account.lastError.message);
  return new DomainError("provider_unavailable", {
    detail: "The last try to refresh this account failed, and no valid token is left. It is tried again soon.",
    retryAfterSeconds,
    ...about(account),
  });
}

function failedProblem(
  account: Account,
  attempt: (RefreshOutcome & { kind: "failed" })["attempt"],
  now: Date,
): DomainError {
  switch (attempt.outcome) {
    case "reauthorize":
      return new DomainError("needs_reauth", {
        detail: "The provider says that the grant is dead. Send the customer a link to re-authorize.",
        ...about(account),
      });
    case "rate_limited":
      return rateLimited(account, secondsUntil(account.cooldownUntil, now), attempt.rateLimit ?? null);
    case "client_misconfigured":
      return clientMisconfigured(account, attempt.error ?? "");
    case "in_doubt":
      return new DomainError("provider_timeout", {
        detail: "The provider did not answer the refresh. It is asked again shortly.",
        retryAfterSeconds: secondsUntil(attempt.nextAttemptAt, now),
        ...about(account),
      });
    case "held":
      return blockedProblem({ account, cause: "held", until: null }, now);
    case "transient":
    case "refreshed":
    case "superseded": {
      const isOurs = attempt.rule === ownFaultRule.id;
      const said = attempt.error ?? "no details";
      return new DomainError(isOurs ? "provider_unavailable" : "provider_error", {
        detail: isOurs
          ? `The provider was not asked (${said}).`
          : `The provider failed to refresh this account: ${said}.`,
        retryAfterSeconds: secondsUntil(account.cooldownUntil, now),
        ...about(account),
      });
    }
    default:
      return assertNever(attempt.outcome);
  }
}

/** @param rateLimit as the provider told it to whoever made or joined the request; null: not told, or not to this caller */
function rateLimited(account: Account, retryAfterSeconds: number, rateLimit: RateLimit | null): DomainError {
  const { extensions } = about(account);
  return new DomainError("rate_limited", {
    detail: "The provider's token endpoint asks to slow down.",
    retryAfterSeconds,
    rateLimit,
    extensions: { ...extensions, source: "provider" },
  });
}

function clientMisconfigured(account: Account, message: string): DomainError {
  return new DomainError("client_misconfigured", {
    detail: `No token can be had with our OAuth client or definition as they are, and the customer's grant is not to blame (${message}). The operator must mend it.`,
    ...about(account),
  });
}

function secondsUntil(instant: Date | null, now: Date): number {
  return instant === null ? 1 : Math.max(1, Math.ceil((instant.getTime() - now.getTime()) / 1000));
}
