import type { Task } from "graphile-worker";
import type { WorkerPorts } from "../worker-ports.ts";

/** Every minute: events and deliveries whose job was lost. The rows are the truth. */
export function sweepWebhooksTask(ports: Pick<WorkerPorts, "deliveries" | "log">, dispatch: Task): Task {
  return async (payload, helpers) => {
    await dispatch(payload, helpers);
    const endpoints = await ports.deliveries.wakeForgotten();
    if (endpoints > 0) ports.log.info({ endpoints }, "webhook endpoints with something due");
  };
}
