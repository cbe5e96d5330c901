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
  /** The tenant's accounts that are not disconnected: the oldest ones, and how many there are. */
  readonly connectedAccountsOf: (
    environmentId: string,
    tenantId: string,
    limit: number,
  ) => Promise<{ readonly ids: readonly string[]; readonly total: number }>;
}

export interface DeletedTenant {
  /** Accounts that were disconnected by this call, by what became of their grants. */
  readonly disconnected: Readonly<Record<Revocation, number>>;
  /** Accounts that are left for another call, and the key with them; 0: nothing of the tenant is left. */
  readonly remaining: number;
  readonly keysDestroyed: number;
}

const atOnce = 8;
/** One call begins to end accounts for so long, milliseconds: each may wait for its provider, and a request must not take for ever. */
const patienceMs = 15_000;
/** Looked up at a time. What is connected while it runs is found by another look. */
const batch = 40;

/**
 * Disconnects every account of a tenant as each alone would be (grants are revoked, tokens erased), and destroys the tenant's key: what
 * is copied of its tokens from then on opens with nothing, as far as it was sealed with that key. What does not fit into one call is
 * left for the next one, which goes on from there whatever became of this one; the key goes last. Another call finds nothing left.
 *
 * @param most accounts that this call ends; by default as many as it can
 * @throws DomainError `not_found` for a tenant that never had an account or a key here
 */
export async function deleteTenant(
  ports: DeleteTenantPorts,
  caller: Pick<Caller, "id" | "environmentId">,
  tenantId: string,
  most = Number.POSITIVE_INFINITY,
): Promise<DeletedTenant> {
  const { environmentId, id: actor } = caller;
  await refuseUnknownTenant(ports.sealing, environmentId, tenantId);
  const disconnected = { revoked: 0, not_supported: 0, failed: 0 };
  const startedMs = ports.clock.monotonicMs();
  let begun = 0;
  const isLate = (): boolean => begun >= most || ports.clock.monotonicMs() - startedMs >= patienceMs;
  for (;;) {
    const { ids, total } = await ports.connectedAccountsOf(environmentId, tenantId, batch);
    if (total === 0) break;
    if (isLate()) return { disconnected, remaining: total, keysDestroyed: 0 };
    await mapAtMost(atOnce, ids, async (accountId) => {
      if (isLate()) return;
      begun += 1;
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
  return { disconnected, remaining: 0, keysDestroyed };
}
