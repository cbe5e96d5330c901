import type { Approval, ApprovalFailure, ApprovalStatus } from "../domain/approval/approval.ts";
import type { AskDecision, Decider, People, Person } from "../domain/approval/decide-approval.ts";

/** What is asked for; the rest of the row is the store's, or the decision's. */
export type NewApproval = Pick<
  Approval,
  | "id"
  | "environmentId"
  | "kind"
  | "subject"
  | "parameters"
  | "parametersHash"
  | "stateHash"
  | "effect"
  | "reason"
  | "requestedBy"
>;

/** An approval under its lock, with its people as they are, by the database's clock. */
export interface LockedApproval extends People {
  readonly approval: Approval;
  /** Whoever presses; null: nobody who may sign in. */
  readonly presser: Person | null;
  readonly now: Date;
}

/** What a settlement writes, each with its audit record; an end with its event too. */
export type ApprovalWrite =
  | { readonly kind: "approve"; readonly by: string; readonly executeBefore: Date }
  /** Takes the lease, and the next number. */
  | { readonly kind: "claim"; readonly leaseSeconds: number }
  /** It could not be done this time. */
  | { readonly kind: "release"; readonly detail: string }
  | {
      readonly kind: "end";
      readonly status: Exclude<ApprovalStatus, "pending" | "approved">;
      readonly by: string;
      readonly failure?: { readonly code: ApprovalFailure; readonly detail: string };
    };

/** What was judged, and what of it is written; null: nothing. */
export interface Settlement<D> {
  readonly decision: D;
  readonly write: ApprovalWrite | null;
}

/** An administrator by name; `person` is null for one who is disabled. */
export interface KnownPerson {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly person: Person | null;
}

export type AskOutcome =
  | { readonly kind: "asked" | "open"; readonly approval: Approval }
  | { readonly kind: "refused"; readonly decision: AskDecision & { readonly kind: "refused" } };

export interface ApprovalList {
  readonly open: boolean;
  readonly limit: number;
  /** Where the page before ended; null: the first. */
  readonly before: { readonly at: Date; readonly id: string } | null;
}

/** By actor of audit records: nobody pressed, time or another change ended it. */
export const systemActor = "system";

export interface ApprovalStore {
  /**
   * Written as it was judged, with everybody as they are in that moment, with audit record and event. `open`: one of the same kind and
   * subject is open already, and nothing was written.
   */
  ask(
    request: NewApproval,
    judge: (asker: Decider, everybody: readonly Person[], now: Date) => AskDecision,
  ): Promise<AskOutcome>;
  find(environmentId: string, id: string): Promise<Approval | null>;
  /** Newest first, one more than `limit`. */
  list(environmentId: string, page: ApprovalList): Promise<readonly Approval[]>;
  /** Of all environments, oldest first. */
  listOpen(): Promise<readonly Pick<Approval, "environmentId" | "id">[]>;
  /** All administrators, those who are disabled too. */
  listPeople(): Promise<readonly KnownPerson[]>;
  /**
   * Locks the request and its people, so that what is judged still holds when it is written: a role that is taken away meanwhile waits
   * for it, or is seen.
   *
   * @param presserId the administrator who presses; null: the command line, the system, a key
   * @returns null: there is no such request; otherwise as it is afterwards
   */
  settle<D>(
    environmentId: string,
    id: string,
    presserId: string | null,
    judge: (locked: LockedApproval) => Settlement<D>,
  ): Promise<{ readonly decision: D; readonly approval: Approval } | null>;
}

/**
 * Of one try to carry something out. A store that writes what was approved takes it along, and ends the request as executed in the same
 * transaction (`spendApproval`): a crash then leaves both or neither.
 */
export interface ApprovalUse {
  readonly id: string;
  readonly run: number;
}
