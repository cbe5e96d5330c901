import { parseCronItems, type ParsedCronItem, type Task, type TaskList } from "graphile-worker";
import { withLiveSecrets } from "#adapters/log/live-secrets";
import { checkTask } from "#adapters/postgres/check-store";
import { probeTask, recallTask } from "#adapters/postgres/circuit-jobs";
import { resolveHoldTask } from "#adapters/postgres/mass-failure-store";
import { runAccountsTask as runAccountsTaskName } from "#adapters/postgres/account-runs/run-jobs";
import { rewrapTask as rewrapTaskName } from "#adapters/postgres/rewrap-store";
import { refreshTask } from "#adapters/postgres/refresh-jobs";
import { deliverTask, dispatchTask } from "#adapters/postgres/webhook-matching";
import { checkIntegrationTask } from "./tasks/check-integration.ts";
import { deliverWebhooksTask } from "./tasks/deliver-webhooks.ts";
import { dispatchEventsTask } from "./tasks/dispatch-events.ts";
import { checkCountsTask } from "./tasks/check-counts.ts";
import { anchorAuditTask, checkAuditTask, sealLateTask } from "./tasks/keep-audit.ts";
import { housekeepingTask } from "./tasks/housekeeping.ts";
import { lookAheadTask } from "./tasks/look-ahead.ts";
import { probeCircuitTask } from "./tasks/probe-circuit.ts";
import { recallAccountsTask } from "./tasks/recall-accounts.ts";
import { resolveHoldTaskOf } from "./tasks/resolve-hold.ts";
import { refreshAccountTask } from "./tasks/refresh-account.ts";
import { runAccountsTask, wakeAccountRunsTask } from "./tasks/run-accounts.ts";
import { rewrapTask, wakeRewrapsTask } from "./tasks/rewrap.ts";
import { sweepTask } from "./tasks/sweep.ts";
import { sweepWebhooksTask } from "./tasks/sweep-webhooks.ts";
import { tendApprovalsTask } from "./tasks/tend-approvals.ts";
import type { TaskName } from "./task-audits.ts";
import type { WorkerPorts } from "./worker-ports.ts";

/** @param stopping this worker is to end: what takes long leaves off and is taken up by another */
export function createTaskList(ports: WorkerPorts, stopping: AbortSignal): TaskList {
  const dispatch = dispatchEventsTask(ports);
  const tasks = {
    [refreshTask]: refreshAccountTask(ports),
    sweep: sweepTask(ports),
    housekeeping: housekeepingTask(ports),
    [probeTask]: probeCircuitTask(ports),
    [recallTask]: recallAccountsTask(ports),
    [checkTask]: checkIntegrationTask(ports, stopping),
    [resolveHoldTask]: resolveHoldTaskOf(ports),
    [dispatchTask]: dispatch,
    [deliverTask]: deliverWebhooksTask(ports),
    "seal-audit-late": sealLateTask(ports, stopping),
    "anchor-audit": anchorAuditTask(ports, stopping),
    "check-audit": checkAuditTask(ports),
    "check-counts": checkCountsTask(ports),
    "look-ahead": lookAheadTask(ports),
    "sweep-webhooks": sweepWebhooksTask(ports, dispatch),
    "tend-approvals": tendApprovalsTask(ports),
    [runAccountsTaskName]: runAccountsTask(ports, stopping),
    "wake-account-runs": wakeAccountRunsTask(ports),
    [rewrapTaskName]: rewrapTask(ports, stopping),
    "wake-rewraps": wakeRewrapsTask(ports),
  } satisfies Record<TaskName, Task>;
  // A job of a task that nobody here has stays for a worker that has it.
  const offered = Object.entries(tasks).filter(([name]) => name !== checkTask || ports.offersChecks);
  return Object.fromEntries(offered.map(([name, task]) => [name, watched(task)]));
}

/** What a job opens stands in no line that is logged while it runs. */
function watched(task: Task): Task {
  return async (payload, helpers) => await withLiveSecrets(async () => void (await task(payload, helpers)));
}

/** One of all workers runs each. */
export function createCrontab(): ParsedCronItem[] {
  return parseCronItems([
    { task: "sweep", match: "* * * * *", options: { maxAttempts: 1, jobKey: "sweep" } },
    { task: "sweep-webhooks", match: "* * * * *", options: { maxAttempts: 1, jobKey: "sweep-webhooks" } },
    { task: "tend-approvals", match: "* * * * *", options: { maxAttempts: 1, jobKey: "tend-approvals" } },
    { task: "look-ahead", match: "* * * * *", options: { maxAttempts: 1, jobKey: "look-ahead" } },
    { task: "wake-account-runs", match: "* * * * *", options: { maxAttempts: 1, jobKey: "wake-account-runs" } },
    { task: "wake-rewraps", match: "* * * * *", options: { maxAttempts: 1, jobKey: "wake-rewraps" } },
    { task: "housekeeping", match: "*/10 * * * *", options: { maxAttempts: 1, jobKey: "housekeeping" } },
    { task: "seal-audit-late", match: "*/5 * * * *", options: { maxAttempts: 1, jobKey: "seal-audit-late" } },
    { task: "anchor-audit", match: "7 * * * *", options: { maxAttempts: 3, jobKey: "anchor-audit" } },
    { task: "check-audit", match: "23 3 * * *", options: { maxAttempts: 2, jobKey: "check-audit" } },
    { task: "check-counts", match: "41 3 * * *", options: { maxAttempts: 1, jobKey: "check-counts" } },
  ]);
}
