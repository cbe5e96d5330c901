import type { Task } from "graphile-worker";
import { replaySpool } from "#core/usecases/commit-answer";
import { sweepAlarms } from "#adapters/postgres/refresh-jobs";
import type { WorkerPorts } from "../worker-ports.ts";

/** Every minute: alarms of the next two minutes, and those that nobody answered, become jobs. */
export function sweepTask(ports: WorkerPorts): Task {
  return async () => {
    // Whatever becomes of the spool, alarms must ring.
    await replaySpool(ports).catch((error: unknown) => ports.log.error({ error }, "the spool could not be replayed"));
    const jobs = await sweepAlarms(ports.pool);
    if (jobs > 0) ports.log.info({ jobs }, "alarms swept");
  };
}
