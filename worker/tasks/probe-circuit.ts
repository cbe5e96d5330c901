import type { Task } from "graphile-worker";
import { z } from "zod";
import { isOpen, makeDue, probeCandidate } from "#adapters/postgres/circuit-jobs";
import { refreshAccount } from "#core/usecases/refresh-account";
import type { WorkerPorts } from "../worker-ports.ts";

const payloadSchema = z.strictObject({ circuit: z.string() });

/** An open breaker's pause is over: one account goes first, and its outcome says whether the others may follow (R22). */
export function probeCircuitTask(ports: WorkerPorts): Task {
  return async (payload, helpers) => {
    const { circuit } = payloadSchema.parse(payload);
    if (!(await isOpen(ports.pool, circuit))) return;
    const candidate = await probeCandidate(ports.pool, circuit);
    // Nobody is left to send: the next caller who needs a token is the probe.
    if (candidate === null) return;
    await makeDue(ports.pool, candidate.accountId);
    const outcome = await refreshAccount(
      ports,
      { ...candidate, demand: { reason: "alarm", minTtlSeconds: null }, actor: "worker" },
      helpers.abortSignal,
    );
    ports.log.info({ circuit, account: candidate.accountId, outcome: outcome.kind }, "an endpoint was probed");
  };
}
