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
  return textOf({ ...entry, instant: `"at":"${entry.at.toISOString()}",` }, "");
}

/**
 * What a process proves of a record that it writes: all but the instant, which the database gives, and the minute in its place.
 *
 * Half a surrogate pair becomes what the database would make of it.
 */
export function provenText(id: string, record: AuditRecord, minute: number): string {
  return textOf(
    {
      id,
      instant: "",
      environmentId: record.environmentId.toWellFormed(),
      actor: record.actor.toWellFormed(),
      action: record.action,
      target: record.target.toWellFormed(),
      accountId: record.accountId ?? null,
      keyId: record.keyId?.toWellFormed() ?? null,
      detail: record.detail ?? {},
    },
    `"minute":${minute},`,
  );
}

/** Canonical JSON with the names of its members in their order already, since each record takes this way twice. */
function textOf(record: Omit<AuditEntry, "at"> & { readonly instant: string }, minute: string): string {
  const { accountId, action, actor, instant, detail, environmentId, id, keyId, target } = record;
  return (
    `{"account_id":${canonicalJson(accountId)},"action":${canonicalJson(action)},"actor":${canonicalJson(actor)},${instant}` +
    `"detail":${canonicalJson(detail)},"environment_id":${canonicalJson(environmentId)},"id":${canonicalJson(id)},` +
    `"key_id":${canonicalJson(keyId)},${minute}"target":${canonicalJson(target)}}`
  );
}
