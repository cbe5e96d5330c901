import { EventEmitter } from "node:events";
import { run, type Runner, type RunnerOptions, type WorkerEvents } from "graphile-worker";
import type { Log } from "#core/ports/log";

export interface Queue {
  /** graphile-worker's pools of this process: their jobs are to be taken over when it dies. */
  workerIds(): readonly string[];
  isRunning(): boolean;
  /** Finishes the jobs in hand. */
  stop(): Promise<void>;
}

const pauseMs = 1_000;

/**
 * Runs graphile-worker, and again whenever it stops. It stops when it can't mark a job as done (its own retry is broken in 0.18),
 * which a restart of the database is enough for; the process must not end with it, since requests to providers are under way in
 * it. A stopped queue finishes them, and the next one begins.
 *
 * @param release gives the jobs of a pool that has ended back to the queue
 */
export function keepQueue(
  options: Omit<RunnerOptions, "events" | "noHandleSignals">,
  ports: { readonly log: Log; readonly release: (workerIds: readonly string[]) => Promise<void> },
): Queue {
  let ids: string[] = [];
  let runner: Runner | null = null;
  let isStopping = false;
  let wake = (): void => {};

  const runOnce = async (): Promise<void> => {
    const events = new EventEmitter() as WorkerEvents;
    events.on("pool:create", ({ workerPool }) => ids.push(workerPool.id));
    runner = await run({ ...options, events, noHandleSignals: true });
    if (isStopping) await runner.stop();
    await runner.promise;
  };

  const ended = (async () => {
    while (!isStopping) {
      await runOnce().catch((error: unknown) => {
        if (!isStopping) ports.log.error({ error }, "the queue stopped; it starts again");
      });
      runner = null;
      if (isStopping) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
        setTimeout(resolve, pauseMs);
      });
      const before = ids;
      // Until the database is back nobody else can have them either.
      await ports.release(before).then(
        () => (ids = ids.filter((id) => !before.includes(id))),
        (error: unknown) => ports.log.warn({ error }, "the jobs of a stopped queue could not be given back"),
      );
    }
  })();

  return {
    workerIds: () => ids,
    isRunning: () => runner !== null,
    async stop() {
      isStopping = true;
      wake();
      await runner?.stop().catch((error: unknown) => ports.log.error({ error }, "the queue did not stop well"));
      await ended;
    },
  };
}
