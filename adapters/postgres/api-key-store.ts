import type { ApiKeyFilter, ApiKeyStore } from "#core/ports/api-key-store";
import { selectKey, toKey, type KeyRow } from "./api-key-rows.ts";
import { insertAudit } from "./audit-log.ts";
import { inTransaction, query, type DatabasePool } from "./pool.ts";

const isInForce = "revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())";
const wheres: Readonly<Record<ApiKeyFilter["state"], string>> = {
  in_force: "k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())",
  over: "(k.revoked_at IS NOT NULL OR k.expires_at <= now())",
  all: "true",
};

export function createApiKeyStore(pool: DatabasePool): ApiKeyStore {
  return {
    async find(environmentId, id) {
      const { rows } = await query<KeyRow>(pool, `${selectKey} WHERE k.id = $1 AND k.environment_id = $2`, [
        id,
        environmentId,
      ]);
      return rows[0] === undefined ? null : toKey(rows[0]);
    },

    async list(environmentId, { state, limit, before }) {
      const { rows } = await query<KeyRow>(
        pool,
        `${selectKey}
          WHERE k.environment_id = $1 AND ${wheres[state]} AND ($2::timestamptz IS NULL OR (k.created_at, k.id) < ($2, $3))
          ORDER BY k.created_at DESC, k.id DESC LIMIT $4`,
        [environmentId, before?.at ?? null, before?.id ?? null, limit + 1],
      );
      return rows.map(toKey);
    },

    async listAll(environmentId) {
      const { rows } = await query<KeyRow>(
        pool,
        `${selectKey} WHERE $1::text IS NULL OR k.environment_id = $1 ORDER BY k.created_at DESC, k.id DESC`,
        [environmentId],
      );
      return rows.map(toKey);
    },

    async activity(environmentId, id) {
      const [hours, networks, made] = await Promise.all([
        query<{ openings: string; tenants: number }>(
          pool,
          `SELECT coalesce(sum(reads), 0)::text AS openings, coalesce(max(tenants), 0) AS tenants FROM caller_hour
            WHERE environment_id = $1 AND caller = $2 AND hour > now() - interval '1 day'`,
          [environmentId, id],
        ),
        query<{ network: string; last_seen_at: Date }>(
          pool,
          `SELECT network, last_seen_at FROM caller_network WHERE environment_id = $1 AND caller = $2
            ORDER BY last_seen_at DESC, network LIMIT 10`,
          [environmentId, id],
        ),
        query<{ id: string }>(
          pool,
          `SELECT id FROM api_key WHERE environment_id = $1 AND created_by = $2 AND ${isInForce} ORDER BY created_at, id`,
          [environmentId, id],
        ),
      ]);
      return {
        openings: Number(hours.rows[0]?.openings ?? 0),
        mostTenants: hours.rows[0]?.tenants ?? 0,
        networks: networks.rows.map((row) => ({ network: row.network, lastSeenAt: row.last_seen_at })),
        madeKeys: made.rows.map((row) => row.id),
      };
    },

    async create(key, most, audit) {
      return await inTransaction(pool, async (client) => {
        // The row is the lock under which they are counted; accounts, whose foreign keys look at it, don't wait for it.
        await client.query("SELECT FROM environment WHERE id = $1 FOR NO KEY UPDATE", [key.environmentId]);
        if (audit.actor.startsWith("key_")) {
          // Under its lock: who revokes or stops a key may rely on it that none comes of it afterwards.
          const { rowCount } = await client.query(
            `SELECT FROM api_key WHERE id = $1 AND environment_id = $2 AND stopped_at IS NULL AND ${isInForce} FOR SHARE`,
            [audit.actor, key.environmentId],
          );
          if (rowCount === 0) return "maker_gone";
        }
        const { rows } = await client.query<{ n: number; exists: boolean }>(
          `SELECT count(*) FILTER (WHERE ${isInForce})::int AS n, coalesce(bool_or(id = $2), false) AS exists
             FROM api_key WHERE environment_id = $1`,
          [key.environmentId, key.id],
        );
        if (rows[0]?.exists === true) return "made";
        if ((rows[0]?.n ?? 0) >= most) return "full";
        await client.query(
          `INSERT INTO api_key (id, environment_id, name, digest, last_four, permissions, tenant_ids, integration_names,
             addresses, expires_at, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
          [
            key.id,
            key.environmentId,
            key.name,
            Buffer.from(key.digest),
            key.lastFour,
            key.permissions,
            key.tenantIds,
            key.integrationNames,
            key.addresses,
            key.expiresAt,
            key.createdBy,
          ],
        );
        await insertAudit(client, [audit]);
        return "made";
      });
    },

    async revoke(environmentId, id, actor) {
      return await inTransaction(pool, async (client) => {
        const { rowCount } = await client.query(
          "UPDATE api_key SET revoked_at = now() WHERE id = $1 AND environment_id = $2 AND revoked_at IS NULL",
          [id, environmentId],
        );
        if (rowCount === 0) return false;
        await insertAudit(client, [{ environmentId, actor, action: "api_key.revoked", target: id }]);
        return true;
      });
    },
  };
}
