import { idempotencySeconds } from "#core/domain/idempotency/idempotency-key";
import type { IdempotencyMemo, IdempotencyStore } from "#core/ports/idempotency-store";
import { insertAudit } from "./audit-log.ts";
import { inTransaction, query, type DatabasePool } from "./pool.ts";

const isOver = `r.created_at < clock_timestamp() - interval '${idempotencySeconds} seconds'`;

export function createIdempotencyStore(pool: DatabasePool): IdempotencyStore {
  return {
    async begin({ digest, id, environmentId, fingerprint, leaseSeconds }) {
      const begun = await query<{ id: string; run: number; created_at: Date }>(
        pool,
        beginSql,
        [Buffer.from(digest), id, environmentId, Buffer.from(fingerprint), leaseSeconds],
        "idempotency-begin",
      );
      const row = begun.rows[0];
      if (row !== undefined) return { kind: "begun", run: { id: row.id, run: row.run, since: row.created_at } };
      const found = await query<{ id: string; fingerprint: Buffer | null; sealed: Buffer | null; is_over: boolean }>(
        pool,
        `SELECT r.id, r.fingerprint, r.sealed, ${isOver} AS is_over FROM idempotency_record r WHERE r.digest = $1`,
        [Buffer.from(digest)],
        "idempotency-find",
      );
      const there = found.rows[0];
      // Gone or given back since the statement above: the caller comes again.
      if (there === undefined || there.is_over || there.fingerprint === null) return { kind: "running" };
      if (!there.fingerprint.equals(fingerprint)) return { kind: "other_request" };
      return there.sealed === null ? { kind: "running" } : { kind: "answered", id: there.id, sealed: there.sealed };
    },

    async extend({ id, run }, leaseSeconds) {
      await query(
        pool,
        `UPDATE idempotency_record SET lease_until = clock_timestamp() + make_interval(secs => $3)
          WHERE id = $1 AND run = $2 AND lease_until IS NOT NULL`,
        [id, run, leaseSeconds],
        "idempotency-extend",
      );
    },

    async remember({ id, run }, memo) {
      const { rows } = await query<{ memo: IdempotencyMemo }>(
        pool,
        `UPDATE idempotency_record SET memo = coalesce(memo, $3) WHERE id = $1 AND run = $2 RETURNING memo`,
        [id, run, JSON.stringify(memo)],
        "idempotency-remember",
      );
      return rows[0]?.memo ?? null;
    },

    async finish({ id, run }, { kid, sealed }, audit) {
      return await inTransaction(pool, async (client) => {
        const { rowCount } = await client.query({
          name: "idempotency-finish",
          text: `UPDATE idempotency_record SET kid = $3, sealed = $4, lease_until = NULL
                  WHERE id = $1 AND run = $2 AND sealed IS NULL`,
          values: [id, run, kid, Buffer.from(sealed)],
        });
        if (rowCount !== 1) return false;
        await insertAudit(client, [audit]);
        return true;
      });
    },

    async release({ id, run }, conclusion) {
      // A refusal changed nothing. Nothing of the first run is left to be found either, so its row would only lie there for a day.
      const isForgotten = conclusion === "free" && run === 1;
      await query(
        pool,
        isForgotten
          ? "DELETE FROM idempotency_record WHERE id = $1 AND run = $2 AND sealed IS NULL"
          : `UPDATE idempotency_record
                SET lease_until = NULL, fingerprint = CASE WHEN $3 THEN NULL ELSE fingerprint END
              WHERE id = $1 AND run = $2 AND sealed IS NULL`,
        isForgotten ? [id, run] : [id, run, conclusion === "free"],
        isForgotten ? "idempotency-forget" : "idempotency-release",
      );
    },
  };
}

/**
 * Takes the record when it is new, when its life is over, or when its request has no answer and nobody runs it. Whoever takes over
 * the same request goes on under the record's id; the ids of what it makes come from there.
 */
const beginSql = `
  INSERT INTO idempotency_record AS r (digest, id, environment_id, fingerprint, run, lease_until)
  VALUES ($1, $2, $3, $4, 1, clock_timestamp() + make_interval(secs => $5))
  ON CONFLICT (digest) DO UPDATE
     SET id = CASE WHEN ${isOver} THEN excluded.id ELSE r.id END,
         created_at = CASE WHEN ${isOver} THEN clock_timestamp() ELSE r.created_at END,
         memo = CASE WHEN ${isOver} OR r.fingerprint IS NULL THEN NULL ELSE r.memo END,
         fingerprint = excluded.fingerprint, run = r.run + 1, lease_until = excluded.lease_until, kid = NULL, sealed = NULL
   WHERE (r.lease_until IS NULL OR r.lease_until < clock_timestamp())
     AND (${isOver} OR (r.sealed IS NULL AND (r.fingerprint IS NULL OR r.fingerprint = excluded.fingerprint)))
  RETURNING r.id, r.run, r.created_at`;
