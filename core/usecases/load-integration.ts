import type { Account } from "../domain/account/account.ts";
import { decodeClientKeys, encodeClientKeys } from "../domain/integration/client-keys.ts";
import { isAccepted } from "../domain/integration/order-client-secrets.ts";
import { oauthConfigOf } from "../domain/integration/integration-document.ts";
import { resolveIntegration, type ResolvedIntegration } from "../domain/integration/resolve-integration.ts";
import { DomainError } from "../domain/problem/domain-error.ts";
import type { SealLocation } from "../domain/sealing/envelope.ts";
import { neededSpreadSeconds } from "../domain/refresh/schedule-refresh.ts";
import { acceptedOwnSecrets, ownSecrets } from "../domain/token/own-secrets.ts";
import { Secret } from "../domain/secret/secret.ts";
import type { TokenSet } from "../domain/token/token-set.ts";
import type { AccountStore } from "../ports/account-store.ts";
import type { ClientSecrets } from "../ports/authorization-server.ts";
import type { Clock } from "../ports/clock.ts";
import type {
  ConfiguredIntegration,
  EnvironmentClient,
  IntegrationStore,
  SealedClientSecret,
} from "../ports/integration-store.ts";
import { withOwnClient } from "./circuit-of.ts";
import { findReadable } from "./find-readable.ts";
import { ofAccount } from "./of-account.ts";
import { openTokenSet } from "./open-token-set.ts";
import { refuseUnusable } from "./pin-definition.ts";
import { countSharers, withSharedBudget } from "./shared-budget.ts";
import type { OpenAccess, Vault } from "./vault.ts";

export interface LoadedIntegration {
  readonly configured: ConfiguredIntegration;
  /** With the budget that all behind its circuit share. */
  readonly resolved: ResolvedIntegration;
  /** How many active accounts share that budget; 0 where no rate is known. */
  readonly activeAccounts: number;
}

/** The definition that an account lives on, with its overrides. Fails with `client_misconfigured` when it is gone or not to be used. */
export async function findDefinition(
  integrations: IntegrationStore,
  account: Pick<Account, "environmentId" | "integrationName" | "inputs" | "overrides">,
): Promise<ConfiguredIntegration> {
  const found = await integrations.find(account.environmentId, account.integrationName);
  if (found !== null) return usableDefinition(found, account);
  throw new DomainError("client_misconfigured", {
    detail: `The integration ${account.integrationName} is not defined in this environment any more. Define it again (PUT /api/v1/integrations/${account.integrationName}).`,
  });
}

/** The same of one that is at hand. @throws DomainError client_misconfigured */
export function usableDefinition(
  found: ConfiguredIntegration,
  account: Pick<Account, "inputs" | "overrides">,
): ConfiguredIntegration {
  const configured = ofAccount(found, account.overrides);
  refuseUnusable(configured, account.inputs);
  return configured;
}

type OfAccount = Pick<Account, "environmentId" | "integrationName" | "inputs" | "fields" | "clientId" | "overrides">;

/** The integration of an account, made concrete. Fails with `client_misconfigured` when its definition is gone. */
export async function loadIntegration(integrations: IntegrationStore, account: OfAccount): Promise<LoadedIntegration> {
  return await concreteIntegration(integrations, await findDefinition(integrations, account), account);
}

/** How long the client's budget needs for all accounts that share it, seconds (R21); 0 when the account's definition is gone. */
export async function findSpreadSeconds(integrations: IntegrationStore, account: OfAccount): Promise<number> {
  const found = await findReadable(integrations, account.environmentId, account.integrationName);
  if (found === null) return 0;
  const configured = ofAccount(found, account.overrides);
  const { resolved, activeAccounts } = await concreteIntegration(integrations, configured, account);
  return neededSpreadSeconds(activeAccounts, resolved.refreshPolicy.budget.perMinute);
}

/** @param configured the account's (ofAccount), with a token endpoint */
export async function concreteIntegration(
  integrations: IntegrationStore,
  configured: ConfiguredIntegration,
  account: OfAccount,
): Promise<LoadedIntegration> {
  const layer = configured.client?.layer ?? { clientId: null };
  const { environmentId } = account;
  const alone = resolveIntegration(configured.document, layer, account.inputs, account.fields);
  const shared = await withSharedBudget(integrations, environmentId, withOwnClient(alone, account.clientId));
  const activeAccounts = await countSharers(integrations, environmentId, shared);
  return { configured, resolved: { ...alone, refreshPolicy: shared.refreshPolicy }, activeAccounts };
}

interface OpenPorts {
  readonly vault: Vault;
  readonly clock: Pick<Clock, "now">;
}

