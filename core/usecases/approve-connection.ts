import type { Account } from "../domain/account/account.ts";
import type { ConnectFailure } from "../domain/connect/connect-failure.ts";
import { DomainError } from "../domain/problem/domain-error.ts";
import { neededSpreadSeconds } from "../domain/refresh/schedule-refresh.ts";
import { withOwnSecrets } from "../domain/token/own-secrets.ts";
import type { ConnectSession } from "../ports/connect-store.ts";
import { withOwnClient } from "./circuit-of.ts";
import type { CallbackOutcome, CompletePorts } from "./complete-authorization.ts";
import { endUnapproved } from "./end-unapproved.ts";
import { openHeldGrant } from "./hold-grant.ts";
import { introspectExpiry } from "./introspect-expiry.ts";
import { grantChange, mismatchOf } from "./keep-grant.ts";
import { loadIntegration, openOwnSecrets, openSecretsOf } from "./load-integration.ts";

export interface ApprovalInput {
  readonly sessionId: string;
  /** The secret in the visitor's cookie; null when it sent none. */
  readonly browserSecret: string | null;
}

export type ApprovalOutcome = CallbackOutcome & { readonly kind: "rejected" | "connected" | "failed" };

const actor = "connect";
const mostTries = 10;
const expired: ConnectFailure = { code: "expired", detail: null };

/**
 * The person has seen which account it is, and wants it (R93): the grant that waited becomes the account's, by the same change as one
 * that nobody had to be asked about. Said twice, or in two tabs, it happens once, and both get the same outcome.
 *
 * @throws DomainError kms_unavailable, database_unavailable: all waits on as it was, and the person presses again
 */
export async function approveConnection(ports: CompletePorts, input: ApprovalInput): Promise<ApprovalOutcome> {
  for (let tried = 0; ; tried += 1) {
    const session = await findOwn(ports, input);
    if (session === null) return { kind: "rejected" };
    const settled = await settledOutcome(ports, session);
    if (settled !== null) return settled;
    const failure =
      session.expiresAt <= ports.clock.now() || tried >= mostTries ? expired : await refusalOf(ports, session);
    if (failure !== null) {
      if (await endUnapproved(ports, session, failure, actor)) return { kind: "failed", session, failure };
      continue;
    }
    const account = await activate(ports, session);
    if (account !== null)
      return { kind: "connected", session: { ...session, status: "connected", asked: null }, account };
    // Somebody wrote the row first, used the link, or ended the session: what holds now is read again.
  }
}

/** The person does not want it: nothing becomes active, and the link can be opened again. */
export async function declineConnection(ports: CompletePorts, input: ApprovalInput): Promise<ApprovalOutcome> {
  const failure: ConnectFailure = { code: "declined", detail: null };
  for (;;) {
    const session = await findOwn(ports, input);
    if (session === null) return { kind: "rejected" };
    const settled = await settledOutcome(ports, session);
    if (settled !== null) return settled;
    if (await endUnapproved(ports, session, failure, actor)) return { kind: "failed", session, failure };
  }
}

/** Of this very browser: nobody else's word counts (RFC 9700 §4.7). */
async function findOwn(
  { connect, digests }: CompletePorts,
  { sessionId, browserSecret }: ApprovalInput,
): Promise<ConnectSession | null> {
  const session = browserSecret === null ? null : await connect.findSession(sessionId);
  if (session === null || browserSecret === null) return null;
  return Buffer.compare(session.browserDigest, digests.digest("browser", browserSecret)) === 0 ? session : null;
}

/** @returns null while the person's word is still to be given effect */
async function settledOutcome(ports: CompletePorts, session: ConnectSession): Promise<ApprovalOutcome | null> {
  switch (session.status) {
    case "unapproved":
      return null;
    case "connected": {
      const account = await ports.accounts.find(session.environmentId, session.accountId);
      return account === null ? { kind: "failed", session, failure: expired } : { kind: "connected", session, account };
    }
    case "failed":
      return { kind: "failed", session, failure: session.failure ?? { code: "server_error", detail: null } };
    case "authorizing":
    case "unconfirmed":
    case "exchanging":
      return { kind: "rejected" };
  }
}

