import { Secret } from "../domain/secret/secret.ts";
import type { Account } from "../domain/account/account.ts";
import { DomainError } from "../domain/problem/domain-error.ts";
import { askForClientTokens } from "./ask-for-client-tokens.ts";
import { circuitOf, withOwnClient } from "./circuit-of.ts";
import { inspectGrant, type Inspected } from "./inspect-grant.ts";
import { introspectExpiry } from "./introspect-expiry.ts";
import { concreteIntegration, findDefinition, ownClientSecret } from "./load-integration.ts";
import { notFound } from "./account-problem.ts";
import { clientChangeRecord, invalidClient, refuseEnded, type OwnClientInput } from "./own-client-change.ts";
import type { RefreshPorts } from "./refresh-ports.ts";
import { spreadSecondsOf } from "./shared-budget.ts";
import { newCredentialsChange } from "./store-credentials.ts";
import { unusableAnswerProblem } from "./token-request-problem.ts";
import { nextOverrides } from "./update-account.ts";

const pointer = "/overrides/credentials/oauth2_client_credentials";
const attempts = 5;

/**
 * Gives an account another OAuth client of its own, or its client another secret (R65), by asking for a token with it: what does
 * not work is not stored, and an account that ended for its client (`needs_reauth`) is active again. The client has one secret:
 * whoever can send a new one here can ask with it.
 *
 * @throws DomainError not_found, disconnected, invalid_request naming the field, or what the request came to; conflict when the
 *   account kept changing
 */
export async function replaceOwnClient(ports: RefreshPorts, input: OwnClientInput): Promise<Account> {
  const found = await findLive(ports, input);
  const overrides = await nextOverrides(ports, found, input.overrides ?? null);
  const present = overrides === null ? found : { ...found, overrides };
  const configured = await findDefinition(ports.integrations, present);
  const { format } = configured.document.credentials;
  if (format !== "oauth2_client_credentials") {
    throw invalidClient(pointer, `${configured.name} takes no client of this kind: its format is ${format}`);
  }
  const { resolved } = await concreteIntegration(ports.integrations, configured, present);
  const clientId = input.clientId ?? present.clientId;
  if (clientId === null) {
    throw invalidClient(`${pointer}/client_id`, "is needed: this account asks with its environment's client until now");
  }
  // Everything that needs the key service comes before the request.
  let dataKey = await ports.vault.prepare(input.environmentId, found.tenantId);
  const clientSecret = new Secret(input.clientSecret);
  const secrets = ownClientSecret(clientSecret);
  const client = { environmentId: input.environmentId, accountId: input.accountId, clientId, secrets };
  const asked = await askForClientTokens(ports, resolved, client, pointer);
  const tokenSet = { ...asked.tokenSet, clientSecret };
  const integration = withOwnClient(resolved, clientId);
  const { document } = configured;
  const { inputs, fields: had } = present;
  const inspected = await inspectGrant(ports, { document, resolved: integration, inputs, had, result: asked.result });
  if ("code" in inspected) throw unusableAnswerProblem(inspected);
  const spreadSeconds = await spreadSecondsOf(ports.integrations, input.environmentId, integration);
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const account = await findLive(ports, input);
    refuseOther(account, inspected);
    const change = newCredentialsChange(ports, account, {
      tokenSet,
      externalAccount: inspected.externalAccount,
      scopesRequested: resolved.scopes,
      policy: resolved.refreshPolicy,
      circuitKey: circuitOf(input.environmentId, integration).key,
      spreadSeconds,
      dataKey,
      actor: input.actor,
      reason: "client_replaced",
      completes: null,
      asked: null,
    });
    const updated = clientChangeRecord(account, input, overrides, ["client_id", "client_secret"]);
    const stored = await ports.accounts.apply({
      ...change,
      set: {
        ...change.set,
        clientId,
        fields: inspected.fields,
        ...(input.metadata === null ? {} : { metadata: input.metadata }),
        ...(overrides === null ? {} : { overrides }),
      },
      ...(overrides === null ? {} : { ifOverrides: found.overrides }),
      audit: [...change.audit, updated],
    });
    if (stored !== null) {
      const isTold = tokenSet.expiresAt !== null;
      const { accessToken } = tokenSet;
      return await introspectExpiry(ports, { account: stored, integration, secrets, accessToken, isTold });
    }
    dataKey = await ports.vault.prepare(input.environmentId, found.tenantId);
  }
  throw new DomainError("conflict", { detail: "The account kept changing. Try again." });
}

async function findLive(ports: RefreshPorts, input: OwnClientInput): Promise<Account> {
  const account = await ports.accounts.find(input.environmentId, input.accountId);
  if (account === null) throw notFound();
  refuseEnded(account);
  return account;
}

/** R32: another external account must not take the place of the one that was connected. */
function refuseOther({ id, externalAccount }: Account, inspected: Inspected): void {
  if (externalAccount === null) return;
  if (inspected.isUnidentified) {
    throw new DomainError("provider_error", {
      detail: "It could not be found out whose client this is, so nothing was changed. Try again.",
      retryAfterSeconds: 30,
    });
  }
  const other = inspected.externalAccount;
  if (other === null || other.id === externalAccount.id) return;
  throw new DomainError("external_account_mismatch", {
    detail: `This client is of another account at the provider (${other.label ?? other.id}). Nothing was changed.`,
    extensions: { integrated_account_id: id },
  });
}
