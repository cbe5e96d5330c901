import {
  checkTimes,
  interrupted,
  unclaimed,
  type CheckRun,
  type CheckScenario,
} from "#core/domain/integration/check-run";
import type { CheckStore } from "#core/ports/check-store";
import { insertAudit } from "./audit-log.ts";
import { inTransaction, query, rollback, type DatabaseClient, type DatabasePool } from "./pool.ts";

export const checkTask = "check-integration";

interface CheckRow {
  readonly id: string;
  readonly environment_id: string;
  readonly integration_name: string;
  readonly document: unknown;
  readonly is_in_force: boolean;
  readonly with_samples: boolean;
  readonly started_by: string;
  readonly state: CheckRun["state"];
  readonly detail: string | null;
  readonly scenarios: readonly CheckScenario[];
  readonly left_aside: readonly string[];
  readonly created_at: Date;
  readonly started_at: Date | null;
  readonly beat_at: Date | null;
  readonly finished_at: Date | null;
}

const columns =
  "id, environment_id, integration_name, document, is_in_force, with_samples, started_by, state, detail, scenarios, left_aside, created_at, started_at, beat_at, finished_at";

export function createCheckStore(pool: DatabasePool): CheckStore {
  const one = async (text: string, values: readonly unknown[]): Promise<CheckRun | null> => {
    const { rows } = await query<CheckRow>(pool, text, values);
    return rows[0] === undefined ? null : toRun(rows[0]);
  };

  return {
    async start(run, audit) {
      const started = await inTransaction(pool, async (client) => {
        await endAbandoned(client, run.environmentId);
        const { rows } = await client.query<CheckRow>(
          `INSERT INTO integration_check (id, environment_id, integration_name, document, is_in_force, with_samples, started_by)
           VALUES ($1, $2, $3, $4, $5, $6, $7)
           ON CONFLICT (environment_id) WHERE state IN ('queued', 'running') DO NOTHING RETURNING ${columns}`,
          [
            run.id,
            run.environmentId,
            run.integrationName,
            JSON.stringify(run.document),
            run.isInForce,
            run.withSamples,
            run.startedBy,
          ],
        );
        if (rows[0] === undefined) return rollback;
        await insertAudit(client, [audit]);
        await client.query(
          "SELECT FROM graphile_worker.add_job($1, payload => json_build_object('check_id', $2::text), job_key => 'check:' || $2::text, max_attempts => 1)",
          [checkTask, run.id],
        );
        return toRun(rows[0]);
      });
      return started === rollback ? null : started;
    },

    find: (environmentId, integrationName, id) =>
      one(`SELECT ${columns} FROM integration_check WHERE environment_id = $1 AND integration_name = $2 AND id = $3`, [
        environmentId,
        integrationName,
        id,
      ]),

    findUnderWay: (environmentId) =>
      one(`SELECT ${columns} FROM integration_check WHERE environment_id = $1 AND state IN ('queued', 'running')`, [
        environmentId,
      ]),

    async list(environmentId, integrationName, limit) {
      const { rows } = await query<CheckRow>(
        pool,
        `SELECT ${columns} FROM integration_check WHERE environment_id = $1 AND integration_name = $2
          ORDER BY created_at DESC, id DESC LIMIT $3`,
        [environmentId, integrationName, limit],
      );
      return rows.map(toRun);
    },

    claim: (id) =>
      one(
        `UPDATE integration_check SET state = 'running', started_at = clock_timestamp(), beat_at = clock_timestamp()
          WHERE id = $1 AND state = 'queued' RETURNING ${columns}`,
        [id],
      ),

    async note(id, scenario) {
      const { rowCount } = await query(
        pool,
        `UPDATE integration_check
            SET beat_at = clock_timestamp(), scenarios = CASE WHEN $2::jsonb IS NULL THEN scenarios ELSE scenarios || $2::jsonb END
          WHERE id = $1 AND state = 'running'`,
        [id, scenario === null ? null : JSON.stringify([scenario])],
      );
      return rowCount === 1;
    },

    async finish(id, end) {
      await query(
        pool,
        `UPDATE integration_check SET state = $2, detail = $3, left_aside = $4, finished_at = clock_timestamp()
          WHERE id = $1 AND state = 'running'`,
        [
          id,
          end.kind,
          end.kind === "failed" ? end.detail : null,
          JSON.stringify(end.kind === "done" ? end.leftAside : []),
        ],
      );
    },
  };
}

/** What nobody works on keeps nobody else from beginning. */
async function endAbandoned(client: DatabaseClient, environmentId: string): Promise<void> {
  await client.query(
    `UPDATE integration_check
        SET state = 'failed', finished_at = now(), detail = CASE WHEN state = 'queued' THEN $2 ELSE $3 END
      WHERE environment_id = $1
        AND ((state = 'queued' AND created_at < now() - make_interval(secs => $4))
          OR (state = 'running' AND coalesce(beat_at, created_at) < now() - make_interval(secs => $5)))`,
    [environmentId, unclaimed, interrupted, checkTimes.unclaimedSeconds, checkTimes.silentSeconds],
  );
}

/** A month of them is kept; a check can be made again at any time. */
export const outdatedChecks = "SELECT id FROM integration_check WHERE created_at < now() - interval '30 days'";

function toRun(row: CheckRow): CheckRun {
  return {
    id: row.id,
    environmentId: row.environment_id,
    integrationName: row.integration_name,
    document: row.document,
    isInForce: row.is_in_force,
    withSamples: row.with_samples,
    startedBy: row.started_by,
    state: row.state,
    detail: row.detail,
    scenarios: row.scenarios,
    leftAside: row.left_aside,
    createdAt: row.created_at,
    startedAt: row.started_at,
    beatAt: row.beat_at,
    finishedAt: row.finished_at,
  };
}
