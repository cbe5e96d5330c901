import type { Secret } from "../domain/secret/secret.ts";
import { grantedScopes, missingScopes, type Account } from "../domain/account/account.ts";
import { DomainError } from "../domain/problem/domain-error.ts";
import { decideRefresh, isStillValid, remainingSeconds } from "../domain/refresh/decide-refresh.ts";
import { refreshPolicyOf } from "../domain/integration/resolve-integration.ts";
import { defaultRefreshPolicy, isRenewable, type RefreshPolicy } from "../domain/refresh/refresh-policy.ts";
import { scheduleRefresh } from "../domain/refresh/schedule-refresh.ts";
import type { PrivateJwk } from "../domain/jwk/jwk.ts";
import type { SealedCredential } from "../ports/account-store.ts";
import type { ConfiguredIntegration } from "../ports/integration-store.ts";
import { about, notFound, problemOf, refuseByStatus } from "./account-problem.ts";
import { countProblem, countRead } from "./count-read.ts";
import { findReadable } from "./find-readable.ts";
import { findSpreadSeconds } from "./load-integration.ts";
import { ofAccount } from "./of-account.ts";
import { openCredential, type OpenedCredential } from "./open-credential.ts";
import { plainChange } from "./plain-change.ts";
import { refreshAccount, type RefreshOutcome } from "./refresh-account.ts";
import type { RefreshPorts } from "./refresh-ports.ts";

/** What was read along the way, for those who go on to use what they got. */
interface ReadAlong {
  readonly account: Account;
  /** As its environment has it; null: there is none any more, or none that can be read. */
  readonly configured: ConfiguredIntegration | null;
}

/** A token, as its reader gets it. */
export interface ServedToken {
  readonly kind: "token";
  readonly accessToken: Secret;
  readonly tokenType: string;
  readonly expiresAt: Date | null;
  readonly scopes: {
    readonly requested: readonly string[];
    readonly granted: readonly string[];
    readonly missing: readonly string[];
  };
  readonly credentialVersion: number;
  /** Why the token is not as long-lived as asked: refreshing fails, or the provider's tokens never live that long. */
  readonly refresh: "failing" | "limited" | null;
}

/** What an end user typed, by the names of its fields. It has no end, and nothing refreshes it. */
export interface ServedFields {
  readonly kind: "typed";
  readonly fields: Readonly<Record<string, string>>;
  readonly credentialVersion: number;
}

export interface TokenRead extends ServedToken, ReadAlong {
  /** What the token is bound to (RFC 9449); absent: whoever bears it may use it. */
  readonly dpopKey?: PrivateJwk;
}

export interface TypedRead extends ServedFields, ReadAlong {}

export interface TokenReadInput {
  readonly environmentId: string;
  readonly accountId: string;
  readonly minTtlSeconds: number | null;
  readonly actor: string;
  /** For the audit log. `token_read` where absent. */
  readonly purpose?: "token_read" | "proxy" | "unified";
  /** Whether the account exists for who asks; absent: it does. Asked before anything is refreshed. */
  readonly isVisible?: (account: Account) => boolean;
}

/** What came of a renewal, and the account as it stands then. */
export interface Renewal {
  readonly outcome: RefreshOutcome | Error;
  readonly found: Found | null;
}

interface Found {
  readonly account: Account;
  readonly credential: SealedCredential | null;
}

/**
 * The token of an account that holds one.
 * @throws DomainError as readCredentials does, and `client_misconfigured` for an account that holds typed credentials
 */
export async function readToken(ports: RefreshPorts, input: TokenReadInput): Promise<TokenRead> {
  const read = await readCredentials(ports, input);
  if (read.kind === "token") return read;
  throw new DomainError("client_misconfigured", {
    detail: "This account holds typed credentials, and no token.",
    extensions: { integrated_account_id: input.accountId },
  });
}

/**
 * What the account's calls are authorized with. A token has enough life left, and is refreshed first where needed. One that is
 * still valid is served although a refresh failed (R19, invariant 6); a problem comes only when none is valid, or the account's
 * status forbids it. Typed credentials have no end: `minTtlSeconds` asks nothing of them.
 *
 * @throws DomainError
 */
