import { DomainError } from "../domain/problem/domain-error.ts";
import type { SealingAdministration } from "../ports/sealing-store.ts";
import type { Doer } from "./approval-actions.ts";
import { refuseUnknownTenant } from "./destroy-tenant-key.ts";
import type { SealingKeys } from "./sealing-keys.ts";

/** Another rotation may come first; its key is the one that is retired then. */
const attempts = 5;

/**
 * Gives a tenant's key a new version: everything that is sealed for the tenant's accounts from now on is under it, in every process
 * within seconds. The version before opens what it sealed, until a re-wrap has brought that under the new one.
 *
 * @returns the new key and the one that it took the place of
 * @throws DomainError `not_found` for a tenant that was never here, `conflict` where it has no key to rotate, `kms_unavailable`
 */
export async function rotateTenantKey(
  { sealing, sealingKeys }: { readonly sealing: SealingAdministration; readonly sealingKeys: SealingKeys },
  caller: Pick<Doer, "id" | "environmentId">,
  tenantId: string,
): Promise<{ readonly id: string; readonly retired: string }> {
  const { environmentId, id: actor } = caller;
  await refuseUnknownTenant(sealing, environmentId, tenantId);
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const before = await sealing.findCurrentTenantKey(environmentId, tenantId);
    if (before === null) {
      throw new DomainError("conflict", {
        detail:
          "This tenant has no key of its own: it gets one with the first value that is sealed under the policy tenant. There is nothing to rotate.",
      });
    }
    const key = await sealingKeys.newTenantKey(environmentId, tenantId);
    const retired = await sealing.replaceTenantKey(key, before.id, {
      environmentId,
      actor,
      action: "tenant_key.rotated",
      target: key.id,
      keyId: key.kid,
      detail: { tenant_id: tenantId, retired: before.id },
    });
    if (retired === null) continue;
    sealingKeys.forgetState();
    return { id: key.id, retired };
  }
  throw new DomainError("conflict", { detail: "The key of this tenant kept changing meanwhile. Try again." });
}
