import type { Task } from "graphile-worker";
import { z } from "zod";
import { DomainError } from "#core/domain/problem/domain-error";
import { enqueueRefresh } from "#adapters/postgres/refresh-jobs";
import { refreshAccount } from "#core/usecases/refresh-account";
import type { WorkerPorts } from "../worker-ports.ts";

const payloadSchema = z.strictObject({
  environment_id: z.string(),
  account_id: z.string(),
  /** An operator released a mass failure: what left within it is tried again, whatever its status says. */
  retry: z.boolean().default(false),
});

/**
 * An alarm rang. The row decides whether there is anything to do: a job that comes twice, early or late finds that out. A
 * failure of the provider is an outcome, not a failed job: its retry is the next alarm.
 */
export function refreshAccountTask(ports: WorkerPorts): Task {
  const outcomes = ports.meter.createCounter("evergrant_scheduled_refreshes", {
    description: "Scheduled refreshes by outcome",
  });
  return async (payload, helpers) => {
    const { environment_id: environmentId, account_id: accountId, retry } = payloadSchema.parse(payload);
    const outcome = await refreshAccount(
      ports,
      {
        environmentId,
        accountId,
        demand: { reason: retry ? "forced" : "alarm", minTtlSeconds: null },
        actor: "worker",
      },
      helpers.abortSignal,
    ).catch((error: unknown) => {
      // Without its definition nothing can be asked; its alarm stays, so that the next sweep after the operator's repair finds it.
      if (!(error instanceof DomainError) || error.code !== "client_misconfigured") throw error;
      ports.log.warn({ account: accountId, error }, "an account can't be refreshed");
      return null;
    });
    if (outcome === null) return;
    if (outcome.kind === "deferred") await enqueueRefresh(ports.pool, environmentId, accountId, outcome.until);
    outcomes.add(1, { outcome: outcome.kind === "failed" ? outcome.attempt.outcome : outcome.kind });
    if (outcome.kind === "failed") {
      ports.log.warn(
        {
          account: accountId,
          attempt: outcome.attempt.id,
          outcome: outcome.attempt.outcome,
          rule: outcome.attempt.rule,
        },
        "a scheduled refresh failed",
      );
    }
  };
}
