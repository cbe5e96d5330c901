import { Secret } from "../domain/secret/secret.ts";
import type { Account, ExternalAccount } from "../domain/account/account.ts";
import type { ConnectFailure } from "../domain/connect/connect-failure.ts";
import type { GrantFields } from "../domain/integration/grant-fields.ts";
import type { IntegrationDocument } from "../domain/integration/integration-document.ts";
import type { ResolvedIntegration } from "../domain/integration/resolve-integration.ts";
import type { DataKey } from "../domain/sealing/envelope.ts";
import { withOwnSecrets } from "../domain/token/own-secrets.ts";
import { firstTokenSet, type TokenSet } from "../domain/token/token-set.ts";
import type { AccountChange } from "../ports/account-store.ts";
import type { ClientSecrets, TokenResult } from "../ports/authorization-server.ts";
import type { ConnectSession, ConnectStore } from "../ports/connect-store.ts";
import { circuitOf } from "./circuit-of.ts";
import { commitAnswer } from "./commit-answer.ts";
import { endGrant } from "./end-grant.ts";
import type { Inspected } from "./inspect-grant.ts";
import { introspectExpiry } from "./introspect-expiry.ts";
import { openOwnSecrets } from "./load-integration.ts";
import type { RefreshPorts } from "./refresh-ports.ts";
import { newCredentialsChange, type NewCredentials } from "./store-credentials.ts";
import { untilAvailable } from "./until-available.ts";

export type KeepPorts = RefreshPorts & { readonly connect: ConnectStore };

/** What a code was exchanged for. It exists nowhere else, and the code is spent. */
export interface NewGrant {
  readonly session: ConnectSession;
  readonly result: TokenResult & { readonly kind: "tokens" };
  readonly document: IntegrationDocument;
  readonly resolved: ResolvedIntegration;
  readonly spreadSeconds: number;
  /** Data keys that were made before the exchange; the first is used first, and each once. */
  readonly keys: readonly DataKey[];
  readonly sentAt: Date;
  readonly secrets: ClientSecrets;
}

export type InspectedGrant = NewGrant & { readonly inspected: Inspected };

const actor = "connect";
const mostTries = 10;

/**
 * Seals and writes a new grant (invariant 2): on disk while the database is away, and anew on top of a refresh of the old grant
 * that was written meanwhile. From here on nothing but the account's end, another external account or a used link may cost it.
 *
 * @param account as it was read before the exchange: no look at the database stands between the answer and its first write.
 *   A declared identity call does, ten seconds at most: whose grant it is must be known before it may replace another
 */
export async function keepGrant(
  ports: KeepPorts,
  grant: InspectedGrant,
  account: Account,
  tried = 0,
): Promise<Account | ConnectFailure> {
  const { session, result, resolved, inspected } = grant;
  const { externalAccount } = inspected;
  const tokenSet = tokenSetOf(grant, account);
  const known = account.externalAccount;
  const mismatch = mismatchOf(known, externalAccount);
  if (mismatch !== null) return await refuseGrant(ports, grant, mismatch);
  if (known !== null && inspected.isUnidentified) {
    const detail = "It could not be found out which account was connected, so nothing was changed. Try again.";
    return await refuseGrant(ports, grant, { code: "provider_error", detail });
  }
  if (known !== null && externalAccount === null) {
    // The definition may have lost its issuer or scope since: it stays visible that nobody was compared.
    ports.log.warn({ account: account.id, session: session.id }, "re-authorized without an identity to compare");
  }
  const change = grantChange(ports, account, {
    session,
    tokenSet,
    externalAccount,
    fields: inspected.fields,
    resolved,
    spreadSeconds: grant.spreadSeconds,
    dataKey: grant.keys[tried] ?? (await untilPrepared(ports, account)),
    asked: { at: grant.sentAt, httpStatus: result.httpStatus },
  });
  const settle = async (written: Account | null): Promise<Account | ConnectFailure> => {
    if (written === null) return await keepOnTop(ports, grant, tried + 1);
    forgetKeys(grant.keys);
    return await introspectExpiry(ports, {
      account: written,
      integration: resolved,
      secrets: grant.secrets,
      accessToken: tokenSet.accessToken,
      isTold: tokenSet.expiresAt !== null,
    });
  };
  return await settle(await commitAnswer(ports, change, async (late) => void (await settle(late))));
}

/** R32: another external account must not take the place of the one that was connected. */
export function mismatchOf(known: ExternalAccount | null, found: ExternalAccount | null): ConnectFailure | null {
  if (known === null || found === null || known.id === found.id) return null;
  return { code: "external_account_mismatch", detail: found.label };
}

export interface KeptGrant extends Pick<
  NewCredentials,
  "tokenSet" | "externalAccount" | "spreadSeconds" | "dataKey" | "asked"
