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

/** How long a process that holds an answer keeps trying before it leaves it to the spool's replay, milliseconds. */
const retryForMs = 120_000;

/**
 * Writes what a provider answered (invariant 2). When the database fails here, the sealed answer goes to disk first and is then
 * retried: the provider has rotated, so this copy is the only one there is.
 *
 * @returns the account afterwards, or null when the fence has moved and the answer came too late
 * @throws what the store threw, once retrying ended; the answer then waits in the spool
 */
export async function commitAnswer(ports: CommitPorts, change: AccountChange): Promise<Account | null> {
  try {
    return await ports.accounts.apply(change);
  } catch (error) {
    ports.log.error({ account: change.accountId, error }, "the answer of a provider could not be written; spooling it");
    const id = await ports.spool.put(change);
    return await retrySpooled(ports, id, change, error);
  }
}

async function retrySpooled(
  ports: CommitPorts,
  id: string,
  change: AccountChange,
  first: unknown,
): Promise<Account | null> {
  const startedAt = ports.clock.monotonicMs();
  let pause = 100;
  let latest = first;
  while (ports.clock.monotonicMs() - startedAt < retryForMs) {
    await ports.clock.sleep(pause);
    pause = Math.min(pause * 1.5, 2000);
    try {
      const account = await ports.accounts.apply(change);
      await ports.spool.remove(id);
      ports.log.info({ account: change.accountId, written: account !== null }, "a spooled answer was written");
      return account;
    } catch (error) {
      latest = error;
    }
  }
  throw latest;
}

/** On start: writes what an earlier process left behind. Entries whose fence has moved are dropped, being superseded. */
export async function replaySpool(
  ports: CommitPorts,
): Promise<{ readonly written: number; readonly superseded: number }> {
  let written = 0;
  let superseded = 0;
  for (const { id, change } of await ports.spool.list()) {
    const account = await ports.accounts.apply(change);
    await ports.spool.remove(id);
    if (account === null) superseded += 1;
    else written += 1;
  }
  if (written + superseded > 0) ports.log.info({ written, superseded }, "answers of an earlier run were replayed");
  return { written, superseded };
}
