import type { ApprovalKind } from "./approval-kind.ts";

/**
 * pending → approved → executed; both of the first may also end as refused, withdrawn, expired or failed. The last five are ends:
 * whoever wants the same again asks anew.
 */
export type ApprovalStatus = "pending" | "approved" | "executed" | "refused" | "withdrawn" | "expired" | "failed";

export const approvalStatuses = [
  "pending",
  "approved",
  "executed",
  "refused",
  "withdrawn",
  "expired",
  "failed",
] as const satisfies readonly ApprovalStatus[];

export function isOpen(status: ApprovalStatus): status is "pending" | "approved" {
  return status === "pending" || status === "approved";
}

/**
 * What stands in for a second pair of eyes. `second_person`: somebody else approves. `waiting`: nobody else could, when it was asked; so
 * it waits, visible and cancellable, and then whoever asked says so once more.
 */
export type ApprovalMode = "second_person" | "waiting";

/** Why it came to nothing. `action_failed`: it was carried out, and refused by what it was to change. */
export type ApprovalFailure = "state_changed" | "asker_changed" | "approver_changed" | "action_failed";

/** One thing that would be otherwise, for people. */
export interface ApprovalChange {
  readonly what: string;
  /** Null: nothing. */
  readonly before: string | null;
  readonly after: string | null;
}

/** What is shown to whoever decides, as it was when it was asked. Words for people, never a secret. */
export interface ApprovalEffect {
  /** One sentence, as an order: "Send the credentials of Acme CRM to other hosts". */
  readonly summary: string;
  readonly changes: readonly ApprovalChange[];
  /** What follows from it, one sentence each. */
  readonly consequences: readonly string[];
}

export interface Approval {
  readonly id: string;
  readonly environmentId: string;
  readonly kind: ApprovalKind;
  /** What it is done to: an integration's name, a key's id. Of one kind and subject one request is open at a time. */
  readonly subject: string;
  /** Exactly what is carried out. Never a secret. */
  readonly parameters: unknown;
  /** Over kind and parameters (digestOf). */
  readonly parametersHash: string;
  /** Over what the request was made of; with another one it must be asked anew. */
  readonly stateHash: string;
  readonly effect: ApprovalEffect;
  /** In the words of whoever asked; null: none given. */
  readonly reason: string | null;
  readonly status: ApprovalStatus;
  readonly mode: ApprovalMode;
  readonly requestedBy: string;
  readonly requestedAt: Date;
  /** Not before; null: it waits for a person and not for an instant. */
  readonly waitsUntil: Date | null;
  /** Undecided until then, it is over. */
  readonly expiresAt: Date;
  /** Who approved; `command_line` on the server. */
  readonly approvedBy: string | null;
  readonly approvedAt: Date | null;
  /** Who ended it; null while it is open. `system`: nobody did. */
  readonly endedBy: string | null;
  readonly endedAt: Date | null;
  readonly failure: { readonly code: ApprovalFailure; readonly detail: string } | null;
  /** Numbers the tries to carry it out. */
  readonly run: number;
  /** Somebody carries it out until then. */
  readonly leaseUntil: Date | null;
}

/** Durations, seconds. */
export interface ApprovalTimes {
  /** How long somebody who is alone waits; and how long an administrator must have been one before a request, to approve it. */
  readonly waitingSeconds: number;
  /** How long a request stays open. */
  readonly openSeconds: number;
}

const day = 24 * 60 * 60;

export const defaultTimes: ApprovalTimes = { waitingSeconds: day, openSeconds: 7 * day };

/** How long what is approved may be tried: what could not be done by then was approved for another day. */
export const executionSeconds = day;
