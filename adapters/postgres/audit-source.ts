import type { AuditLink } from "#core/domain/audit/audit-link";
import { checkProof } from "#core/domain/audit/record-proof";
import type { ChainSource } from "#core/ports/audit-chain";
import { findHead } from "./audit-head.ts";
import { listAnchors } from "./audit-anchors.ts";
import { proofKeyOf } from "./audit-proofs.ts";
import { entryColumns, toEntry, writableSql, type EntryRow } from "./audit-rows.ts";
import { query, type DatabasePool } from "./pool.ts";

const linksAtATime = 500;
const rowsAtATime = 20_000;

interface LinkRow {
  readonly seq: string;
  readonly audit_id: string;
  readonly audit_at: Date;
  readonly row_hash: string;
  readonly hash: string;
  readonly sealed_at: Date;
}

/** One environment's chain, read some at a time. Proofs are checked where the pool has the key. */
export function auditSource(pool: DatabasePool, environmentId: string): ChainSource {
  const key = proofKeyOf(pool);
  return {
    environmentId,
    head: () => findHead(pool, environmentId),
    anchors: () => listAnchors(pool, environmentId),

    async *links(afterSeq, toSeq) {
      let at: Date | string = "infinity";
      let seq = afterSeq;
      for (;;) {
        // By both halves of the order: of two links with one number neither is passed over.
        const { rows }: { rows: (LinkRow & Partial<EntryRow>)[] } = await query(
          pool,
          `SELECT l.seq, l.audit_id, l.audit_at, encode(l.row_hash, 'hex') AS row_hash, encode(l.hash, 'hex') AS hash, l.sealed_at,
                  ${entryColumns("e")}
             FROM (SELECT * FROM audit_link
                    WHERE environment_id = $1 AND (seq, sealed_at) > ($2::bigint, $3::timestamptz) AND seq <= $4
                    ORDER BY seq, sealed_at LIMIT $5) l
             LEFT JOIN LATERAL (SELECT * FROM audit_event WHERE id = l.audit_id AND at = l.audit_at AND environment_id = $1 LIMIT 1) e
                    ON true
            ORDER BY l.seq, l.sealed_at`,
          [environmentId, seq, at, toSeq, linksAtATime],
          "audit-links",
        );
        if (rows.length > 0) {
          yield rows.map((row) => {
            const entry = typeof row.id === "string" ? toEntry(row as EntryRow) : null;
            return {
              link: toLink(environmentId, row),
              entry,
              proof: entry === null ? "unknown" : checkProof(key, entry, row.proof ?? null),
            };
          });
        }
        const last = rows.at(-1);
        if (last === undefined || rows.length < linksAtATime) return;
        seq = Number(last.seq);
        at = last.sealed_at;
      }
    },

    async *unlinked(from, to) {
      // What no Date can hold is not ours, and is told with the instant nearest to it.
      const strange = await query<EntryRow & Record<string, unknown>>(
        pool,
        `SELECT e.id, to_timestamp(0) AS at, e.environment_id, e.actor, e.action, e.target, e.account_id, e.key_id, e.detail, NULL AS proof
           FROM audit_event e
          WHERE e.environment_id = $1 AND (e.at < '0001-01-02 00:00Z' OR e.at > '9999-12-30 00:00Z') LIMIT 100`,
        [environmentId],
      );
      if (strange.rows.length > 0) yield strange.rows.map((row) => ({ entry: toEntry(row), proof: "bad" as const }));
      let at = from ?? new Date("0001-01-02T00:00:00Z");
      let id = "";
      for (;;) {
        // The page ends where it ends, whatever has a link; of what has none the record comes along.
        const { rows } = await query<EntryRow & { has_link: boolean } & Record<string, unknown>>(
          pool,
          `SELECT p.has_link, ${entryColumns("p")} FROM (
             SELECT a.*, row_number() OVER (ORDER BY a.at DESC, a.id DESC) AS n,
                    EXISTS (SELECT FROM audit_link l WHERE l.environment_id = $1 AND l.audit_at = a.at AND l.audit_id = a.id
                               AND l.sealed_at >= $2 OFFSET 0) AS has_link
               FROM (SELECT * FROM audit_event
                      WHERE environment_id = $1 AND at >= $2 AND (at > $2 OR id > $3) AND ${writableSql("at")}
                        AND ($5::timestamptz IS NULL OR at <= $5)
                      ORDER BY at, id LIMIT $4) a) p
            WHERE NOT p.has_link OR p.n = 1 ORDER BY p.at, p.id`,
          [environmentId, at, id, rowsAtATime, to],
          "audit-without-link",
        );
        const found = rows.filter((row) => !row.has_link);
        if (found.length > 0) {
          yield found.map((row) => {
            const entry = toEntry(row);
            return { entry, proof: checkProof(key, entry, row.proof) };
          });
        }
        const last = rows.at(-1);
        if (last === undefined) return;
        ({ at, id } = last);
      }
    },

    async hashOf(seq) {
      const { rows } = await query<{ hash: string }>(
        pool,
        "SELECT encode(hash, 'hex') AS hash FROM audit_link WHERE environment_id = $1 AND seq = $2 LIMIT 1",
        [environmentId, seq],
      );
      return rows[0]?.hash ?? null;
    },
  };
}

function toLink(environmentId: string, row: LinkRow): AuditLink {
  return {
    environmentId,
    seq: Number(row.seq),
    auditId: row.audit_id,
    auditAt: row.audit_at,
    rowHash: row.row_hash,
    hash: row.hash,
    sealedAt: row.sealed_at,
  };
}
