import { noHash } from "#core/domain/audit/audit-link";
import { checkProof } from "#core/domain/audit/record-proof";
import { sealEntries } from "#core/domain/audit/seal-entries";
import type { AuditChains, SealResult } from "#core/ports/audit-chain";
import { addAnchor, latestAnchor } from "./audit-anchors.ts";
import { auditSource } from "./audit-source.ts";
import { findAuditState, findHead, noteCheck } from "./audit-head.ts";
import { proofKeyOf } from "./audit-proofs.ts";
import { entryColumns, toEntry, type EntryRow } from "./audit-rows.ts";
import { inTransaction, query, rollback, type DatabaseClient, type DatabasePool } from "./pool.ts";

/** Records of one transaction: the process hashes them in one go, and refreshes go on beside it. */
const defaultBatch = 1_000;
/** Between the instant that a record is given and the moment when its transaction shows, seconds. */
const marginSeconds = 2;
/** A head that has nothing new is written this seldom, seconds. */
const idleSeconds = 5;
const earliest = new Date("0001-01-02T00:00:00Z");

export function createAuditChains(pool: DatabasePool, batch = defaultBatch): AuditChains {
  return {
    // From one environment to the next by the index; reading all of them would take as long as the log.
    async environments() {
      const { rows } = await query<{ id: string }>(
        pool,
        `WITH RECURSIVE e AS (
           (SELECT environment_id AS id FROM audit_event ORDER BY environment_id LIMIT 1)
           UNION ALL
           SELECT (SELECT a.environment_id FROM audit_event a WHERE a.environment_id > e.id ORDER BY a.environment_id LIMIT 1)
             FROM e WHERE e.id IS NOT NULL)
         SELECT id FROM e WHERE id IS NOT NULL UNION SELECT environment_id FROM audit_chain ORDER BY id`,
        [],
        "audit-environments",
      );
      return rows.map(({ id }) => id);
    },

    async seal(environmentId, window) {
      const work = (client: DatabaseClient) => sealBatch(client, environmentId, batch, window ?? null);
      const result = await inTransaction(pool, work);
      if (result !== rollback) return result;
      // Another process has the head, or there is none yet.
      const made = await query(
        pool,
        `INSERT INTO audit_chain (environment_id, hash) VALUES ($1, decode($2, 'hex')) ON CONFLICT (environment_id) DO NOTHING`,
        [environmentId, noHash],
      );
      const again = made.rowCount === 1 ? await inTransaction(pool, work) : rollback;
      return again === rollback ? { kind: "busy" } : again;
    },

    head: (environmentId) => findHead(pool, environmentId),
    source: (environmentId) => auditSource(pool, environmentId),
    latestAnchor: (environmentId) => latestAnchor(pool, environmentId),
    addAnchor: (anchor) => addAnchor(pool, anchor),
    noteCheck: (environmentId, result) => noteCheck(pool, environmentId, result),

    lagSeconds: async () => (await findAuditState(pool)).lagSeconds,

    async hasBefore(cutoff) {
      const { rows } = await query<{ has: boolean }>(
        pool,
        `SELECT EXISTS (
           SELECT FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
            WHERE i.inhparent IN ('audit_event'::regclass, 'audit_link'::regclass)
              AND substring(pg_get_expr(c.relpartbound, c.oid) FROM 'TO \\(''([^'']+)''\\)')::timestamptz <= $1) AS has`,
        [cutoff],
      );
      return rows[0]?.has === true;
    },

    async lastSealedBefore(environmentId, cutoff) {
      const { rows } = await query<{ seq: string; hash: string }>(
        pool,
        `SELECT seq, encode(hash, 'hex') AS hash FROM audit_link
          WHERE environment_id = $1 AND sealed_at < $2 ORDER BY seq DESC, sealed_at DESC LIMIT 1`,
        [environmentId, cutoff],
      );
      return rows[0] === undefined ? null : { seq: Number(rows[0].seq), hash: rows[0].hash };
    },

    async isCompleteUntil(environmentId, instant) {
      const { rows } = await query<{ is: boolean }>(
        pool,
        "SELECT complete_until >= $2 AS is FROM audit_chain WHERE environment_id = $1",
        [environmentId, instant],
      );
      return rows[0]?.is === true;
    },

    async dropBefore(cutoff) {
      // Records first: links without records are accounted for by the anchor, records without links would be somebody else's.
      const names: string[] = [];
      for (const table of ["audit_event", "audit_link"]) {
        const { rows } = await query<{ name: string }>(pool, "SELECT evergrant_drop_old_partitions($1, $2) AS name", [
          table,
          cutoff,
        ]);
        names.push(...rows.map(({ name }) => name));
      }
      return names;
    },
  };
}

interface HeadRow {
  readonly seq: string;
  readonly hash: string;
  readonly sealed_at: Date | null;
  readonly complete_until: Date | null;
  readonly looked_at: Date | null;
  readonly unproven_until: Date | null;
}

type CandidateRow = EntryRow & { readonly has_twin: boolean };

/**
 * The head's row lock makes one chain of what any number of processes seal. Records become visible out of order: one that is committed
 * late has an instant from before. So the look goes back to where no transaction that runs now can have written, and what has a link
 * is left out by an anti-join over that short time.
 */
