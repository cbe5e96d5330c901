import type { Caller } from "#core/domain/access/permission";
import type { Approval, ApprovalTimes } from "#core/domain/approval/approval";
import {
  decideApprove,
  decideLapse,
  decideRefuse,
  decideWithdraw,
  type Decider,
} from "#core/domain/approval/decide-approval";
import type { ApprovalStore, KnownPerson } from "#core/ports/approval-store";
import type { Clock } from "#core/ports/clock";
import { deciderOf } from "#core/usecases/answer-approval";
import { wordFailure, wordRefusal } from "#core/usecases/approval-problems";
import type { ApprovalView } from "#api/schemas/approval";

interface ViewPorts {
  readonly approvals: Pick<ApprovalStore, "listPeople">;
  readonly approvalTimes: ApprovalTimes;
  readonly clock: Pick<Clock, "now">;
}

/** The one place where requests become their wire form, each as this caller may act on it now. */
export async function toApprovalViews(
  ports: ViewPorts,
  caller: Caller,
  approvals: readonly Approval[],
): Promise<ApprovalView[]> {
  if (approvals.length === 0) return [];
  const people = new Map((await ports.approvals.listPeople()).map((one) => [one.id, one]));
  const now = ports.clock.now();
  return approvals.map((one) => toView(one, caller, people, now, ports.approvalTimes));
}

export async function toApprovalView(ports: ViewPorts, caller: Caller, approval: Approval): Promise<ApprovalView> {
  const [view] = await toApprovalViews(ports, caller, [approval]);
  return view as ApprovalView;
}

function toView(
  approval: Approval,
  caller: Caller,
  known: ReadonlyMap<string, KnownPerson>,
  now: Date,
  times: ApprovalTimes,
): ApprovalView {
  const personOf = (id: string | null) => (id === null ? null : (known.get(id)?.person ?? null));
  const people = { asker: personOf(approval.requestedBy), approver: personOf(approval.approvedBy) };
  // What time has ended is over, also in the minute before it is written down.
  const lapse = decideLapse(approval, people, now);
  const failure =
    lapse?.status === "failed" ? { code: lapse.failure, detail: wordFailure(lapse.failure) } : approval.failure;
  return {
    id: approval.id,
    kind: approval.kind,
    subject: approval.subject,
    status: lapse?.status ?? approval.status,
    mode: approval.mode,
    summary: approval.effect.summary,
    changes: approval.effect.changes.map(({ what, before, after }) => ({ what, before, after })),
    consequences: [...approval.effect.consequences],
    reason: approval.reason,
    parameters: approval.parameters as Record<string, unknown>,
    parameters_hash: approval.parametersHash,
    requested_by: named(approval.requestedBy, known),
    requested_at: approval.requestedAt.toISOString(),
    waits_until: approval.waitsUntil?.toISOString() ?? null,
    expires_at: approval.expiresAt.toISOString(),
    approved_by: approval.approvedBy === null ? null : named(approval.approvedBy, known),
    approved_at: approval.approvedAt?.toISOString() ?? null,
    ended_by: approval.endedBy === null ? null : named(approval.endedBy, known),
    ended_at: approval.endedAt?.toISOString() ?? null,
    failure,
    may: rights(approval, deciderOf(caller, personOf(caller.id)), people, now, times),
  };
}

function rights(
  approval: Approval,
  decider: Decider,
  people: Parameters<typeof decideLapse>[1],
  now: Date,
  times: ApprovalTimes,
): ApprovalView["may"] {
  const approve = decideApprove(approval, decider, people, now, times);
  return {
    approve: approve.kind === "approve" || approve.kind === "resume",
    refuse: decideRefuse(approval, decider, people, now).kind === "end",
    withdraw: decideWithdraw(approval, decider, people, now).kind === "end",
    why_not: approve.kind === "refused" ? wordRefusal(approve.why, approval.kind) : null,
  };
}

function named(id: string, known: ReadonlyMap<string, KnownPerson>): ApprovalView["requested_by"] {
  const person = known.get(id);
  return { id, name: person?.name ?? null, email: person?.email ?? null };
}
