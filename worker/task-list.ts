import { parseCronItems, type ParsedCronItem, type TaskList } from "graphile-worker";
import { probeTask, recallTask } from "#adapters/postgres/circuit-jobs";
import { resolveHoldTask } from "#adapters/postgres/mass-failure-store";
import { refreshTask } from "#adapters/postgres/refresh-jobs";
import { housekeepingTask } from "./tasks/housekeeping.ts";
import { probeCircuitTask } from "./tasks/probe-circuit.ts";
import { recallAccountsTask } from "./tasks/recall-accounts.ts";
import { resolveHoldTaskOf } from "./tasks/resolve-hold.ts";
import { refreshAccountTask } from "./tasks/refresh-account.ts";
import { sweepTask } from "./tasks/sweep.ts";
import type { WorkerPorts } from "./worker-ports.ts";

export function createTaskList(ports: WorkerPorts): TaskList {
  return {
    [refreshTask]: refreshAccountTask(ports),
    sweep: sweepTask(ports),
    housekeeping: housekeepingTask(ports),
    [probeTask]: probeCircuitTask(ports),
    [recallTask]: recallAccountsTask(ports),
    [resolveHoldTask]: resolveHoldTaskOf(ports),
  };
}

/** One of all workers runs each. */
export function createCrontab(): ParsedCronItem[] {
  return parseCronItems([
    { task: "sweep", match: "* * * * *", options: { maxAttempts: 1, jobKey: "sweep" } },
    { task: "housekeeping", match: "*/10 * * * *", options: { maxAttempts: 1, jobKey: "housekeeping" } },
  ]);
}
