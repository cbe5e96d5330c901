import { EventEmitter } from "node:events";
import { run, type Runner, type RunnerOptions, type WorkerEvents } from "graphile-worker";
import type { Log } from "#core/ports/log";

export interface Queue {
  /** graphile-worker's pools of this process: their jobs are to be taken over when it dies. */
  workerIds(): readonly string[];
  isRunning(): boolean;
  /** Resolves once the first pool was announced, or could not be. */
  readonly announced: Promise<void>;
  /** Finishes the jobs in hand. */
  stop(): Promise<void>;
}

const pauseMs = 1_000;
/** The jobs in hand have this long when the process is told to end, milliseconds. */
const longestStopMs = 35_000;
/** A queue that has not looked for jobs for this long is broken, milliseconds; it looks every two seconds. */
const silentMs = 15_000;

/**
 * Runs graphile-worker, and a new one whenever it breaks. Version 0.18 shuts itself down when it can't mark a job as done (its own
 * retry does not retry), for which a restart of the database is enough; it may then never come to its end, and after a failed
 * first look it fetches nothing any more. The process must not end with it: requests to providers are under way in it. So a broken
 * queue is left behind, what it has in hand goes on, and the next one begins.
 *
 * @param release gives the jobs of a pool that is left behind back to the queue
 * @param announce tells the others which pools are ours, before one takes its first job: nobody could take over from us otherwise
 */
export function keepQueue(
  options: Omit<RunnerOptions, "events" | "noHandleSignals">,
  ports: {
    readonly log: Log;
    readonly release: (workerIds: readonly string[]) => Promise<void>;
    readonly announce: () => Promise<void>;
  },
): Queue {
  const announced = Promise.withResolvers<void>();
  let ids: string[] = [];
  let runner: Runner | null = null;
  let isStopping = false;
  let wake = (): void => {};

  const runOnce = async (): Promise<void> => {
    const events = new EventEmitter() as WorkerEvents;
    events.on("pool:create", ({ workerPool }) => {
      ids.push(workerPool.id);
      // The next beat tells as well.
      ports.announce().then(announced.resolve, () => announced.resolve());
    });
    const broken = Promise.withResolvers<never>();
    broken.promise.catch(() => {});
    events.on("pool:gracefulShutdown", () => {
      if (!isStopping) broken.reject(new Error("it shut itself down"));
    });
    let lookedMs = performance.now();
    events.on("localQueue:getJobs:complete", () => void (lookedMs = performance.now()));
    let watchedMs = performance.now();
    const watch = setInterval(() => {
      const nowMs = performance.now();
      // A process that was paused has not looked either; it gets its time anew.
      if (nowMs - watchedMs > 3 * pauseMs) lookedMs = nowMs;
      watchedMs = nowMs;
      if (nowMs - lookedMs > silentMs) broken.reject(new Error("it looks for no jobs"));
    }, pauseMs);
    try {
      const current = await run({ ...options, events, noHandleSignals: true });
      runner = current;
      current.promise.catch(() => {});
      if (isStopping) await current.stop();
      await Promise.race([current.promise, broken.promise]).catch((error: unknown) => {
        current.stop().catch(() => {});
        throw error;
      });
    } finally {
      clearInterval(watch);
    }
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
    announced: announced.promise,
    async stop() {
      isStopping = true;
      wake();
      runner?.stop().catch((error: unknown) => ports.log.error({ error }, "the queue did not stop well"));
      // One that never comes to its end must not keep the process from its own.
      const { promise: late, resolve } = Promise.withResolvers<void>();
      setTimeout(resolve, longestStopMs).unref();
      await Promise.race([ended, late]);
    },
  };
}
