import type { Account } from "#core/domain/account/account";
import type { AuditRecord } from "#core/domain/audit/audit-record";
import { DomainError } from "#core/domain/problem/domain-error";
import { explainAbandoned, explainLate, explainSuperseded } from "#core/domain/refresh/explain-attempt";
import { judgeMassFailure } from "#core/domain/refresh/mass-failure";
import { parseSealed, sealedBody } from "#core/domain/sealing/envelope";
import type { AccountEventType } from "#core/domain/webhook/event-type";
import type {
  AccountChange,
  AccountStore,
  AttemptReason,
  AttemptResult,
  SealedCredential,
} from "#core/ports/account-store";
import type { Clock } from "#core/ports/clock";
import { admits, heldInstead, isGuarded, resolveChange } from "#core/usecases/resolve-change";

interface AttemptRow {
  readonly accountId: string;
  readonly environmentId: string;
  readonly id: string;
  readonly startedAt: Date;
  readonly reason: AttemptReason;
  waiters: number;
  result: AttemptResult | null;
}

export interface StoredEvent {
  readonly accountId: string;
  readonly sequence: number;
  readonly type: AccountEventType;
  readonly lastError: string | null;
}

/** How the database fails on the next `apply`: before anything is written, or after the commit and before its answer. */
export type ApplyFailure = "before_commit" | "after_commit";

export interface InMemoryAccountStore extends AccountStore {
  readonly events: readonly StoredEvent[];
  readonly audit: readonly AuditRecord[];
  readonly attempts: readonly Readonly<AttemptRow>[];
  /** One entry for each coming `apply`; null: the database is back, whatever was to come. */
  failApplies(...failures: (ApplyFailure | null)[]): void;
  /** Runs between the claim's write and its answer: what a paused process misses. */
  afterClaim(run: (() => void | Promise<void>) | null): void;
  /** Writes the credential's bytes anew where they are still the ones given, as a re-wrap does. */
  rewrap(accountId: string, from: Uint8Array, to: Uint8Array): boolean;
  /** Changes a row behind everybody's back. */
  patch(accountId: string, fields: Partial<Account>): void;
}

/**
 * The account store's lease, fence and version semantics without a database. Passes account-store.contract.ts.
 * @param clock the database's clock
 * @param complete takes the link and session that a change completes; false undoes the change
 */
