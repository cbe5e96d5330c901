import { addUpCounts } from "#adapters/postgres/add-up-counts";
import type { DatabasePool } from "#adapters/postgres/pool";
import { recountIfNeeded } from "#adapters/postgres/recount";
import type { Clock } from "#core/ports/clock";
import type { Log } from "#core/ports/log";

/** Between two looks, milliseconds. Readers add what waits, so this only bounds how much that is. */
const pauseMs = 2_000;

export interface Counting {
  stop(): Promise<void>;
}

/**
 * Adds up what triggers noted of accounts and attempts, in every worker: whoever comes first does, the others find nothing left.
 * Outside the queue, whose jobs wait for each other. After an upgrade that counts otherwise, everything is counted anew first.
 */
export function keepCounting({
  pool,
  clock,
  log,
}: {
  readonly pool: DatabasePool;
  readonly clock: Clock;
  readonly log: Log;
}): Counting {
  const stopping = new AbortController();
  let isTold = false;
  const running = (async () => {
    while (!stopping.signal.aborted) {
      await look().then(
        () => (isTold = false),
        (error: unknown) => {
          if (!isTold) log.warn({ error }, "changes of accounts and attempts could not be added up; trying again");
          isTold = true;
        },
      );
      await clock.sleep(pauseMs, stopping.signal);
    }
  })();

  async function look(): Promise<void> {
    if (await recountIfNeeded(pool)) log.info({}, "accounts and attempts were counted anew");
    await addUpCounts(pool, stopping.signal);
  }

  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
