import { idRandomBytes, makeId } from "#core/domain/identifier/identifier";
import type { AuditRecord } from "#core/domain/audit/audit-record";
import type { AuditLog } from "#core/ports/audit-log";
import { randomBytes } from "node:crypto";
import { asUnavailable, type DatabaseClient, type DatabasePool } from "./pool.ts";

const recordsPerStatement = 500;

/** One statement and one name for any number of records. */
export async function insertAudit(
  client: DatabaseClient | DatabasePool,
  records: readonly AuditRecord[],
): Promise<void> {
  if (records.length === 0) return;
  await client.query({
    name: "audit-insert",
    text: `INSERT INTO audit_event (id, environment_id, actor, action, target, account_id, key_id, detail, at)
           SELECT r.*, clock_timestamp()
             FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::jsonb[]) r`,
    values: [
      records.map(() => makeId("aud", randomBytes(idRandomBytes))),
      records.map((record) => record.environmentId),
      records.map((record) => record.actor),
      records.map((record) => record.action),
      records.map((record) => record.target),
      records.map((record) => record.accountId ?? null),
      records.map((record) => record.keyId ?? null),
      records.map((record) => JSON.stringify(record.detail ?? {})),
    ],
  });
}

interface Waiting {
  readonly records: readonly AuditRecord[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Group commit: while one insert is on its way, what arrives waits and goes together in the next. Each caller resumes only
 * once its own records are durable, so the log never lags behind what it tells.
 */
export function createAuditLog(pool: DatabasePool): AuditLog {
  let waiting: Waiting[] = [];
  let isFlushing = false;

  const flush = async (): Promise<void> => {
    isFlushing = true;
    while (waiting.length > 0) {
      const group: Waiting[] = [];
      let count = 0;
      while (waiting.length > 0 && count < recordsPerStatement) {
        const next = waiting.shift();
        if (next === undefined) break;
        group.push(next);
        count += next.records.length;
      }
      try {
        await insertAudit(
          pool,
          group.flatMap((one) => one.records),
        ).catch(asUnavailable);
        for (const one of group) one.resolve();
      } catch (error) {
        for (const one of group) one.reject(error);
      }
    }
    isFlushing = false;
  };

  return {
    append: (records) =>
      new Promise<void>((resolve, reject) => {
        waiting.push({ records, resolve, reject });
        if (!isFlushing) void flush();
      }),
  };
}
