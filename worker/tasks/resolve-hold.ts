import type { Task } from "graphile-worker";
import { z } from "zod";
import { confirmHeld, releaseHeld } from "#adapters/postgres/mass-failure-store";
import { sweepAlarms } from "#adapters/postgres/refresh-jobs";
import type { WorkerPorts } from "../worker-ports.ts";

const payloadSchema = z.strictObject({
  environment_id: z.string(),
  integration_name: z.string(),
  decision: z.enum(["release", "confirm"]),
  actor: z.string(),
});

/** The operator has decided about a mass failure: every account that was held goes its way (R26). Resumes where it stopped. */
export function resolveHoldTaskOf(ports: WorkerPorts): Task {
  return async (payload) => {
    const { environment_id: environmentId, integration_name: integrationName, ...rest } = payloadSchema.parse(payload);
    const held = { environmentId, integrationName, actor: rest.actor };
    const count = rest.decision === "release" ? await releaseHeld(ports, held) : await confirmHeld(ports, held);
    if (rest.decision === "release") await sweepAlarms(ports.pool);
    ports.log.info({ integrationName, decision: rest.decision, accounts: count }, "a hold was resolved");
  };
}
