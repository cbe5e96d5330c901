import type { ConnectFailure } from "../domain/connect/connect-failure.ts";
import { DomainError, assertNever } from "../domain/problem/domain-error.ts";
import type { ConnectSession } from "../ports/connect-store.ts";

/** Why a session that a product confirmed came to nothing, as the problem that its backend gets: now, and each time it asks again. */
export function connectFailureProblem(
  { code, detail }: ConnectFailure,
  { accountId }: Pick<ConnectSession, "accountId">,
): DomainError {
  const said = detail === null ? "" : ` (${detail})`;
  const again = "Nothing was connected. Send the customer to the link again.";
  switch (code) {
    case "binding_failed":
      return new DomainError("forbidden", {
        detail:
          "The link is for another tenant_id or user_reference than the one that was named. The session has ended, its code was thrown away, and nothing was connected. Whoever opened the link was not the person whom it is for: make a link for each user, and let nobody pass one on.",
        extensions: { reason: "session_binding" },
      });
    case "expired":
      return conflict(
        "The session has ended: it was not confirmed within ten minutes, or its link connected in another window meanwhile. Look at the tenant's accounts (GET /api/v1/integrated-accounts); where the connection is missing, send the customer to the link again, or make a new one.",
      );
    case "external_account_mismatch":
      return new DomainError("external_account_mismatch", {
        detail: `The customer signed in to another account at the provider${said} than the one that was connected. Nothing was changed. Send the customer to the link again, to sign in to the same one.`,
        extensions: { integrated_account_id: accountId },
      });
    case "client_misconfigured":
      return new DomainError("client_misconfigured", {
        detail: `The provider rejects our OAuth client${said}. Nothing was connected; the operator must mend it.`,
      });
    case "provider_unreachable":
      return new DomainError("provider_timeout", { detail: `The provider did not answer${said}. ${again}` });
    case "access_denied":
    case "declined":
    case "state_mismatch":
      return conflict(`The customer did not allow access, or came back in another browser${said}. ${again}`);
    case "provider_error":
      return new DomainError("provider_error", { detail: `The provider gave no grant${said}. ${again}` });
    case "server_error":
      return conflict(
        "The connection could not be completed on our side; operators find out why in the log, by the id of the session. Look at the tenant's accounts in a minute (GET /api/v1/integrated-accounts); where the connection is missing, send the customer to the link again.",
      );
  }
  return assertNever(code);
}

export function conflict(detail: string): DomainError {
  return new DomainError("conflict", { detail });
}
