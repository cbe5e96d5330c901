import { idRandomBytes, makeId } from "#core/domain/identifier/identifier";
import type { AuditRecord } from "#core/domain/audit/audit-record";
import type { AuditLog } from "#core/ports/audit-log";
import { randomBytes } from "node:crypto";
import { asUnavailable, type DatabaseClient, type DatabasePool } from "./pool.ts";

const columnsPerRecord = 8;
const recordsPerStatement = 500;

export async function insertAudit(
  client: DatabaseClient | DatabasePool,
  records: readonly AuditRecord[],
): Promise<void> {
  if (records.length === 0) return;
  const values = records.flatMap((record) => [
    makeId("aud", randomBytes(idRandomBytes)),
    record.environmentId,
    record.actor,
    record.action,
    record.target,
    record.accountId ?? null,
    record.keyId ?? null,
    JSON.stringify(record.detail ?? {}),
  ]);
  const rows = records.map((_, row) => {
    const parameters = Array.from(
      { length: columnsPerRecord },
      (_unused, column) => `$${row * columnsPerRecord + column + 1}`,
    );
    return `(${parameters.join(", ")}, clock_timestamp())`;
  });
  const text = `INSERT INTO audit_event (id, environment_id, actor, action, target, account_id, key_id, detail, at) VALUES ${rows.join(", ")}`;
  await client.query(records.length <= 2 ? { name: `audit-${records.length}`, text, values } : { text, values });
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
