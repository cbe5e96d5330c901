import { idRandomBytes, makeId } from "#core/domain/identifier/identifier";
import type { AuditRecord } from "#core/domain/audit/audit-record";
import type { AuditLog } from "#core/ports/audit-log";
import type { Metrics } from "#core/ports/metrics";
import { randomBytes } from "node:crypto";
import { proofKeyOf, proofText } from "./audit-proofs.ts";
import { createGrouped } from "./grouped.ts";
import { asUnavailable, type DatabaseClient, type DatabasePool } from "./pool.ts";

const callersPerStatement = 250;

/** One statement and one name for any number of records. */
export async function insertAudit(
  client: DatabaseClient | DatabasePool,
  records: readonly AuditRecord[],
): Promise<void> {
  if (records.length === 0) return;
  // One call for all: each costs as much as making the id.
  const random = randomBytes(idRandomBytes * records.length);
  const ids = records.map((_, index) =>
    makeId("aud", random.subarray(index * idRandomBytes, (index + 1) * idRandomBytes)),
  );
  const key = proofKeyOf(client);
  const now = new Date();
  await client.query({
    name: "audit-insert",
    text: `INSERT INTO audit_event (id, environment_id, actor, action, target, account_id, key_id, detail, proof, at)
           SELECT r.*, clock_timestamp()
             FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::jsonb[],
                         $9::bytea[]) r`,
    values: [
      ids,
      records.map((record) => record.environmentId),
      records.map((record) => record.actor),
      records.map((record) => record.action),
      records.map((record) => record.target),
      records.map((record) => record.accountId ?? null),
      records.map((record) => record.keyId ?? null),
      records.map((record) => JSON.stringify(record.detail ?? {})),
      records.map((record, index) => proofText(key, ids[index] ?? "", record, now)),
    ],
  });
}

/**
 * Group commit. Each caller resumes only once its own records are durable, so the log never lags behind what it tells.
 */
export function createAuditLog(pool: DatabasePool, metrics: Pick<Metrics, "auditCommitted">): AuditLog {
  const append = createGrouped<readonly AuditRecord[], void>(
    async (group) => {
      const records = group.flat();
      const startedMs = performance.now();
      const tell = (isWritten: boolean): void =>
        metrics.auditCommitted(records.length, isWritten, (performance.now() - startedMs) / 1000);
      await insertAudit(pool, records).catch((error: unknown) => {
        tell(false);
        return asUnavailable(error);
      });
      tell(true);
      return group.map(() => {});
    },
    { most: callersPerStatement },
  );
  return { append };
}
