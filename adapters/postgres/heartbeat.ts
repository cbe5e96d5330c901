import type { Steadiness } from "#core/ports/steadiness";
import { query, type DatabasePool } from "./pool.ts";

/** How often a process says that it lives. */
export const beatMs = 3_000;
/** A process that has said nothing for this long is taken for dead, seconds; its jobs go to others. */
const silentSeconds = 15;
/** The database counts as steady after this long without a failure, milliseconds: longer than an answer that waits pauses. */
const steadyMs = 10_000;

export interface Heart extends Steadiness {
  /** Something failed for want of the database. */
  missed(): void;
  stop(): Promise<void>;
}

/**
 * Writes the heartbeat of this process, and knows from it how long the database has been within reach.
 *
 * @param workerIds of graphile-worker's pools in this process, whose jobs are to be taken over when the heart stops
 */
export function startHeart(
  pool: DatabasePool,
  options: { readonly owner: string; readonly workerIds: () => readonly string[] },
): Heart {
  let steadySince: number | null = null;
  let isStopped = false;
  let beating: Promise<void> = Promise.resolve();

  const beat = async (): Promise<void> => {
    const startedMs = performance.now();
    try {
      await query(
        pool,
        `INSERT INTO process_heartbeat (owner, worker_ids, beat_at) VALUES ($1, $2, clock_timestamp())
         ON CONFLICT (owner) DO UPDATE SET worker_ids = excluded.worker_ids, beat_at = excluded.beat_at`,
        [options.owner, options.workerIds()],
        "heartbeat",
      );
      // A process that was paused, or a beat that took long, knows nothing of the time between.
      const isLate = performance.now() - startedMs > beatMs;
      if (isLate) steadySince = null;
      steadySince ??= performance.now();
    } catch {
      steadySince = null;
    }
  };
  let lastMs = performance.now();
  const timer = setInterval(() => {
    const nowMs = performance.now();
    if (nowMs - lastMs > 3 * beatMs) steadySince = null;
    lastMs = nowMs;
    if (!isStopped) beating = beating.then(beat);
  }, beatMs);
  timer.unref();
  beating = beat();

  return {
    isSteady: () => steadySince !== null && performance.now() - steadySince >= steadyMs,
    missed() {
      steadySince = null;
    },
    async stop() {
      isStopped = true;
      clearInterval(timer);
      await beating;
      await query(pool, "DELETE FROM process_heartbeat WHERE owner = $1", [options.owner]).catch(() => {});
    },
  };
}

/**
 * Gives the jobs of workers whose heart stopped back to the queue, which by itself would wait four hours. A worker that was only
 * paused finds its jobs taken: leases and fences keep what it still does from doing harm.
 * @returns how many processes were found dead
 */
export async function takeOver(pool: DatabasePool): Promise<number> {
  const { rows } = await query<{ worker_ids: string[] }>(
    pool,
    `DELETE FROM process_heartbeat WHERE beat_at < clock_timestamp() - make_interval(secs => $1) RETURNING worker_ids`,
    [silentSeconds],
  );
  await releaseJobs(
    pool,
    rows.flatMap((row) => row.worker_ids),
  );
  return rows.length;
}

/** Gives the jobs of these pools back to the queue. */
export async function releaseJobs(pool: DatabasePool, workerIds: readonly string[]): Promise<void> {
  if (workerIds.length === 0) return;
  await query(pool, "SELECT FROM graphile_worker.force_unlock_workers($1)", [workerIds]);
}