/** What the client proves itself with in the clear, for one request; nothing for a public client, or where nothing was set. */
export async function openClientSecrets(
  ports: OpenPorts,
  configured: ConfiguredIntegration,
  actor: string,
): Promise<ClientSecrets> {
  const { client, environmentId } = configured;
  const field = proofFieldOf(configured);
  if (client === null) return { owner: null, field, newestFirst: [] };
  const { id: owner } = client;
  const access = { actor, purpose: "client_authentication" } as const;
  switch (field) {
    case "client_secret":
      return { owner, field, newestFirst: await openSecrets(ports, environmentId, client, access) };
    case "client_key": {
      if (client.keys === undefined) return { owner, field, newestFirst: [] };
      const { version, sealed } = client.keys;
      const keys = decodeClientKeys(
        await openText(ports.vault, { environmentId, owner, field, version }, sealed, access),
      );
      // Sealed as one value, each time a key is added: the newest key has its version, the one before it the version before.
      const newestFirst = keys.map((key, index) => ({
        version: version - index,
        acceptedUntil: key.acceptedUntil,
        secret: new Secret(encodeClientKeys([key])),
      }));
      return { owner, field, newestFirst: newestFirst.filter((one) => isAccepted(one, ports.clock.now())) };
    }
    case "client_certificate": {
      if (client.certificate === undefined) return { owner, field, newestFirst: [] };
      const { version, sealed } = client.certificate;
      const secret = new Secret(await openText(ports.vault, { environmentId, owner, field, version }, sealed, access));
      return { owner, field, newestFirst: [{ version, acceptedUntil: null, secret }] };
    }
  }
}

function proofFieldOf({ document }: ConfiguredIntegration): ClientSecrets["field"] {
  switch (oauthConfigOf(document)?.options.authorizationMethod) {
    case "private_key_jwt":
      return "client_key";
    case "mtls":
      return "client_certificate";
    default:
      return "client_secret";
  }
}

/** An older secret that does not open is left out: the vault has recorded it, and the newest must not fail for it. */
async function openSecrets(
  ports: OpenPorts,
  environmentId: string,
  client: EnvironmentClient,
  access: OpenAccess,
): Promise<ClientSecrets["newestFirst"]> {
  const accepted = client.secrets.filter((one) => isAccepted(one, ports.clock.now()));
  const opened = await Promise.all(
    accepted.map(async (one, index) => {
      try {
        const secret = await openClientSecret(ports.vault, environmentId, client.id, one, access);
        return { version: one.version, acceptedUntil: one.acceptedUntil, secret: new Secret(secret) };
      } catch (error) {
        if (index > 0 && error instanceof DomainError && error.code === "sealed_value_invalid") return null;
        throw error;
      }
    }),
  );
  return opened.filter((one) => one !== null);
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
  const text = bytes.toString("utf8");
  bytes.fill(0);
  return text;
}

/** What whoever asks for this account proves itself with: the secrets of its own client, or its environment's. */
export async function openSecretsOf(
  ports: OpenPorts & OwnPorts,
  configured: ConfiguredIntegration,
  account: Pick<Account, "environmentId" | "id" | "clientId">,
  actor: string,
): Promise<ClientSecrets> {
  return account.clientId === null
    ? await openClientSecrets(ports, configured, actor)
    : await openOwnSecrets(ports, account, actor);
}

interface OwnPorts {
  readonly accounts: Pick<AccountStore, "findWithCredential">;
}

/** They are sealed with the account's tokens, and so there as long as these are. */
export async function openOwnSecrets(
  ports: OpenPorts & OwnPorts,
  { environmentId, id }: Pick<Account, "environmentId" | "id">,
  actor: string,
): Promise<ClientSecrets> {
  const found = await ports.accounts.findWithCredential(environmentId, id);
  if (found === null || found.credential === null) {
    throw new DomainError("not_connected", { detail: "This account has no credentials." });
  }
  const access = { actor, purpose: "client_authentication" } as const;
  return ownClientSecrets(await openTokenSet(ports.vault, found.account, found.credential, access), ports.clock.now());
}

/** Whatever of the client that an account brought itself is accepted; nothing of another client's to fall back on. */
export function ownClientSecrets(set: Pick<TokenSet, "clientSecret" | "olderClientSecrets">, now: Date): ClientSecrets {
  return { owner: null, field: "client_secret", newestFirst: acceptedOwnSecrets(set, now) };
}

/** The same of one that has a single secret, or none. */
export function ownClientSecret(clientSecret: Secret | null): ClientSecrets {
  return { owner: null, field: "client_secret", newestFirst: ownSecrets({ clientSecret }) };
}
