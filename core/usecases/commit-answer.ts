import type { Account } from "../domain/account/account.ts";
import type { AccountChange, AccountStore } from "../ports/account-store.ts";
import type { AnswerSpool } from "../ports/answer-spool.ts";
import type { Clock } from "../ports/clock.ts";
import type { Log } from "../ports/log.ts";

interface CommitPorts {
  readonly accounts: AccountStore;
  readonly spool: AnswerSpool;
  readonly clock: Clock;
  readonly log: Log;
}

/** How long the callers of a refresh wait for a database that is away, milliseconds; the answer waits on without them. */
const callersWaitMs = 10_000;
const longestPauseMs = 2_000;

/**
 * Writes what a provider answered (invariant 2). When the database fails here, the sealed answer goes to disk first and is then
 * retried for as long as this process lives: the provider has rotated, so this copy is the only one there is.
 *
 * @returns the account afterwards, or null when the fence has moved and the answer came too late
 * @throws what the store threw, when the database stays away; the answer then waits in the spool, and is still retried
 */
export async function commitAnswer(ports: CommitPorts, change: AccountChange): Promise<Account | null> {
  try {
    return await ports.accounts.apply(change);
  } catch (error) {
    ports.log.error({ account: change.accountId, error }, "the answer of a provider could not be written; spooling it");
    const id = await ports.spool.put(change);
    const written = retrySpooled(ports, id, change);
    const late = ports.clock.sleep(callersWaitMs).then(() => {
      throw error;
    });
    return await Promise.race([written, late]);
  }
}

async function retrySpooled(ports: CommitPorts, id: string, change: AccountChange): Promise<Account | null> {
  for (let pauseMs = 100; ; pauseMs = Math.min(pauseMs * 1.5, longestPauseMs)) {
    await ports.clock.sleep(pauseMs);
    try {
      const account = await ports.accounts.apply(change);
      await ports.spool.remove(id);
      ports.log.info({ account: change.accountId, written: account !== null }, "a spooled answer was written");
      return account;
    } catch {
      // Said once, when it was spooled; the next try follows.
    }
  }
}

/**
 * Writes what waits in the spool: on start, with every sweep, and for one account before anybody claims it, since its row still
 * holds the refresh token that was spent. Entries whose fence has moved are dropped, being superseded.
 */
export async function replaySpool(
  ports: CommitPorts,
  accountId?: string,
): Promise<{ readonly written: number; readonly superseded: number }> {
  let written = 0;
  let superseded = 0;
  for (const { id, change } of await ports.spool.list(accountId)) {
    const account = await ports.accounts.apply(change);
    await ports.spool.remove(id);
    if (account === null) superseded += 1;
    else written += 1;
  }
  if (written + superseded > 0) ports.log.info({ written, superseded }, "spooled answers were replayed");
  return { written, superseded };
}
