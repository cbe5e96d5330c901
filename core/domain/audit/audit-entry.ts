import { canonicalJson } from "./canonical-json.ts";
import type { AuditRecord } from "./audit-record.ts";

/** A record as it stands in the log. */
export interface AuditEntry {
  readonly id: string;
  readonly at: Date;
  readonly environmentId: string;
  readonly actor: string;
  /** An AuditAction of this version, or of another. */
  readonly action: string;
  readonly target: string;
  readonly accountId: string | null;
  readonly keyId: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** An entry's text for its hash: RFC 8785, the instant in UTC with milliseconds. */
export function entryText(entry: AuditEntry): string {
  return canonicalJson({
    account_id: entry.accountId,
    action: entry.action,
    actor: entry.actor,
    at: entry.at.toISOString(),
    detail: entry.detail,
    environment_id: entry.environmentId,
    id: entry.id,
    key_id: entry.keyId,
    target: entry.target,
  });
}

/**
 * What a process proves of a record that it writes: all but the instant, which the database gives, and the minute in its place.
 *
 * Half a surrogate pair becomes what the database would make of it.
 */
export function provenText(id: string, record: AuditRecord, minute: number): string {
  return canonicalJson({
    account_id: record.accountId ?? null,
    action: record.action,
    actor: record.actor.toWellFormed(),
    detail: record.detail ?? {},
    environment_id: record.environmentId.toWellFormed(),
    id,
    key_id: record.keyId?.toWellFormed() ?? null,
    minute,
    target: record.target.toWellFormed(),
  });
}