export async function readCredentials(ports: RefreshPorts, input: TokenReadInput): Promise<TokenRead | TypedRead> {
  let waitedMs: number | null = null;
  const onWait = (ms: number): void => void (waitedMs = (waitedMs ?? 0) + ms);
  const { environmentId } = input;
  const { read, isRenewed } = await readAccount(ports, input, onWait).catch(
    countProblem(ports, environmentId, () => waitedMs),
  );
  const limit = read.kind === "token" ? read.refresh : null;
  countRead(ports, environmentId, limit ?? (isRenewed ? "refreshed" : "fresh"), waitedMs);
  return read;
}

/** What is served, and whether it is newer than what the caller found. */
interface AccountRead {
  readonly read: TokenRead | TypedRead;
  readonly isRenewed: boolean;
}

async function readAccount(
  ports: RefreshPorts,
  input: TokenReadInput,
  onWait: (ms: number) => void,
): Promise<AccountRead> {
  const found = await ports.accounts.findWithCredential(input.environmentId, input.accountId);
  if (found === null || input.isVisible?.(found.account) === false) throw notFound();
  refuseByStatus(found.account);
  const configured = await findReadable(ports.integrations, found.account.environmentId, found.account.integrationName);
  const policy = policyOf(configured, found.account);
  const demand = {
    reason: "on_demand",
    minTtlSeconds: input.minTtlSeconds,
    seenVersion: found.account.credentialVersion,
  } as const;
  const decision = decideRefresh(found.account, policy, demand, ports.clock.now());
  if (decision.kind === "fresh") {
    await restoreAlarm(ports, found.account, policy);
    return { read: await open(ports, { ...found, configured }, input, null), isRenewed: false };
  }

  const startedMs = ports.clock.monotonicMs();
  const renewing = ports.renewals.run(renewalKey({ ...input, ...demand }), async (joined) => {
    const outcome = await refreshAccount(ports, { ...input, demand, joined }).catch(expected);
    return { outcome, found: await ports.accounts.findWithCredential(input.environmentId, input.accountId) };
  });
  const renewal = await beforeItEnds(ports, found.account, renewing);
  const waitedMs = ports.clock.monotonicMs() - startedMs;
  onWait(waitedMs);
  ports.metrics.refreshAwaited(waitedMs / 1000);
  const outcome = renewal?.outcome ?? null;
  const row =
    renewal === null ? await ports.accounts.findWithCredential(input.environmentId, input.accountId) : renewal.found;
  if (row === null) throw notFound();
  refuseByStatus(row.account);
  const current = { ...row, configured };
  if (outcome === null || outcome instanceof Error) {
    if (isServable(ports, current)) {
      return { read: await open(ports, current, input, "failing"), isRenewed: false };
    }
  } else if (outcome.kind === "refreshed" || outcome.kind === "fresh") {
    return { read: await open(ports, current, input, null), isRenewed: outcome.kind === "refreshed" };
  } else if (isServable(ports, current)) {
    const cannot = outcome.kind === "blocked" && outcome.cause === "not_refreshable";
    return { read: await open(ports, current, input, cannot ? "limited" : "failing"), isRenewed: false };
  }
  if (outcome === null) return await readAccount(ports, input, onWait);
  throw outcome instanceof Error ? outcome : problemOf(outcome, ports.clock.now());
}

/** Readers with one key want one refresh. `seenVersion`: of the credential that they found. */
export function renewalKey(wanted: {
  readonly environmentId: string;
  readonly accountId: string;
  readonly seenVersion: number;
  readonly minTtlSeconds: number | null;
}): string {
  return `${wanted.environmentId}:${wanted.accountId}:${wanted.seenVersion}:${wanted.minTtlSeconds}`;
}

function isServable(ports: RefreshPorts, found: Found): boolean {
  return found.credential !== null && isStillValid(found.account.expiresAt, ports.clock.now());
}

/** A caller is given a valid token rather than kept waiting until it has ended; so much of its life is left then, seconds. */
const lastCallSeconds = 5;
/** No refresh takes its caller longer than this, seconds. */
const longestWaitSeconds = 120;

