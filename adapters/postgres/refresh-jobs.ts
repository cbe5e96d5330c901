import { explainAbandoned } from "#core/domain/refresh/explain-attempt";
import { sweepHorizonSeconds } from "#core/domain/refresh/refresh-policy";
import { query, type DatabaseClient, type DatabasePool } from "./pool.ts";

/** The task that refreshes one account. The job key is the account, so that an alarm that moves replaces its job. */
export const refreshTask = "refresh-account";

export async function enqueueRefresh(
  client: DatabaseClient | DatabasePool,
  environmentId: string,
  accountId: string,
  dueAt: Date,
): Promise<void> {
  await client.query({
    name: "job-refresh",
    text: `SELECT FROM graphile_worker.add_job($1, payload => $2::json, job_key => $3, run_at => $4, max_attempts => 5)`,
    values: [
      refreshTask,
      JSON.stringify({ environment_id: environmentId, account_id: accountId }),
      `refresh:${accountId}`,
      dueAt,
    ],
  });
}

/**
 * The job of an alarm that came early is spent, and was the only one: the alarm gets its job back. So came, say, one that a sweep
 * moved to the instant that it had read, just as a refresh set the next.
 *
 * @param waitSeconds how long our own clock would have it wait; where it is behind the database's, a job that came by that one would
 *   find itself early again and again
 */
export async function restoreAlarm(
  pool: DatabasePool,
  environmentId: string,
  accountId: string,
  waitSeconds: number,
): Promise<void> {
  await query(
    pool,
    `SELECT (SELECT j.id FROM graphile_worker.add_job($3,
               payload => json_build_object('environment_id', a.environment_id, 'account_id', a.id),
               job_key => 'refresh:' || a.id, max_attempts => 5,
               run_at => greatest(a.refresh_due_at, clock_timestamp() + make_interval(secs => $5))) j)
       FROM integrated_account a
      WHERE a.id = $1 AND a.environment_id = $2 AND a.status = 'active' AND a.hold IS NULL
        AND a.refresh_due_at < clock_timestamp() + make_interval(secs => $4)`,
    [accountId, environmentId, refreshTask, sweepHorizonSeconds, Math.max(1, waitSeconds)],
    "alarm-restore",
  );
}

/** Another try of an account that left within a mass failure. */
export async function enqueueRetry(
  pool: DatabasePool,
  {
    environmentId,
    accountId,
    tries,
  }: { readonly environmentId: string; readonly accountId: string; readonly tries: number },
  at: Date,
): Promise<void> {
  const payload = JSON.stringify({ environment_id: environmentId, account_id: accountId, retry: true, tries });
  await query(
    pool,
    "SELECT FROM graphile_worker.add_job($1, payload => $2::json, job_key => $3, run_at => $4, max_attempts => 5)",
    [refreshTask, payload, `retry:${accountId}`, at],
  );
}

/**
 * Turns alarms that fall due soon, or fell due and found no worker, into jobs (ARCHITECTURE, 1. Alarm). The row is the truth:
 * should every job be lost, the next sweep makes them again. Accounts behind an open breaker wait for its end.
 *
 * An alarm that lies ahead moves its job there: a job of that account may have been put off for longer, for want of budget or for
 * an open question. One that has rung leaves its job where it was put.
 *
 * @param circuitKey only the accounts behind this circuit; null: all
 * @returns how many jobs were added or moved
 */
export async function sweepAlarms(pool: DatabasePool, circuitKey: string | null = null): Promise<number> {
  let total = 0;
  let after: readonly [at: Date | null, id: string] = [null, ""];
  for (;;) {
    const { rows } = await query<DueRow & { readonly is_ahead: boolean }>(
      pool,
      `SELECT id, environment_id, refresh_due_at, (refresh_due_at > now() AND attempt_id IS NULL) AS is_ahead
         FROM integrated_account
        WHERE status = 'active' AND refresh_due_at IS NOT NULL AND hold IS NULL
          AND refresh_due_at < now() + make_interval(secs => $1)
          AND ($2::timestamptz IS NULL OR (refresh_due_at, id) > ($2, $3))
          AND (lease_until IS NULL OR lease_until < now())
          AND ($4::text IS NULL OR circuit_key = $4)
          AND NOT EXISTS (SELECT FROM circuit c WHERE c.key = circuit_key AND c.state = 'open')
        ORDER BY refresh_due_at, id LIMIT 1000`,
      [sweepHorizonSeconds, after[0], after[1], circuitKey],
    );
    if (rows.length === 0) return total;
    await addRefreshJobs(
      pool,
      rows.filter((row) => !row.is_ahead),
    );
    await addRefreshJobs(
      pool,
      rows.filter((row) => row.is_ahead),
      false,
    );
    total += rows.length;
    const last = rows.at(-1);
    if (rows.length < 1000 || last === undefined) return total;
    after = [last.refresh_due_at, last.id];
  }
}