export function createInMemoryAccountStore(
  clock: Clock,
  complete: (done: NonNullable<AccountChange["completes"]>) => boolean = () => true,
): InMemoryAccountStore {
  const accounts = new Map<string, Account>();
  const credentials = new Map<string, SealedCredential>();
  const attempts: AttemptRow[] = [];
  const events: StoredEvent[] = [];
  const audit: AuditRecord[] = [];
  const failures: ApplyFailure[] = [];
  const completed = new Set<string>();
  let afterClaim: (() => void | Promise<void>) | null = null;

  const read = (environmentId: string, id: string): Account | null => {
    const account = accounts.get(id);
    return account === undefined || account.environmentId !== environmentId ? null : account;
  };
  const openAttempt = (result: AttemptResult, environmentId: string): AttemptRow | undefined =>
    attempts.find((one) => one.id === result.id && one.environmentId === environmentId && one.result === null);
  const finish = (row: AttemptRow, result: AttemptResult): void => {
    row.waiters += result.waiters;
    row.result = { ...result, waiters: row.waiters };
  };

  const judged = (account: Account, change: AccountChange): AccountChange => {
    if (!isGuarded(account.status, change) || change.guard === null) return change;
    const { policy } = change.guard;
    const since = clock.now().getTime() - policy.windowSeconds * 1000;
    const ofClient = [...accounts.values()].filter(
      (one) => one.integrationName === account.integrationName && one.clientId === account.clientId,
    );
    const left = ofClient.filter(
      (one) => one.reauthRequiredAt !== null && one.reauthRequiredAt.getTime() > since,
    ).length;
    const active = ofClient.filter((one) => one.status === "active").length;
    const isDeclared = ofClient.some((one) => one.hold !== null);
    const verdict = judgeMassFailure(policy, { left, active, isDeclared, isConfirmed: false });
    return verdict === "hold" ? heldInstead(change, clock.now()) : change;
  };

  const write = (asked: AccountChange): Account | null => {
    const before = read(asked.environmentId, asked.accountId);
    if (before !== null && asked.completes !== null && completed.has(asked.completes.sessionId)) return before;
    if (before === null || !admits(before, asked)) return alreadyApplied(asked);
    if (asked.completes !== null && !complete(asked.completes)) return null;
    const { change, set, event, audit: records } = resolveChange(before, judged(before, asked));

    const fence = before.fence + (change.raiseFence ? 1n : 0n);
    const isHolder = before.fence === change.ifFence;
    const { credential } = change;
    const bringsTokens = credential !== null && !(credential.kind === "replace" && credential.keepsTokens === true);
    const after: Account = {
      ...before,
      ...set,
      fence,
      ...(bringsTokens ? { credentialFence: change.raiseFence ? fence : change.ifFence } : {}),
      ...(change.releaseLease && (isHolder || !change.isAnswer) ? { leaseUntil: null, attempt: null } : {}),
      updatedAt: clock.now(),
    };
    accounts.set(after.id, after);
    if (change.attempt !== null) {
      const row = attempts.find((one) => one.id === change.attempt?.id);
      const isLate = row !== undefined && row.result !== null;
      const explanation = isLate ? `${explainLate} ${change.attempt.explanation}` : change.attempt.explanation;
      if (row !== undefined) finish(row, { ...change.attempt, explanation });
    } else if (change.raiseFence) {
      for (const row of attempts.filter((one) => one.accountId === after.id && one.result === null)) {
        finish(row, { ...unanswered(row), outcome: "superseded", rule: null, explanation: explainSuperseded });
      }
    }
    if (change.recorded !== null && !attempts.some((one) => one.id === change.recorded?.id)) {
      const { reason, ...result } = change.recorded;
      const { id, startedAt, waiters } = result;
      const { environmentId } = after;
      attempts.push({ id, startedAt, accountId: after.id, environmentId, reason, waiters, result });
    }
    if (change.completes !== null) completed.add(change.completes.sessionId);
    if (change.credential?.kind === "erase") credentials.delete(after.id);
    if (change.credential?.kind === "replace") {
      credentials.set(after.id, { version: change.credential.version, sealed: change.credential.sealed });
    }
    if (event !== null) {
      const sequence = events.filter((one) => one.accountId === after.id).length + 1;
      events.push({ accountId: after.id, sequence, type: event.type, lastError: event.lastError });
    }
    audit.push(...records);
    return after;
  };

  const alreadyApplied = ({ attempt, credential, environmentId, accountId }: AccountChange): Account | null => {
    if (credential?.kind === "replace") {
      const isOurs = isSameSealing(credentials.get(accountId)?.sealed, credential.sealed);
      return isOurs ? read(environmentId, accountId) : null;
    }
    const row = attempts.find((one) => attempt !== null && one.id === attempt.id);
    const isSame = row?.result?.outcome === attempt?.outcome && row?.result?.explanation === attempt?.explanation;
    return row === undefined || !isSame ? null : read(environmentId, accountId);
  };

  return {
    events,
    audit,
    attempts,
    failApplies(...next) {
      for (const one of next) {
        if (one === null) failures.splice(0);
        else failures.push(one);
      }
    },
    afterClaim(run) {
      afterClaim = run;
    },
    rewrap(accountId, from, to) {
      const credential = credentials.get(accountId);
      if (credential === undefined || Buffer.compare(credential.sealed, from) !== 0) return false;
      credentials.set(accountId, { ...credential, sealed: to });
      return true;
    },
    patch(accountId, fields) {
      const account = accounts.get(accountId);
      if (account === undefined) throw new Error(`no account ${accountId}`);
      accounts.set(accountId, { ...account, ...fields });
    },

    async find(environmentId, id) {
      await Promise.resolve();
      return read(environmentId, id);
    },

    async hasActive(environmentId, integrationName, externalAccountId) {
      await Promise.resolve();
      return [...accounts.values()].some(
        (one) =>
          one.environmentId === environmentId &&
          one.integrationName === integrationName &&
          one.status === "active" &&
          one.externalAccount?.id === externalAccountId,
      );
    },

    async findWithCredential(environmentId, id) {
      await Promise.resolve();
      const account = read(environmentId, id);
      return account === null ? null : { account, credential: credentials.get(id) ?? null };
    },

    async create(fresh, records) {
      const there = accounts.get(fresh.id);
      if (there !== undefined) return there;
      const account: Account = { ...blank, ...fresh, createdAt: clock.now(), updatedAt: clock.now() };
      accounts.set(account.id, account);
      audit.push(...records);
      return account;
    },

    async claim(request) {
      await Promise.resolve();
      const before = read(request.environmentId, request.accountId);
      const now = clock.now();
      if (before === null || !request.statuses.includes(before.status)) return null;
      if (before.leaseUntil !== null && before.leaseUntil >= now) return null;
      const leaseUntil = new Date(now.getTime() + request.leaseSeconds * 1000);
      const attempt = { id: request.attemptId, startedAt: now };
      const left = before.attempt;
      const account: Account = {
        ...before,
        fence: before.fence + 1n,
        leaseUntil,
        attempt,
        refreshDueAt:
          left === null || before.status !== "active" || (before.refreshDueAt !== null && before.refreshDueAt < now)
            ? before.refreshDueAt
            : now,
        doubts: before.doubts + (left === null ? 0 : 1),
        doubtedAt: left === null ? before.doubtedAt : left.startedAt,
      };
      accounts.set(account.id, account);
      const row = attempts.find((one) => one.id === left?.id && one.result === null);
      if (row !== undefined) finish(row, unanswered(row));
      const { accountId, environmentId, reason } = request;
      attempts.push({ ...attempt, accountId, environmentId, reason, waiters: 0, result: null });
      const credential = credentials.get(account.id) ?? null;
      await afterClaim?.();
      return { account, credential, attempt, left };
    },

    async forgetClaim({ environmentId, accountId, attemptId }) {
      await Promise.resolve();
      const at = attempts.findIndex((one) => one.id === attemptId && one.result === null);
      if (at >= 0) attempts.splice(at, 1);
      const current = read(environmentId, accountId);
      if (current !== null && current.attempt?.id === attemptId) {
        accounts.set(accountId, { ...current, leaseUntil: null, attempt: null });
      }
    },

    async abandon({ account, attempt, left }) {
      await Promise.resolve();
      const at = attempts.findIndex((one) => one.id === attempt.id);
      if (at >= 0) attempts.splice(at, 1);
      const current = read(account.environmentId, account.id);
      if (current !== null && current.fence === account.fence) {
        // Its answer came late and was written: nothing is open any more.
        const open = current.credentialVersion === account.credentialVersion ? left : null;
        accounts.set(account.id, {
          ...current,
          leaseUntil: open === null ? null : clock.now(),
          attempt: open,
          doubts: open === null ? current.doubts : Math.max(current.doubts - 1, 0),
        });
        const row = attempts.find((one) => one.id === open?.id);
        if (row !== undefined) row.result = null;
      }
    },

    async apply(change) {
      await Promise.resolve();
      const failure = failures.shift();
      const unavailable = new DomainError("database_unavailable", { detail: "The database does not answer." });
      if (failure === "before_commit") throw unavailable;
      const written = write(change);
      if (failure === "after_commit") throw unavailable;
      return written;
    },

    async finishAttempt(environmentId, result) {
      const row = openAttempt(result, environmentId);
      if (row !== undefined) finish(row, result);
    },

    async addWaiters(attempt, count) {
      const row = attempts.find((one) => one.id === attempt.id);
      if (row === undefined) return;
      row.waiters += count;
      if (row.result !== null) row.result = { ...row.result, waiters: row.waiters };
    },

    findAttempt: async (attempt) => attempts.find((one) => one.id === attempt.id)?.result ?? null,
  };
}

