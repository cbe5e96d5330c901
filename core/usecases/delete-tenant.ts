import type { Caller } from "../domain/access/permission.ts";
import type { AuditLog } from "../ports/audit-log.ts";
import type { SealingAdministration } from "../ports/sealing-store.ts";
import { destroyTenantKey, refuseUnknownTenant } from "./destroy-tenant-key.ts";
import { disconnectAccount } from "./disconnect-account.ts";
import type { Revocation } from "./end-grant.ts";
import { mapAtMost } from "./map-at-most.ts";
import type { RefreshPorts } from "./refresh-ports.ts";
import type { SealingKeys } from "./sealing-keys.ts";

export interface DeleteTenantPorts extends RefreshPorts {
  readonly sealing: SealingAdministration;
  readonly sealingKeys: SealingKeys;
  readonly audit: AuditLog;
  /** Ids of the tenant's accounts that are not disconnected. */
  readonly connectedAccountsOf: (environmentId: string, tenantId: string) => Promise<readonly string[]>;
}

export interface DeletedTenant {
  /** Accounts that were disconnected by this call, by what became of their grants. */
  readonly disconnected: Readonly<Record<Revocation, number>>;
  readonly keysDestroyed: number;
}

const atOnce = 8;
/** What is connected while it runs is found by another look. */
const looks = 3;

/**
 * Disconnects every account of a tenant as each alone would be (grants are revoked, tokens erased), and destroys the tenant's key: what
 * a backup still holds of its tokens opens with nothing then, as far as it was sealed with that key. A second call finds nothing left.
 *
 * @throws DomainError `not_found` for a tenant that never had an account or a key here
 */
export async function deleteTenant(
  ports: DeleteTenantPorts,
  caller: Pick<Caller, "id" | "environmentId">,
  tenantId: string,
): Promise<DeletedTenant> {
  const { environmentId, id: actor } = caller;
  await refuseUnknownTenant(ports.sealing, environmentId, tenantId);
  const disconnected = { revoked: 0, not_supported: 0, failed: 0 };
  for (let look = 0; look < looks; look += 1) {
    const accounts = await ports.connectedAccountsOf(environmentId, tenantId);
    if (accounts.length === 0) break;
    await mapAtMost(atOnce, accounts, async (accountId) => {
      const { revocation } = await disconnectAccount(ports, { environmentId, accountId, actor });
      disconnected[revocation] += 1;
    });
  }
  // Forced: an authorization that waits for its person's word is the tenant's as well, and goes with it.
  const keysDestroyed = await destroyTenantKey(ports, caller, tenantId, true);
  await ports.audit.append([
    {
      environmentId,
      actor,
      action: "tenant.deleted",
      target: tenantId,
      detail: { ...disconnected, keys_destroyed: keysDestroyed },
    },
  ]);
  return { disconnected, keysDestroyed };
}
