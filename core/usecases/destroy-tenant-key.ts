import { DomainError } from "../domain/problem/domain-error.ts";
import type { SealingAdministration } from "../ports/sealing-store.ts";
import { approvalDetail, type Doer } from "./approval-actions.ts";
import type { SealingKeys } from "./sealing-keys.ts";

/**
 * Destroys what a tenant's key was wrapped in (checklist C5): from then on nothing that it sealed opens, in this database or in any
 * backup, as far as the backup does not hold the key as well: one that was made before does, until the key of the KMS is gone too.
 * Other processes forget what they remember of it within seconds.
 *
 * @param isForced although accounts still hang on it: they answer `sealed_value_invalid` then, and must be connected anew
 * @returns how many keys were destroyed: 0 where the tenant has none
 * @throws DomainError `not_found`, `conflict` when it still seals something
 */
export async function destroyTenantKey(
  { sealing, sealingKeys }: { readonly sealing: SealingAdministration; readonly sealingKeys: SealingKeys },
  caller: Doer,
  tenantId: string,
  isForced = false,
): Promise<number> {
  const { environmentId } = caller;
  await weighTenantKey(sealing, environmentId, tenantId, isForced);
  const destroyed = await sealing.destroyTenantKeys(environmentId, tenantId, {
    isForced,
    audit: (id, stillSealed) => ({
      environmentId,
      actor: caller.id,
      action: "tenant_key.destroyed",
      target: id,
      keyId: id,
      detail: { tenant_id: tenantId, sealed: stillSealed, forced: isForced, ...approvalDetail(caller) },
    }),
    approved: caller.approved,
  });
  sealingKeys.forgetState();
  return destroyed.length;
}

/**
 * @returns how many values the tenant's key seals
 * @throws DomainError `not_found`, `conflict` when it seals something, and nobody said that it may
 */
export async function weighTenantKey(
  sealing: Pick<SealingAdministration, "knowsTenant" | "countUnderTenantKey">,
  environmentId: string,
  tenantId: string,
  isForced: boolean,
): Promise<number> {
  await refuseUnknownTenant(sealing, environmentId, tenantId);
  const sealed = await sealing.countUnderTenantKey(environmentId, tenantId);
  if (sealed > 0 && !isForced) throw stillSeals(sealed);
  return sealed;
}

export function stillSeals(sealed: number): DomainError {
  return new DomainError("conflict", {
    detail: `The key of this tenant still seals ${sealed} ${sealed === 1 ? "value" : "values"}. Disconnect its accounts first, delete the tenant, which does both, or say force.`,
  });
}

/** @throws DomainError `not_found` for a tenant that never had an account or a key here */
export async function refuseUnknownTenant(
  sealing: Pick<SealingAdministration, "knowsTenant">,
  environmentId: string,
  tenantId: string,
): Promise<void> {
  if (await sealing.knowsTenant(environmentId, tenantId)) return;
  throw new DomainError("not_found", { detail: "There is no such tenant in this environment." });
}
