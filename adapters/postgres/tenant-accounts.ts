import { query, type DatabasePool } from "./pool.ts";

/** A tenant's accounts that are not disconnected: the oldest ones, and how many there are. */
export async function connectedAccountsOf(
  pool: DatabasePool,
  environmentId: string,
  tenantId: string,
  limit: number,
): Promise<{ readonly ids: readonly string[]; readonly total: number }> {
  const { rows } = await query<{ id: string; total: number }>(
    pool,
    `SELECT id, count(*) OVER ()::int AS total FROM integrated_account
      WHERE environment_id = $1 AND tenant_id = $2 AND status <> 'disconnected' ORDER BY created_at, id LIMIT $3`,
    [environmentId, tenantId, limit],
  );
  return { ids: rows.map(({ id }) => id), total: rows[0]?.total ?? 0 };
}
