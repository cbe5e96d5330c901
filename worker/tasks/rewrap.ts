import type { Task } from "graphile-worker";
import { z } from "zod";
import { wakeRewraps } from "#adapters/postgres/rewrap-store";
import { runRewrap } from "#core/usecases/run-rewrap";
import type { WorkerPorts } from "../worker-ports.ts";

const payloadSchema = z.strictObject({ run_id: z.string() });

/** Works on a run until it is over, or this worker stops: the next minute gives what is left to another. */
export function rewrapTask(ports: WorkerPorts, stopping: AbortSignal): Task {
  return async (payload, helpers) => {
    const { run_id: runId } = payloadSchema.parse(payload);
    // The queue's own signal comes only when its patience is over.
    const signal = AbortSignal.any([helpers.abortSignal, stopping]);
    // By job: a run that was paused and resumed within a batch has a second one, and only one of them may work on it.
    await runRewrap(ports, { runId, owner: `${ports.owner}:${helpers.job.id}`, actor: "worker", signal });
  };
}

/** Every minute: runs whose holder died, or whose job was lost. The rows are the truth. */
export function wakeRewrapsTask({ pool, log }: Pick<WorkerPorts, "pool" | "log">): Task {
  return async () => {
    const runs = await wakeRewraps(pool);
    if (runs > 0) log.info({ runs }, "re-wraps that nobody worked on");
  };
}