async function sealBatch(
  client: DatabaseClient,
  environmentId: string,
  batch: number,
  window: { readonly from: Date; readonly to: Date } | null,
): Promise<Exclude<SealResult, { readonly kind: "busy" }> | typeof rollback> {
  const head = (
    await client.query<HeadRow>({
      name: "audit-head",
      text: `SELECT seq, encode(hash, 'hex') AS hash, sealed_at, complete_until, looked_at,
                    coalesce((SELECT a.unproven_until FROM audit_anchor a WHERE a.environment_id = c.environment_id
                               ORDER BY a.at DESC LIMIT 1), c.unproven_until) AS unproven_until
               FROM audit_chain c WHERE environment_id = $1 FOR UPDATE OF c SKIP LOCKED`,
      values: [environmentId],
    })
  ).rows[0];
  if (head === undefined) return rollback;
  // Before the records are read, in a statement of its own: who is not among those that run now is seen by the next one.
  const { now, safe } = (
    await client.query<{ now: Date; safe: Date }>({
      name: "audit-safe",
      text: `SELECT clock_timestamp() AS now,
                    least(clock_timestamp(), min(xact_start)) - make_interval(secs => $1) AS safe
               FROM pg_stat_activity
              WHERE datname = current_database() AND backend_xid IS NOT NULL AND pid <> pg_backend_pid()`,
      values: [marginSeconds],
    })
  ).rows[0] as { now: Date; safe: Date };
  const from = window?.from ?? head.complete_until ?? earliest;
  const to = window === null || window.to > now ? now : window.to;
  const { rows } = await client.query<CandidateRow>({
    name: "audit-unlinked",
    text: unlinkedSql,
    values: [environmentId, from, to, batch, head.sealed_at ?? from],
  });
  const key = proofKeyOf(client);
  const { links, refused } = sealEntries(
    { seq: Number(head.seq), hash: head.hash, sealedAt: head.sealed_at },
    environmentId,
    rows.map((row) => {
      const entry = toEntry(row);
      return { entry, proof: checkProof(key, entry, row.proof), hasTwin: row.has_twin };
    }),
    head.unproven_until,
    now,
  );
  const hasMore = rows.length === batch;
  const last = links.at(-1);
  if (last !== undefined) {
    await client.query({
      name: "audit-link",
      text: `INSERT INTO audit_link (environment_id, seq, audit_id, audit_at, row_hash, hash, sealed_at)
             SELECT $1, l.seq, l.id, l.at, decode(l.row_hash, 'hex'), decode(l.hash, 'hex'), $7
               FROM unnest($2::bigint[], $3::text[], $4::timestamptz[], $5::text[], $6::text[]) l (seq, id, at, row_hash, hash)`,
      values: [
        environmentId,
        links.map(({ seq }) => seq),
        links.map(({ auditId }) => auditId),
        links.map(({ auditAt }) => auditAt),
        links.map(({ rowHash }) => rowHash),
        links.map(({ hash }) => hash),
        last.sealedAt,
      ],
    });
  }
  const isIdle = head.looked_at !== null && now.getTime() - head.looked_at.getTime() < idleSeconds * 1000;
  if (last === undefined && (window !== null || (isIdle && !hasMore)))
    return { kind: "sealed", links: 0, refused, hasMore };
  // A full batch says nothing of what comes behind it.
  const seen = rows.at(-1)?.at;
  const complete = window !== null ? null : hasMore && seen !== undefined && seen < safe ? seen : safe;
  await client.query({
    name: "audit-advance",
    text: `UPDATE audit_chain
              SET seq = $2, hash = decode($3, 'hex'), sealed_at = $4, complete_until = greatest(complete_until, $5::timestamptz),
                  looked_at = coalesce($6::timestamptz, looked_at)
            WHERE environment_id = $1`,
    values: [
      environmentId,
      last?.seq ?? head.seq,
      last?.hash ?? head.hash,
      last?.sealedAt ?? head.sealed_at,
      complete,
      hasMore || window !== null ? null : now,
    ],
  });
  return { kind: "sealed", links: links.length, refused, hasMore };
}

/**
 * Links are found by their record's time, which is nearly the order in which they were written; none is older than its record, and none
 * younger than the present end, so that one partition is looked at. Once for each record (OFFSET 0): a plan that was made while the
 * tables were small joins both sides row by row, which takes seconds once they are not. A copy has its original within the time that
 * its proof allows.
 */
export const unlinkedSql = `
  SELECT ${entryColumns("e")},
         EXISTS (SELECT FROM audit_event t WHERE t.id = e.id AND t.at <> e.at
                    AND t.at BETWEEN e.at - interval '31 minutes' AND e.at + interval '31 minutes') AS has_twin
    FROM (SELECT * FROM audit_event a
           WHERE a.environment_id = $1 AND a.at >= $2 AND a.at <= $3
             AND NOT EXISTS (SELECT FROM audit_link l
                              WHERE l.environment_id = $1 AND l.audit_at = a.at AND l.audit_id = a.id
                                AND l.sealed_at >= $2 AND l.sealed_at <= $5 OFFSET 0)
           ORDER BY a.at, a.id LIMIT $4) e
   ORDER BY e.at, e.id`;
