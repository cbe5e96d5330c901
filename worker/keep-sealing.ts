import { anchorAudit, type AnchorPorts } from "#core/usecases/anchor-audit";
import { createSealer } from "#core/usecases/seal-audit";

/** Between two looks for records without a link, milliseconds. */
const pauseMs = 1_000;
const lagLookMs = 30_000;
/** Records that wait this long are told of, seconds. */
const longestLagSeconds = 60;

export interface Sealing {
  /** Looks once more, for what was written while the process came to its end. */
  stop(): Promise<void>;
}

/**
 * Gives audit records their links within a second or two, in every worker: whoever has the head of a chain seals, the others find
 * nothing left. Outside the queue, whose jobs wait for each other.
 */
export function keepSealing(ports: AnchorPorts): Sealing {
  const { chains, clock, log } = ports;
  const sealer = createSealer(ports);
  const stopping = new AbortController();
  const anchored = new Set<string>();
  let isTold = false;
  let lagLookedMs = clock.monotonicMs();

  const look = async (signal: AbortSignal): Promise<void> => {
    await sealer.seal(signal);
    // At the start, whatever the hour: what another sealed before it stopped has waited long enough.
    for (const environmentId of await chains.environments()) {
      if (anchored.has(environmentId)) continue;
      const { kind } = await anchorAudit(ports, environmentId);
      // A refusal is said once; after that it is the hourly task's.
      if (kind !== "unchanged" || (await chains.latestAnchor(environmentId)) !== null) anchored.add(environmentId);
    }
    isTold = false;
  };

  const lookAtLag = async (): Promise<void> => {
    if (clock.monotonicMs() - lagLookedMs < lagLookMs) return;
    lagLookedMs = clock.monotonicMs();
    const seconds = Math.round(await chains.lagSeconds());
    if (seconds > longestLagSeconds) log.warn({ seconds }, "audit records wait for their links");
  };

  const running = (async () => {
    while (!stopping.signal.aborted) {
      await look(stopping.signal)
        .then(lookAtLag)
        .catch((error: unknown) => {
          if (!isTold) log.warn({ error }, "audit records could not be sealed; trying again");
          isTold = true;
        });
      await clock.sleep(pauseMs, stopping.signal);
    }
  })();

  return {
    async stop() {
      stopping.abort();
      await running;
      // Without a signal it might have a backlog of hours to work through; one batch for each environment is what came last.
      await sealer
        .seal(AbortSignal.abort())
        .catch((error: unknown) => log.warn({ error }, "the last audit records are sealed at the next start"));
    },
  };
}
