import type { Role } from "#core/domain/access/permission";
import type { Approval, ApprovalEffect, ApprovalMode, ApprovalStatus } from "#core/domain/approval/approval";
import type { ApprovalKind } from "#core/domain/approval/approval-kind";
import type { Person } from "#core/domain/approval/decide-approval";
import type { KnownPerson } from "#core/ports/approval-store";

export interface ApprovalRow {
  readonly id: string;
  readonly environment_id: string;
  readonly kind: ApprovalKind;
  readonly subject: string;
  readonly parameters: unknown;
  readonly parameters_hash: string;
  readonly state_hash: string;
  readonly effect: ApprovalEffect;
  readonly reason: string | null;
  readonly status: ApprovalStatus;
  readonly mode: ApprovalMode;
  readonly requested_by: string;
  readonly requested_at: Date;
  readonly waits_until: Date | null;
  readonly expires_at: Date;
  readonly approved_by: string | null;
  readonly approved_at: Date | null;
  readonly ended_by: string | null;
  readonly ended_at: Date | null;
  readonly failure: Approval["failure"];
  readonly run: number;
  readonly lease_until: Date | null;
}

export interface PersonRow {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly role: Role;
  readonly disabled_at: Date | null;
  readonly standing_since: Date;
  readonly vouched_at: Date | null;
}

export const personColumns = "id, name, email, role, disabled_at, standing_since, vouched_at";

export function toApproval(row: ApprovalRow): Approval {
  return {
    id: row.id,
    environmentId: row.environment_id,
    kind: row.kind,
    subject: row.subject,
    parameters: row.parameters,
    parametersHash: row.parameters_hash,
    stateHash: row.state_hash,
    effect: row.effect,
    reason: row.reason,
    status: row.status,
    mode: row.mode,
    requestedBy: row.requested_by,
    requestedAt: row.requested_at,
    waitsUntil: row.waits_until,
    expiresAt: row.expires_at,
    approvedBy: row.approved_by,
    approvedAt: row.approved_at,
    endedBy: row.ended_by,
    endedAt: row.ended_at,
    failure: row.failure,
    run: row.run,
    leaseUntil: row.lease_until,
  };
}

/** @returns null for one who may not sign in */
export function toPerson(row: PersonRow): Person | null {
  if (row.disabled_at !== null) return null;
  return { id: row.id, role: row.role, standingSince: row.standing_since, vouchedAt: row.vouched_at };
}

export function toKnownPerson(row: PersonRow): KnownPerson {
  return { id: row.id, name: row.name, email: row.email, person: toPerson(row) };
}
