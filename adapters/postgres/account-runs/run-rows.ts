import type { AccountFilter } from "#core/domain/account/account-filter";
import type { AccountRun, RunAction, RunState } from "#core/domain/account-run/account-run";

export interface RunRow {
  readonly id: string;
  readonly environment_id: string;
  readonly action: RunAction;
  readonly state: RunState;
  readonly reason: string | null;
  readonly filter: AccountFilter | null;
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  readonly skipped: number;
  readonly pace: number | null;
  readonly rate: number | null;
  readonly last_error: string | null;
  readonly created_by: string;
  readonly resumed_by: string | null;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly finished_at: Date | null;
}

export const runColumns =
  "id, environment_id, action, state, reason, filter, total, done, failed, skipped, pace, rate, last_error, created_by, resumed_by, created_at, updated_at, finished_at";

export function toRun(row: RunRow): AccountRun {
  return {
    id: row.id,
    environmentId: row.environment_id,
    action: row.action,
    state: row.state,
    reason: row.reason,
    filter: row.filter,
    total: row.total,
    done: row.done,
    failed: row.failed,
    skipped: row.skipped,
    pace: row.pace,
    rate: row.rate,
    lastError: row.last_error,
    createdBy: row.created_by,
    resumedBy: row.resumed_by,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    finishedAt: row.finished_at,
  };
}