function unanswered(row: AttemptRow): AttemptResult {
  return {
    id: row.id,
    startedAt: row.startedAt,
    outcome: "in_doubt",
    rule: "process.ended",
    httpStatus: null,
    error: null,
    nextAttemptAt: null,
    explanation: explainAbandoned,
    waiters: 0,
  };
}

/** As the database compares: without the header, which a re-wrap writes anew. What the simulation seals has none. */
function isSameSealing(stored: Uint8Array | undefined, sealed: Uint8Array): boolean {
  if (stored === undefined || stored === sealed) return stored !== undefined;
  return parseSealed(sealed) !== null && Buffer.compare(sealedBody(stored), sealedBody(sealed)) === 0;
}

const blank = {
  status: "connecting",
  hold: null,
  externalAccount: null,
  fields: {},
  scopesGranted: [],
  scopesRefused: [],
  expiresAt: null,
  issuedAt: null,
  hasRefreshToken: false,
  refreshDueAt: null,
  cooldownUntil: null,
  consecutiveFailures: 0,
  refreshedAt: null,
  refreshTokenRotatedAt: null,
  reauthRequiredAt: null,
  activatedAt: null,
  lastError: null,
  credentialVersion: 0,
  fence: 0n,
  leaseUntil: null,
  attempt: null,
  doubts: 0,
  doubtedAt: null,
  credentialFence: 0n,
  learnedLifetimeSeconds: null,
  refreshDelayedAt: null,
} as const;
