import type { AttemptView } from "#api/schemas/attempt";
import type { Tone } from "./status.ts";

export type AttemptResult = NonNullable<AttemptView["outcome"]> | "running";

/** How an attempt is drawn: see the lifeline in the design notes. */
export type MarkShape =
  | "tick"
  | "hollow-dot"
  | "diamond"
  | "broken"
  | "pause"
  | "square"
  | "stripes"
  | "small-tick"
  | "ring";

export const attemptResults: Record<AttemptResult, { label: string; tone: Tone; shape: MarkShape }> = {
  refreshed: { label: "Refreshed", tone: "good", shape: "tick" },
  transient: { label: "Failed for now", tone: "warn", shape: "hollow-dot" },
  rate_limited: { label: "Rate limited", tone: "warn", shape: "diamond" },
  reauthorize: { label: "Grant ended", tone: "bad", shape: "broken" },
  held: { label: "Rejected, held", tone: "hold", shape: "pause" },
  client_misconfigured: { label: "Operator must act", tone: "bad", shape: "square" },
  in_doubt: { label: "In doubt", tone: "warn", shape: "stripes" },
  superseded: { label: "Superseded", tone: "none", shape: "small-tick" },
  running: { label: "Running", tone: "info", shape: "ring" },
};

export const attemptReasons: Record<AttemptView["reason"], string> = {
  alarm: "Before expiry",
  on_demand: "Asked for by a request",
  forced: "Asked for by an operator",
  rejected_token: "The provider rejected the token",
  reauthorized: "The customer re-authorized",
};

export function resultOf(attempt: Pick<AttemptView, "outcome">): AttemptResult {
  return attempt.outcome ?? "running";
}

/** Milliseconds the attempt took; null while it runs. */
export function durationOf(attempt: Pick<AttemptView, "started_at" | "finished_at">): number | null {
  return attempt.finished_at === null ? null : Date.parse(attempt.finished_at) - Date.parse(attempt.started_at);
}
