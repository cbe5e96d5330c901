import type { KeyPermission } from "#core/domain/access/permission";
import type { ApiKey } from "#core/ports/api-key-store";

export interface KeyRow {
  readonly id: string;
  readonly environment_id: string;
  readonly environment: string;
  readonly name: string;
  readonly last_four: string;
  readonly permissions: KeyPermission[];
  readonly tenant_ids: string[];
  readonly integration_names: string[];
  readonly addresses: string[];
  readonly expires_at: Date | null;
  readonly revoked_at: Date | null;
  readonly stopped_at: Date | null;
  readonly stopped_by: string | null;
  readonly last_used_at: Date | null;
  readonly created_by: string;
  readonly created_at: Date;
}

export const selectKey = `
  SELECT k.id, k.environment_id, e.name AS environment, k.name, k.last_four, k.permissions, k.tenant_ids, k.integration_names,
         k.addresses, k.expires_at, k.revoked_at, k.stopped_at, k.stopped_by, k.last_used_at, k.created_by, k.created_at
    FROM api_key k JOIN environment e ON e.id = k.environment_id`;

export function toKey(row: KeyRow): ApiKey {
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
    stoppedBy: row.stopped_by,
    lastUsedAt: row.last_used_at,
    createdBy: row.created_by,
    createdAt: row.created_at,
  };
}
