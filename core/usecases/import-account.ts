import { Secret, secretOrNull } from "../domain/secret/secret.ts";
import type { Account, ExternalAccount } from "../domain/account/account.ts";
import type { Caller } from "../domain/access/permission.ts";
import { idRandomBytes, makeId } from "../domain/identifier/identifier.ts";
import { isTypedFormat } from "../domain/credential/typed-credential.ts";
import { isTypedDocument } from "../domain/integration/credential-fields.ts";
import type { IntegrationDocument } from "../domain/integration/integration-document.ts";
import {
  checkInputs,
  resolveIntegration,
  type ResolvedIntegration,
} from "../domain/integration/resolve-integration.ts";
import { changeOverrides, noOverrides, type Overrides } from "../domain/integration/overrides.ts";
import { ownClientFault } from "../domain/integration/own-client-fault.ts";
import { checkFields } from "../domain/integration/grant-fields.ts";
import { DomainError } from "../domain/problem/domain-error.ts";
import type { TokenSet } from "../domain/token/token-set.ts";
import { withImpliedScopes } from "../domain/token/read-scopes.ts";
import { tokenExpiry } from "../domain/token/token-expiry.ts";
import type { TokenResult } from "../ports/authorization-server.ts";
import type { ConfiguredIntegration } from "../ports/integration-store.ts";
import { alreadyImported, importedMeanwhile } from "./already-imported.ts";
import { askForClientTokens } from "./ask-for-client-tokens.ts";
import { circuitOf, withOwnClient } from "./circuit-of.ts";
import { importTypedAccount, type ImportedFields } from "./import-typed-account.ts";
import { inspectGrant } from "./inspect-grant.ts";
import { introspectExpiry } from "./introspect-expiry.ts";
import { openClientSecrets, ownClientSecret } from "./load-integration.ts";
import { ofAccount } from "./of-account.ts";
import { pinDefinition } from "./pin-definition.ts";
import type { RefreshPorts } from "./refresh-ports.ts";
import { spreadSecondsOf, withSharedBudget } from "./shared-budget.ts";
import { newCredentialsChange } from "./store-credentials.ts";
import { unusableAnswerProblem } from "./token-request-problem.ts";
import type { TryPorts } from "./try-credentials.ts";

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
      /** The client that the tokens were issued to, where it is the account's own; absent or null: the environment's. */
      readonly clientId?: string | null;
      /** Of that client; absent or null: it is a public one. */
      readonly clientSecret?: string | null;
    }
  | ImportedFields
  /** Both null: the environment's own client asks. */
  | {
      readonly format: "oauth2_client_credentials";
      readonly clientId: string | null;
      readonly clientSecret: string | null;
    };

