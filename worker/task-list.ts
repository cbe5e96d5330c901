import { parseCronItems, type ParsedCronItem, type TaskList } from "graphile-worker";
import { refreshTask } from "#adapters/postgres/refresh-jobs";
import { housekeepingTask } from "./tasks/housekeeping.ts";
import { refreshAccountTask } from "./tasks/refresh-account.ts";
import { sweepTask } from "./tasks/sweep.ts";
import type { WorkerPorts } from "./worker-ports.ts";

export function createTaskList(ports: WorkerPorts): TaskList {
  return {
    [refreshTask]: refreshAccountTask(ports),
    sweep: sweepTask(ports),
    housekeeping: housekeepingTask(ports),
  };
}

/** One of all workers runs each. */
export function createCrontab(): ParsedCronItem[] {
  return parseCronItems([
    { task: "sweep", match: "* * * * *", options: { maxAttempts: 1, jobKey: "sweep" } },
    { task: "housekeeping", match: "*/10 * * * *", options: { maxAttempts: 1, jobKey: "housekeeping" } },
  ]);
}
