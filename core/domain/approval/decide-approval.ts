import type { Role } from "../access/permission.ts";
import {
  executionSeconds,
  isOpen,
  type Approval,
  type ApprovalFailure,
  type ApprovalMode,
  type ApprovalTimes,
} from "./approval.ts";
import { mayApprove, mayAsk, type ApprovalKind } from "./approval-kind.ts";

/** An administrator who may sign in. One who is disabled or removed is nobody: null. */
export interface Person {
  readonly id: string;
  readonly role: Role;
  /** Since when they have had this role, this address and this password, and have not been disabled. */
  readonly standingSince: Date;
  /** When the command line of the server made them, or said so of them; null: another administrator did. */
  readonly vouchedAt: Date | null;
}

/** Who presses. `nobody`: an API key, which has rights and is no person; or a user who is gone. */
export type Decider =
  | { readonly kind: "person"; readonly person: Person }
  | { readonly kind: "command_line" }
  | { readonly kind: "nobody" };

/** Why somebody may not do it; nothing changes then. */
export type Refusal =
  | "not_an_administrator"
  | "role"
  /** Nobody approves or refuses their own; they withdraw it. */
  | "own_request"
  /** An administrator only since the request, or since shortly before it, may be the asker's own invention. */
  | "too_new"
  | "waiting"
  | "not_yours"
  /** It is over, or is being carried out this moment. */
  | "over"
  | "being_executed";

/** It can't go on, whoever presses: this is written. */
export type Lapse =
  | { readonly kind: "lapsed"; readonly status: "expired" }
  | { readonly kind: "lapsed"; readonly status: "failed"; readonly failure: ApprovalFailure };

type Refused = { readonly kind: "refused"; readonly why: Refusal };

const refused = (why: Refusal): Refused => ({ kind: "refused", why });
const expired: Lapse = { kind: "lapsed", status: "expired" };
const failed = (failure: ApprovalFailure): Lapse => ({ kind: "lapsed", status: "failed", failure });

/** The people of a request, as they are now; null: gone, or disabled. */
export interface People {
  readonly asker: Person | null;
  /** Who approved it; null also where nobody did, or the command line. */
  readonly approver: Person | null;
}

export type AskDecision =
  | Refused
  | { readonly kind: "ask"; readonly mode: ApprovalMode; readonly waitsUntil: Date | null; readonly expiresAt: Date };

/**
 * @param everybody all administrators who may sign in, the asker among them or not
 */
export function decideAsk(
  kind: ApprovalKind,
  asker: Decider,
  everybody: readonly Person[],
  now: Date,
  times: ApprovalTimes,
): AskDecision {
  // The command line of the server needs nobody's word; what it does, it does itself.
  if (asker.kind !== "person") return refused("not_an_administrator");
  if (!mayAsk(kind, asker.person.role)) return refused("role");
  const request = { kind, requestedBy: asker.person.id, requestedAt: now };
  const isAlone = !everybody.some((one) => couldApprove(one, request, times));
  // Only somebody who could approve has a waiting time instead: who may only ask waits for a person, as long as it takes.
  const waits = isAlone && mayApprove(kind, asker.person.role);
  return {
    kind: "ask",
    mode: waits ? "waiting" : "second_person",
    waitsUntil: waits ? after(now, times.waitingSeconds) : null,
    // Time enough to press when the waiting is over, however the two were set.
    expiresAt: after(now, Math.max(times.openSeconds, waits ? 2 * times.waitingSeconds : 0)),
  };
}

type Request = Pick<Approval, "kind" | "requestedBy" | "requestedAt">;

/** Whether somebody is the second person for a request: another one, with the role, and not since yesterday. */
export function couldApprove(person: Person, request: Request, times: ApprovalTimes): boolean {
  return (
    person.id !== request.requestedBy && mayApprove(request.kind, person.role) && isEstablished(person, request, times)
  );
}

/**
 * Whoever asks could make the one who approves, before the request or after it. So an administrator counts who was vouched for by the
 * server's command line before it, or who has stood for as long as somebody alone would have to wait: then nothing was gained. A change
 * of role, address or password begins that anew, since whoever made it may hold the account.
 */
function isEstablished(person: Person, { requestedAt }: Request, times: ApprovalTimes): boolean {
  if (person.standingSince >= requestedAt) return false;
  const isVouchedFor = person.vouchedAt !== null && person.vouchedAt >= person.standingSince;
  return isVouchedFor
    ? person.vouchedAt < requestedAt
    : after(person.standingSince, times.waitingSeconds) <= requestedAt;
}

