import { rewrapLeaseSeconds, type RewrapProgress, type RewrapRun } from "#core/domain/sealing/rewrap-run";
import type { SealedPlace } from "#core/domain/sealing/sealed-place";
import type { SealingPolicy } from "#core/domain/sealing/sealing-policy";
import type { RewrapFailure, RewrapFailureReason, RewrapStore } from "#core/ports/rewrap-store";
import { insertAudit } from "./audit-log.ts";
import { insertEvent } from "./integration-events.ts";
import { inTransaction, query, rollback, type DatabaseClient, type DatabasePool } from "./pool.ts";
import { refuseDuringRotation } from "./rotation-gate.ts";
import { runColumns, toRun, type RunRow } from "./rewrap-rows.ts";
import { spendAny } from "./write-approval.ts";
import { countStale, firstHeld, readStale, sampleValues, writeValues } from "./rewrap-values.ts";

export const rewrapTask = "rewrap";

/** Failures of one run that are listed; all are counted. */
const failuresMost = 1_000;

export function createRewrapStore(pool: DatabasePool): RewrapStore {
  const one = async (text: string, values: readonly unknown[]): Promise<RewrapRun | null> => {
    const { rows } = await query<RunRow>(pool, text, values);
    return rows[0] === undefined ? null : toRun(rows[0]);
  };

  return {
    async policyOf(environmentId) {
      const { rows } = await query<{ sealing_policy: SealingPolicy }>(
        pool,
        "SELECT sealing_policy FROM environment WHERE id = $1",
        [environmentId],
      );
      return rows[0]?.sealing_policy ?? "direct";
    },

    async start(run, heldBy, audit, approved) {
      const started = await inTransaction(pool, async (client) => {
        if (run.everything) await refuseDuringRotation(client);
        const { rows } = await client.query<RunRow>(
          `INSERT INTO rewrap_run (id, environment_id, to_kid, from_kids, pace, total, started_by, claimed_by, claimed_until, everything)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now() + make_interval(secs => $9), $10)
           ON CONFLICT (environment_id) WHERE state IN ('running', 'paused') DO NOTHING RETURNING ${runColumns}`,
          [
            run.id,
            run.environmentId,
            run.toKid,
            run.fromKids,
            run.pace,
            run.total,
            run.startedBy,
            heldBy,
            heldBy === null ? null : rewrapLeaseSeconds,
            run.everything,
          ],
        );
        if (rows[0] === undefined) return rollback;
        await spendAny(client, approved);
        await insertAudit(client, [audit]);
        await addJob(client, run.id);
        return toRun(rows[0]);
      });
      return started === rollback ? null : started;
    },

    find: (environmentId, id) =>
      one(`SELECT ${runColumns} FROM rewrap_run WHERE environment_id = $1 AND id = $2`, [environmentId, id]),

    findUnfinished: (environmentId) =>
      one(`SELECT ${runColumns} FROM rewrap_run WHERE environment_id = $1 AND state IN ('running', 'paused')`, [
        environmentId,
      ]),

    async list(environmentId, limit) {
      const { rows } = await query<RunRow>(
        pool,
        `SELECT ${runColumns} FROM rewrap_run WHERE environment_id = $1 ORDER BY started_at DESC LIMIT $2`,
        [environmentId, limit],
      );
      return rows.map(toRun);
    },

    async failures(runId, limit) {
      const { rows } = await query<{
        place: SealedPlace;
        owner: string;
        field: string;
        version: number;
        kid: string;
        reason: RewrapFailureReason;
      }>(
        pool,
        `SELECT place, owner, field, version, kid, reason FROM rewrap_failure
          WHERE run_id = $1 ORDER BY place, owner, field, version LIMIT $2`,
        [runId, limit],
      );
      return rows;
    },

    claim: (id, owner) =>
      one(
        `UPDATE rewrap_run SET claimed_by = $2, claimed_until = now() + make_interval(secs => $3), updated_at = now()
          WHERE id = $1 AND state = 'running' AND (claimed_until IS NULL OR claimed_until < now() OR claimed_by = $2)
          RETURNING ${runColumns}`,
        [id, owner, rewrapLeaseSeconds],
      ),

    keep: (id, owner, lastError) =>
      one(
        `UPDATE rewrap_run SET claimed_until = now() + make_interval(secs => $3), last_error = $4, updated_at = now()
          WHERE id = $1 AND claimed_by = $2 RETURNING ${runColumns}`,
        [id, owner, rewrapLeaseSeconds, lastError],
      ),

    async release(id, owner) {
      await query(
        pool,
        "UPDATE rewrap_run SET claimed_by = NULL, claimed_until = NULL WHERE id = $1 AND claimed_by = $2",
        [id, owner],
      );
    },

    async change(environmentId, id, patch, from, audit) {
      const changed = await inTransaction(pool, async (client) => {
        const { rows } = await client.query<RunRow>(
          `UPDATE rewrap_run
              SET state = coalesce($3, state), pace = CASE WHEN $4 THEN $5 ELSE pace END, updated_at = now(),
                  finished_at = CASE WHEN $3 = 'stopped' THEN now() ELSE finished_at END,
                  -- Whoever is told to go on has its time anew.
                  rate = CASE WHEN $3 = 'running' THEN NULL ELSE rate END
            WHERE environment_id = $1 AND id = $2 AND state = ANY ($6) RETURNING ${runColumns}`,
          [environmentId, id, patch.state ?? null, patch.pace !== undefined, patch.pace ?? null, from],
        );
        if (rows[0] === undefined) return rollback;
        await insertAudit(client, [audit]);
        if (patch.state === "running") await addJob(client, id);
        return toRun(rows[0]);
      });
      return changed === rollback ? null : changed;
    },

    async countStale(scope) {
      const counts = Object.entries(await countStale(pool, scope)).toSorted(([, a], [, b]) => b - a);
      return {
        total: counts.reduce((sum, [, count]) => sum + count, 0),
        byKid: Object.fromEntries(counts.slice(0, 100)),
      };
    },

    readStale: (scope, place, cursor, limit) => readStale(pool, scope, place, cursor, limit),

    async writeBatch(batch) {
      const held: { at: number | null } = { at: null };
      const done = await inTransaction(pool, async (client) => {
        const written = await writeValues(client, batch);
        if (batch.held === "refused" && written < batch.values.length) {
          held.at = await firstHeld(client, batch);
          if (held.at !== null) return rollback;
        }
        const { rate, ...progress } = batch.progress(written);
        const run = await setProgress(client, batch.runId, batch.owner, progress, rate);
        if (run === null) return rollback;
        await insertFailures(client, batch.runId, batch.failures);
        const record = batch.audit(written);
        if (record !== null) await insertAudit(client, [record]);
        return { run, written };
      });
      if (done !== rollback) return done;
      return held.at === null ? null : { heldAt: held.at };
    },

    async moveOn(id, owner, progress) {
      return await inTransaction(pool, async (client) => {
        const run = await setProgress(client, id, owner, progress, null);
        // The next pass meets whatever still does not open.
        if (run !== null && progress.phase === "rewrapping" && progress.place === "tenant_key") {
          await client.query("DELETE FROM rewrap_failure WHERE run_id = $1", [id]);
        }
        return run;
      });
    },

    sample: (environmentId, size) => sampleValues(pool, environmentId, size),

    async finish(id, owner, end, audit) {
      const finished = await inTransaction(pool, async (client) => {
        const { rows } = await client.query<RunRow>(
          `UPDATE rewrap_run
              SET state = 'done', sample_size = $3, sample_opened = $4, remaining = $5, finished_at = now(), updated_at = now(),
                  claimed_by = NULL, claimed_until = NULL, last_error = NULL
            WHERE id = $1 AND claimed_by = $2 AND state = 'running' RETURNING ${runColumns}`,
          [id, owner, end.sampleSize, end.sampleOpened, JSON.stringify(end.remaining)],
        );
        if (rows[0] === undefined) return rollback;
        const run = toRun(rows[0]);
        await insertFailures(client, id, end.failures);
        await insertAudit(client, [audit]);
        if (run.failed + end.failures.length > 0) await tellAnomaly(client, run, end.failures.length);
        return run;
      });
      return finished === rollback ? null : finished;
    },
  };
}

