import { assertNever } from "./assert-never.ts";
import type { AccountView } from "#api/schemas/account";
import { asSentence } from "./as-sentence.ts";
import { formatDuration } from "./duration.ts";

export type Tone = "good" | "warn" | "info" | "bad" | "hold" | "none";

export type StatusIconName = "filled" | "half" | "alert" | "dashed" | "broken-link" | "pause" | "slash";

/** How a condition is shown: never by colour alone. */
export type Look = { tone: Tone; icon: StatusIconName; label: string };

/** What an operator needs to tell apart. Finer than the status of the contract: an active account may be in trouble. */
export type Condition =
  | "active"
  | "refresh_failing"
  | "no_valid_token"
  | "connecting"
  | "needs_reauth"
  | "held"
  | "disconnected";

/** The one map from condition to tone, icon and word. Never colour alone. `heading` stands alone, without the remark. */
export const conditions: Record<Condition, Look & { heading?: string }> = {
  active: { tone: "good", icon: "filled", label: "Active" },
  refresh_failing: { tone: "warn", icon: "half", label: "Active", heading: "Active, refresh failing" },
  no_valid_token: { tone: "bad", icon: "alert", label: "Active", heading: "Active, no valid token" },
  connecting: { tone: "info", icon: "dashed", label: "Waiting for the customer" },
  needs_reauth: { tone: "bad", icon: "broken-link", label: "Needs re-authorization" },
  held: { tone: "hold", icon: "pause", label: "Held" },
  disconnected: { tone: "none", icon: "slash", label: "Disconnected" },
};

/** The statuses of the contract, for filters and figures. */
export const statuses: Record<AccountView["status"], Look> = {
  active: conditions.active,
  needs_reauth: conditions.needs_reauth,
  connecting: conditions.connecting,
  disconnected: conditions.disconnected,
};

export const toneClasses: Record<Tone, { text: string; soft: string; solid: string; fill: string }> = {
  good: { text: "text-good", soft: "bg-good-soft", solid: "bg-good-solid", fill: "fill-good-solid" },
  warn: { text: "text-warn", soft: "bg-warn-soft", solid: "bg-warn-solid", fill: "fill-warn-solid" },
  info: { text: "text-info", soft: "bg-info-soft", solid: "bg-info-solid", fill: "fill-info-solid" },
  bad: { text: "text-bad", soft: "bg-bad-soft", solid: "bg-bad-solid", fill: "fill-bad-solid" },
  hold: { text: "text-hold", soft: "bg-hold-soft", solid: "bg-hold-solid", fill: "fill-hold-solid" },
  none: { text: "text-none", soft: "bg-none-soft", solid: "bg-none-solid", fill: "fill-none-solid" },
};

export type StatusFacts = Pick<
  AccountView,
  "status" | "hold" | "last_error" | "expires_at" | "refresh_due_at" | "reauth_required_at"
>;

export function conditionOf(account: StatusFacts, now: number): Condition {
  switch (account.status) {
    case "connecting":
    case "needs_reauth":
    case "disconnected":
      return account.status;
    case "active": {
      if (account.hold !== null) return "held";
      // Also where nobody tried: behind an open breaker there is no error of its own.
      if (account.expires_at !== null && Date.parse(account.expires_at) <= now) return "no_valid_token";
      return account.last_error === null ? "active" : "refresh_failing";
    }
  }
  return assertNever(account.status);
}

/** What stands behind the label, in a few words; null when the label says it all. */
export function remarkOf(account: StatusFacts, now: number): string | null {
  const condition = conditionOf(account, now);
  switch (condition) {
    case "refresh_failing":
      return account.expires_at === null
        ? "refresh failing, token still valid"
        : `refresh failing, valid for ${lasting(account.expires_at, now)}`;
    case "no_valid_token":
      return `no valid token for ${lasting(account.expires_at, now)}`;
    case "needs_reauth":
      return account.last_error?.message ?? null;
    case "held":
      return "failed with many others";
    case "active":
    case "connecting":
    case "disconnected":
      return null;
  }
  return assertNever(condition);
}

/** Why the account is as it is, and what comes next and from whom: two sentences for the account page. */
export function explainStatus(account: StatusFacts, now: number): { why: string; next: string } {
  const due = account.refresh_due_at === null ? null : Date.parse(account.refresh_due_at);
  const nextTry =
    due === null
      ? "No further try is scheduled."
      : due > now
        ? `Evergrant tries again in ${lasting(account.refresh_due_at, now)}.`
        : "Evergrant is about to try again.";
  const error = account.last_error === null ? "" : asSentence(account.last_error.message);
  const condition = conditionOf(account, now);
  switch (condition) {
    case "active":
      return {
        why: account.expires_at === null ? "The token does not expire." : tokenWords(account.expires_at, now),
        next:
          due === null
            ? "No refresh is scheduled."
            : due > now
              ? `Evergrant refreshes it in ${lasting(account.refresh_due_at, now)}. Nothing for you to do.`
              : "A refresh is due now. Nothing for you to do.",
      };
    case "refresh_failing":
      return {
        why: `${error} ${account.expires_at === null ? "" : `Requests are still served: ${tokenWords(account.expires_at, now, "the")}`}`.trim(),
        next: nextTry,
      };
    case "no_valid_token":
      if (error === "") {
        return {
          why: `The last token expired ${lasting(account.expires_at, now)} ago, and no refresh has been tried since.`,
          next:
            due === null
              ? "There is nothing to refresh it with. Only the customer can repair this: send them a re-authorization link."
              : due <= now
                ? "It is refreshed as soon as its provider may be asked: either nobody is asked there after others failed, or no worker runs."
                : nextTry,
        };
      }
      return {
        why: `${error} The last token expired ${lasting(account.expires_at, now)} ago, so requests are refused.`.trim(),
        next: nextTry,
      };
    case "connecting":
      return {
        why: "The customer opened the connect link and has not come back from the provider yet.",
        next: "It is the customer's move. If nothing comes of it, this entry is removed after a day.",
      };
    case "needs_reauth":
      return {
        why: error === "" ? "The provider no longer accepts the grant." : error,
        next: "Only the customer can repair this: send them a re-authorization link.",
      };
    case "held":
      return {
        why: "The provider rejected this grant, and many others of the same client within minutes.",
        next: `The status is kept, and the customer was not told. ${servedWords(account.expires_at, now)} To ask the provider about this account alone, refresh it now.`,
      };
    case "disconnected":
      return {
        why: "The connection was ended and its tokens were erased.",
        next: "To connect again, the customer opens a new connect link.",
      };
  }
  return assertNever(condition);
}

function tokenWords(expiresAt: string, now: number, article = "The"): string {
  return Date.parse(expiresAt) > now
    ? `${article} token is valid for ${lasting(expiresAt, now)}.`
    : `${article} token expired ${lasting(expiresAt, now)} ago.`;
}

/** What callers get while nothing is refreshed. */
function servedWords(expiresAt: string | null, now: number): string {
  if (expiresAt === null) return "Requests are still served: the token does not expire.";
  return Date.parse(expiresAt) > now
    ? `Requests are still served: ${tokenWords(expiresAt, now, "the")}`
    : `Requests are refused: ${tokenWords(expiresAt, now, "the last")}`;
}

function lasting(at: string | null, now: number): string {
  return formatDuration(Math.abs((at === null ? now : Date.parse(at)) - now) / 1000);
}
