import { afterUnaskedProbe, type RecallCause } from "#core/domain/refresh/circuit";
import { blipRecallSeconds } from "#core/domain/refresh/recall-pause";
import { circuitColumns, toCircuit, type CircuitRow } from "./circuit-rows.ts";
import { inTransaction, query, type DatabaseClient, type DatabasePool } from "./pool.ts";

export const probeTask = "probe-circuit";
export const recallTask = "recall-accounts";

/** How soon a probe that asked nothing is followed by another, seconds. */
export const unusedProbeSeconds = 2;

/**
 * The job key is the circuit: a probe that moves replaces its job.
 * @param tried whom the probe need not try again, since they could not be asked a moment ago
 */
export async function enqueueProbe(
  client: DatabaseClient | DatabasePool,
  key: string,
  at: Date,
  tried: readonly string[] = [],
): Promise<void> {
  await client.query({
    name: "job-probe",
    text: `SELECT FROM graphile_worker.add_job($1, payload => $2::json, job_key => $3, run_at => $4, max_attempts => 5)`,
    values: [probeTask, JSON.stringify({ circuit: key, tried }), `probe:${key}`, at],
  });
}

/**
 * Waiting accounts come back. What is asked for within a few seconds after a blip is one recall: where answers and failures
 * alternate, each answer would be one.
 */
export async function enqueueRecall(client: DatabaseClient, key: string, cause: RecallCause): Promise<void> {
  if (cause !== "blip") return await enqueueRecalls(client, [key], cause, [0]);
  await client.query({
    name: "job-recall-blip",
    text: `SELECT FROM graphile_worker.add_job($1, payload => $2::json, job_key => $3, max_attempts => 5,
                    run_at => now() + make_interval(secs => $4), job_key_mode => 'preserve_run_at')`,
    values: [recallTask, JSON.stringify({ circuit: key, cause }), `recall-blip:${key}`, blipRecallSeconds],
  });
}

/** One recall of each circuit after each of these pauses, seconds. One statement: accounts may stand behind many circuits. */
export async function enqueueRecalls(
  client: DatabaseClient,
  keys: readonly string[],
  cause: RecallCause,
  pausesSeconds: readonly number[],
): Promise<void> {
  if (keys.length === 0) return;
  await client.query(
    `SELECT FROM graphile_worker.add_jobs((
       SELECT array_agg(json_populate_record(null::graphile_worker.job_spec, json_build_object(
                'identifier', $1::text, 'payload', json_build_object('circuit', key, 'cause', $2::text), 'max_attempts', 5,
                'job_key', 'recall:' || key || CASE WHEN pause > 0 THEN ':' || pause ELSE '' END,
                'run_at', now() + make_interval(secs => pause))))
         FROM unnest($3::text[]) AS key, unnest($4::int[]) AS pause))`,
    [recallTask, cause, keys, pausesSeconds],
  );
}

/** Probes whose job was lost: the row is the truth here too. */
export async function restoreProbes(pool: DatabasePool): Promise<number> {
  const { rows } = await query<{ key: string; probe_at: Date }>(
    pool,
    "SELECT key, probe_at FROM circuit WHERE state = 'open' AND probe_at < now() - interval '5 seconds'",
    [],
  );
  for (const { key, probe_at: at } of rows) await enqueueProbe(pool, key, at);
  return rows.length;
}

/** Makes the account due, whatever it was told to wait for. */
export async function makeDue(pool: DatabasePool, accountId: string): Promise<void> {
  await query(
    pool,
    `UPDATE integrated_account SET refresh_due_at = least(refresh_due_at, now() - interval '5 seconds'), cooldown_until = NULL
      WHERE id = $1 AND status = 'active' AND hold IS NULL AND refresh_due_at IS NOT NULL`,
    [accountId],
  );
}

export interface Candidate {
  readonly environmentId: string;
  readonly accountId: string;
}

/**
 * Whom to send as a probe: rather one that has not failed lately, whose token nobody doubts, and that needs its token first. Who
 * was told to wait (Retry-After, an open question) or needs nothing yet is left alone. Of whichever integration: two may share one
 * client and endpoint.
 *
 * @param tried those who could not be asked
 * @returns null when nobody else is left that could ask
 */
