import { query, type DatabaseClient, type DatabasePool } from "../pool.ts";

export const runAccountsTask = "run-accounts";

/** In the transaction of what there is to do. */
export async function addRunJob(client: DatabaseClient | DatabasePool, runId: string): Promise<void> {
  await client.query(
    `SELECT FROM graphile_worker.add_job($1, payload => json_build_object('run_id', $2::text), job_key => 'account-run:' || $2::text, max_attempts => 3)`,
    [runAccountsTask, runId],
  );
}

/** Runs that nobody works on get a job: their holder died, or their job was lost. @returns how many */
export async function wakeRuns(pool: DatabasePool): Promise<number> {
  const { rows } = await query<{ id: string }>(
    pool,
    "SELECT id FROM account_run WHERE state = 'running' AND (claimed_until IS NULL OR claimed_until < now())",
    [],
  );
  for (const { id } of rows) await addRunJob(pool, id);
  return rows.length;
}
