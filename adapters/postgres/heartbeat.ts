import { steadySeconds } from "#core/domain/refresh/refresh-policy";
import type { Steadiness } from "#core/ports/steadiness";
import { query, type DatabasePool } from "./pool.ts";

/** How often a process says that it lives. */
export const beatMs = 3_000;
/** A process that has said nothing for this long is taken for dead, seconds; its jobs go to others. */
const silentSeconds = 15;
const steadyMs = steadySeconds * 1000;

export interface Heart extends Steadiness {
  /** Says at once which pools are this process's own: until it has, nobody could take over their jobs. */
  beat(): Promise<void>;
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
  let isBeating = false;
  let beating: Promise<void> = Promise.resolve();

  const beatOnce = async (): Promise<void> => {
    isBeating = true;
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
    } finally {
      isBeating = false;
    }
  };
  let lastMs = performance.now();
  const timer = setInterval(() => {
    const nowMs = performance.now();
    if (nowMs - lastMs > 3 * beatMs) steadySince = null;
    lastMs = nowMs;
    // A beat that hangs is not followed by others behind it.
    if (isStopped || isBeating) return;
    beating = beatOnce();
  }, beatMs);
  timer.unref();
  beating = beatOnce();

  return {
    // A process that was paused goes on before its timer does: its last beat is old then.
    isSteady() {
      const nowMs = performance.now();
      return steadySince !== null && nowMs - steadySince >= steadyMs && nowMs - lastMs <= 3 * beatMs;
    },
    async beat() {
      // One that is under way may have been sent before.
      if (!isStopped) await (beating = beating.then(beatOnce));
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
  // One statement: a process that dies between two would leave the jobs to nobody.
  const { rows } = await query<{ dead: number }>(
    pool,
    `WITH dead AS (
       DELETE FROM process_heartbeat WHERE beat_at < clock_timestamp() - make_interval(secs => $1) RETURNING worker_ids
     ), found AS (
       SELECT count(*)::int AS dead, (SELECT array_agg(id) FROM dead d, unnest(d.worker_ids) id) AS ids FROM dead
     )
     SELECT dead, CASE WHEN ids IS NOT NULL THEN graphile_worker.force_unlock_workers(ids)::text END FROM found`,
    [silentSeconds],
  );
  return rows[0]?.dead ?? 0;
}

/** Gives the jobs of these pools back to the queue. */
export async function releaseJobs(pool: DatabasePool, workerIds: readonly string[]): Promise<void> {
  if (workerIds.length === 0) return;
  await query(pool, "SELECT FROM graphile_worker.force_unlock_workers($1)", [workerIds]);
}
