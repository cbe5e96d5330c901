import type { WaitingWork } from "#core/domain/refresh/scheduled-pause";
import { query, type DatabasePool } from "./pool.ts";

export type FindWaitingWork = (circuitKey: string) => Promise<WaitingWork>;

const lifeMs = 5_000;
const mostKnown = 1_000;

/** What is due behind a circuit, counted every few seconds at the most: whoever finds no place asks. */
export function createWaitingWork(pool: DatabasePool): FindWaitingWork {
  const known = new Map<string, { readonly untilMs: number; readonly work: Promise<WaitingWork> }>();
  return async (circuitKey) => {
    const found = known.get(circuitKey);
    if (found !== undefined && performance.now() < found.untilMs) return await found.work;
    if (known.size >= mostKnown) known.clear();
    // All who ask meanwhile share one count.
    const work = countWaiting(pool, circuitKey);
    known.set(circuitKey, { untilMs: performance.now() + lifeMs, work });
    work.catch(() => known.delete(circuitKey));
    return await work;
  };
}

async function countWaiting(pool: DatabasePool, circuitKey: string): Promise<WaitingWork> {
  const { rows } = await query<{ accounts: number; first_end_before: Date | null }>(
    pool,
    `SELECT count(*)::int AS accounts, percentile_disc(0.1) WITHIN GROUP (ORDER BY expires_at) AS first_end_before
       FROM integrated_account
      WHERE circuit_key = $1 AND status = 'active' AND hold IS NULL AND refresh_due_at <= now()`,
    [circuitKey],
  );
  return { accounts: rows[0]?.accounts ?? 0, firstEndBefore: rows[0]?.first_end_before ?? null };
}
