import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";

/**
 * The accounts that a process was refreshing when it was harmed: leases name their holder. Its last transaction may still end
 * after it, so this may be one too many.
 */
export async function leasesOf(pool: pg.Pool, pid: number | null): Promise<string[]> {
  if (pid === null) return [];
  for (const end = Date.now() + 60_000; ;) {
    try {
      const { rows } = await pool.query<{ id: string }>(
        "SELECT id FROM integrated_account WHERE lease_owner LIKE '%:' || $1 || ':%'",
        [pid],
      );
      return rows.map(({ id }) => id);
    } catch {
      // The database is away at the same time.
      if (Date.now() > end) return [];
      await sleep(100);
    }
  }
}
