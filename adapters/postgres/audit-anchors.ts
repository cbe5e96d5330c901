import type { AnchorKind, AuditAnchor } from "#core/domain/audit/audit-anchor";
import { query, type DatabasePool } from "./pool.ts";

interface Row {
  readonly environment_id: string;
  readonly seq: string;
  readonly kind: AnchorKind;
  readonly at: Date;
  readonly hash: string;
  readonly rows_since: Date | null;
  readonly unproven_until: Date | null;
  readonly note: string | null;
  readonly key_id: string;
  readonly signature: string;
}

const columns =
  "environment_id, seq, kind, at, encode(hash, 'hex') AS hash, rows_since, unproven_until, note, key_id, encode(signature, 'base64') AS signature";

/** In order of seq, and of time among those of one. */
export async function listAnchors(pool: DatabasePool, environmentId: string): Promise<readonly AuditAnchor[]> {
  const { rows } = await query<Row & Record<string, unknown>>(
    pool,
    `SELECT ${columns} FROM audit_anchor WHERE environment_id = $1 ORDER BY seq, at`,
    [environmentId],
  );
  return rows.map(toAnchor);
}

export async function latestAnchor(pool: DatabasePool, environmentId: string): Promise<AuditAnchor | null> {
  const { rows } = await query<Row & Record<string, unknown>>(
    pool,
    `SELECT ${columns} FROM audit_anchor WHERE environment_id = $1 ORDER BY seq DESC, at DESC LIMIT 1`,
    [environmentId],
  );
  return rows[0] === undefined ? null : toAnchor(rows[0]);
}

/** Newest first. @param before of the page before; null: from the newest on */
export async function pageOfAnchors(
  pool: DatabasePool,
  environmentId: string,
  before: { readonly at: Date; readonly seq: number } | null,
  take: number,
): Promise<readonly AuditAnchor[]> {
  const { rows } = await query<Row & Record<string, unknown>>(
    pool,
    `SELECT ${columns} FROM audit_anchor
      WHERE environment_id = $1 AND ($2::timestamptz IS NULL OR (at, seq) < ($2, $3::bigint))
      ORDER BY at DESC, seq DESC LIMIT $4`,
    [environmentId, before?.at ?? null, before?.seq ?? null, take],
  );
  return rows.map(toAnchor);
}

export async function addAnchor(pool: DatabasePool, anchor: AuditAnchor): Promise<void> {
  await query(
    pool,
    `INSERT INTO audit_anchor (environment_id, seq, kind, at, hash, rows_since, unproven_until, note, key_id, signature)
     VALUES ($1, $2, $3, $4, decode($5, 'hex'), $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING`,
    [
      anchor.environmentId,
      anchor.seq,
      anchor.kind,
      anchor.at,
      anchor.hash,
      anchor.rowsSince,
      anchor.unprovenUntil,
      anchor.note,
      anchor.keyId,
      Buffer.from(anchor.signature, "base64url"),
    ],
  );
}

function toAnchor(row: Row): AuditAnchor {
  return {
    environmentId: row.environment_id,
    seq: Number(row.seq),
    kind: row.kind,
    at: row.at,
    hash: row.hash,
    rowsSince: row.rows_since,
    unprovenUntil: row.unproven_until,
    note: row.note,
    keyId: row.key_id,
    signature: Buffer.from(row.signature, "base64").toString("base64url"),
  };
}
