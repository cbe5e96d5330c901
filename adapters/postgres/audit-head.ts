import type { ChainFault } from "#core/domain/audit/check-chain";
import type { ChainCheckResult, ChainHead } from "#core/ports/audit-chain";
import { query, type DatabasePool } from "./pool.ts";

interface Row {
  readonly environment_id: string;
  readonly seq: string;
  readonly hash: string;
  readonly sealed_at: Date | null;
  readonly looked_at: Date | null;
  readonly unproven_until: Date | null;
  readonly checked_at: Date | null;
  readonly checked_from: string | null;
  readonly checked_seq: string | null;
  readonly fault: (Omit<ChainFault, "at"> & { readonly at: string | null }) | null;
}

export async function findHead(pool: DatabasePool, environmentId: string): Promise<ChainHead | null> {
  const { rows } = await query<Row & Record<string, unknown>>(
    pool,
    `SELECT environment_id, seq, encode(hash, 'hex') AS hash, sealed_at, looked_at, unproven_until, checked_at, checked_from,
            checked_seq, fault
       FROM audit_chain WHERE environment_id = $1`,
    [environmentId],
  );
  const row = rows[0];
  if (row === undefined) return null;
  return {
    environmentId: row.environment_id,
    seq: Number(row.seq),
    hash: row.hash,
    sealedAt: row.sealed_at,
    lookedAt: row.looked_at,
    unprovenUntil: row.unproven_until,
    latestCheck:
      row.checked_at === null
        ? null
        : {
            at: row.checked_at,
            fromSeq: Number(row.checked_from),
            toSeq: Number(row.checked_seq),
            fault:
              row.fault === null ? null : { ...row.fault, at: row.fault.at === null ? null : new Date(row.fault.at) },
          },
  };
}

export async function noteCheck(pool: DatabasePool, environmentId: string, result: ChainCheckResult): Promise<void> {
  await query(
    pool,
    `UPDATE audit_chain SET checked_at = $2, checked_from = $3, checked_seq = $4, fault = $5::jsonb WHERE environment_id = $1`,
    [
      environmentId,
      result.at,
      result.fromSeq,
      result.toSeq,
      result.fault === null ? null : JSON.stringify(result.fault),
    ],
  );
}
