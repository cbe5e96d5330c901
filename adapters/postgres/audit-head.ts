import { randomBytes } from "node:crypto";
import type { ChainFault } from "#core/domain/audit/check-chain";
import type { ChainCheckResult, ChainHead } from "#core/ports/audit-chain";
import { idRandomBytes, makeId } from "#core/domain/identifier/identifier";
import { writableSql } from "./audit-rows.ts";
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

/** Keeps what a check found. A fault that is new is told to endpoints as well, with the same commit. */
export async function noteCheck(pool: DatabasePool, environmentId: string, result: ChainCheckResult): Promise<void> {
  const { fault } = result;
  const payload =
    fault === null
      ? null
      : {
          kind: "audit_log_broken",
          problem: fault.problem,
          audit_event_id: fault.id,
          seq: fault.seq,
          explanation: fault.explanation,
        };
  await query(
    pool,
    `WITH before AS (SELECT fault FROM audit_chain WHERE environment_id = $1 FOR UPDATE),
     noted AS (UPDATE audit_chain SET checked_at = $2, checked_from = $3, checked_seq = $4, fault = $5::jsonb WHERE environment_id = $1),
     told AS (
       INSERT INTO event (id, created_at, environment_id, event_type, payload)
       SELECT $6, now(), $1, 'security:anomaly', $7::jsonb FROM before
        WHERE $5::jsonb IS NOT NULL AND fault IS DISTINCT FROM $5::jsonb
          AND EXISTS (SELECT FROM environment WHERE id = $1))
     SELECT 1`,
    [
      environmentId,
      result.at,
      result.fromSeq,
      result.toSeq,
      fault === null ? null : JSON.stringify(fault),
      makeId("evt", randomBytes(idRandomBytes)),
      payload === null ? null : JSON.stringify(payload),
    ],
  );
}

export interface AuditState {
  /** How long the oldest record that may be without a link has waited; 0: none has. */
  readonly lagSeconds: number;
  /** Environments whose latest check found a fault. */
  readonly broken: number;
}

/** A head that was never looked at counts from its oldest record. */
export async function findAuditState(pool: DatabasePool): Promise<AuditState> {
  const { rows } = await query<{ lag: number; broken: number }>(
    pool,
    `SELECT coalesce(max(extract(epoch FROM clock_timestamp() - coalesce(c.looked_at,
              (SELECT min(e.at) FROM audit_event e WHERE e.environment_id = c.environment_id AND ${writableSql("e.at")})))), 0)::float8 AS lag,
            count(c.fault)::int AS broken
       FROM audit_chain c`,
    [],
    "audit-state",
  );
  return { lagSeconds: Math.max(0, rows[0]?.lag ?? 0), broken: rows[0]?.broken ?? 0 };
}
