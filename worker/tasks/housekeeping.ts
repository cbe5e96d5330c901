import type { Task } from "graphile-worker";
import { removeExpired } from "#adapters/postgres/housekeeping";
import type { WorkerPorts } from "../worker-ports.ts";

/** Every ten minutes: what expired goes, partitions for the coming weeks come. */
export function housekeepingTask(ports: WorkerPorts): Task {
  return async () => {
    const removed = await removeExpired(ports.pool);
    ports.log.info({ ...removed }, "housekeeping done");
  };
}
