import type { Task } from "graphile-worker";
import { replaySpool } from "#core/usecases/commit-answer";
import { tellDelayedRefreshes } from "#adapters/postgres/delayed-refreshes";
import { sweepAlarms } from "#adapters/postgres/refresh-jobs";
import type { WorkerPorts } from "../worker-ports.ts";

/** Every minute: alarms of the next two minutes, and those that nobody answered, become jobs; and who has no valid token is told. */
export function sweepTask(ports: WorkerPorts): Task {
  return async () => {
    // Whatever becomes of the spool, alarms must ring.
    await replaySpool(ports).catch((error: unknown) => ports.log.error({ error }, "the spool could not be replayed"));
    const jobs = await sweepAlarms(ports.pool);
    ports.metrics.swept();
    if (jobs > 0) ports.log.info({ jobs }, "alarms swept");
    const accounts = await tellDelayedRefreshes(ports.pool);
    if (accounts > 0) ports.log.warn({ accounts }, "tokens ended while refreshing them fails");
  };
}
