import type { Task } from "graphile-worker";
import { z } from "zod";
import { assertNever } from "#core/domain/problem/domain-error";
import { comesBackAt } from "#core/domain/refresh/comes-back-at";
import { clockSkewSeconds, remainingSeconds } from "#core/domain/refresh/decide-refresh";
import { enqueueRefresh, enqueueRetry, restoreAlarm } from "#adapters/postgres/refresh-jobs";
import { probeAccount } from "#core/usecases/probe-account";
import { refreshAccount, type RefreshOutcome } from "#core/usecases/refresh-account";
import { refreshOrPutOff } from "../refresh-or-put-off.ts";
import type { WorkerPorts } from "../worker-ports.ts";

const payloadSchema = z.strictObject({
  environment_id: z.string(),
  account_id: z.string(),
  /** An operator released a mass failure: what left within it is tried again, whatever its status says. */
  retry: z.boolean().default(false),
  /** How often a retry was put off already. */
  tries: z.number().int().min(0).default(0),
});

/** With the pauses of an account's cooldown these are hours. */
const mostRetries = 20;
const shortestRetryMs = 15_000;

/** Only the provider's word ends a second try; null: it was spoken, or there is nothing to wait for. */
function nextRetry(outcome: RefreshOutcome, now: Date): Date | null {
  const soon = new Date(now.getTime() + shortestRetryMs);
  switch (outcome.kind) {
    case "blocked":
      return outcome.until;
    case "timed_out":
      return soon;
    case "failed": {
      const { cooldownUntil } = outcome.account;
      const isVerdict = outcome.attempt.outcome === "reauthorize" || outcome.attempt.outcome === "held";
      return isVerdict ? null : cooldownUntil !== null && cooldownUntil > soon ? cooldownUntil : soon;
    }
    case "deferred":
    case "fresh":
    case "refreshed":
    case "not_found":
      return null;
    default:
      return assertNever(outcome);
  }
}

/**
 * An alarm rang. The row decides whether there is anything to do: a job that comes twice, early or late finds that out. A
 * failure of the provider is an outcome, not a failed job: its retry is the next alarm.
 */
export function refreshAccountTask(ports: WorkerPorts): Task {
  const { metrics } = ports;
  return async (payload, helpers) => {
    const { environment_id: environmentId, account_id: accountId, retry, tries } = payloadSchema.parse(payload);
    const reason = retry ? "forced" : "alarm";
    const input = { environmentId, accountId, demand: { reason, minTtlSeconds: null }, actor: "worker" } as const;
    const outcome = await refreshOrPutOff(ports, { environmentId, accountId }, reason, () =>
      refreshAccount(ports, input, helpers.abortSignal),
    );
    if (outcome.kind === "put_off") {
      if (outcome.plan !== null) metrics.alarmServed(outcome.plan.outcome);
      return;
    }
    if (outcome.kind === "blocked" && outcome.cause === "not_refreshable") {
      // What an operator released is tried again, and where nothing can be refreshed a probe does it.
      const tried = { environmentId, accountId, reason: "released", seenVersion: null, actor: "worker" } as const;
      const probed = await probeAccount(ports, tried);
      if (probed.kind !== "not_typed") {
        metrics.alarmServed(`probe_${probed.kind}`);
        return;
      }
    }
    if (outcome.kind === "deferred") {
      await enqueueRefresh(ports.pool, environmentId, accountId, comesBackAt(outcome, ports.clock.now()));
    }
    if (outcome.kind === "fresh" && outcome.account.refreshDueAt !== null) {
      const remaining = remainingSeconds(outcome.account.refreshDueAt, ports.clock.now());
      await restoreAlarm(ports.pool, environmentId, accountId, remaining - clockSkewSeconds);
    }
    // Its account is not active, so no alarm would bring it back.
    const retryAt = retry && tries < mostRetries ? nextRetry(outcome, ports.clock.now()) : null;
    if (retryAt !== null) await enqueueRetry(ports.pool, { environmentId, accountId, tries: tries + 1 }, retryAt);
    metrics.alarmServed(outcome.kind === "failed" ? outcome.attempt.outcome : outcome.kind);
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
