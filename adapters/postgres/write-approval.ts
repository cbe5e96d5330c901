import { randomBytes } from "node:crypto";
import type { Approval } from "#core/domain/approval/approval";
import type { AuditAction } from "#core/domain/audit/audit-record";
import { idRandomBytes, makeId } from "#core/domain/identifier/identifier";
import { DomainError } from "#core/domain/problem/domain-error";
import type { ApprovalEventType } from "#core/domain/webhook/event-type";
import { systemActor, type ApprovalUse, type ApprovalWrite } from "#core/ports/approval-store";
import { toApproval, type ApprovalRow } from "./approval-rows.ts";
import { insertAudit } from "./audit-log.ts";
import type { DatabaseClient } from "./pool.ts";

/** Under the lock of its row, at `now` of that transaction. @returns the request as it is afterwards */
export async function writeApproval(
  client: DatabaseClient,
  approval: Approval,
  write: ApprovalWrite,
  now: Date,
): Promise<Approval> {
  switch (write.kind) {
    case "approve": {
      const after = await update(
        client,
        approval.id,
        "status = 'approved', approved_by = $2, approved_at = $3, expires_at = $4",
        [write.by, now, write.executeBefore],
      );
      await record(client, after, "approval.approved", write.by);
      return after;
    }
    case "claim":
      // Of a try that comes to nothing there is no record: what is done leaves one of its own.
      return await update(client, approval.id, "run = run + 1, lease_until = $2, failure = NULL", [
        new Date(now.getTime() + write.leaseSeconds * 1000),
      ]);
    case "release":
      return await update(client, approval.id, "lease_until = NULL, failure = $2", [
        JSON.stringify({ code: "action_failed", detail: write.detail }),
      ]);
    case "end": {
      const after = await update(
        client,
        approval.id,
        "status = $2, ended_by = $3, ended_at = $4, failure = $5, lease_until = NULL",
        [write.status, write.by, now, write.failure === undefined ? null : JSON.stringify(write.failure)],
      );
      await record(client, after, `approval.${write.status}`, write.by);
      await insertApprovalEvent(client, after, "approval:ended");
      return after;
    }
  }
}

async function update(client: DatabaseClient, id: string, set: string, values: readonly unknown[]): Promise<Approval> {
  const { rows } = await client.query<ApprovalRow>(`UPDATE approval SET ${set} WHERE id = $1 RETURNING *`, [
    id,
    ...values,
  ]);
  if (rows[0] === undefined) throw new Error(`approval ${id} vanished under its lock`);
  return toApproval(rows[0]);
}

/**
 * For the transaction that does what was approved: ends the request as executed in it, if this try is still the one that may.
 * Comes after the locks of what is changed.
 *
 * @returns false: it is over, or another try has begun; the transaction has to be rolled back
 */
export async function spendApproval(client: DatabaseClient, { id, run }: ApprovalUse): Promise<boolean> {
  const { rows } = await client.query<ApprovalRow & { readonly now: Date }>(
    "SELECT *, clock_timestamp()::timestamptz(3) AS now FROM approval WHERE id = $1 AND run = $2 AND status = 'approved' FOR UPDATE",
    [id, run],
  );
  const [row] = rows;
  if (row === undefined) return false;
  const by = row.approved_by ?? systemActor;
  await writeApproval(client, toApproval(row), { kind: "end", status: "executed", by }, row.now);
  return true;
}

/**
 * The same where what is done may also need no approval (absent), and has no outcome of its own for one that is over.
 *
 * @throws DomainError approval_ended, which rolls the transaction back
 */
export async function spendAny(client: DatabaseClient, use: ApprovalUse | undefined): Promise<void> {
  if (use === undefined || (await spendApproval(client, use))) return;
  throw new DomainError("approval_ended", {
    detail: "This request is over, or another try to carry it out has begun.",
    extensions: { reason: "over", approval_id: use.id },
  });
}

/** Each step leaves a line that names what it was about; the parameters by their digest, which the request has too. */
export async function record(
  client: DatabaseClient,
  approval: Approval,
  action: AuditAction & `approval.${string}`,
  actor: string,
): Promise<void> {
  await insertAudit(client, [
    {
      environmentId: approval.environmentId,
      actor,
      action,
      target: approval.id,
      detail: {
        kind: approval.kind,
        subject: approval.subject,
        parameters_hash: approval.parametersHash,
        mode: approval.mode,
        requested_by: approval.requestedBy,
        approved_by: approval.approvedBy,
        failure: approval.failure?.code ?? null,
      },
    },
  ]);
}

/** For everybody who is to learn of it; who asked is told by address, as operators know each other. */
export async function insertApprovalEvent(
  client: DatabaseClient,
  approval: Approval,
  type: ApprovalEventType,
): Promise<void> {
  const { rows } = await client.query<{ email: string; name: string }>(
    "SELECT email, name FROM admin_user WHERE id = $1",
    [approval.requestedBy],
  );
  const payload = {
    id: approval.id,
    kind: approval.kind,
    subject: approval.subject,
    summary: approval.effect.summary,
    status: approval.status,
    mode: approval.mode,
    requested_by: rows[0]?.email ?? approval.requestedBy,
    requested_by_name: rows[0]?.name ?? null,
    waits_until: type === "approval:requested" ? (approval.waitsUntil?.toISOString() ?? null) : null,
    outcome: type === "approval:ended" ? approval.status : null,
  };
  await client.query(
    "INSERT INTO event (id, created_at, environment_id, event_type, payload) VALUES ($1, now(), $2, $3, $4)",
    [makeId("evt", randomBytes(idRandomBytes)), approval.environmentId, type, JSON.stringify(payload)],
  );
}
