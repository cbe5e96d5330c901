import type { ApiKey, ApiKeyActivity } from "#core/ports/api-key-store";
import type { ApiKeyDetail, ApiKeyView } from "../schemas/api-key.ts";

/** Never the key, nor its digest. */
export function toApiKeyView(key: ApiKey, now: Date): ApiKeyView {
  return {
    id: key.id,
    name: key.name,
    ends_with: key.lastFour,
    state: stateOf(key, now),
    permissions: [...key.permissions],
    tenant_ids: limitOf(key.tenantIds),
    integration_names: limitOf(key.integrationNames),
    addresses: limitOf(key.addresses),
    created_at: key.createdAt.toISOString(),
    created_by: key.createdBy,
    last_used_at: key.lastUsedAt?.toISOString() ?? null,
    expires_at: key.expiresAt?.toISOString() ?? null,
    stopped_at: key.stoppedAt?.toISOString() ?? null,
    stopped_by: key.stoppedBy,
    revoked_at: key.revokedAt?.toISOString() ?? null,
  };
}

export function toActivityView(activity: ApiKeyActivity): ApiKeyDetail["activity"] {
  return {
    openings: activity.openings,
    most_tenants: activity.mostTenants,
    networks: activity.networks.map(({ network, lastSeenAt }) => ({
      network,
      last_seen_at: lastSeenAt.toISOString(),
    })),
    made_keys: [...activity.madeKeys],
  };
}

/** What is over for good comes before what can be taken back. */
function stateOf({ revokedAt, expiresAt, stoppedAt }: ApiKey, now: Date): ApiKeyView["state"] {
  if (revokedAt !== null) return "revoked";
  if (expiresAt !== null && expiresAt <= now) return "expired";
  return stoppedAt === null ? "valid" : "stopped";
}

function limitOf(names: readonly string[]): string[] | null {
  return names.length === 0 ? null : [...names];
}
