import { z } from "zod";
import type { AuditAnchor } from "#core/domain/audit/audit-anchor";
import type { AuditEntry } from "#core/domain/audit/audit-entry";
import type { AuditLink } from "#core/domain/audit/audit-link";

/** The form of an export: one JSON value a line, in this order for each environment: environment, anchors, records, unsealed, end. */
export const exportFormat = "evergrant-audit-export/1";

const instant = z.iso.datetime().transform((text) => new Date(text));
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const seq = z.number().int().nonnegative();

export const anchorLine = z
  .object({
    environment_id: z.string(),
    kind: z.enum(["head", "retired", "restored"]),
    seq,
    hash,
    at: instant,
    rows_since: instant.nullable(),
    unproven_until: instant.nullable(),
    note: z.string().nullable(),
    key_id: z.string(),
    signature: z.string(),
  })
  .transform((line): AuditAnchor => ({
    environmentId: line.environment_id,
    kind: line.kind,
    seq: line.seq,
    hash: line.hash,
    at: line.at,
    rowsSince: line.rows_since,
    unprovenUntil: line.unproven_until,
    note: line.note,
    keyId: line.key_id,
    signature: line.signature,
  }));

const record = z
  .object({
    id: z.string(),
    at: instant,
    environment_id: z.string(),
    actor: z.string(),
    action: z.string(),
    target: z.string(),
    account_id: z.string().nullable(),
    key_id: z.string().nullable(),
    detail: z.record(z.string(), z.unknown()),
  })
  .transform((line): AuditEntry => ({
    id: line.id,
    at: line.at,
    environmentId: line.environment_id,
    actor: line.actor,
    action: line.action,
    target: line.target,
    accountId: line.account_id,
    keyId: line.key_id,
    detail: line.detail,
  }));

export const exportLine = z.discriminatedUnion("type", [
  z.object({ type: z.literal(exportFormat), exported_at: instant }),
  z.object({
    type: z.literal("environment"),
    environment_id: z.string(),
    name: z.string().nullable(),
    seq,
    hash,
    sealed_at: instant.nullable(),
    looked_at: instant.nullable(),
    unproven_until: instant.nullable(),
  }),
  z.object({ type: z.literal("anchor"), anchor: anchorLine }),
  z.object({
    type: z.literal("sealed"),
    seq,
    audit_id: z.string(),
    audit_at: instant,
    row_hash: hash,
    hash,
    sealed_at: instant,
    record: record.nullable(),
  }),
  z.object({ type: z.literal("unsealed"), record }),
  z.object({ type: z.literal("end"), environment_id: z.string(), sealed: seq, unsealed: seq }),
  z.object({ type: z.literal("end_of_file") }),
]);
export type ExportLine = z.infer<typeof exportLine>;

/** A record as the export has it, by the names of its columns. */
export function recordOf(entry: AuditEntry): unknown {
  return {
    id: entry.id,
    at: entry.at.toISOString(),
    environment_id: entry.environmentId,
    actor: entry.actor,
    action: entry.action,
    target: entry.target,
    account_id: entry.accountId,
    key_id: entry.keyId,
    detail: entry.detail,
  };
}

export function linkOf(environmentId: string, line: Extract<ExportLine, { type: "sealed" }>): AuditLink {
  return {
    environmentId,
    seq: line.seq,
    auditId: line.audit_id,
    auditAt: line.audit_at,
    rowHash: line.row_hash,
    hash: line.hash,
    sealedAt: line.sealed_at,
  };
}
