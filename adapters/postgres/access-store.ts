import type { Permission } from "#core/domain/access/permission";
import type { AuditRecord } from "#core/domain/audit/audit-record";
import { insertAudit } from "./audit-log.ts";
import { inTransaction, query, type DatabasePool } from "./pool.ts";

/** An API key without itself. */
export interface ApiKeyRecord {
  readonly id: string;
  readonly environmentId: string;
  readonly environment: string;
  readonly name: string;
  readonly lastFour: string;
  readonly permissions: readonly Permission[];
  readonly tenantIds: readonly string[];
  readonly integrationNames: readonly string[];
  /** Ranges in CIDR form from which the key may be used; empty: anywhere. */
  readonly addresses: readonly string[];
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  /** Refused since then, until somebody starts it again. */
  readonly stoppedAt: Date | null;
  readonly lastUsedAt: Date | null;
  readonly createdAt: Date;
}

export interface NewApiKey {
  readonly id: string;
  readonly environmentId: string;
  readonly name: string;
  readonly digest: Uint8Array;
  readonly lastFour: string;
  readonly permissions: readonly Permission[];
  readonly tenantIds: readonly string[];
  readonly integrationNames: readonly string[];
  /** Absent: it may be used from anywhere. */
  readonly addresses?: readonly string[];
  readonly expiresAt: Date | null;
  readonly createdBy: string;
}

/** API keys. */
export interface AccessStore {
  createKey(key: NewApiKey, audit: AuditRecord): Promise<void>;
  /** Null also for a key that is revoked or stopped, or has expired. */
  findUsableKey(digest: Uint8Array): Promise<ApiKeyRecord | null>;
  listKeys(environmentId: string | null): Promise<readonly ApiKeyRecord[]>;
  /** @returns false when there is no such key that is not revoked yet */
  revokeKey(id: string, actor: string): Promise<boolean>;
  touchKey(id: string): Promise<void>;
}

interface KeyRow {
  readonly id: string;
  readonly environment_id: string;
  readonly environment: string;
  readonly name: string;
  readonly last_four: string;
  readonly permissions: Permission[];
  readonly tenant_ids: string[];
  readonly integration_names: string[];
  readonly addresses: string[];
  readonly expires_at: Date | null;
  readonly revoked_at: Date | null;
  readonly stopped_at: Date | null;
  readonly last_used_at: Date | null;
  readonly created_at: Date;
}

const selectKey = `
  SELECT k.id, k.environment_id, e.name AS environment, k.name, k.last_four, k.permissions, k.tenant_ids, k.integration_names,
         k.addresses, k.expires_at, k.revoked_at, k.stopped_at, k.last_used_at, k.created_at
    FROM api_key k JOIN environment e ON e.id = k.environment_id`;

export function createAccessStore(pool: DatabasePool): AccessStore {
  return {
    async createKey(key, audit) {
      await inTransaction(pool, async (client) => {
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
            key.addresses ?? [],
            key.expiresAt,
            key.createdBy,
          ],
        );
        await insertAudit(client, [audit]);
      });
    },

    async findUsableKey(digest) {
      const { rows } = await query<KeyRow>(
        pool,
        `${selectKey} WHERE k.digest = $1 AND k.revoked_at IS NULL AND k.stopped_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())`,
        [Buffer.from(digest)],
        "api-key-find",
      );
      return rows[0] === undefined ? null : toKey(rows[0]);
    },

    async listKeys(environmentId) {
      const { rows } = await query<KeyRow>(
        pool,
        `${selectKey} WHERE $1::text IS NULL OR k.environment_id = $1 ORDER BY k.created_at DESC`,
        [environmentId],
      );
      return rows.map(toKey);
    },

    async revokeKey(id, actor) {
      return await inTransaction(pool, async (client) => {
        const { rows } = await client.query<{ environment_id: string }>(
          "UPDATE api_key SET revoked_at = now() WHERE id = $1 AND revoked_at IS NULL RETURNING environment_id",
          [id],
        );
        if (rows[0] === undefined) return false;
        await insertAudit(client, [
          { environmentId: rows[0].environment_id, actor, action: "api_key.revoked", target: id },
        ]);
        return true;
      });
    },

    async touchKey(id) {
      await query(
        pool,
        "UPDATE api_key SET last_used_at = now() WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')",
        [id],
      );
    },
  };
}

function toKey(row: KeyRow): ApiKeyRecord {
  return {
    id: row.id,
    environmentId: row.environment_id,
    environment: row.environment,
    name: row.name,
    lastFour: row.last_four,
    permissions: row.permissions,
    tenantIds: row.tenant_ids,
    integrationNames: row.integration_names,
    addresses: row.addresses,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    stoppedAt: row.stopped_at,
    lastUsedAt: row.last_used_at,
    createdAt: row.created_at,
  };
}