interface DueRow {
  readonly id: string;
  readonly environment_id: string;
  readonly refresh_due_at: Date;
}

/**
 * One statement for all: every NOTIFY serialises commits. Ids are distinct, so no key stands twice in the batch. A job that is
 * there keeps its instant: it may have been put off for want of budget.
 */
async function addRefreshJobs(pool: DatabasePool, rows: readonly DueRow[], keepsInstant = true): Promise<void> {
  if (rows.length === 0) return;
  await query(
    pool,
    `SELECT FROM graphile_worker.add_jobs(
       (SELECT array_agg(json_populate_record(null::graphile_worker.job_spec, spec)) FROM json_array_elements($1::json) spec),
       job_key_preserve_run_at => $2)`,
    [
      JSON.stringify(
        rows.map((row) => ({
          identifier: refreshTask,
          payload: { environment_id: row.environment_id, account_id: row.id },
          job_key: `refresh:${row.id}`,
          run_at: row.refresh_due_at.toISOString(),
          max_attempts: 5,
        })),
      ),
      keepsInstant,
    ],
  );
}

/** What a holder left whose lease ended this long ago is looked into, seconds; a holder that lives has written by then. */
const leftSeconds = 5;

/**
 * Accounts whose attempt was left open by a process that died: each gets a job that finds out what became of it (R20). What
 * is not active any more is only written down.
 * @returns how many
 */
export async function settleLeftAttempts(pool: DatabasePool): Promise<number> {
  const { rows } = await query<{ id: string; environment_id: string; is_halted: boolean; is_first: boolean }>(
    pool,
    `SELECT a.id, a.environment_id, (a.status <> 'active' OR a.hold IS NOT NULL) AS is_halted, a.doubts = 0 AS is_first
       FROM refresh_attempt r JOIN integrated_account a ON a.id = r.account_id AND a.attempt_id = r.id
      WHERE r.finished_at IS NULL AND r.started_at < now() - interval '30 seconds'
        AND a.lease_until < now() - make_interval(secs => $1)
        AND NOT EXISTS (SELECT FROM circuit c WHERE c.key = a.circuit_key AND c.state = 'open')
        AND (a.cooldown_until IS NULL OR a.cooldown_until < now())
      ORDER BY r.started_at LIMIT 1000`,
    [leftSeconds],
  );
  const ended = rows.filter((row) => row.is_halted).map((row) => row.id);
  if (ended.length > 0) await query(pool, forgetSql, [ended, explainAbandoned]);
  const active = rows.filter((row) => !row.is_halted);
  const due = active.map((row) => ({ ...row, refresh_due_at: new Date() }));
  // The first question is asked at once, whatever the alarm's own job was for; a later one has its pace, which its job knows.
  await addRefreshJobs(
    pool,
    due.filter((row) => row.is_first),
    false,
  );
  await addRefreshJobs(
    pool,
    due.filter((row) => !row.is_first),
  );
  return rows.length;
}

/** What was left open is found by its id alone, as in claimSql (account-store.ts). */
const forgetSql = `
  WITH freed AS (
    UPDATE integrated_account a
       SET attempt_id = NULL, attempt_started_at = NULL, lease_until = NULL, lease_owner = NULL, fence = a.fence + 1,
           doubts = a.doubts + 1, doubted_at = coalesce(a.doubted_at, a.attempt_started_at)
      FROM (SELECT id, attempt_id FROM integrated_account
             WHERE id = ANY ($1) AND (status <> 'active' OR hold IS NOT NULL) AND lease_until < now()
             ORDER BY id FOR UPDATE) left_open
     WHERE a.id = left_open.id
    RETURNING left_open.attempt_id AS id
  )
  UPDATE refresh_attempt r SET finished_at = clock_timestamp(), outcome = 'in_doubt', rule = 'process.ended', explanation = $2
    FROM freed f WHERE r.id = f.id AND r.finished_at IS NULL`;
