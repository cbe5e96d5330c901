import type { Permission } from "#core/domain/access/permission";
import { mintApiKey } from "#core/usecases/mint-api-key";
import { createAccessStore } from "#adapters/postgres/access-store";
import type { Installation } from "./cluster.ts";

/** A key of the benchmark's environment. @returns the key itself */
export async function createKey(
  { container, environmentId }: Installation,
  permissions: readonly Permission[],
): Promise<string> {
  const { key, ...minted } = mintApiKey(container);
  const audit = { environmentId, actor: "bench", action: "api_key.created", target: minted.id } as const;
  await createAccessStore(container.pool).createKey(
    {
      ...minted,
      environmentId,
      name: "bench",
      permissions,
      tenantIds: [],
      integrationNames: [],
      expiresAt: null,
      createdBy: "bench",
    },
    audit,
  );
  return key;
}