/** Runs that nobody works on get a job. @returns how many */
export async function wakeRewraps(pool: DatabasePool): Promise<number> {
  const { rows } = await query<{ id: string }>(
    pool,
    "SELECT id FROM rewrap_run WHERE state = 'running' AND (claimed_until IS NULL OR claimed_until < now())",
    [],
  );
  for (const { id } of rows) await addJob(pool, id);
  return rows.length;
}

async function addJob(client: DatabaseClient | DatabasePool, runId: string): Promise<void> {
  await client.query(
    `SELECT FROM graphile_worker.add_job($1, payload => json_build_object('run_id', $2::text), job_key => 'rewrap:' || $2::text, max_attempts => 3)`,
    [rewrapTask, runId],
  );
}

/** @param rate null: as it was */
async function setProgress(
  client: DatabaseClient,
  id: string,
  owner: string,
  progress: RewrapProgress,
  rate: number | null,
): Promise<RewrapRun | null> {
  const { rows } = await client.query<RunRow>({
    name: "rewrap-progress",
    text: `UPDATE rewrap_run
        SET phase = $3, pass = $4, place = $5, cursor = $6, found = $7, written = $8, left_over = $9, done = $10, failed = $11,
            anew = $12, rate = coalesce($13, rate), updated_at = now()
      WHERE id = $1 AND claimed_by = $2 RETURNING ${runColumns}`,
    values: [
      id,
      owner,
      progress.phase,
      progress.pass,
      progress.place,
      progress.cursor === null ? null : JSON.stringify(progress.cursor),
      progress.found,
      progress.written,
      progress.leftOver,
      progress.done,
      progress.failed,
      progress.anew,
      rate,
    ],
  });
  return rows[0] === undefined ? null : toRun(rows[0]);
}

async function insertFailures(
  client: DatabaseClient,
  runId: string,
  failures: readonly RewrapFailure[],
): Promise<void> {
  if (failures.length === 0) return;
  await client.query(
    `INSERT INTO rewrap_failure (run_id, place, owner, field, version, kid, reason)
     SELECT $1, f.* FROM unnest($2::text[], $3::text[], $4::text[], $5::int[], $6::text[], $7::text[]) AS f
      LIMIT greatest(0, $8 - (SELECT count(*) FROM rewrap_failure WHERE run_id = $1))
     ON CONFLICT DO NOTHING`,
    [
      runId,
      failures.map((one) => one.place),
      failures.map((one) => one.owner),
      failures.map((one) => one.field),
      failures.map((one) => one.version),
      failures.map((one) => one.kid),
      failures.map((one) => one.reason),
      failuresMost,
    ],
  );
}

async function tellAnomaly(client: DatabaseClient, run: RewrapRun, ofSample: number): Promise<void> {
  await insertEvent(client, run.environmentId, "security:anomaly", {
    kind: "sealed_values_do_not_open",
    rewrap_run_id: run.id,
    values: run.failed + ofSample,
  });
}
