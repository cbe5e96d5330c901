import type { Account } from "../domain/account/account.ts";
import { decodeClientKeys, encodeClientKeys, isInUse } from "../domain/integration/client-keys.ts";
import { oauthConfigOf } from "../domain/integration/integration-document.ts";
import { isAccepted } from "../domain/integration/order-client-secrets.ts";
import { resolveIntegration, type ResolvedIntegration } from "../domain/integration/resolve-integration.ts";
import { DomainError } from "../domain/problem/domain-error.ts";
import { neededSpreadSeconds } from "../domain/refresh/schedule-refresh.ts";
import type { SealLocation } from "../domain/sealing/envelope.ts";
import type { ClientSecrets } from "../ports/authorization-server.ts";
import type { Clock } from "../ports/clock.ts";
import type {
  ConfiguredIntegration,
  EnvironmentClient,
  IntegrationStore,
  SealedClientSecret,
} from "../ports/integration-store.ts";
import { withOwnClient } from "./circuit-of.ts";
import { countSharers, withSharedBudget } from "./shared-budget.ts";
import type { OpenAccess, Vault } from "./vault.ts";

interface OpenPorts {
  readonly vault: Vault;
  readonly clock: Pick<Clock, "now">;
}

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
 * What the client proves itself with, in the clear, for one request; nothing for a public client. By the integration's
 * `clientAuthentication` its secrets, its keys or its certificate.
 */
export async function openClientSecrets(
  ports: OpenPorts,
  configured: ConfiguredIntegration,
  actor: string,
): Promise<ClientSecrets> {
  const { client } = configured;
  if (client === null) return { owner: null, newestFirst: [] };
  switch (oauthConfigOf(configured.document)?.options.authorizationMethod) {
    case "private_key_jwt":
      return await openKeys(ports, configured.environmentId, client, actor);
    case "mtls":
      return await openCertificate(ports, configured.environmentId, client, actor);
    default:
      return await openSecrets(ports, configured.environmentId, client, actor);
  }
}

/** An older one that does not open is left out: the vault has recorded it, and the newest must not fail for it. */
async function openSecrets(
  ports: OpenPorts,
  environmentId: string,
  client: EnvironmentClient,
  actor: string,
): Promise<ClientSecrets> {
  const accepted = client.secrets.filter((one) => isAccepted(one, ports.clock.now()));
  const access = { actor, purpose: "client_authentication" } as const;
  const opened = await Promise.all(
    accepted.map(async (one, index) => {
      try {
        const secret = await openClientSecret(ports.vault, environmentId, client.id, one, access);
        return { version: one.version, acceptedUntil: one.acceptedUntil, secret };
      } catch (error) {
        if (index > 0 && error instanceof DomainError && error.code === "sealed_value_invalid") return null;
        throw error;
      }
    }),
  );
  return { owner: client.id, newestFirst: opened.filter((one) => one !== null) };
}

/** After a rotation the provider may know the new key, the old one, or both: each is tried like a secret (R65). */
async function openKeys(
  ports: OpenPorts,
  environmentId: string,
  client: EnvironmentClient,
  actor: string,
): Promise<ClientSecrets> {
  const { keys } = client;
  if (keys === undefined) return { owner: null, newestFirst: [] };
  const location = { environmentId, owner: client.id, field: "client_key", version: keys.version } as const;
  const text = await openText(ports.vault, location, keys.sealed, { actor, purpose: "client_authentication" });
  const inUse = decodeClientKeys(text).filter((one) => isInUse(one, ports.clock.now()));
  return {
    // Which of them works is remembered apart from which secret did.
    owner: `${client.id}/client_key`,
    newestFirst: inUse.map((key, index) => ({
      version: keys.version - index,
      acceptedUntil: key.acceptedUntil,
      secret: encodeClientKeys([key]),
    })),
  };
}

async function openCertificate(
  ports: OpenPorts,
  environmentId: string,
  client: EnvironmentClient,
  actor: string,
): Promise<ClientSecrets> {
  const { certificate } = client;
  if (certificate === undefined) return { owner: null, newestFirst: [] };
  const { version, sealed } = certificate;
  const location = { environmentId, owner: client.id, field: "client_certificate", version } as const;
  const secret = await openText(ports.vault, location, sealed, { actor, purpose: "client_authentication" });
  return { owner: null, newestFirst: [{ version, acceptedUntil: null, secret }] };
}

/** @throws DomainError as `Vault.open` does */
export async function openClientSecret(
  vault: Vault,
  environmentId: string,
  owner: string,
  { version, sealed }: SealedClientSecret,
  access: OpenAccess,
): Promise<string> {
  return await openText(vault, { environmentId, owner, field: "client_secret", version }, sealed, access);
}

async function openText(vault: Vault, location: SealLocation, sealed: Uint8Array, access: OpenAccess): Promise<string> {
  const bytes = await vault.open(location, sealed, access);
  const secret = bytes.toString("utf8");
  bytes.fill(0);
  return secret;
}

/** The secret of a client that an account brought itself: there is one, and nothing to fall back on. */
export function ownClientSecret(secret: string | null): ClientSecrets {
  return { owner: null, newestFirst: secret === null ? [] : [{ version: 1, acceptedUntil: null, secret }] };
}
