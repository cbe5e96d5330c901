import type { Task } from "graphile-worker";
import { tendApprovals } from "#core/usecases/execute-approval";
import type { WorkerPorts } from "../worker-ports.ts";

/** Every minute: requests whose time is over end, and what was approved and is not carried out is tried again (R48). */
export function tendApprovalsTask(ports: WorkerPorts): Task {
  return async () => {
    const { lapsed, executed } = await tendApprovals(ports);
    if (lapsed + executed > 0) ports.log.info({ lapsed, executed }, "requests for approval were tended");
  };
}
