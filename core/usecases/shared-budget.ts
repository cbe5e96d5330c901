import { refreshPolicyOf, type ResolvedIntegration } from "../domain/integration/resolve-integration.ts";
import { neededSpreadSeconds } from "../domain/refresh/schedule-refresh.ts";
import { strictestBudget } from "../domain/refresh/strictest-budget.ts";
import type { IntegrationStore } from "../ports/integration-store.ts";
import { findReadable } from "./find-readable.ts";
import { circuitOf } from "./circuit-of.ts";

/**
 * The integration with the budget that all behind its circuit share: two integrations with one OAuth client and one token endpoint
 * have one limit at the provider, whatever each says of it.
 *
 * @param integration with the account's own client, where it brought one
 */
export async function withSharedBudget(
  integrations: IntegrationStore,
  environmentId: string,
  integration: ResolvedIntegration,
): Promise<ResolvedIntegration> {
  const names = await integrations.listBehind(circuitOf(environmentId, integration).key);
  const others = names.filter((name) => name !== integration.name);
  if (others.length === 0) return integration;
  const found = await Promise.all(others.map((name) => findReadable(integrations, environmentId, name)));
  const budgets = found.flatMap((one) => (one === null ? [] : [refreshPolicyOf(one.document).budget]));
  const { refreshPolicy } = integration;
  const budget = strictestBudget([refreshPolicy.budget, ...budgets]);
  return { ...integration, refreshPolicy: { ...refreshPolicy, budget } };
}

/** Active accounts behind the integration's circuit; 0 where no rate is known. */
export async function countSharers(
  integrations: IntegrationStore,
  environmentId: string,
  integration: ResolvedIntegration,
): Promise<number> {
  if (integration.refreshPolicy.budget.perMinute === null) return 0;
  return await integrations.countActiveAccounts(circuitOf(environmentId, integration).key);
}

/** How long the budget needs for all accounts behind the integration's circuit, seconds (R21); 0 where no rate is known. */
export async function spreadSecondsOf(
  integrations: IntegrationStore,
  environmentId: string,
  integration: ResolvedIntegration,
): Promise<number> {
  const accounts = await countSharers(integrations, environmentId, integration);
  return neededSpreadSeconds(accounts, integration.refreshPolicy.budget.perMinute);
}
