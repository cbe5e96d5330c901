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
 * Turns alarms that fall due soon, or fell due and found no worker, into jobs (ARCHITECTURE, 1. Alarm). The row is the truth:
 * should every job be lost, the next sweep makes them again.
 * @returns how many jobs were added or moved
 */
export async function sweepAlarms(pool: DatabasePool): Promise<number> {
  let total = 0;
  let after: readonly [at: Date | null, id: string] = [null, ""];
  for (;;) {
    const { rows } = await query<{ id: string; environment_id: string; refresh_due_at: Date }>(
      pool,
      `SELECT id, environment_id, refresh_due_at FROM integrated_account
        WHERE status = 'active' AND refresh_due_at IS NOT NULL
          AND refresh_due_at < now() + make_interval(secs => $1)
          AND ($2::timestamptz IS NULL OR (refresh_due_at, id) > ($2, $3))
          AND (lease_until IS NULL OR lease_until < now())
        ORDER BY refresh_due_at, id LIMIT 1000`,
      [sweepHorizonSeconds, after[0], after[1]],
    );
    if (rows.length === 0) return total;
    // One statement for all: every NOTIFY serialises commits. Ids are distinct, so no key stands twice in the batch.
    await query(
      pool,
      `SELECT FROM graphile_worker.add_jobs(
         (SELECT array_agg(json_populate_record(null::graphile_worker.job_spec, spec)) FROM json_array_elements($1::json) spec))`,
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
      ],
    );
    total += rows.length;
    const last = rows.at(-1);
    if (rows.length < 1000 || last === undefined) return total;
    after = [last.refresh_due_at, last.id];
  }
}
