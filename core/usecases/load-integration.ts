import type { Account } from "../domain/account/account.ts";
import { oauthConfigOf } from "../domain/integration/integration-document.ts";
import { resolveIntegration, type ResolvedIntegration } from "../domain/integration/resolve-integration.ts";
import { DomainError } from "../domain/problem/domain-error.ts";
import type { ClientSecret } from "../ports/authorization-server.ts";
import type { ConfiguredIntegration, IntegrationStore } from "../ports/integration-store.ts";
import type { Vault } from "./vault.ts";

export interface LoadedIntegration {
  readonly configured: ConfiguredIntegration;
  readonly resolved: ResolvedIntegration;
  /** How many active accounts share the client's budget; 0 where no rate is known. */
  readonly activeAccounts: number;
}

/** The definition that an account lives on. Fails with `client_misconfigured` when it is gone. */
export async function findDefinition(
  integrations: IntegrationStore,
  account: Pick<Account, "environmentId" | "integrationName">,
): Promise<ConfiguredIntegration> {
  const configured = await integrations.find(account.environmentId, account.integrationName);
  if (configured !== null) return configured;
  throw new DomainError("client_misconfigured", {
    detail: `The integration ${account.integrationName} is not defined in this environment any more. Define it again (PUT /api/v1/integrations/${account.integrationName}).`,
  });
}

/** The integration of an account, made concrete. Fails with `client_misconfigured` when its definition is gone. */
export async function loadIntegration(
  integrations: IntegrationStore,
  account: Pick<Account, "environmentId" | "integrationName" | "inputs" | "fields">,
): Promise<LoadedIntegration> {
  return await concreteIntegration(integrations, await findDefinition(integrations, account), account);
}

/** @param configured a definition with a token endpoint */
export async function concreteIntegration(
  integrations: IntegrationStore,
  configured: ConfiguredIntegration,
  account: Pick<Account, "environmentId" | "integrationName" | "inputs" | "fields">,
): Promise<LoadedIntegration> {
  const layer = configured.client?.layer ?? { clientId: null, scopes: null };
  const resolved = resolveIntegration(configured.document, layer, account.inputs, account.fields);
  const isLimited = resolved.refreshPolicy.budget.perMinute !== null;
  const { environmentId, integrationName } = account;
  const activeAccounts = isLimited ? await integrations.countActiveAccounts(environmentId, integrationName) : 0;
  return { configured, resolved, activeAccounts };
}

/** What the client proves itself with, in the clear, for one request (see ClientSecret). Null for a public client. */
export async function openClientSecret(
  vault: Vault,
  configured: ConfiguredIntegration,
  actor: string,
): Promise<ClientSecret> {
  const { client } = configured;
  if (client === null) return null;
  const field = proofFieldOf(configured);
  const held = { client_key: client.keys, client_certificate: client.certificate, client_secret: client.secret }[field];
  if (held === undefined || held === null) return null;
  const { environmentId } = configured;
  const bytes = await vault.open({ environmentId, owner: client.id, field, version: held.version }, held.sealed, {
    actor,
    purpose: "client_authentication",
  });
  const secret = bytes.toString("utf8");
  bytes.fill(0);
  return secret;
}

function proofFieldOf({ document }: ConfiguredIntegration): "client_secret" | "client_key" | "client_certificate" {
  switch (oauthConfigOf(document)?.options.authorizationMethod) {
    case "private_key_jwt":
      return "client_key";
    case "mtls":
      return "client_certificate";
    default:
      return "client_secret";
  }
}
