import { rolePermissions, type Permission, type Role } from "#core/domain/access/permission";
import { answererOf, runLeaseSeconds, type AccountRun } from "#core/domain/account-run/account-run";
import type { AccountRunStore, RunOutcome, RunResult, SeenAccount } from "#core/ports/account-run-store";
import { insertAudit } from "../audit-log.ts";
import { inTransaction, query, rollback, type DatabasePool } from "../pool.ts";
import { addRunJob } from "./run-jobs.ts";
import { runColumns, toRun, type RunRow } from "./run-rows.ts";
import { countSelected, startRun } from "./start-run.ts";

export function createAccountRunStore(pool: DatabasePool): AccountRunStore {
  const one = async (text: string, values: readonly unknown[]): Promise<AccountRun | null> => {
    const { rows } = await query<RunRow>(pool, text, values);
    return rows[0] === undefined ? null : toRun(rows[0]);
  };

  return {
    count: (...input) => countSelected(pool, ...input),
    start: (...input) => startRun(pool, ...input),

    find: (environmentId, id, createdBy) =>
      one(
        `SELECT ${runColumns} FROM account_run WHERE environment_id = $1 AND id = $2 AND ($3::text IS NULL OR created_by = $3)`,
        [environmentId, id, createdBy],
      ),

    async list(environmentId, createdBy, after, take) {
      const { rows } = await query<RunRow>(
        pool,
        `SELECT ${runColumns} FROM account_run
          WHERE environment_id = $1 AND ($2::text IS NULL OR created_by = $2)
            AND ($3::timestamptz IS NULL OR (created_at, id) < ($3, $4))
          ORDER BY created_at DESC, id DESC LIMIT $5`,
        [environmentId, createdBy, after?.at ?? null, after?.id ?? null, take],
      );
      return rows.map(toRun);
    },

    async results(run, outcome, afterPlace, take) {
      const { rows } = await query<ResultRow>(
        pool,
        `SELECT r.place, r.account_id, a.tenant_id, a.integration_name, a.external_account, r.outcome, r.code, r.detail, r.finished_at
           FROM account_run_result r LEFT JOIN integrated_account a ON a.id = r.account_id AND a.environment_id = $2
          WHERE r.run_id = $1 AND r.place > $3 AND ($4::text IS NULL OR r.outcome = $4) ORDER BY r.place LIMIT $5`,
        [run.id, run.environmentId, afterPlace ?? 0, outcome, take],
      );
      return rows.map(toResult);
    },

    async links(run, idOf, afterPlace, take) {
      const { rows } = await query<Pick<ResultRow, "place" | "account_id" | "tenant_id">>(
        pool,
        `SELECT r.place, r.account_id, a.tenant_id FROM account_run_result r
           LEFT JOIN integrated_account a ON a.id = r.account_id AND a.environment_id = $2
          WHERE r.run_id = $1 AND r.outcome = 'done' AND r.place > $3 ORDER BY r.place LIMIT $4`,
        [run.id, run.environmentId, afterPlace ?? 0, take],
      );
      const { rows: alive } = await query<{ id: string; expires_at: Date }>(
        pool,
        "SELECT id, expires_at FROM link_token WHERE environment_id = $1 AND id = ANY ($2) AND used_at IS NULL AND expires_at > now()",
        [run.environmentId, rows.map((row) => idOf(row.account_id))],
      );
      const ends = new Map(alive.map(({ id, expires_at: expiresAt }) => [id, expiresAt]));
      return {
        links: rows.flatMap(({ place, account_id: accountId, tenant_id: tenantId }) => {
          const expiresAt = ends.get(idOf(accountId));
          return expiresAt === undefined ? [] : [{ place, accountId, tenantId, expiresAt }];
        }),
        lastPlace: rows.length < take ? null : (rows.at(-1)?.place ?? null),
      };
    },

    async change(run, patch, from, audit, why) {
      const changed = await inTransaction(pool, async (client) => {
        const { rows } = await client.query<RunRow>(
          `UPDATE account_run
              SET state = coalesce($3, state), pace = CASE WHEN $4 THEN $5 ELSE pace END, updated_at = now(),
                  finished_at = CASE WHEN $3 = 'cancelled' THEN now() ELSE finished_at END,
                  -- Another pace is no reason to forget why it rests.
                  last_error = CASE WHEN $3 IS NULL THEN last_error ELSE $7 END,
                  resumed_by = CASE WHEN $3 = 'running' THEN $8 ELSE resumed_by END,
                  -- Whoever is told to go on has its time anew.
                  rate = CASE WHEN $3 = 'running' THEN NULL ELSE rate END
            WHERE environment_id = $1 AND id = $2 AND state = ANY ($6) RETURNING ${runColumns}`,
          [
            run.environmentId,
            run.id,
            patch.state ?? null,
            patch.pace !== undefined,
            patch.pace ?? null,
            from,
            why ?? null,
            audit.actor,
          ],
        );
        if (rows[0] === undefined) return rollback;
        await insertAudit(client, [audit]);
        if (patch.state === "running") await addRunJob(client, run.id);
        return toRun(rows[0]);
      });
      return changed === rollback ? null : changed;
    },

    claim: (id, owner) =>
      one(
        `UPDATE account_run SET claimed_by = $2, claimed_until = now() + make_interval(secs => $3)
          WHERE id = $1 AND state = 'running' AND (claimed_until IS NULL OR claimed_until < now() OR claimed_by = $2)
          RETURNING ${runColumns}`,
        [id, owner, runLeaseSeconds],
      ),

    keep: (id, owner, lastError) =>
      one(
        `UPDATE account_run SET claimed_until = now() + make_interval(secs => $3), last_error = $4
          WHERE id = $1 AND claimed_by = $2 RETURNING ${runColumns}`,
        [id, owner, runLeaseSeconds, lastError],
      ),

    async release(id, owner) {
      await query(
        pool,
        "UPDATE account_run SET claimed_by = NULL, claimed_until = NULL WHERE id = $1 AND claimed_by = $2",
        [id, owner],
      );
    },

    async isInForce(run, permission) {
      const { rows } = await query<{ role: Role | null; permissions: Permission[] | null }>(
        pool,
        `SELECT (SELECT role FROM admin_user WHERE id = $1 AND disabled_at IS NULL) AS role,
                (SELECT permissions FROM api_key WHERE id = $1 AND revoked_at IS NULL AND stopped_at IS NULL
                    AND (expires_at IS NULL OR expires_at > now())) AS permissions`,
        [answererOf(run)],
      );
      const { role = null, permissions = null } = rows[0] ?? {};
      return role === null ? (permissions ?? []).includes(permission) : rolePermissions[role].includes(permission);
    },

    async next(id, take) {
      const { rows } = await query<{
        place: number;
        account_id: string;
        seen: SeenAccount | null;
        tries: number;
        not_before: Date | null;
        is_due: boolean;
      }>(
        pool,
        `(SELECT place, account_id, seen, tries, not_before, true AS is_due FROM account_run_result
           WHERE run_id = $1 AND outcome = 'pending' AND (not_before IS NULL OR not_before <= now()) ORDER BY place LIMIT $2)
         UNION ALL
         (SELECT place, account_id, seen, tries, not_before, false FROM account_run_result
           WHERE run_id = $1 AND outcome = 'pending' AND not_before > now() ORDER BY not_before LIMIT 1)`,
        [id, take],
      );
      return {
        items: rows
          .filter((row) => row.is_due)
          .map(({ place, account_id: accountId, seen, tries }) => ({ place, accountId, seen, tries })),
        dueAt: rows.find((row) => !row.is_due)?.not_before ?? null,
      };
    },

    async begin(id, place, seen) {
      const { rows } = await query<{ seen: SeenAccount }>(
        pool,
        "UPDATE account_run_result SET seen = coalesce(seen, $3) WHERE run_id = $1 AND place = $2 RETURNING seen",
        [id, place, JSON.stringify(seen)],
      );
      return rows[0]?.seen ?? seen;
    },

    async putOff(id, place, until) {
      await query(
        pool,
        "UPDATE account_run_result SET not_before = $3, tries = tries + 1 WHERE run_id = $1 AND place = $2 AND outcome = 'pending'",
        [id, place, until],
      );
    },

    async conclude(run, item, { outcome, code, detail }, audit) {
      await inTransaction(pool, async (client) => {
        const { rowCount } = await client.query(
          `UPDATE account_run_result SET outcome = $3, code = $4, detail = $5, not_before = NULL, finished_at = now()
            WHERE run_id = $1 AND place = $2 AND outcome = 'pending'`,
          [run.id, item.place, outcome, code, detail],
        );
        if (rowCount !== 1) return rollback;
        await client.query(
          `UPDATE account_run SET done = done + ($2 = 'done')::int, failed = failed + ($2 = 'failed')::int,
                  skipped = skipped + ($2 = 'skipped')::int, updated_at = now() WHERE id = $1`,
          [run.id, outcome],
        );
        await insertAudit(client, [audit]);
        return null;
      });
    },

    async setRate(id, owner, rate) {
      await query(pool, "UPDATE account_run SET rate = $3 WHERE id = $1 AND claimed_by = $2", [id, owner, rate]);
    },

    async finish(id, owner, audit) {
      const finished = await inTransaction(pool, async (client) => {
        const { rows } = await client.query<RunRow>(
          `UPDATE account_run SET state = 'done', finished_at = now(), updated_at = now(), last_error = NULL
            WHERE id = $1 AND claimed_by = $2 AND state = 'running'
              AND NOT EXISTS (SELECT FROM account_run_result WHERE run_id = $1 AND outcome = 'pending') RETURNING ${runColumns}`,
          [id, owner],
        );
        if (rows[0] === undefined) return rollback;
        const run = toRun(rows[0]);
        await insertAudit(client, [audit(run)]);
        return run;
      });
      return finished === rollback ? null : finished;
    },
  };
}

interface ResultRow {
  readonly place: number;
  readonly account_id: string;
  readonly tenant_id: string | null;
  readonly integration_name: string | null;
  readonly external_account: RunResult["externalAccount"];
  readonly outcome: RunOutcome;
  readonly code: string | null;
  readonly detail: string | null;
  readonly finished_at: Date | null;
}

function toResult(row: ResultRow): RunResult {
  return {
    place: row.place,
    accountId: row.account_id,
    tenantId: row.tenant_id,
    integrationName: row.integration_name,
    externalAccount: row.external_account,
    outcome: row.outcome,
    code: row.code,
    detail: row.detail,
    finishedAt: row.finished_at,
  };
}
