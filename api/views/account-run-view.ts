import type { AccountFilter } from "#core/domain/account/account-filter";
import { secondsLeft, type AccountRun } from "#core/domain/account-run/account-run";
import type { RunResult } from "#core/ports/account-run-store";
import type { AccountRunView, RunResultView } from "../schemas/account-run.ts";

export function toAccountRunView(run: AccountRun): AccountRunView {
  return {
    id: run.id,
    action: run.action,
    state: run.state,
    reason: run.reason,
    filter: run.filter === null ? null : toFilterView(run.filter),
    total: run.total,
    done: run.done,
    failed: run.failed,
    skipped: run.skipped,
    pace: run.pace,
    rate: run.rate,
    seconds_left: secondsLeft(run),
    last_error: run.lastError,
    created_by: run.createdBy,
    resumed_by: run.resumedBy,
    created_at: run.createdAt.toISOString(),
    finished_at: run.finishedAt?.toISOString() ?? null,
  };
}

function toFilterView(filter: AccountFilter): NonNullable<AccountRunView["filter"]> {
  const {
    tenantId,
    integrationName,
    status,
    isHeld,
    search,
    lacksScopes,
    isFailing,
    expiresWithinSeconds,
    lastErrorCode,
  } = filter;
  return {
    ...(search === null ? {} : { search }),
    ...(tenantId === null ? {} : { tenant_id: tenantId }),
    ...(integrationName === null ? {} : { integration_name: integrationName }),
    ...(status === null ? {} : { status }),
    ...(isHeld === null ? {} : { hold: isHeld }),
    ...(isFailing === null ? {} : { refresh_failing: isFailing }),
    ...(lacksScopes === null ? {} : { scopes_missing: lacksScopes }),
    ...(expiresWithinSeconds === null ? {} : { expires_within: expiresWithinSeconds }),
    ...(lastErrorCode === null ? {} : { last_error_code: lastErrorCode }),
  };
}

export function toRunResultView(result: RunResult): RunResultView {
  return {
    integrated_account_id: result.accountId,
    tenant_id: result.tenantId,
    integration_name: result.integrationName,
    external_account: result.externalAccount,
    outcome: result.outcome,
    code: result.code,
    detail: result.detail,
    finished_at: result.finishedAt?.toISOString() ?? null,
  };
}
