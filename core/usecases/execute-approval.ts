import type { Approval } from "../domain/approval/approval.ts";
import { decideExecute, decideLapse, type ExecuteDecision, type Lapse } from "../domain/approval/decide-approval.ts";
import { digestOf } from "../domain/approval/digest-of.ts";
import { DomainError } from "../domain/problem/domain-error.ts";
import { systemActor, type ApprovalStore, type ApprovalWrite, type Settlement } from "../ports/approval-store.ts";
import type { Log } from "../ports/log.ts";
import type { ApprovalActions } from "./approval-actions.ts";
import { wordFailure } from "./approval-problems.ts";

export interface ExecuteApprovalPorts {
  readonly approvals: ApprovalStore;
  readonly approvalActions: ApprovalActions;
  readonly log: Pick<Log, "info" | "warn" | "error">;
}

/** A try has as long; then another process takes over. What is long is started, and not waited for. */
const leaseSeconds = 60;

/**
 * Carries out what was approved, once: whoever holds the lease does, and what it writes is written under its number. It stays approved
 * where a try came to nothing for a reason that passes; the worker comes back to it every minute.
 *
 * @returns as it is afterwards; null: there is no such request
 */
export async function executeApproval(
  ports: ExecuteApprovalPorts,
  environmentId: string,
  id: string,
): Promise<Approval | null> {
  const claimed = await ports.approvals.settle(
    environmentId,
    id,
    null,
    ({ approval, now, ...people }): Settlement<ExecuteDecision> => {
      const decision = decideExecute(approval, people, now);
      switch (decision.kind) {
        case "execute":
          return { decision, write: { kind: "claim", leaseSeconds } };
        case "lapsed":
          return { decision, write: lapseWrite(decision) };
        case "refused":
          return { decision, write: null };
      }
    },
  );
  if (claimed === null || claimed.decision.kind !== "execute") return claimed?.approval ?? null;
  return await conclude(ports, claimed.approval, await tryOnce(ports, claimed.approval));
}

async function tryOnce(ports: ExecuteApprovalPorts, approval: Approval): Promise<ApprovalWrite> {
  const { id, run, environmentId, kind, parameters, requestedBy, approvedBy } = approval;
  const executed = { kind: "end", status: "executed", by: approvedBy ?? systemActor } as const;
  try {
    const action = ports.approvalActions[kind];
    if (action === undefined) return { kind: "release", detail: `This version carries out no ${kind}.` };
    if (run > 1 && (await action.wasDone(environmentId, parameters, id))) return executed;
    const { state } = await action.assess(environmentId, parameters);
    if (digestOf(state) !== approval.stateHash) return failed("state_changed");
    const outcome = await action.execute(parameters, {
      id,
      run,
      environmentId,
      requestedBy,
      approvedBy: approvedBy ?? systemActor,
      stateHash: approval.stateHash,
    });
    return outcome === "done" ? executed : failed("state_changed");
  } catch (error) {
    const isFinal = error instanceof DomainError && error.status < 500 && error.retryAfterSeconds === null;
    if (isFinal) return failed("action_failed", error.detail);
    ports.log.error({ error, approval: id, kind }, "what was approved could not be carried out yet");
    return { kind: "release", detail: error instanceof DomainError ? error.detail : "Something went wrong here." };
  }
}

/** Written only while the try is still the latest, and the action has not spent the approval itself. */
async function conclude(ports: ExecuteApprovalPorts, { environmentId, id, run }: Approval, write: ApprovalWrite) {
  const concluded = await ports.approvals.settle(environmentId, id, null, ({ approval }) => {
    const isOurs = approval.status === "approved" && approval.run === run;
    return { decision: null, write: isOurs ? write : null };
  });
  return concluded?.approval ?? null;
}

function failed(code: "state_changed" | "action_failed", detail: string = wordFailure(code)): ApprovalWrite {
  return { kind: "end", status: "failed", by: systemActor, failure: { code, detail } };
}

/** What ends by itself is nobody's doing. */
export function lapseWrite(lapse: Lapse): ApprovalWrite {
  if (lapse.status === "expired") return { kind: "end", status: "expired", by: systemActor };
  const failure = { code: lapse.failure, detail: wordFailure(lapse.failure) };
  return { kind: "end", status: "failed", by: systemActor, failure };
}

/**
 * Every minute: ends what time or its people have ended, and goes on with what was approved and is not carried out.
 * @returns how many of each
 */
export async function tendApprovals(
  ports: ExecuteApprovalPorts,
): Promise<{ readonly lapsed: number; readonly executed: number }> {
  let [lapsed, executed] = [0, 0];
  for (const { environmentId, id } of await ports.approvals.listOpen()) {
    const looked = await ports.approvals.settle(environmentId, id, null, ({ approval, now, ...people }) => {
      const decision = decideLapse(approval, people, now);
      return { decision, write: decision === null ? null : lapseWrite(decision) };
    });
    if (looked === null) continue;
    if (looked.decision !== null) lapsed += 1;
    else if (looked.approval.status === "approved") {
      const after = await executeApproval(ports, environmentId, id);
      if (after?.status === "executed") executed += 1;
    }
  }
  return { lapsed, executed };
}
