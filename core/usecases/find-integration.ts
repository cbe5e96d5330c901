import type { Caller } from "../domain/access/permission.ts";
import { DomainError } from "../domain/problem/domain-error.ts";
import type { ConfiguredIntegration, IntegrationStore } from "../ports/integration-store.ts";

/** @throws DomainError not_found, also for an integration that the caller's key is not for */
export async function findIntegration(
  ports: { readonly integrations: Pick<IntegrationStore, "find"> },
  caller: Caller,
  name: string,
): Promise<ConfiguredIntegration> {
  const allowed = caller.integrationNames === null || caller.integrationNames.includes(name);
  const configured = allowed ? await ports.integrations.find(caller.environmentId, name) : null;
  if (configured === null)
    throw new DomainError("not_found", { detail: `There is no integration ${name} in this environment.` });
  return configured;
}
