import type { Account } from "../domain/account/account.ts";
import { isAccepted } from "../domain/integration/order-client-secrets.ts";
import { resolveIntegration, type ResolvedIntegration } from "../domain/integration/resolve-integration.ts";
import { DomainError } from "../domain/problem/domain-error.ts";
import { neededSpreadSeconds } from "../domain/refresh/schedule-refresh.ts";
import type { ClientSecrets } from "../ports/authorization-server.ts";
import type { Clock } from "../ports/clock.ts";
import type { ConfiguredIntegration, IntegrationStore, SealedClientSecret } from "../ports/integration-store.ts";
import { withOwnClient } from "./circuit-of.ts";
import { countSharers, withSharedBudget } from "./shared-budget.ts";
import type { OpenAccess, Vault } from "./vault.ts";

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

/**
 * The client secrets in the clear, for one request; none for a public client. An older one that does not open is left out: the
 * vault has recorded it, and the newest must not fail for it.
 */
export async function openClientSecrets(
  ports: { readonly vault: Vault; readonly clock: Pick<Clock, "now"> },
  configured: ConfiguredIntegration,
  actor: string,
): Promise<ClientSecrets> {
  const { client } = configured;
  if (client === null) return { owner: null, newestFirst: [] };
  const accepted = client.secrets.filter((one) => isAccepted(one, ports.clock.now()));
  const access = { actor, purpose: "client_authentication" } as const;
  const opened = await Promise.all(
    accepted.map(async (one, index) => {
      try {
        const secret = await openClientSecret(ports.vault, configured.environmentId, client.id, one, access);
        return { version: one.version, acceptedUntil: one.acceptedUntil, secret };
      } catch (error) {
        if (index > 0 && error instanceof DomainError && error.code === "sealed_value_invalid") return null;
        throw error;
      }
    }),
  );
  return { owner: client.id, newestFirst: opened.filter((one) => one !== null) };
}

/** @throws DomainError as `Vault.open` does */
export async function openClientSecret(
  vault: Vault,
  environmentId: string,
  owner: string,
  { version, sealed }: SealedClientSecret,
  access: OpenAccess,
): Promise<string> {
  const bytes = await vault.open({ environmentId, owner, field: "client_secret", version }, sealed, access);
  const secret = bytes.toString("utf8");
  bytes.fill(0);
  return secret;
}

/** The secret of a client that an account brought itself: there is one, and nothing to fall back on. */
export function ownClientSecret(secret: string | null): ClientSecrets {
  return { owner: null, newestFirst: secret === null ? [] : [{ version: 1, acceptedUntil: null, secret }] };
}