> {
  readonly session: ConnectSession;
  readonly fields: GrantFields;
  readonly resolved: ResolvedIntegration;
  readonly isApproval?: true;
}

/** The change by which a grant becomes its account's: the same one whether anybody was asked before or not. */
export function grantChange(ports: RefreshPorts, account: Account, grant: KeptGrant): AccountChange {
  const { session, fields, resolved, isApproval, ...credentials } = grant;
  const renewed = newCredentialsChange(ports, account, {
    ...credentials,
    scopesRequested: session.scopesRequested,
    policy: resolved.refreshPolicy,
    circuitKey: circuitOf(session.environmentId, resolved).key,
    actor,
    reason: account.status === "connecting" ? "connected" : "reauthorized",
    completes: {
      sessionId: session.id,
      linkId: session.isReturn ? null : session.linkTokenId,
      ...(isApproval === undefined ? {} : { isApproval }),
    },
  });
  return { ...renewed, set: { ...renewed.set, fields } };
}

/** Somebody wrote the row first: what the grant goes on top of is read again. */
async function keepOnTop(ports: KeepPorts, grant: InspectedGrant, tried: number): Promise<Account | ConnectFailure> {
  const { session } = grant;
  const read = <T>(work: () => Promise<T>): Promise<T> => untilAvailable(ports.clock, "database_unavailable", work);
  const link = await read(() => ports.connect.findLink(session.linkTokenId));
  const isOpen = link !== null && (link.usedAt === null || session.isReturn);
  const account = await read(() => ports.accounts.find(session.environmentId, session.accountId));
  if (isOpen && account !== null && account.status !== "disconnected" && tried < mostTries) {
    return await keepGrant(ports, { ...grant, secrets: await secretsBy(ports, grant, account) }, account, tried);
  }
  forgetKeys(grant.keys);
  if (!(await read(() => isInUse(ports, session, grant.inspected.externalAccount)))) {
    await endUnkept(ports, grant);
  }
  return { code: "expired", detail: null };
}

/** The client that an account brought itself goes on with the new grant: its secret stands nowhere else. */
function tokenSetOf({ session, result, sentAt, secrets }: NewGrant, { clientId }: Account): TokenSet {
  const first = firstTokenSet(result.response, session.scopesRequested, sentAt);
  return clientId === null ? first : withOwnSecrets(first, secrets.newestFirst);
}

/** The account's own client may have got another secret meanwhile. */
async function secretsBy(ports: KeepPorts, { secrets }: NewGrant, account: Account): Promise<ClientSecrets> {
  if (account.clientId === null) return secrets;
  try {
    return await untilAvailable(ports.clock, "kms_unavailable", () =>
      untilAvailable(ports.clock, "database_unavailable", () => openOwnSecrets(ports, account, actor)),
    );
  } catch (error) {
    ports.log.warn({ account: account.id, error }, "the secrets of an account's own client could not be read again");
    return secrets;
  }
}

/** A grant of no use: nothing is stored, and it is ended where that can be told. */
export async function refuseGrant(ports: KeepPorts, grant: NewGrant, failure: ConnectFailure): Promise<ConnectFailure> {
  forgetKeys(grant.keys);
  await endUnkept(ports, grant);
  return failure;
}

/** Only once nobody will seal with them any more, which may be after the browser has left. */
export function forgetKeys(keys: readonly DataKey[]): void {
  for (const { key } of keys) key.fill(0);
}

async function untilPrepared(ports: KeepPorts, { environmentId, tenantId }: Account): Promise<DataKey> {
  return await untilAvailable(ports.clock, "kms_unavailable", () =>
    untilAvailable(ports.clock, "database_unavailable", () => ports.vault.prepare(environmentId, tenantId)),
  );
}

/**
 * Two tabs of one person, or an account that is connected already: where ending one grant ends all of user and app, it would end the
 * one that works, or the one that the person is about to approve.
 */
export async function isInUse(
  { accounts, connect }: Pick<KeepPorts, "accounts" | "connect">,
  session: ConnectSession,
  externalAccount: ExternalAccount | null,
): Promise<boolean> {
  const { environmentId, integrationName } = session;
  if (externalAccount !== null && (await accounts.hasActive(environmentId, integrationName, externalAccount.id))) {
    return true;
  }
  return await connect.isAskedElsewhere(session, externalAccount?.id ?? null);
}

/** A grant that nobody will keep is ended at the provider, where it can be told. Without a refresh token it ends by itself. */
async function endUnkept(ports: KeepPorts, { document, resolved, secrets, result }: NewGrant): Promise<void> {
  const { accessToken, refreshToken } = result.response;
  if (refreshToken === null || refreshToken === "") return;
  const tokens = { accessToken: new Secret(accessToken), refreshToken: new Secret(refreshToken) };
  await endGrant(ports, { document, resolved, secrets, ...tokens });
}
