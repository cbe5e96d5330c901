import type { Task } from "graphile-worker";
import { z } from "zod";
import { isOpen } from "#adapters/postgres/circuit-jobs";
import { budgetOf, recallAccounts } from "#adapters/postgres/recall-accounts";
import { sweepAlarms } from "#adapters/postgres/refresh-jobs";
import type { WorkerPorts } from "../worker-ports.ts";

const payloadSchema = z.strictObject({
  circuit: z.string(),
  // Jobs of the version before name no cause.
  cause: z.enum(["outage", "blip", "change"]).default("outage"),
});

/** The accounts that waited behind a circuit come back, at the pace of the client's budget (R22). */
export function recallAccountsTask(ports: WorkerPorts): Task {
  return async (payload) => {
    const { circuit, cause } = payloadSchema.parse(payload);
    // It opened again meanwhile: whoever waits is recalled when it closes.
    if (await isOpen(ports.pool, circuit)) return;
    const perMinute = await budgetOf(ports.pool, ports.integrations, circuit);
    const recalled = await recallAccounts(ports.pool, circuit, cause, perMinute);
    if (recalled === 0 && cause === "blip") return;
    await sweepAlarms(ports.pool, circuit);
    ports.log.info({ circuit, cause, recalled }, "waiting accounts were recalled");
  };
}