/** What has happened since the person was asked, and makes the grant one that nobody may keep. */
async function refusalOf(ports: CompletePorts, session: ConnectSession): Promise<ConnectFailure | null> {
  const link = await ports.connect.findLink(session.linkTokenId);
  const account = await ports.accounts.find(session.environmentId, session.accountId);
  const isOpen = link !== null && (link.usedAt === null || session.isReturn);
  if (!isOpen || account === null || account.status === "disconnected") return expired;
  const found = session.asked?.externalAccount ?? null;
  // Nobody can compare: the word counts for whom the account was known to be when its person was asked.
  if (found === null && (account.externalAccount?.id ?? null) !== (session.asked?.known ?? null)) return expired;
  return mismatchOf(account.externalAccount, found);
}

/** @returns null when nothing was written: the row, the link or the session is another one by now */
async function activate(ports: CompletePorts, session: ConnectSession): Promise<Account | null> {
  const sealed = await ports.connect.findHeldGrant(session.id);
  const account = await ports.accounts.find(session.environmentId, session.accountId);
  if (sealed === null || account === null) return null;
  try {
    const grant = await openHeldGrant(ports, session, sealed, "approval", actor);
    const { fields } = grant;
    const loaded = await loadIntegration(ports.integrations, { ...account, fields });
    const { configured, resolved: found, activeAccounts } = loaded;
    const resolved = withOwnClient(found, account.clientId);
    // Checklist A10, and the client that the code was given to: with another one the grant could not be refreshed.
    if (resolved.pinnedTokenEndpoint !== session.tokenEndpoint || grant.clientId !== account.clientId) {
      return await giveUp(ports, session, "the definition or client is another one than the grant came from");
    }
    const own = account.clientId === null ? null : await openOwnSecrets(ports, account, actor);
    const tokenSet = own === null ? grant.tokenSet : withOwnSecrets(grant.tokenSet, own.newestFirst);
    const change = grantChange(ports, account, {
      session,
      tokenSet,
      externalAccount: session.asked?.externalAccount ?? null,
      fields,
      resolved,
      spreadSeconds: neededSpreadSeconds(activeAccounts, resolved.refreshPolicy.budget.perMinute),
      dataKey: await ports.vault.prepare(session.environmentId, account.tenantId),
      asked: grant.asked,
      isApproval: true,
    });
    const approved = {
      environmentId: session.environmentId,
      actor,
      action: "connect.approved",
      target: session.id,
      accountId: session.accountId,
      detail: { link: session.linkTokenId, integration: session.integrationName },
    } as const;
    const stored = await ports.accounts.apply({ ...change, audit: [...change.audit, approved] });
    if (stored === null) return null;
    const isTold = tokenSet.expiresAt !== null;
    if (isTold || resolved.introspectionEndpoint === null) return stored;
    const secrets = await openSecretsOf(ports, configured, stored, actor);
    return await introspectExpiry(ports, {
      account: stored,
      integration: resolved,
      secrets,
      accessToken: tokenSet.accessToken,
      isTold,
    });
  } catch (error) {
    const isLasting =
      error instanceof DomainError &&
      (error.code === "sealed_value_invalid" ||
        error.code === "client_misconfigured" ||
        error.code === "not_connected");
    if (!isLasting) throw error;
    return await giveUp(ports, session, error);
  }
}

/** What no further try would mend: the session ends, and the person is told. */
async function giveUp(ports: CompletePorts, session: ConnectSession, error: unknown): Promise<null> {
  ports.log.error({ session: session.id, error }, "a grant that was approved can't be kept");
  await endUnapproved(ports, session, { code: "server_error", detail: null }, actor);
  return null;
}
