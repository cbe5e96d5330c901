import { query, type DatabasePool } from "./pool.ts";

/** Ids of a tenant's accounts that are not disconnected, oldest first. */
export async function connectedAccountsOf(
  pool: DatabasePool,
  environmentId: string,
  tenantId: string,
): Promise<readonly string[]> {
  const { rows } = await query<{ id: string }>(
    pool,
    `SELECT id FROM integrated_account
      WHERE environment_id = $1 AND tenant_id = $2 AND status <> 'disconnected' ORDER BY created_at, id`,
    [environmentId, tenantId],
  );
  return rows.map(({ id }) => id);
}
