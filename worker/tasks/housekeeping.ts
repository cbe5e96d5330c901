import type { Task } from "graphile-worker";
import { removeExpired } from "#adapters/postgres/housekeeping";
import { endUnanswered } from "#core/usecases/end-unapproved";
import type { WorkerPorts } from "../worker-ports.ts";

/** Every ten minutes: what expired goes, grants that nobody approved end, partitions for the coming weeks come. */
export function housekeepingTask(ports: WorkerPorts): Task {
  return async () => {
    const removed = await removeExpired(ports.pool);
    const unanswered = await endUnanswered(ports);
    ports.log.info({ ...removed, unanswered }, "housekeeping done");
  };
}