export type ApproveDecision =
  | Refused
  | Lapse
  | { readonly kind: "approve"; readonly executeBefore: Date }
  /** It was approved, and is not carried out yet: whoever could approve it may have it tried now. */
  | { readonly kind: "resume" };

/** @param people the asker and, of what is approved already, the approver, as they are now */
export function decideApprove(
  approval: Approval,
  decider: Decider,
  people: People,
  now: Date,
  times: ApprovalTimes,
): ApproveDecision {
  if (!isOpen(approval.status)) return refused("over");
  const lapse = decideLapse(approval, people, now);
  if (lapse !== null) return lapse;
  const why = approveRefusal(approval, decider, now, times);
  if (why !== null) return refused(why);
  return approval.status === "approved"
    ? { kind: "resume" }
    : { kind: "approve", executeBefore: after(now, executionSeconds) };
}

function approveRefusal(approval: Approval, decider: Decider, now: Date, times: ApprovalTimes): Refusal | null {
  switch (decider.kind) {
    case "command_line":
      return null;
    case "nobody":
      return "not_an_administrator";
    case "person":
      break;
  }
  const { person } = decider;
  if (!mayApprove(approval.kind, person.role)) return "role";
  if (person.id !== approval.requestedBy) return couldApprove(person, approval, times) ? null : "too_new";
  if (approval.waitsUntil === null) return "own_request";
  return now < approval.waitsUntil ? "waiting" : null;
}

export type EndDecision = Refused | Lapse | { readonly kind: "end" };

/** To refuse is safe: whoever could approve may, however new; nobody refuses their own, they withdraw it. */
export function decideRefuse(approval: Approval, decider: Decider, people: People, now: Date): EndDecision {
  return decideEnd(approval, people, now, () => {
    switch (decider.kind) {
      case "command_line":
        return null;
      case "nobody":
        return "not_an_administrator";
      case "person":
        if (!mayApprove(approval.kind, decider.person.role)) return "role";
        return decider.person.id === approval.requestedBy ? "own_request" : null;
    }
  });
}

/** Whoever asked takes it back, whatever became of their role. */
export function decideWithdraw(approval: Approval, decider: Decider, people: People, now: Date): EndDecision {
  return decideEnd(approval, people, now, () => {
    if (decider.kind !== "person") return "not_an_administrator";
    return decider.person.id === approval.requestedBy ? null : "not_yours";
  });
}

function decideEnd(approval: Approval, people: People, now: Date, findWhy: () => Refusal | null): EndDecision {
  if (!isOpen(approval.status)) return refused("over");
  const why = findWhy();
  if (why !== null) return refused(why);
  // What is being done can't be stopped by saying so; nobody is told that it was.
  if (isLeased(approval, now)) return refused("being_executed");
  return decideLapse(approval, people, now) ?? { kind: "end" };
}

export type ExecuteDecision = Refused | Lapse | { readonly kind: "execute" };

/** Whoever carries it out, the one who approved or a worker later: both people must still be who they were. */
export function decideExecute(approval: Approval, people: People, now: Date): ExecuteDecision {
  if (approval.status !== "approved") return refused("over");
  if (isLeased(approval, now)) return refused("being_executed");
  return decideLapse(approval, people, now) ?? { kind: "execute" };
}

/** What time, or what became of its people, has ended; null: nothing has. */
export function decideLapse(approval: Approval, people: People, now: Date): Lapse | null {
  // What is being carried out ends by itself, or by the end of its lease.
  if (!isOpen(approval.status) || isLeased(approval, now)) return null;
  if (now >= approval.expiresAt) return expired;
  if (!isUnchanged(people.asker, approval.requestedAt, (role) => mayAsk(approval.kind, role)))
    return failed("asker_changed");
  if (approval.status === "pending" || approval.approvedBy === null || approval.approvedBy === commandLine) return null;
  // A role that was taken and given back since their word is another one.
  const isSame = isUnchanged(people.approver, approval.approvedAt ?? now, (role) => mayApprove(approval.kind, role));
  return isSame ? null : failed("approver_changed");
}

/** Of `Approval.approvedBy` and of audit records: whoever has a shell on the server. */
export const commandLine = "command_line";

function isUnchanged(person: Person | null, since: Date, hasRole: (role: Role) => boolean): boolean {
  return person !== null && person.standingSince <= since && hasRole(person.role);
}

function isLeased({ leaseUntil }: Approval, now: Date): boolean {
  return leaseUntil !== null && leaseUntil > now;
}

function after(instant: Date, seconds: number): Date {
  return new Date(instant.getTime() + seconds * 1000);
}
