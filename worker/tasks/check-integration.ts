import type { Task } from "graphile-worker";
import { z } from "zod";
import { carryOutCheck } from "#core/usecases/carry-out-check";
import type { WorkerPorts } from "../worker-ports.ts";

const payloadSchema = z.strictObject({ check_id: z.string() });

/** Tries a definition against the lab, in a process of its own. */
export function checkIntegrationTask(ports: WorkerPorts, stopping: AbortSignal): Task {
  return async (payload) => {
    const { check_id: id } = payloadSchema.parse(payload);
    await carryOutCheck(ports, id, { stopping });
  };
}
