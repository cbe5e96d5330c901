import { query, type DatabasePool } from "./pool.ts";

/** How long events and what became of them are kept, days. */
const keptDays = 30;
const portion = 5_000;

/**
 * Deliveries of old events go with their attempts, whatever came of them; then the events themselves, by partitions of a week. In
 * this order, so that no delivery is left without its event.
 * @returns how many deliveries went
 */
export async function pruneEvents(pool: DatabasePool): Promise<number> {
  let total = 0;
  for (;;) {
    // By each endpoint's own order, which its index has.
    const { rows } = await query<{ n: number }>(
      pool,
      `WITH gone AS (
         DELETE FROM webhook_delivery WHERE id IN (
           SELECT d.id FROM webhook_endpoint w CROSS JOIN LATERAL (
             SELECT o.id FROM webhook_delivery o
              WHERE o.endpoint_id = w.id AND o.event_created_at < now() - make_interval(days => $1)
              ORDER BY o.event_created_at, o.id LIMIT $2 FOR UPDATE SKIP LOCKED) d LIMIT $2)
         RETURNING id
       ), attempts AS (DELETE FROM webhook_attempt a USING gone g WHERE a.delivery_id = g.id)
       SELECT count(*)::int AS n FROM gone`,
      [keptDays, portion],
    );
    const removed = rows[0]?.n ?? 0;
    total += removed;
    if (removed < portion) break;
  }
  // There are few of so old ones, and of all of them seldom many.
  const { rowCount } = await query(
    pool,
    "DELETE FROM webhook_untried WHERE event_created_at < now() - make_interval(days => $1)",
    [keptDays],
  );
  total += rowCount ?? 0;
  await query(pool, "SELECT evergrant_drop_old_partitions('event', now() - make_interval(days => $1))", [keptDays]);
  return total;
}
