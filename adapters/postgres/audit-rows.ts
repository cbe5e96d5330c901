import type { AuditEntry } from "#core/domain/audit/audit-entry";

/** The columns of `toEntry`, of a table with this alias. */
export const entryColumns = (alias: string): string =>
  ["id", "at", "environment_id", "actor", "action", "target", "account_id", "key_id", "detail", "proof"]
    .map((column) => `${alias}.${column}`)
    .join(", ");

export interface EntryRow {
  readonly id: string;
  readonly at: Date;
  readonly environment_id: string;
  readonly actor: string;
  readonly action: string;
  readonly target: string;
  readonly account_id: string | null;
  readonly key_id: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly proof: Buffer | null;
}

export function toEntry(row: EntryRow): AuditEntry {
  return {
    id: row.id,
    at: row.at,
    environmentId: row.environment_id,
    actor: row.actor,
    action: row.action,
    target: row.target,
    accountId: row.account_id,
    keyId: row.key_id,
    detail: row.detail,
  };
}

/** Instants that a text of RFC 3339 and a Date have; one outside of them is written by nobody of ours. */
export const writableSql = (column: string): string => `${column} BETWEEN '0001-01-02 00:00Z' AND '9999-12-30 00:00Z'`;
