import type { Account } from "../domain/account/account.ts";
import { resolveIntegration, type ResolvedIntegration } from "../domain/integration/resolve-integration.ts";
import { DomainError } from "../domain/problem/domain-error.ts";
import { neededSpreadSeconds } from "../domain/refresh/schedule-refresh.ts";
import type { ClientSecret } from "../ports/authorization-server.ts";
import type { ConfiguredIntegration, IntegrationStore } from "../ports/integration-store.ts";
import { withOwnClient } from "./circuit-of.ts";
import { countSharers, withSharedBudget } from "./shared-budget.ts";
import type { Vault } from "./vault.ts";

export interface LoadedIntegration {
  readonly configured: ConfiguredIntegration;
  /** With the budget that all behind its circuit share. */
  readonly resolved: ResolvedIntegration;
  /** How many active accounts share that budget; 0 where no rate is known. */
  readonly activeAccounts: number;
}

type OfAccount = Pick<Account, "environmentId" | "integrationName" | "inputs" | "clientId">;

/** The integration of an account, made concrete. Fails with `client_misconfigured` when its definition is gone. */
export async function loadIntegration(integrations: IntegrationStore, account: OfAccount): Promise<LoadedIntegration> {
  const configured = await integrations.find(account.environmentId, account.integrationName);
  if (configured === null) {
    throw new DomainError("client_misconfigured", {
      detail: `The integration ${account.integrationName} is not defined in this environment any more. Define it again (PUT /api/v1/integrations/${account.integrationName}).`,
    });
  }
  return await makeConcrete(integrations, account, configured);
}

/** How long the client's budget needs for all accounts that share it, seconds (R21); 0 when the account's definition is gone. */
export async function findSpreadSeconds(integrations: IntegrationStore, account: OfAccount): Promise<number> {
  const configured = await integrations.find(account.environmentId, account.integrationName);
  if (configured === null) return 0;
  const { resolved, activeAccounts } = await makeConcrete(integrations, account, configured);
  return neededSpreadSeconds(activeAccounts, resolved.refreshPolicy.budget.perMinute);
}

async function makeConcrete(
  integrations: IntegrationStore,
  account: OfAccount,
  configured: ConfiguredIntegration,
): Promise<LoadedIntegration> {
  const layer = configured.client?.layer ?? { clientId: null, scopes: null };
  const { environmentId } = account;
  const alone = resolveIntegration(configured.document, layer, account.inputs);
  const shared = await withSharedBudget(integrations, environmentId, withOwnClient(alone, account.clientId));
  const activeAccounts = await countSharers(integrations, environmentId, shared);
  return { configured, resolved: { ...alone, refreshPolicy: shared.refreshPolicy }, activeAccounts };
}

/** The client secret in the clear, for one request. Null for a public client. */
export async function openClientSecret(
  vault: Vault,
  configured: ConfiguredIntegration,
  actor: string,
): Promise<ClientSecret> {
  const { client } = configured;
  if (client === null || client.secret === null) return null;
  const bytes = await vault.open(
    {
      environmentId: configured.environmentId,
      owner: client.id,
      field: "client_secret",
      version: client.secret.version,
    },
    client.secret.sealed,
    { actor, purpose: "client_authentication" },
  );
  const secret = bytes.toString("utf8");
  bytes.fill(0);
  return secret;
}
