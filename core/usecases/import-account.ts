import type { Account, ExternalAccount } from "../domain/account/account.ts";
import type { Caller } from "../domain/access/permission.ts";
import { idRandomBytes, makeId } from "../domain/identifier/identifier.ts";
import {
  checkInputs,
  resolveIntegration,
  type ResolvedIntegration,
} from "../domain/integration/resolve-integration.ts";
import { DomainError } from "../domain/problem/domain-error.ts";
import type { TokenSet } from "../domain/token/token-set.ts";
import { tokenExpiry } from "../domain/token/token-expiry.ts";
import type { ConfiguredIntegration } from "../ports/integration-store.ts";
import { askForClientTokens } from "./ask-for-client-tokens.ts";
import { circuitOf, withOwnClient } from "./circuit-of.ts";
import { introspectExpiry } from "./introspect-expiry.ts";
import { openClientSecrets, ownClientSecret } from "./load-integration.ts";
import type { RefreshPorts } from "./refresh-ports.ts";
import { spreadSecondsOf, withSharedBudget } from "./shared-budget.ts";
import { newCredentialsChange } from "./store-credentials.ts";

export type ImportedCredentials =
  | {
      readonly format: "oauth2";
      readonly accessToken: string;
      readonly refreshToken: string | null;
      /** A past instant is fine: the token is refreshed at once. */
      readonly expiresAt: Date | null;
      readonly expiresIn: number | null;
      /** Null: unknown; the integration's scopes are taken for granted. */
      readonly scopes: readonly string[] | null;
    }
  /** Both null: the environment's own client asks. */
  | {
      readonly format: "oauth2_client_credentials";
      readonly clientId: string | null;
      readonly clientSecret: string | null;
    };

export interface ImportInput {
  readonly integrationName: string;
  readonly tenantId: string;
  readonly credentials: ImportedCredentials;
  readonly inputs: Readonly<Record<string, string>>;
  readonly externalAccount: ExternalAccount | null;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Takes over what a product already holds, so that its customers need not reconnect (R7): a token set as it is; a client
 * (RFC 6749 §4.4) by asking for its first token, so that an account is active only when its credentials work.
 *
 * @throws DomainError `invalid_request` naming the field; for a client also what its first request came to
 */
export async function importAccount(ports: RefreshPorts, caller: Caller, input: ImportInput): Promise<Account> {
  const configured = await ports.integrations.find(caller.environmentId, input.integrationName);
  if (configured === null) {
    throw new DomainError("invalid_request", {
      detail: "There is no such integration in this environment.",
      errors: [
        { pointer: "/integration_name", detail: `define ${input.integrationName} first (PUT /api/v1/integrations/…)` },
      ],
    });
  }
  const inputs = checkInputs(configured.document, input.inputs);
  const layer = configured.client?.layer ?? { clientId: null, scopes: null };
  const ownClientId = input.credentials.format === "oauth2" ? null : input.credentials.clientId;
  const alone = withOwnClient(resolveIntegration(configured.document, layer, inputs), ownClientId);
  const resolved = await withSharedBudget(ports.integrations, caller.environmentId, alone);
  const imported = await importedTokenSet(ports, caller, configured, resolved, input.credentials);
  const spreadSeconds = await spreadSecondsOf(ports.integrations, caller.environmentId, resolved);
  const dataKey = await ports.vault.prepare(caller.environmentId);
  const id = makeId("ia", ports.random.bytes(idRandomBytes));
  const account = await ports.accounts.create(
    {
      id,
      environmentId: caller.environmentId,
      tenantId: input.tenantId,
      integrationName: input.integrationName,
      userReference: null,
      scopesRequested: resolved.scopes,
      metadata: input.metadata,
      inputs,
      clientId: imported.clientId,
    },
    [
      {
        environmentId: caller.environmentId,
        actor: caller.id,
        action: "account.created",
        target: id,
        accountId: id,
        detail: { reason: "imported" },
      },
    ],
  );
  const stored = await ports.accounts.apply(
    newCredentialsChange(ports, account, {
      tokenSet: imported.tokenSet,
      externalAccount: input.externalAccount,
      scopesRequested: resolved.scopes,
      policy: resolved.refreshPolicy,
      circuitKey: circuitOf(caller.environmentId, withOwnClient(resolved, imported.clientId)).key,
      spreadSeconds,
      dataKey,
      actor: caller.id,
      reason: "imported",
      completes: null,
      asked: null,
    }),
  );
  if (stored === null) throw new DomainError("conflict", { detail: "The new account changed while it was imported." });
  const integration = withOwnClient(resolved, imported.clientId);
  if (stored.expiresAt !== null || integration.introspectionEndpoint === null) return stored;
  const { accessToken, clientSecret } = imported.tokenSet;
  const secrets =
    imported.clientId === null ? await openClientSecrets(ports, configured, caller.id) : ownClientSecret(clientSecret);
  return await introspectExpiry(ports, { account: stored, integration, secrets, accessToken, isTold: false });
}

interface Imported {
  readonly tokenSet: TokenSet;
  /** The account's own client; null: its environment's. */
  readonly clientId: string | null;
}

async function importedTokenSet(
  ports: RefreshPorts,
  caller: Caller,
  configured: ConfiguredIntegration,
  resolved: ResolvedIntegration,
  credentials: ImportedCredentials,
): Promise<Imported> {
  if (credentials.format !== resolved.format) {
    const detail = `${resolved.name} takes credentials of the format ${resolved.format}`;
    throw new DomainError("invalid_request", {
      detail: "These credentials are of another format than the integration's.",
      errors: [{ pointer: `/credentials/${credentials.format}`, detail }],
    });
  }
  const now = ports.clock.now();
  if (credentials.format === "oauth2") {
    const { accessToken, expiresIn } = credentials;
    const { tokenExpiryDuration } = resolved;
    const tokenSet: TokenSet = {
      accessToken,
      refreshToken: credentials.refreshToken,
      tokenType: "Bearer",
      // Nought from a product means that the token has ended; from a server it means nothing.
      expiresAt:
        credentials.expiresAt ??
        (expiresIn === 0 ? now : tokenExpiry({ expiresIn, tokenExpiryDuration, accessToken }, now)),
      // A token that has already ended has no known life: the configured window counts until the first refresh.
      issuedAt: now,
      scopes: credentials.scopes ?? resolved.scopes,
      clientSecret: null,
    };
    return { tokenSet, clientId: null };
  }
  const { clientId, clientSecret } = credentials;
  const secrets =
    clientId === null ? await openClientSecrets(ports, configured, caller.id) : ownClientSecret(clientSecret);
  const client = { environmentId: caller.environmentId, accountId: null, clientId, secrets };
  const tokenSet = await askForClientTokens(ports, resolved, client);
  return { tokenSet: { ...tokenSet, clientSecret: clientId === null ? null : clientSecret }, clientId };
}
