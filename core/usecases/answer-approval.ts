import type { Caller } from "../domain/access/permission.ts";
import type { Approval, ApprovalTimes } from "../domain/approval/approval.ts";
import {
  commandLine,
  decideApprove,
  decideRefuse,
  decideWithdraw,
  type Decider,
  type Lapse,
  type Person,
} from "../domain/approval/decide-approval.ts";
import { digestOf } from "../domain/approval/digest-of.ts";
import { DomainError } from "../domain/problem/domain-error.ts";
import { systemActor, type Settlement } from "../ports/approval-store.ts";
import { lapsedProblem, refusedDecision, wordFailure } from "./approval-problems.ts";
import { executeApproval, lapseWrite, type ExecuteApprovalPorts } from "./execute-approval.ts";

/** Who decides: what their role allows is looked up under the lock. */
export type Answerer = Pick<Caller, "kind" | "id" | "environmentId">;

export interface AnswerPorts extends ExecuteApprovalPorts {
  readonly approvalTimes: ApprovalTimes;
}

/** @throws DomainError not_found */
export async function findApproval(
  ports: Pick<AnswerPorts, "approvals">,
  caller: Answerer,
  id: string,
): Promise<Approval> {
  return (await ports.approvals.find(caller.environmentId, id)) ?? notFound();
}

/**
 * The second person's word, and then what was asked for. Pressed again, it goes on with what was approved and is not carried out yet.
 *
 * @returns as it is afterwards: `executed`, `failed`, or still `approved` where it could not be done yet
 * @throws DomainError not_found, approval_forbidden, approval_ended
 */
export async function approve(ports: AnswerPorts, caller: Answerer, id: string): Promise<Approval> {
  refuseKeys(caller);
  const { environmentId } = caller;
  await endWhereChanged(ports, await findApproval(ports, caller, id));
  const settled = await ports.approvals.settle(environmentId, id, presserOf(caller), (locked): Settlement<Judged> => {
    const { approval, now, presser, ...people } = locked;
    const decision = decideApprove(approval, deciderOf(caller, presser), people, now, ports.approvalTimes);
    switch (decision.kind) {
      case "approve":
        return {
          decision: { kind: "approve", now },
          write: { kind: "approve", by: actorOf(caller), executeBefore: decision.executeBefore },
        };
      case "lapsed":
        return { decision: { ...decision, now }, write: lapseWrite(decision) };
      case "resume":
      case "refused":
        return { decision: { ...decision, now }, write: null };
    }
  });
  if (settled === null) return notFound();
  refuse(settled.decision, settled.approval);
  return (await executeApproval(ports, environmentId, id)) ?? settled.approval;
}

/** @throws DomainError not_found, approval_forbidden, approval_ended */
export async function refuseApproval(ports: AnswerPorts, caller: Answerer, id: string): Promise<Approval> {
  return await end(ports, caller, id, "refused", decideRefuse);
}

/** @throws DomainError not_found, approval_forbidden, approval_ended */
export async function withdrawApproval(ports: AnswerPorts, caller: Answerer, id: string): Promise<Approval> {
  return await end(ports, caller, id, "withdrawn", decideWithdraw);
}

async function end(
  ports: AnswerPorts,
  caller: Answerer,
  id: string,
  status: "refused" | "withdrawn",
  decide: typeof decideRefuse,
): Promise<Approval> {
  refuseKeys(caller);
  const settled = await ports.approvals.settle(
    caller.environmentId,
    id,
    presserOf(caller),
    (locked): Settlement<Judged> => {
      const { approval, now, presser, ...people } = locked;
      const decision = decide(approval, deciderOf(caller, presser), people, now);
      switch (decision.kind) {
        case "end":
          return { decision: { ...decision, now }, write: { kind: "end", status, by: actorOf(caller) } };
        case "lapsed":
          return { decision: { ...decision, now }, write: lapseWrite(decision) };
        case "refused":
          return { decision: { ...decision, now }, write: null };
      }
    },
  );
  if (settled === null) return notFound();
  refuse(settled.decision, settled.approval);
  return settled.approval;
}

/** Nobody approves what is not there any more: it is looked at before, and once more when it is carried out. */
async function endWhereChanged(ports: AnswerPorts, approval: Approval): Promise<void> {
  const action = ports.approvalActions[approval.kind];
  if (approval.status !== "pending" || action === undefined) return;
  const isUnchanged = await action.assess(approval.environmentId, approval.parameters).then(
    ({ state }) => digestOf(state) === approval.stateHash,
    (error: unknown) => {
      // What could be asked for then and can't be done now is not what it was.
      if (error instanceof DomainError && error.status < 500) return false;
      throw error;
    },
  );
  if (isUnchanged) return;
  const failure = { code: "state_changed", detail: wordFailure("state_changed") } as const;
  await ports.approvals.settle(approval.environmentId, approval.id, null, (locked) => ({
    decision: null,
    write: locked.approval.status === "pending" ? { kind: "end", status: "failed", by: systemActor, failure } : null,
  }));
}

/** Before anything is looked up: whether a request exists is none of a key's business, and nothing ends because one called. */
function refuseKeys(caller: Answerer): void {
  if (caller.kind === "api_key") throw refusedDecision("not_an_administrator", null);
}

type Judged = (
  | { readonly kind: "approve" | "resume" | "end" }
  | Lapse
  | { readonly kind: "refused"; readonly why: Parameters<typeof refusedDecision>[0] }
) & { readonly now: Date };

function refuse(decision: Judged, approval: Approval): void {
  if (decision.kind === "lapsed") throw lapsedProblem(decision, approval);
  if (decision.kind !== "refused") return;
  throw refusedDecision(decision.why, approval.kind, approval, decision.now);
}

/** @param person the caller with the role that they have now, not the one of when the request came; null: who may not sign in */
export function deciderOf(caller: Answerer, person: Person | null): Decider {
  if (caller.kind === "command_line") return { kind: "command_line" };
  return caller.kind === "admin" && person !== null ? { kind: "person", person } : { kind: "nobody" };
}

function presserOf(caller: Answerer): string | null {
  return caller.kind === "admin" ? caller.id : null;
}

function actorOf(caller: Answerer): string {
  return caller.kind === "command_line" ? commandLine : caller.id;
}

function notFound(): never {
  throw new DomainError("not_found", { detail: "There is no such request for approval in this environment." });
}
