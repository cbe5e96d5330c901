import type { Task } from "graphile-worker";
import { z } from "zod";
import { confirmHeld, releaseHeld, retryLeft } from "#adapters/postgres/mass-failure-store";
import { sweepAlarms } from "#adapters/postgres/refresh-jobs";
import type { WorkerPorts } from "../worker-ports.ts";

const payloadSchema = z.strictObject({
  environment_id: z.string(),
  integration_name: z.string(),
  decision: z.enum(["release", "confirm"]),
  actor: z.string(),
  decided_at: z.iso.datetime(),
  left_since: z.iso.datetime().nullable(),
});

/** The operator has decided about a mass failure: every account that was held goes its way (R26). Resumes where it stopped. */
export function resolveHoldTaskOf(ports: WorkerPorts): Task {
  return async (payload, helpers) => {
    const decided = payloadSchema.parse(payload);
    const held = {
      environmentId: decided.environment_id,
      integrationName: decided.integration_name,
      actor: decided.actor,
      decidedAt: new Date(decided.decided_at),
    };
    if (decided.decision === "confirm") {
      const accounts = await confirmHeld(ports, held, helpers.abortSignal);
      ports.log.info({ integration: held.integrationName, accounts }, "a hold was confirmed");
      return;
    }
    const accounts = await releaseHeld(ports, held);
    const leftSince = decided.left_since === null ? null : new Date(decided.left_since);
    const retried = leftSince === null ? 0 : await retryLeft(ports, { ...held, leftSince, after: accounts });
    await sweepAlarms(ports.pool);
    ports.log.info({ integration: held.integrationName, accounts, retried }, "a hold was released");
  };
}
