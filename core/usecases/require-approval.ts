import type { Caller } from "../domain/access/permission.ts";
import type { Approval, ApprovalTimes } from "../domain/approval/approval.ts";
import type { ApprovalKind } from "../domain/approval/approval-kind.ts";
import { decideAsk } from "../domain/approval/decide-approval.ts";
import { digestOf } from "../domain/approval/digest-of.ts";
import { idRandomBytes, makeId } from "../domain/identifier/identifier.ts";
import { DomainError } from "../domain/problem/domain-error.ts";
import type { ApprovalStore } from "../ports/approval-store.ts";
import type { Randomness } from "../ports/randomness.ts";
import type { ApprovalActions } from "./approval-actions.ts";
import { refusedDecision } from "./approval-problems.ts";

export interface RequireApprovalPorts {
  readonly approvals: ApprovalStore;
  readonly approvalActions: ApprovalActions;
  readonly approvalTimes: ApprovalTimes;
  readonly random: Randomness;
}

/**
 * How a route says "this needs approval": instead of doing it, it asks, and answers 202 with what comes back.
 *
 *     const approval = await requireApproval(ports, caller, { kind: "key.disable", parameters: { kid }, reason });
 *     return context.json(await viewOf(ports, caller, approval), 202);
 *
 * The routes of keys (`POST /keys/rewrap`, `POST /keys/{kid}/disable` and `/enable`, `PUT /keys/policy`, and the end of a tenant's key)
 * call it so, each with its kind; what they would have done themselves stands in the kind's action (`ApprovalActions`), which runs when
 * somebody else has approved. The command line does not come here: on the server it is trusted, and does things at once.
 *
 * Whoever asks for the same again while it is open gets the same request.
 *
 * @throws DomainError approval_forbidden for an API key, or a role that may not ask; approval_pending while another request for the same
 *   thing is open; and whatever the action finds wrong with it
 */
export async function requireApproval(
  ports: RequireApprovalPorts,
  caller: Caller,
  wanted: { readonly kind: ApprovalKind; readonly parameters: unknown; readonly reason?: string | null },
): Promise<Approval> {
  const { kind } = wanted;
  const { environmentId } = caller;
  const action = ports.approvalActions[kind];
  if (action === undefined) throw new Error(`nothing carries out ${kind}`);
  // A key learns nothing of what it may not ask for, and costs nothing.
  if (caller.kind !== "admin") throw refusedDecision("not_an_administrator", kind);
  // As they will be read back: what the schema leaves out is not asked for.
  const parameters = action.parse(wanted.parameters);
  const { subject, state, effect } = await action.assess(environmentId, parameters);
  const request = {
    id: makeId("apr", ports.random.bytes(idRandomBytes)),
    environmentId,
    kind,
    subject,
    parameters,
    parametersHash: digestOf({ kind, parameters }),
    stateHash: digestOf(state),
    effect,
    reason: wanted.reason ?? null,
    requestedBy: caller.id,
  };
  const outcome = await ports.approvals.ask(request, (asker, everybody, now) =>
    decideAsk(kind, asker, everybody, now, ports.approvalTimes),
  );
  if (outcome.kind === "refused") throw refusedDecision(outcome.decision.why, kind);
  const { approval } = outcome;
  if (outcome.kind === "asked" || isSame(approval, request)) return approval;
  throw new DomainError("approval_pending", {
    detail: `Another request about ${subject} is open. Decide on it, or withdraw it, and ask again.`,
    extensions: { approval_id: approval.id },
  });
}

function isSame(open: Approval, request: Pick<Approval, "parametersHash" | "stateHash" | "requestedBy">): boolean {
  return (
    open.parametersHash === request.parametersHash &&
    open.stateHash === request.stateHash &&
    open.requestedBy === request.requestedBy
  );
}