export interface ImportInput {
  /** Where the request may run again: the account that every run of it makes. Absent: a random one. */
  readonly id?: string;
  readonly integrationName: string;
  readonly tenantId: string;
  readonly credentials: ImportedCredentials;
  readonly inputs: Readonly<Record<string, string>>;
  /** What would have come with the grant. */
  readonly fields?: Readonly<Record<string, string>>;
  readonly externalAccount: ExternalAccount | null;
  /** What the account lays over its environment's integration. */
  readonly overrides?: Overrides;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Takes over what a product already holds, so that its customers need not reconnect (R7): a token set as it is; a client
 * (RFC 6749 §4.4) by asking for its first token, and what somebody typed by its probe, so that an account is active only when its
 * credentials work.
 *
 * @throws DomainError `invalid_request` naming the field; for a client also what its first request came to, for typed credentials
 * what their probe did
 */
export async function importAccount(
  ports: RefreshPorts & TryPorts,
  caller: Caller,
  input: ImportInput,
): Promise<Account> {
  const before = await alreadyImported(ports, caller, input.id);
  if (before !== null) return before;
  const found = await ports.integrations.find(caller.environmentId, input.integrationName);
  if (found === null) {
    throw new DomainError("invalid_request", {
      detail: "There is no such integration in this environment.",
      errors: [
        { pointer: "/integration_name", detail: `define ${input.integrationName} first (PUT /api/v1/integrations/…)` },
      ],
    });
  }
  const overrides = changeOverrides(found.document, noOverrides, [input.overrides ?? noOverrides], "account");
  const configured = ofAccount(found, overrides);
  const { document } = configured;
  const { credentials } = input;
  const fields = checkFields(document, input.fields ?? {});
  if (document.credentials.format !== credentials.format) throw otherFormat(document, credentials.format);
  if (isImportedFields(credentials)) {
    if (!isTypedDocument(document)) throw otherFormat(document, credentials.format);
    return await importTypedAccount(ports, caller, { configured, document, overrides }, { ...input, credentials });
  }
  const inputs = checkInputs(document, input.inputs);
  const layer = configured.client?.layer ?? { clientId: null };
  const ownClientId = credentials.clientId ?? null;
  const alone = withOwnClient(resolveIntegration(document, layer, inputs, fields), ownClientId);
  if (credentials.format === "oauth2") refuseUnfitClient(alone, credentials);
  const resolved = await withSharedBudget(ports.integrations, caller.environmentId, alone);
  // Before the provider is asked: what is asked there counts only if the definition still leads there when it is written.
  const pin = await pinDefinition(ports.integrations, configured, inputs);
  const imported = await importedTokenSet(ports, caller, configured, resolved, credentials);
  const { result } = imported;
  const inspected =
    result === null ? null : await inspectGrant(ports, { document, resolved, inputs, had: fields, result });
  if (inspected !== null && "code" in inspected) throw unusableAnswerProblem(inspected);
  const spreadSeconds = await spreadSecondsOf(ports.integrations, caller.environmentId, resolved);
  const dataKey = await ports.vault.prepare(caller.environmentId, input.tenantId);
  const id = input.id ?? makeId("ia", ports.random.bytes(idRandomBytes));
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
      overrides,
      pin,
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
  if (account.status !== "connecting") return account;
  const change = newCredentialsChange(ports, account, {
    tokenSet: imported.tokenSet,
    externalAccount: input.externalAccount ?? inspected?.externalAccount ?? null,
    scopesRequested: resolved.scopes,
    policy: resolved.refreshPolicy,
    circuitKey: circuitOf(caller.environmentId, withOwnClient(resolved, imported.clientId)).key,
    spreadSeconds,
    dataKey,
    actor: caller.id,
    reason: "imported",
    completes: null,
    asked: null,
  });
  const stored = await ports.accounts.apply({ ...change, set: { ...change.set, fields: inspected?.fields ?? fields } });
  if (stored === null) return await importedMeanwhile(ports, caller, id);
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
  /** What the provider answered, where it was asked. */
  readonly result: (TokenResult & { readonly kind: "tokens" }) | null;
}

function otherFormat(document: IntegrationDocument, given: ImportedCredentials["format"]): DomainError {
  const detail = `${document.name} takes credentials of the format ${document.credentials.format}`;
  return new DomainError("invalid_request", {
    detail: "These credentials are of another format than the integration's.",
    errors: [{ pointer: `/credentials/${given}`, detail }],
  });
}

function refuseUnfitClient(
  { name, clientAuthentication }: ResolvedIntegration,
  { clientId = null, clientSecret = null }: ImportedCredentials & { readonly format: "oauth2" },
): void {
  const fault = ownClientFault(clientAuthentication, { clientId, clientSecret });
  if (fault === null) return;
  throw new DomainError("invalid_request", {
    detail: "The OAuth client can't be used with this integration.",
    errors: [{ pointer: `/credentials/oauth2/${fault.field}`, detail: `${name} ${fault.detail}` }],
  });
}

function isImportedFields(credentials: ImportedCredentials): credentials is ImportedFields {
  return isTypedFormat(credentials.format);
}

async function importedTokenSet(
  ports: RefreshPorts,
  caller: Caller,
  configured: ConfiguredIntegration,
  resolved: ResolvedIntegration,
  credentials: Exclude<ImportedCredentials, ImportedFields>,
): Promise<Imported> {
  const now = ports.clock.now();
  if (credentials.format === "oauth2") {
    const { accessToken, expiresIn } = credentials;
    const { tokenExpiryDuration } = resolved;
    const tokenSet: TokenSet = {
      accessToken: new Secret(accessToken),
      refreshToken: secretOrNull(credentials.refreshToken),
      tokenType: "Bearer",
      // Nought from a product means that the token has ended; from a server it means nothing.
      expiresAt:
        credentials.expiresAt ??
        (expiresIn === 0 ? now : tokenExpiry({ expiresIn, tokenExpiryDuration, accessToken }, now)),
      // A token that has already ended has no known life: the configured window counts until the first refresh.
      issuedAt: now,
      scopes: withImpliedScopes(credentials.scopes ?? resolved.scopes, resolved.answers.scopeImplies),
      clientSecret: secretOrNull(credentials.clientSecret ?? null),
    };
    return { tokenSet, clientId: credentials.clientId ?? null, result: null };
  }
  const { clientId } = credentials;
  const clientSecret = secretOrNull(credentials.clientSecret);
  const secrets =
    clientId === null ? await openClientSecrets(ports, configured, caller.id) : ownClientSecret(clientSecret);
  const client = { environmentId: caller.environmentId, accountId: null, clientId, secrets };
  const { tokenSet, result } = await askForClientTokens(ports, resolved, client);
  return { tokenSet: { ...tokenSet, clientSecret: clientId === null ? null : clientSecret }, clientId, result };
}
