import type { Caller } from "#core/domain/access/permission";

/** A key for some tenants or integrations sees nothing of the others. Their environment is in every statement. */
export function isVisible(
  { tenantIds, integrationNames }: Pick<Caller, "tenantIds" | "integrationNames">,
  account: { readonly tenantId: string; readonly integrationName: string },
): boolean {
  return (
    (tenantIds === null || tenantIds.includes(account.tenantId)) &&
    (integrationNames === null || integrationNames.includes(account.integrationName))
  );
}
