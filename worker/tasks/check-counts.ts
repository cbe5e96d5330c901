import type { Task } from "graphile-worker";
import { checkCounts } from "#adapters/postgres/recount";
import type { WorkerPorts } from "../worker-ports.ts";

/** Every day: what is counted beforehand is held against the rows themselves. */
export function checkCountsTask(ports: WorkerPorts): Task {
  return async () => {
    const differing = await checkCounts(ports.pool);
    if (differing !== null && differing > 0) {
      ports.log.error({ differing }, "counts of accounts or attempts differed from their rows; they were counted anew");
    }
  };
}
