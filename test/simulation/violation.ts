/** The guarantees that a run checks. */
export type Rule =
  /** Two requests with one credential version at the same time. */
  | "in_flight"
  /** A request that the rotation rule does not allow. */
  | "replay"
  /** An account left for `needs_reauth` without the provider's word. */
  | "false_reauth"
  /** A rotated token was lost outside the documented windows. */
  | "lost"
  | "status"
  | "events"
  /** A re-authorization is not recorded once. */
  | "attempts"
  | "monotone"
  | "read"
  | "sealed"
  | "stuck"
  /** Something was thrown that no caller is told to expect. */
  | "error";

export interface Violation {
  readonly rule: Rule;
  readonly text: string;
  readonly atMs: number;
}

/** Tells that a guarantee did not hold. Never throws: the code under test would catch it. */
export type Report = (rule: Rule, text: string) => void;
