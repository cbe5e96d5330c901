import type { Task } from "graphile-worker";
import { z } from "zod";
import {
  closeCircuit,
  enqueueProbe,
  enqueueRecall,
  hasMovedOn,
  isOpen,
  makeDue,
  probeCandidate,
} from "#adapters/postgres/circuit-jobs";
import { refreshAccount } from "#core/usecases/refresh-account";
import type { WorkerPorts } from "../worker-ports.ts";

const payloadSchema = z.strictObject({ circuit: z.string() });

/** An open breaker's pause is over: one account goes first, and its outcome says whether the others may follow (R22). */
export function probeCircuitTask(ports: WorkerPorts): Task {
  return async (payload, helpers) => {
    const { circuit } = payloadSchema.parse(payload);
    if (!(await isOpen(ports.pool, circuit))) return;
    const candidate = await probeCandidate(ports.pool, circuit);
    if (candidate === null) {
      await closeCircuit(ports.pool, circuit);
      return;
    }
    await makeDue(ports.pool, candidate.accountId);
    const outcome = await refreshAccount(
      ports,
      { ...candidate, demand: { reason: "alarm", minTtlSeconds: null }, actor: "worker" },
      helpers.abortSignal,
    );
    if (outcome.kind === "deferred") await enqueueProbe(ports.pool, circuit, outcome.until);
    if (await hasMovedOn(ports.pool, candidate.accountId, circuit)) {
      await closeCircuit(ports.pool, circuit);
      await enqueueRecall(ports.pool, circuit);
    }
    ports.log.info({ circuit, account: candidate.accountId, outcome: outcome.kind }, "an endpoint was probed");
  };
}
