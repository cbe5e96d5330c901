import type { Task } from "graphile-worker";
import { z } from "zod";
import { wakeRuns } from "#adapters/postgres/account-runs/run-jobs";
import { runAccounts } from "#core/usecases/run-accounts";
import type { WorkerPorts } from "../worker-ports.ts";

const payloadSchema = z.strictObject({ run_id: z.string() });

/** Works on a run over many accounts until it is over, or this worker stops: the next minute gives what is left to another. */
export function runAccountsTask(ports: WorkerPorts, stopping: AbortSignal): Task {
  return async (payload, helpers) => {
    const { run_id: runId } = payloadSchema.parse(payload);
    // The queue's own signal comes only when its patience is over.
    const signal = AbortSignal.any([helpers.abortSignal, stopping]);
    // By job: a run that was paused and resumed within a batch has a second one, and only one of them may work on it.
    await runAccounts(ports, { runId, owner: `${ports.owner}:${helpers.job.id}`, signal });
  };
}

/** Every minute: runs whose holder died, or whose job was lost. The rows are the truth. */
export function wakeAccountRunsTask({ pool, log }: Pick<WorkerPorts, "pool" | "log">): Task {
  return async () => {
    const runs = await wakeRuns(pool);
    if (runs > 0) log.info({ runs }, "runs over accounts that nobody worked on");
  };
}