/** The refresh goes on without its caller when that happens; null then. */
async function beforeItEnds(
  ports: RefreshPorts,
  account: Account,
  renewing: Promise<Renewal>,
): Promise<Renewal | null> {
  const { expiresAt } = account;
  const left = expiresAt === null ? 0 : remainingSeconds(expiresAt, ports.clock.now()) - lastCallSeconds;
  if (left <= 0 || left > longestWaitSeconds) return await renewing;
  const done = new AbortController();
  const ending = ports.clock.sleep(left * 1000, done.signal).then(() => {
    const tell = (error: unknown): void =>
      ports.log.warn({ account: account.id, error }, "a refresh failed after its caller left");
    if (!done.signal.aborted) renewing.catch(tell);
    return null;
  });
  try {
    return await Promise.race([renewing, ending]);
  } finally {
    done.abort();
  }
}

/** R14: an account that is used and lost its alarm gets it back. A race with a writer is that writer's to win. */
async function restoreAlarm(ports: RefreshPorts, account: Account, policy: RefreshPolicy): Promise<void> {
  if (account.refreshDueAt !== null || account.leaseUntil !== null) return;
  if (account.expiresAt === null || !isRenewable(account, policy)) return;
  const spread = await findSpreadSeconds(ports.integrations, account);
  const refreshDueAt = scheduleRefresh(account, policy, ports.clock.now(), ports.random.fraction(), spread);
  if (refreshDueAt === null) return;
  await ports.accounts.apply(plainChange(account, { refreshDueAt }));
}

/**
 * A refresh that could not even be tried (its client secret does not open, its definition is gone) must not keep a valid token
 * from its caller. KMS and database stand above that (invariant 6).
 */
function expected(error: unknown): Error {
  const isAbove =
    error instanceof DomainError && (error.code === "kms_unavailable" || error.code === "database_unavailable");
  if (isAbove || !(error instanceof Error)) throw error;
  return error;
}

function policyOf(configured: ConfiguredIntegration | null, account: Account): RefreshPolicy {
  return configured === null
    ? defaultRefreshPolicy
    : refreshPolicyOf(ofAccount(configured, account.overrides).document);
}

async function open(
  ports: RefreshPorts,
  { account, credential, configured }: Found & Pick<ReadAlong, "configured">,
  input: TokenReadInput,
  refresh: TokenRead["refresh"],
): Promise<TokenRead | TypedRead> {
  if (credential === null)
    throw new DomainError("not_connected", { detail: "This account has no credentials.", ...about(account) });
  const access = { actor: input.actor, purpose: input.purpose ?? "token_read" } as const;
  const opened = await openCredential(ports.vault, account, credential, access);
  // The row knows best: introspection tells it the end of a token after it was sealed.
  const { expiresAt } = account;
  const isShort =
    input.minTtlSeconds !== null &&
    expiresAt !== null &&
    remainingSeconds(expiresAt, ports.clock.now()) < input.minTtlSeconds;
  const read = served(account, credential, opened, refresh ?? (isShort ? "limited" : null));
  if (read.kind === "typed") return { ...read, account, configured };
  const dpopKey = opened.kind === "token_set" ? opened.set.dpopKey : undefined;
  return { ...read, account, configured, ...(dpopKey === undefined ? {} : { dpopKey }) };
}

/** What was opened, as it is served. */
export function served(
  account: Pick<Account, "expiresAt" | "scopesRequested" | "scopesGranted" | "scopesRefused">,
  { version: credentialVersion }: SealedCredential,
  opened: OpenedCredential,
  refresh: ServedToken["refresh"],
): ServedToken | ServedFields {
  if (opened.kind === "typed") return { kind: "typed", fields: opened.typed.fields, credentialVersion };
  const { accessToken, tokenType } = opened.set;
  return {
    kind: "token",
    accessToken,
    tokenType,
    expiresAt: account.expiresAt,
    scopes: { requested: account.scopesRequested, granted: grantedScopes(account), missing: missingScopes(account) },
    credentialVersion,
    refresh,
  };
}
