import type { Task } from "graphile-worker";
import { anchorAudit } from "#core/usecases/anchor-audit";
import { checkAudit } from "#core/usecases/check-audit";
import { retireAudit } from "#core/usecases/retire-audit";
import { createSealer, veryLateMs } from "#core/usecases/seal-audit";
import type { WorkerPorts } from "../worker-ports.ts";

/** Every five minutes: links for what was committed where nothing told of it. */
export function sealLateTask(ports: WorkerPorts, stopping: AbortSignal): Task {
  const sealer = createSealer(ports);
  return async () => {
    await sealer.sealLate(stopping);
  };
}

/** Every hour: the same for hours back, then an anchor for each chain. */
export function anchorAuditTask(ports: WorkerPorts, stopping: AbortSignal): Task {
  const sealer = createSealer(ports);
  return async () => {
    await sealer.sealLate(stopping, veryLateMs);
    for (const environmentId of await ports.chains.environments()) await anchorAudit(ports, environmentId);
  };
}

/** Every day: what is over goes, and what was sealed since yesterday is checked. */
export function checkAuditTask(ports: WorkerPorts): Task {
  return async () => {
    // A partition that can't be had for itself within seconds goes another time.
    await retireAudit(ports).catch((error: unknown) =>
      ports.log.warn({ error }, "old audit records could not be removed yet"),
    );
    await checkAudit(ports);
  };
}
