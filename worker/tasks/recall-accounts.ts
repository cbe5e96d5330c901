import type { Task } from "graphile-worker";
import { z } from "zod";
import { budgetOf, recallAccounts } from "#adapters/postgres/circuit-jobs";
import { sweepAlarms } from "#adapters/postgres/refresh-jobs";
import type { WorkerPorts } from "../worker-ports.ts";

const payloadSchema = z.strictObject({ circuit: z.string() });

/** A breaker closed: the accounts that waited behind it come back, at the pace of the client's budget (R22). */
export function recallAccountsTask(ports: WorkerPorts): Task {
  return async (payload) => {
    const { circuit } = payloadSchema.parse(payload);
    const perMinute = await budgetOf(ports.pool, ports.integrations, circuit);
    const recalled = await recallAccounts(ports.pool, circuit, perMinute);
    await sweepAlarms(ports.pool);
    ports.log.info({ circuit, recalled }, "waiting accounts were recalled");
  };
}
