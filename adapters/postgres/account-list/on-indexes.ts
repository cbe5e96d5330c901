import { inTransaction, type DatabaseClient, type DatabasePool } from "../pool.ts";

/**
 * A reading transaction in which rows are found by indexes alone. The planner weighs the average, by statistics that may be of before a
 * mass failure; here the worst case counts, and is bounded by how the statements are made.
 */
export async function onIndexes<T>(pool: DatabasePool, work: (client: DatabaseClient) => Promise<T>): Promise<T> {
  return await inTransaction(pool, async (client) => {
    await client.query("SET TRANSACTION READ ONLY; SET LOCAL enable_seqscan = off");
    return await work(client);
  });
}

/** From here on an order is that of an index: nothing is read to be sorted. */
export async function inOrderOfIndex(client: DatabaseClient): Promise<void> {
  await client.query("SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off");
}

/** Takes that back. */
export async function inAnyOrder(client: DatabaseClient): Promise<void> {
  await client.query("SET LOCAL enable_sort = on; SET LOCAL enable_bitmapscan = on");
}
