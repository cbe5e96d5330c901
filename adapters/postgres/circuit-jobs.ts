import { oauthConfigOf } from "#core/domain/integration/integration-document";
import type { IntegrationStore } from "#core/ports/integration-store";
import { query, type DatabaseClient, type DatabasePool } from "./pool.ts";

export const probeTask = "probe-circuit";
export const recallTask = "recall-accounts";

/** The job key is the circuit: a probe that moves replaces its job. */
export async function enqueueProbe(client: DatabaseClient | DatabasePool, key: string, at: Date): Promise<void> {
  await client.query({
    name: "job-probe",
    text: `SELECT FROM graphile_worker.add_job($1, payload => $2::json, job_key => $3, run_at => $4, max_attempts => 5)`,
    values: [probeTask, JSON.stringify({ circuit: key }), `probe:${key}`, at],
  });
}

export async function enqueueRecall(client: DatabaseClient | DatabasePool, key: string): Promise<void> {
  await client.query({
    name: "job-recall",
    text: `SELECT FROM graphile_worker.add_job($1, payload => $2::json, job_key => $3, max_attempts => 5)`,
    values: [recallTask, JSON.stringify({ circuit: key }), `recall:${key}`],
  });
}

/**
 * Client or definition changed: what was learnt about the endpoint counts no more, and whoever waits there may try at once. In the
 * transaction of the change.
 */
export async function forgetCircuits(client: DatabaseClient, environmentId: string, name: string): Promise<void> {
  const { rows } = await client.query<{ key: string }>(
    `UPDATE circuit SET state = 'closed', cause = NULL, failures = 0, failed_accounts = '{}', is_client_reported = false,
            opened_at = NULL, probe_at = NULL, probed_at = NULL, probes = 0, updated_at = now()
      WHERE environment_id = $1 AND integration_name = $2 AND (state = 'open' OR failures > 0) RETURNING key`,
    [environmentId, name],
  );
  for (const { key } of rows) await enqueueRecall(client, key);
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
 * was told to wait (Retry-After, an open question) or needs nothing yet is left alone. Null when nobody is left that could ask.
 */
export async function probeCandidate(pool: DatabasePool, key: string): Promise<Candidate | null> {
  const { rows } = await query<{ environment_id: string; id: string }>(
    pool,
    `SELECT a.environment_id, a.id
       FROM circuit c JOIN integrated_account a ON a.environment_id = c.environment_id
                       AND a.integration_name = c.integration_name AND a.circuit_key = c.key
      WHERE c.key = $1 AND a.status = 'active' AND a.hold IS NULL AND a.refresh_due_at IS NOT NULL AND (a.lease_until IS NULL OR a.lease_until < now())
        AND (a.consecutive_failures > 0 OR a.refresh_due_at < now() + interval '1 minute')
        AND NOT (coalesce(a.cooldown_until > now(), false) AND (a.doubts > 0 OR a.last_error ->> 'code' = 'rate_limited'))
      ORDER BY a.id = ANY (c.failed_accounts), a.doubts, a.expires_at NULLS LAST
      LIMIT 1`,
    [key],
  );
  const row = rows[0];
  return row === undefined ? null : { environmentId: row.environment_id, accountId: row.id };
}

export async function isOpen(pool: DatabasePool, key: string): Promise<boolean> {
  const { rows } = await query(pool, "SELECT 1 FROM circuit WHERE key = $1 AND state = 'open'", [key]);
  return rows.length > 0;
}

/** So many waiting accounts a second come back where no budget says otherwise. */
const recallPerSecond = 50;
const batch = 500;

/**
 * The endpoint is back: whoever waits there is due again, spread over what the budget takes, those first whose token ends first
 * (R22). What asks for its own pace (Retry-After) keeps it.
 *
 * @param perMinute the client's budget
 * @returns how many were recalled
 */
export async function recallAccounts(pool: DatabasePool, key: string, perMinute: number | null): Promise<number> {
  const perSecond = perMinute === null ? recallPerSecond : perMinute / 60;
  let total = 0;
  for (;;) {
    const { rowCount } = await query(
      pool,
      `WITH waiting AS (
         SELECT id, row_number() OVER (ORDER BY expires_at NULLS LAST, id) AS place FROM (
           SELECT id, expires_at FROM integrated_account
            WHERE circuit_key = $1 AND status = 'active' AND hold IS NULL
              AND (lease_until IS NULL OR lease_until < now())
              AND (refresh_due_at <= now()
                   OR (consecutive_failures > 0 AND doubts = 0 AND last_error ->> 'code' <> 'rate_limited'
                       AND refresh_due_at > now() + make_interval(secs => 60 + 1.3 * $2::float8 / $3::float8)))
            ORDER BY expires_at NULLS LAST, id LIMIT $4 FOR UPDATE SKIP LOCKED) chosen)
       UPDATE integrated_account a
          SET refresh_due_at = now() + make_interval(secs => ($2::float8 + w.place * (0.8 + 0.4 * random())) / $3::float8),
              cooldown_until = NULL, updated_at = now()
         FROM waiting w WHERE a.id = w.id`,
      [key, total, perSecond, batch],
    );
    total += rowCount ?? 0;
    if ((rowCount ?? 0) < batch) return total;
  }
}

/** Requests a minute that the client behind a circuit may make; null: no limit is known. */
export async function budgetOf(
  pool: DatabasePool,
  integrations: IntegrationStore,
  key: string,
): Promise<number | null> {
  const { rows } = await query<{ environment_id: string; integration_name: string }>(
    pool,
    "SELECT environment_id, integration_name FROM circuit WHERE key = $1",
    [key],
  );
  const row = rows[0];
  if (row === undefined) return null;
  const configured = await integrations.find(row.environment_id, row.integration_name);
  return configured === null ? null : (oauthConfigOf(configured.document)?.refresh.perMinute ?? null);
}

/** Nobody waits behind it any more: what was learnt counts no longer, and whoever comes may ask. */
export async function closeCircuit(pool: DatabasePool, key: string): Promise<void> {
  await query(
    pool,
    `UPDATE circuit SET state = 'closed', cause = NULL, failures = 0, failed_accounts = '{}', opened_at = NULL, probe_at = NULL,
            probed_at = NULL, probes = 0, updated_at = now() WHERE key = $1`,
    [key],
  );
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
