import { ofEach } from "./of-each.ts";
import { judgeLook, pastsNeeded } from "../domain/anomaly/judge-look.ts";
import type { CallerWatch } from "../ports/caller-watch.ts";
import type { Log } from "../ports/log.ts";
import type { Metrics } from "../ports/metrics.ts";

export interface WatchPorts {
  readonly watch: CallerWatch;
  readonly log: Log;
  readonly metrics: Pick<Metrics, "anomalyRang">;
}

/**
 * Reads on in every environment's audit chain until nothing new is there, and rings for what is unlike a caller's past (R46). One that
 * can't be read blinds nobody but itself.
 * @param signal once it is aborted, one look at each
 * @throws what kept environments from being read, when all the others were
 */
export async function watchCallers({ watch, log, metrics }: WatchPorts, signal: AbortSignal): Promise<void> {
  await ofEach(await watch.environments(), async (environmentId) => {
    for (;;) {
      const result = await watch.look(environmentId, pastsNeeded, judgeLook);
      if (result.kind === "busy") break;
      for (const { anomaly, hasStopped, summary } of result.rung) {
        const { id, kind, subject } = anomaly;
        metrics.anomalyRang(kind);
        log.warn({ environment_id: environmentId, anomaly: id, kind, subject, key_stopped: hasStopped }, summary);
      }
      if (!result.hasMore || signal.aborted) break;
    }
  });
}
