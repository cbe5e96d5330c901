import type { KeyPermission } from "#core/domain/access/permission";
import { mintApiKey } from "#core/usecases/mint-api-key";
import type { Installation } from "./cluster.ts";

/** A key of the benchmark's environment. @returns the key itself */
export async function createKey(
  { container, environmentId }: Installation,
  permissions: readonly KeyPermission[],
): Promise<string> {
  const { key, ...minted } = mintApiKey(container);
  const audit = { environmentId, actor: "bench", action: "api_key.created", target: minted.id } as const;
  await container.apiKeys.create(
    {
      ...minted,
      environmentId,
      name: "bench",
      permissions,
      tenantIds: [],
      integrationNames: [],
      addresses: [],
      expiresAt: null,
      createdBy: "bench",
    },
    Number.POSITIVE_INFINITY,
    audit,
  );
  return key;
}
