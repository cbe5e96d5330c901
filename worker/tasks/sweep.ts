import type { Task } from "graphile-worker";
import { replaySpool } from "#core/usecases/commit-answer";
import { sweepAlarms } from "#adapters/postgres/refresh-jobs";
import type { WorkerPorts } from "../worker-ports.ts";

/** Every minute: alarms of the next two minutes, and those that nobody answered, become jobs. */
export function sweepTask(ports: WorkerPorts): Task {
  return async () => {
    await replaySpool(ports);
    const jobs = await sweepAlarms(ports.pool);
    if (jobs > 0) ports.log.info({ jobs }, "alarms swept");
  };
}
