import type { Account } from "#core/domain/account/account";
import type { AuditRecord } from "#core/domain/audit/audit-record";
import { DomainError } from "#core/domain/problem/domain-error";
import { explainAbandoned } from "#core/domain/refresh/explain-attempt";
import type { AccountEventType } from "#core/domain/webhook/event-type";
import type { AccountChange, AccountStore, AttemptResult, SealedCredential } from "#core/ports/account-store";
import type { Clock } from "#core/ports/clock";

interface AttemptRow {
  readonly accountId: string;
  readonly environmentId: string;
  readonly id: string;
  readonly startedAt: Date;
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
  let afterClaim: (() => void | Promise<void>) | null = null;

  const read = (environmentId: string, id: string): Account | null => {
    const account = accounts.get(id);
    return account === undefined || account.environmentId !== environmentId ? null : account;
  };
  const openAttempt = (result: AttemptResult, environmentId: string): AttemptRow | undefined =>
    attempts.find((one) => one.id === result.id && one.environmentId === environmentId && one.result === null);
  const finish = (row: AttemptRow, result: AttemptResult): void => {
    row.result = { ...result, waiters: row.waiters + result.waiters };
  };
  const latestOf = (accountId: string): AttemptResult | null =>
    attempts.findLast((one) => one.accountId === accountId && one.result !== null)?.result ?? null;

  const write = (change: AccountChange): Account | null => {
    const before = read(change.environmentId, change.accountId);
    if (before === null || before.fence !== change.ifFence) return alreadyApplied(change);
    const version = change.set.credentialVersion;
    if (version !== undefined && before.credentialVersion !== version - 1) return alreadyApplied(change);
    const attempt = change.attempt === null ? null : openAttempt(change.attempt, change.environmentId);
    if (attempt === undefined) return alreadyApplied(change);
    if (change.completes !== null && !complete(change.completes)) return null;

    const after: Account = {
      ...before,
      ...change.set,
      fence: before.fence + (change.raiseFence ? 1n : 0n),
      leaseUntil: change.releaseLease ? null : before.leaseUntil,
      updatedAt: clock.now(),
    };
    accounts.set(after.id, after);
    if (attempt !== null && change.attempt !== null) finish(attempt, change.attempt);
    if (change.credential?.kind === "erase") credentials.delete(after.id);
    if (change.credential?.kind === "replace") {
      credentials.set(after.id, { version: change.credential.version, sealed: change.credential.sealed });
    }
    if (change.event !== null) {
      const sequence = events.filter((one) => one.accountId === after.id).length + 1;
      events.push({ accountId: after.id, sequence, type: change.event.type, lastError: change.event.lastError });
    }
    audit.push(...change.audit);
    return after;
  };

  const alreadyApplied = ({ attempt, environmentId, accountId }: AccountChange): Account | null => {
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
    patch(accountId, fields) {
      const account = accounts.get(accountId);
      if (account === undefined) throw new Error(`no account ${accountId}`);
      accounts.set(accountId, { ...account, ...fields });
    },

    async find(environmentId, id) {
      await Promise.resolve();
      return read(environmentId, id);
    },

    async findWithCredential(environmentId, id) {
      await Promise.resolve();
      const account = read(environmentId, id);
      return account === null ? null : { account, credential: credentials.get(id) ?? null };
    },

    async create(fresh, records) {
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
      const account: Account = { ...before, fence: before.fence + 1n, leaseUntil };
      accounts.set(account.id, account);
      const wasInDoubt = latestOf(account.id)?.outcome === "in_doubt";
      const left = attempts.filter((one) => one.accountId === account.id && one.result === null);
      for (const row of left) {
        const result = { id: row.id, startedAt: row.startedAt, outcome: "in_doubt", rule: "process.ended" } as const;
        finish(row, {
          ...result,
          httpStatus: null,
          error: null,
          nextAttemptAt: null,
          explanation: explainAbandoned,
          waiters: 0,
        });
      }
      const attempt = { id: request.attemptId, startedAt: now };
      const { accountId, environmentId } = request;
      attempts.push({ ...attempt, accountId, environmentId, waiters: 0, result: null });
      const credential = credentials.get(account.id) ?? null;
      await afterClaim?.();
      return { account, credential, attempt, isReplay: left.length > 0 || wasInDoubt };
    },

    async abandon({ account, attempt }) {
      await Promise.resolve();
      const at = attempts.findIndex((one) => one.id === attempt.id);
      if (at >= 0) attempts.splice(at, 1);
      const current = read(account.environmentId, account.id);
      if (current !== null && current.fence === account.fence) {
        accounts.set(account.id, { ...current, leaseUntil: null });
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

    async addWaiter(accountId) {
      for (const row of attempts) if (row.accountId === accountId && row.result === null) row.waiters += 1;
    },

    latestAttempt: async (accountId) => latestOf(accountId),
  };
}

const blank = {
  status: "connecting",
  hold: null,
  externalAccount: null,
  scopesGranted: [],
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
} as const;
