import { refreshPolicyOf } from "../domain/integration/resolve-integration.ts";
import { defaultRefreshPolicy, type RefreshPolicy } from "../domain/refresh/refresh-policy.ts";
import type { IntegrationStore } from "../ports/integration-store.ts";
import { findReadable } from "./find-readable.ts";

/** Refresh policies by their definitions' stamps, so that a read looks a definition up only when it has changed. */
export interface PolicyMemory {
  /** The policy without any account's overrides; the default one for a definition that is gone or can't be read. */
  policyOf(environmentId: string, name: string, stamp: string): RefreshPolicy | Promise<RefreshPolicy>;
}

const mostPolicies = 10_000;

export function createPolicyMemory(integrations: Pick<IntegrationStore, "find">): PolicyMemory {
  const known = new Map<string, { readonly stamp: string; readonly policy: RefreshPolicy }>();
  const read = async (key: string, environmentId: string, name: string, stamp: string): Promise<RefreshPolicy> => {
    // Read after the glance, it may be newer than the glance's stamp, so it is kept under its own: the stamp of an integration that
    // stands in the catalogue alone comes back when what was put over it is deleted.
    const configured = await findReadable(integrations, environmentId, name);
    const policy = configured === null ? defaultRefreshPolicy : refreshPolicyOf(configured.document);
    if (known.size >= mostPolicies) known.clear();
    known.set(key, { stamp: configured?.stamp ?? stamp, policy });
    return policy;
  };
  return {
    policyOf(environmentId, name, stamp) {
      const key = `${environmentId}/${name}`;
      const found = known.get(key);
      return found?.stamp === stamp ? found.policy : read(key, environmentId, name, stamp);
    },
  };
}
