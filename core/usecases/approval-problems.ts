import { isOpen, type Approval, type ApprovalFailure, type ApprovalStatus } from "../domain/approval/approval.ts";
import { approvalKinds, type ApprovalKind } from "../domain/approval/approval-kind.ts";
import type { Lapse, Refusal } from "../domain/approval/decide-approval.ts";
import { assertNever, DomainError } from "../domain/problem/domain-error.ts";

/** Why somebody may not do it, for people. */
export function wordRefusal(why: Refusal, kind: ApprovalKind | null): string {
  switch (why) {
    case "not_an_administrator":
      return "Only an administrator who is signed in can ask for this, or decide on it. An API key is nobody's word.";
    case "role":
      return `Your role may not do this. It takes an ${kind === null ? "owner" : approvalKinds[kind].approves.join(" or an ")}.`;
    case "own_request":
      return "You asked for this yourself, so somebody else must decide. You can withdraw it.";
    case "too_new":
      return "Your account was made, or its role, address or password changed, too shortly before this was asked. Somebody who was an administrator before must decide.";
    case "waiting":
      return "Nobody else could approve this, so it waits. Come back when the waiting time is over; until then you can withdraw it.";
    case "not_yours":
      return "Somebody else asked for this. Only they can withdraw it; you can refuse it.";
    case "over":
      return "This request is over.";
    case "being_executed":
      return "This is being carried out right now.";
    default:
      return assertNever(why);
  }
}

const failures: Readonly<Record<ApprovalFailure, string>> = {
  state_changed: "What it was asked for has changed since. Look at it as it is now, and ask again.",
  asker_changed:
    "Whoever asked may not do so any more: their account was disabled, or its role, address or password changed.",
  approver_changed:
    "Whoever approved may not do so any more: their account was disabled, or its role, address or password changed.",
  action_failed: "It was approved, and could not be done.",
};

export function wordFailure(code: ApprovalFailure): string {
  return failures[code];
}

/** @param kind null: it was not looked up. @param approval absent: none was made yet, or looked up */
export function refusedDecision(why: Refusal, kind: ApprovalKind | null, approval?: Approval, now?: Date): DomainError {
  if (why === "over" || why === "being_executed") return endedProblem(why, kind, approval);
  const waits = why === "waiting" && approval?.waitsUntil != null && now !== undefined;
  const seconds = waits ? Math.ceil((Number(approval.waitsUntil) - now.getTime()) / 1000) : null;
  return new DomainError("approval_forbidden", {
    detail: wordRefusal(why, kind),
    extensions: { reason: why, ...(approval === undefined ? {} : { approval_id: approval.id }) },
    ...(seconds === null ? {} : { retryAfterSeconds: Math.max(1, seconds) }),
  });
}

const ends: Readonly<Record<Exclude<ApprovalStatus, "pending" | "approved">, string>> = {
  executed: "was executed",
  refused: "was refused",
  withdrawn: "was withdrawn",
  expired: "expired",
  failed: "failed",
};

function endedProblem(
  why: "over" | "being_executed",
  kind: ApprovalKind | null,
  approval: Approval | undefined,
): DomainError {
  const status = approval === undefined || isOpen(approval.status) ? null : approval.status;
  const how = status === null ? "" : ` It ${ends[status]}.`;
  return new DomainError("approval_ended", {
    detail: `${wordRefusal(why, kind)}${how}`,
    extensions: {
      reason: why === "being_executed" ? why : (approval?.failure?.code ?? status ?? why),
      ...(approval === undefined ? {} : { approval_id: approval.id }),
    },
  });
}

/** It ended as somebody pressed. */
export function lapsedProblem(lapse: Lapse, approval: Approval): DomainError {
  const said =
    lapse.status === "expired"
      ? "Nobody decided in time, so this request is over. Ask again."
      : wordFailure(lapse.failure);
  return new DomainError("approval_ended", {
    detail: said,
    extensions: { reason: lapse.status === "expired" ? "expired" : lapse.failure, approval_id: approval.id },
  });
}
