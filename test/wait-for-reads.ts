import { until } from "./faulty-integration.ts";
import type { Stack } from "./start-stack.ts";

/**
 * Until so many token reads, spread over all api processes, wait for one account's refresh: by the word of each process that answers them, and, of the
 * processes that do not refresh themselves, by their mark on the attempt. Whatever comes after that comes to all of them.
 */
export async function waitForReads(stack: Stack, accountId: string, reads: number): Promise<void> {
  await until(async () => {
    const waiting = await Promise.all(stack.apis.map(({ origin }) => readsWaiting(origin)));
    return waiting.reduce((sum, one) => sum + one, 0) === reads;
  }, 20);
  await until(async () => {
    const { rows } = await stack.database.pool.query(
      "SELECT waiters FROM refresh_attempt WHERE account_id = $1 AND finished_at IS NULL",
      [accountId],
    );
    return rows[0]?.waiters === stack.apis.length - 1;
  }, 20);
}

async function readsWaiting(origin: string): Promise<number> {
  const metrics = await (await fetch(`${origin}/metrics`)).text();
  return Number(/^evergrant_token_reads_waiting(?:\{.*\})? (\d+)$/m.exec(metrics)?.[1] ?? Number.NaN);
}