export async function probeCandidate(
  pool: DatabasePool,
  key: string,
  tried: readonly string[],
): Promise<Candidate | null> {
  const { rows } = await query<{ environment_id: string; id: string }>(
    pool,
    `SELECT a.environment_id, a.id
       FROM circuit c JOIN integrated_account a ON a.circuit_key = c.key
      WHERE c.key = $1 AND NOT (a.id = ANY ($2)) AND a.status = 'active' AND a.hold IS NULL
        AND a.refresh_due_at IS NOT NULL AND (a.lease_until IS NULL OR a.lease_until < now())
        AND (a.consecutive_failures > 0 OR a.refresh_due_at < now() + interval '1 minute')
        AND NOT (coalesce(a.cooldown_until > now(), false) AND (a.doubts > 0 OR a.last_error ->> 'code' = 'rate_limited'))
      ORDER BY a.id = ANY (c.failed_accounts), a.doubts, a.expires_at NULLS LAST
      LIMIT 1`,
    [key, tried],
  );
  const row = rows[0];
  return row === undefined ? null : { environmentId: row.environment_id, accountId: row.id };
}

export async function isOpen(pool: DatabasePool, key: string): Promise<boolean> {
  const { rows } = await query(pool, "SELECT 1 FROM circuit WHERE key = $1 AND state = 'open'", [key]);
  return rows.length > 0;
}

/** Whether the account stands behind another circuit by now: its client or endpoint was changed. */
export async function hasMovedOn(pool: DatabasePool, accountId: string, key: string): Promise<boolean> {
  const { rows } = await query<{ circuit_key: string | null }>(
    pool,
    "SELECT circuit_key FROM integrated_account WHERE id = $1",
    [accountId],
  );
  return rows[0] !== undefined && rows[0].circuit_key !== key;
}

/** Nobody else is the probe: its time has come, or it was given back a moment ago. */
const isFree = `state = 'open' AND probe_at <= clock_timestamp() + interval '${unusedProbeSeconds} seconds'`;

/** A probe that is given back keeps others away for a moment; the next candidate of the same task need not wait for that. */
export async function reclaimProbe(pool: DatabasePool, key: string): Promise<void> {
  await query(
    pool,
    `UPDATE circuit SET probe_at = clock_timestamp() WHERE key = $1 AND ${isFree} AND probe_at > clock_timestamp()`,
    [key],
  );
}

/** The endpoint or the client's budget is busy: the probe goes then. On the row as well, which is the truth. */
export async function postponeProbe(pool: DatabasePool, key: string, at: Date): Promise<void> {
  await inTransaction(pool, async (client) => {
    const { rowCount } = await client.query(
      `UPDATE circuit SET probe_at = $2, updated_at = now() WHERE key = $1 AND ${isFree}`,
      [key, at],
    );
    if (rowCount === 1) await enqueueProbe(client, key, at);
  });
}

/**
 * A probe was due, and none of those who were tried could be asked: the next one comes after a pause that grows like that of a
 * probe in vain.
 *
 * @param tried whom the next probe need not try again
 * @param random in [0, 1)
 */
export async function giveUpProbe(
  pool: DatabasePool,
  key: string,
  tried: readonly string[],
  random: number,
): Promise<void> {
  await inTransaction(pool, async (client) => {
    const { rows } = await client.query<CircuitRow & { now: Date }>(
      `SELECT ${circuitColumns}, clock_timestamp() AS now FROM circuit WHERE key = $1 AND ${isFree} FOR UPDATE`,
      [key],
    );
    const [row] = rows;
    if (row === undefined) return;
    const { probes, probeAt } = afterUnaskedProbe(toCircuit(row), row.now, random);
    await client.query("UPDATE circuit SET probes = $2, probe_at = $3, updated_at = now() WHERE key = $1", [
      key,
      probes,
      probeAt,
    ]);
    if (probeAt !== null) await enqueueProbe(client, key, probeAt, tried);
  });
}
