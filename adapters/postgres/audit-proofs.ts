import type { KeyObject } from "node:crypto";
import type { AuditRecord } from "#core/domain/audit/audit-record";
import { proveRecord } from "#core/domain/audit/record-proof";
import type { DatabaseClient, DatabasePool } from "./pool.ts";

const keys = new WeakMap<object, KeyObject>();

/**
 * From now on audit records that are written over this pool's connections are proven with this key. It goes with the connection, since
 * records are written inside the transactions of many stores, none of which should know of it.
 */
export function proveRecordsOf(pool: DatabasePool, key: KeyObject): void {
  keys.set(pool, key);
  pool.on("connect", (client) => void keys.set(client, key));
}

/** Null: what is written here stays unproven, and gets no link. */
export function proofKeyOf(connection: DatabaseClient | DatabasePool): KeyObject | null {
  return keys.get(connection) ?? null;
}

/** A record's proof as the text of a bytea; null without a key. */
export function proofText(key: KeyObject | null, id: string, record: AuditRecord, now: Date): string | null {
  return key === null ? null : `\\x${proveRecord(key, id, record, now)}`;
}
