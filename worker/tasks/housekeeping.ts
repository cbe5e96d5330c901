import type { Task } from "graphile-worker";
import { forgetCounts } from "#adapters/postgres/add-up-counts";
import { removeExpired } from "#adapters/postgres/housekeeping";
import { endUnanswered } from "#core/usecases/end-unapproved";
import { pruneEvents } from "#adapters/postgres/webhook-housekeeping";
import type { WorkerPorts } from "../worker-ports.ts";

/** Every ten minutes: what expired goes, grants that nobody approved end, partitions for the coming weeks come. */
export function housekeepingTask(ports: WorkerPorts): Task {
  return async () => {
    const removed = await removeExpired(ports.pool);
    const unanswered = await endUnanswered(ports);
    // A partition that can't be had for itself within seconds goes another time.
    const deliveries = await pruneEvents(ports.pool).catch((error: unknown) => {
      ports.log.warn({ error }, "old events could not be removed yet");
      return 0;
    });
    await ports.watch.forget();
    await forgetCounts(ports.pool);
    ports.log.info({ ...removed, unanswered, deliveries }, "housekeeping done");
  };
}
