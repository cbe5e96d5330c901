import type { Episode } from "./anomaly.ts";

/** `a minute`, `an hour`, `a day`. */
function windowWord(seconds: number): string {
  return seconds === 60 ? "a minute" : seconds === 3600 ? "an hour" : "a day";
}

/**
 * An anomaly in one sentence, for mails, chats, the log and the dashboard.
 * @param name of the subject as people know it; null: its id alone is known
 */
export function wordAnomaly(
  anomaly: Pick<Episode, "kind" | "subject" | "measured" | "detail">,
  name: string | null,
): string {
  const { kind, subject, measured, detail } = anomaly;
  const who = name === null ? subject : `${name} (${subject})`;
  const { observed, usual, bound, windowSeconds } = measured ?? { observed: 0, usual: 0, bound: 0, windowSeconds: 60 };
  const within = windowWord(windowSeconds);
  const past =
    usual > 0
      ? `usual at this time of day: up to ${usual}`
      : detail["is_new"] === true
        ? `it is new, and rings above ${bound}`
        : "nothing is usual at this time of day";
  switch (kind) {
    case "decrypt_rate":
      return `${who} opened ${observed} credentials of ${count(detail["tenants"], "tenant")} within ${within}; ${past}.`;
    case "tenant_spread":
      return `${who} opened credentials of ${observed} tenants within ${within}; ${past}.`;
    case "dormant_key":
      return detail["is_first_use"] === true
        ? `${who} opened a credential for the first time, ${count(detail["unused_days"], "day")} after it was made.`
        : `${who} opened a credential after ${count(detail["unused_days"], "day")} without any.`;
    case "new_network":
      return `${who} was used from a network that it never came from: ${text(detail["network"])}.`;
    case "unknown_path":
      return `${who} opened a sealed value (${text(detail["field"])}) for ${text(detail["purpose"])}, which no part of Evergrant does: see audit record ${text(detail["audit_event_id"])}.`;
    case "needs_reauth_spike":
      return `${name ?? subject}: ${observed} accounts (${text(detail["share_percent"])} %) needed re-authorization within ${within}; ${usual > 0 ? `usual is up to ${usual}` : "usually hardly any do"}.`;
  }
}

type Value = Episode["detail"][string] | undefined;

function count(value: Value, word: string): string {
  return `${text(value)} ${word}${value === 1 ? "" : "s"}`;
}

function text(value: Value): string {
  return value === null || value === undefined ? "nothing" : String(value);
}
