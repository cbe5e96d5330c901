import type { Task } from "graphile-worker";
import { checkCounts } from "#adapters/postgres/recount";
import type { WorkerPorts } from "../worker-ports.ts";

/** Every day: what is counted beforehand is held against the rows themselves. */
export function checkCountsTask(ports: WorkerPorts): Task {
  return async () => {
    const checked = await checkCounts(ports.pool);
    if (checked === null || checked.differing === 0) return;
    const { differing, isRecounted } = checked;
    ports.log.error(
      { differing },
      isRecounted
        ? "counts of accounts or attempts differed from their rows; they were counted anew"
        : "counts of accounts or attempts differ from their rows, and were not counted anew since another worker was at them; the check of tomorrow, or a restart of it, looks again",
    );
  };
}
