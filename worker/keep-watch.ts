import type { Clock } from "#core/ports/clock";
import { watchCallers, type WatchPorts } from "#core/usecases/watch-callers";

/** Between two looks, milliseconds. With the sealer's pause, an alarm comes some seconds after its cause. */
export const watchPauseMs = 1_000;

export interface Watch {
  stop(): Promise<void>;
}

/** Looks for anomalies in every worker: whoever has the cursor of an environment reads, the others find nothing left. */
export function keepWatch(ports: WatchPorts & { readonly clock: Clock }): Watch {
  const { clock, log } = ports;
  const stopping = new AbortController();
  let isTold = false;
  const running = (async () => {
    while (!stopping.signal.aborted) {
      await watchCallers(ports, stopping.signal).then(
        () => (isTold = false),
        (error: unknown) => {
          if (!isTold) log.warn({ error }, "callers could not be watched; trying again");
          isTold = true;
        },
      );
      await clock.sleep(watchPauseMs, stopping.signal);
    }
  })();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
