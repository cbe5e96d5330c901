import { everyAccount } from "#core/domain/account/account-filter";
import type { Caller } from "#core/domain/access/permission";
import type { AccountRun } from "#core/domain/account-run/account-run";
import type { AccountRunStore, NewRun, Selection, Started } from "#core/ports/account-run-store";
import { allOf, conditionsOf, type Wanted } from "../account-list/conditions.ts";
import { createBindings, type Bindings } from "../account-list/bindings.ts";
import { insertAudit } from "../audit-log.ts";
import { inTransaction, query, rollback, type DatabaseClient, type DatabasePool } from "../pool.ts";
import { runColumns, toRun, type RunRow } from "./run-rows.ts";
import { addRunJob } from "./run-jobs.ts";

/** The accounts of a selection, as rows `a`. Whoever begins a run waits for it once; it is no page that is looked at all day. */
function selectedSql(caller: Wanted["caller"], selection: Selection, bindings: Bindings): string {
  const filter = selection.kind === "filter" ? selection.filter : everyAccount;
  const named = selection.kind === "ids" ? ` AND a.id = ANY (${bindings.add(selection.ids)}::text[])` : "";
  const environment = bindings.add(caller.environmentId);
  return `FROM integrated_account a WHERE a.environment_id = ${environment}${named} AND ${allOf(conditionsOf({ caller, filter }), bindings)}`;
}

export async function countSelected(
  pool: DatabasePool,
  ...[caller, selection, most]: Parameters<AccountRunStore["count"]>
): ReturnType<AccountRunStore["count"]> {
  const bindings = createBindings();
  const selected = selectedSql(caller, selection, bindings);
  const { rows } = await query<{ status: string; count: number; held: number }>(
    pool,
    `SELECT status, count(*)::int AS count, count(*) FILTER (WHERE is_held)::int AS held
       FROM (SELECT a.status, a.hold IS NOT NULL AS is_held ${selected} LIMIT ${bindings.add(most + 1)}) s GROUP BY status`,
    bindings.values,
  );
  return {
    total: rows.reduce((sum, { count }) => sum + count, 0),
    byStatus: Object.fromEntries(rows.map(({ status, count }) => [status, count])),
    held: rows.reduce((sum, { held }) => sum + held, 0),
  };
}

export async function startRun(
  pool: DatabasePool,
  ...[caller, run, selection, limits, audit]: Parameters<AccountRunStore["start"]>
): Promise<Started> {
  let refused: Started = { kind: "none" };
  const started = await inTransaction(pool, async (client) => {
    // Two that begin at once count each other.
    await client.query("SELECT pg_advisory_xact_lock(hashtextextended('account-runs:' || $1, 0))", [
      caller.environmentId,
    ]);
    const known = await findStarted(client, caller.environmentId, run.id);
    if (known !== null) return known;
    const { rows: others } = await client.query<{ unfinished: number }>(
      "SELECT count(*)::int AS unfinished FROM account_run WHERE environment_id = $1 AND state IN ('running', 'paused')",
      [caller.environmentId],
    );
    const unfinished = others[0]?.unfinished ?? 0;
    if (unfinished >= limits.unfinished) {
      refused = { kind: "busy", unfinished };
      return rollback;
    }
    await insertRun(client, caller, run, selection);
    const total = await insertAccounts(client, caller, run.id, selection, limits.accounts);
    const unknown = selection.kind === "ids" ? await unknownOf(client, run.id, selection.ids) : [];
    if (unknown.length > 0) refused = { kind: "unknown", ids: unknown };
    else if (total > limits.accounts) refused = { kind: "too_many", found: total };
    if (unknown.length > 0 || total > limits.accounts || total === 0) return rollback;
    const { rows } = await client.query<RunRow>(
      `UPDATE account_run SET total = $2 WHERE id = $1 RETURNING ${runColumns}`,
      [run.id, total],
    );
    await insertAudit(client, [audit(total)]);
    await addRunJob(client, run.id);
    return rows[0] === undefined ? rollback : toRun(rows[0]);
  });
  return started === rollback ? refused : { kind: "started", run: started };
}

async function findStarted(client: DatabaseClient, environmentId: string, id: string): Promise<AccountRun | null> {
  const { rows } = await client.query<RunRow>(
    `SELECT ${runColumns} FROM account_run WHERE environment_id = $1 AND id = $2`,
    [environmentId, id],
  );
  return rows[0] === undefined ? null : toRun(rows[0]);
}

async function insertRun(
  client: DatabaseClient,
  caller: Pick<Caller, "id" | "environmentId">,
  run: NewRun,
  selection: Selection,
): Promise<void> {
  await client.query(
    `INSERT INTO account_run (id, environment_id, action, reason, filter, total, pace, created_by)
     VALUES ($1, $2, $3, $4, $5, 0, $6, $7)`,
    [
      run.id,
      caller.environmentId,
      run.action,
      run.reason,
      selection.kind === "filter" ? JSON.stringify(selection.filter) : null,
      run.pace,
      caller.id,
    ],
  );
}

/** As they match at this moment; what comes later is another run's. The newest first, as lists have them. */
async function insertAccounts(
  client: DatabaseClient,
  caller: Wanted["caller"],
  runId: string,
  selection: Selection,
  most: number,
): Promise<number> {
  const bindings = createBindings();
  const run = bindings.add(runId);
  const selected = selectedSql(caller, selection, bindings);
  const { rowCount } = await client.query(
    `INSERT INTO account_run_result (run_id, place, account_id)
     SELECT ${run}, row_number() OVER (ORDER BY created_at DESC, id DESC), id
       FROM (SELECT a.id, a.created_at ${selected} LIMIT ${bindings.add(most + 1)}) s`,
    [...bindings.values],
  );
  return rowCount ?? 0;
}

async function unknownOf(client: DatabaseClient, runId: string, ids: readonly string[]): Promise<readonly string[]> {
  const { rows } = await client.query<{ id: string }>(
    "SELECT id FROM unnest($2::text[]) AS id WHERE NOT EXISTS (SELECT FROM account_run_result WHERE run_id = $1 AND account_id = id)",
    [runId, ids],
  );
  return rows.map(({ id }) => id);
}
