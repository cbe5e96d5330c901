import { DomainError } from "../domain/problem/domain-error.ts";
import type { Account } from "../domain/account/account.ts";
import type { AccountChange, AccountStore } from "../ports/account-store.ts";
import type { AnswerSpool } from "../ports/answer-spool.ts";
import type { Clock } from "../ports/clock.ts";
import type { Log } from "../ports/log.ts";
import { isKeyDestroyed } from "./can-open.ts";
import { resealOnTop, type ResealPorts } from "./reseal-on-top.ts";

interface CommitPorts {
  readonly accounts: AccountStore;
  readonly spool: AnswerSpool;
  readonly clock: Clock;
  readonly log: Log;
}

/** How long the callers of a refresh wait for a database that is away, milliseconds; the answer waits on without them. */
const callersWaitMs = 10_000;
const longestPauseMs = 2_000;
/** How long one try may take before the answer goes to disk, milliseconds. */
const patienceMs = 3_000;

/**
 * Writes what a provider answered (invariant 2). When the database fails here, the sealed answer goes to disk and is retried for
 * as long as this process lives: the provider has rotated, so this copy is the only one there is. A disk that fails too leaves
 * the copy in memory, and both are tried again.
 *
 * @param onLate what to do once the write is settled, when the callers have left by then
 * @returns the account afterwards, or null when the fence has moved and the answer came too late
 * @throws what the store threw, when the database stays away; the answer then waits, and is still retried
 */
export async function commitAnswer(
  ports: CommitPorts,
  change: AccountChange,
  onLate: (account: Account | null) => Promise<void> = async () => {},
): Promise<Account | null> {
  try {
    return await within(ports, patienceMs, ports.accounts.apply(change));
  } catch (error) {
    // A verdict that the database refuses will never be written, and nothing is lost with it: the attempt stays open, and the next
    // one asks again. Tokens wait, whatever the reason.
    const isAway = error instanceof DomainError && error.code === "database_unavailable";
    if (!isAway && change.credential === null) throw error;
    // Whoever destroyed the tenant's key has ended this grant with it: there is nothing to keep that anybody could open.
    if (isKeyDestroyed(error)) throw error;
    ports.log.error({ account: change.accountId, error }, "the answer of a provider could not be written; it waits");
    let haveCallersLeft = false;
    const spoolId = await spooled(ports, change);
    const written = retryWaiting(ports, change, spoolId).then(async (account) => {
      if (haveCallersLeft) await onLate(account);
      return account;
    });
    written.catch((late: unknown) =>
      ports.log.error({ account: change.accountId, error: late }, "what follows a late write failed"),
    );
    const left = ports.clock.sleep(callersWaitMs).then(() => {
      haveCallersLeft = true;
      throw error;
    });
    return await Promise.race([written, left]);
  }
}

/**
 * A connection that swallows what it is sent fails no statement for long: after a moment the answer counts as not written.
 * Should the first try come through after all, the second one finds it applied.
 */
async function within<T>(ports: CommitPorts, milliseconds: number, work: Promise<T>): Promise<T> {
  const done = new AbortController();
  const late = ports.clock.sleep(milliseconds, done.signal).then(() => {
    throw new DomainError("database_unavailable", {
      detail: "The database does not answer. What the provider said is kept, and written as soon as it does.",
      retryAfterSeconds: 2,
    });
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    done.abort();
    late.catch(() => {});
    work.catch(() => {});
  }
}

async function retryWaiting(
  ports: CommitPorts,
  change: AccountChange,
  spoolId: string | null,
): Promise<Account | null> {
  let id = spoolId;
  for (let pauseMs = 100; ; pauseMs = Math.min(pauseMs * 1.5, longestPauseMs)) {
    await ports.clock.sleep(pauseMs);
    try {
      const account = await within(ports, patienceMs, ports.accounts.apply(change));
      if (id !== null) await ports.spool.remove(id);
      ports.log.info({ account: change.accountId, written: account !== null }, "an answer that waited was written");
      return account;
    } catch (error) {
      if (isKeyDestroyed(error)) {
        if (id !== null) await ports.spool.remove(id);
        throw error;
      }
      // Said once, when it began to wait; the next try follows, of the disk too.
      id ??= await spooled(ports, change);
    }
  }
}

async function spooled(ports: CommitPorts, change: AccountChange): Promise<string | null> {
  try {
    return await ports.spool.put(change);
  } catch (error) {
    ports.log.error(
      { account: change.accountId, error },
      "the spool can't be written; the answer waits in memory alone",
    );
    return null;
  }
}

/**
 * Writes what waits in the spool: on start, with every sweep, and for one account before anybody claims it, since its row still
 * holds the refresh token that was spent. Entries whose fence has moved are dropped, being superseded. One that can't be written
 * stays, and keeps no other from being written.
 *
 * @throws DomainError `database_unavailable`
 */
export async function replaySpool(
  ports: CommitPorts & ResealPorts,
  accountId?: string,
): Promise<{ readonly written: number; readonly superseded: number; readonly stuck: number }> {
  let written = 0;
  let superseded = 0;
  let stuck = 0;
  for (const { id, change: waiting } of await ports.spool.list(accountId)) {
    try {
      const change = await underCurrentKey(ports, waiting);
      const account = (await ports.accounts.apply(change)) ?? (await applyOnTop(ports, change));
      await ports.spool.remove(id);
      if (account === null) superseded += 1;
      else written += 1;
    } catch (error) {
      if (error instanceof DomainError && error.code === "database_unavailable") throw error;
      if (isKeyDestroyed(error)) {
        await ports.spool.remove(id);
        superseded += 1;
        ports.log.error({ account: waiting.accountId, entry: id, error }, "a spooled answer is of a destroyed key");
        continue;
      }
      stuck += 1;
      ports.log.error({ account: waiting.accountId, entry: id, error }, "a spooled answer can't be written");
    }
  }
  if (written + superseded > 0) ports.log.info({ written, superseded }, "spooled answers were replayed");
  return { written, superseded, stuck };
}

/**
 * The key that an answer was sealed with may have been exchanged while it waited on a disk, where no re-wrap finds it. So it comes into
 * the database under the key that is current there. Where that can't be done now (the KMS is away, the key is disabled or not
 * configured) it comes as it is: the row shows what it is under, and on the disk of one machine it would help nobody.
 */
async function underCurrentKey({ accounts, vault, log }: ResealPorts, change: AccountChange): Promise<AccountChange> {
  const { credential, environmentId, accountId: account } = change;
  if (credential?.kind !== "replace") return change;
  const found = await accounts.find(environmentId, account);
  if (found === null) return change;
  try {
    const rewrapped = await vault.rewrap(environmentId, credential.sealed, found.tenantId);
    if (rewrapped === null) log.error({ account, key: credential.kid }, "the key of a spooled answer is not there");
    return rewrapped === null ? change : { ...change, credential: { ...credential, ...rewrapped } };
  } catch (error) {
    log.warn({ account, key: credential.kid, error }, "a spooled answer is written under the key of its time");
    return change;
  }
}

async function applyOnTop(ports: ResealPorts, change: AccountChange): Promise<Account | null> {
  const resealed = await resealOnTop(ports, change);
  return resealed === null ? null : await ports.accounts.apply(resealed);
}
