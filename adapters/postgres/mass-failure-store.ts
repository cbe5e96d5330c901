import { oauthConfigOf } from "#core/domain/integration/integration-document";
import type { MassFailureCause } from "#core/domain/refresh/mass-failure";
import type { AccountStore } from "#core/ports/account-store";
import type { Clock } from "#core/ports/clock";
import type { IntegrationStore } from "#core/ports/integration-store";
import type { HoldDecision, MassFailure, MassFailureStore } from "#core/ports/mass-failure-store";
import type { Randomness } from "#core/ports/randomness";
import { happeningOf } from "#core/usecases/attempt-changes";
import { findReadable } from "#core/usecases/find-readable";
import { plainChange } from "#core/usecases/plain-change";
import { insertAudit } from "./audit-log.ts";
import { refreshTask } from "./refresh-jobs.ts";
import { inTransaction, query, rollback, type DatabasePool } from "./pool.ts";

export const resolveHoldTask = "resolve-hold";

interface MassFailureRow {
  readonly integration_name: string;
  readonly started_at: Date | null;
  readonly likely_cause: MassFailureCause | null;
  readonly held: number;
  readonly left: number;
  readonly decision: HoldDecision | null;
  readonly decided_by: string | null;
  readonly decided_at: Date | null;
}

const select = `
  SELECT m.integration_name, m.started_at, m.likely_cause, m.decision, m.decided_by, m.decided_at,
         (SELECT count(*)::int FROM integrated_account a
           WHERE a.environment_id = m.environment_id AND a.integration_name = m.integration_name AND a.hold IS NOT NULL) AS held,
         (SELECT count(*)::int FROM integrated_account a
           WHERE a.environment_id = m.environment_id AND a.integration_name = m.integration_name AND a.status = 'needs_reauth'
             AND a.reauth_required_at > coalesce(m.started_at, m.decided_at) - make_interval(secs => m.window_seconds)) AS left
    FROM mass_failure m WHERE m.environment_id = $1`;

export function createMassFailureStore(pool: DatabasePool): MassFailureStore {
  return {
    async find(environmentId, integrationName) {
      const { rows } = await query<MassFailureRow>(pool, `${select} AND m.integration_name = $2`, [
        environmentId,
        integrationName,
      ]);
      return rows[0] === undefined ? null : toMassFailure(rows[0]);
    },

    async list(environmentId) {
      const { rows } = await query<MassFailureRow>(pool, `${select} ORDER BY m.integration_name`, [environmentId]);
      return rows.filter((row) => row.started_at !== null || row.held > 0).map(toMassFailure);
    },

    async decide({ environmentId, integrationName, decision, actor }) {
      const result = await inTransaction(pool, async (client) => {
        const { rows } = await client.query<DecidedRow>(decideSql, [environmentId, integrationName, decision, actor]);
        const decided = rows[0];
        if (decided === undefined) return rollback;
        const action = decision === "release" ? "mass_failure.released" : "mass_failure.confirmed";
        await insertAudit(client, [{ environmentId, actor, action, target: integrationName }]);
        await client.query("SELECT FROM graphile_worker.add_job($1, payload => $2::json, job_key => $3)", [
          resolveHoldTask,
          JSON.stringify({
            environment_id: environmentId,
            integration_name: integrationName,
            decision,
            actor,
            decided_at: decided.decided_at.toISOString(),
            left_since: decided.left_since?.toISOString() ?? null,
          }),
          `hold:${environmentId}:${integrationName}`,
        ]);
        return true;
      });
      return result !== rollback;
    },
  };
}

interface DecidedRow {
  readonly decided_at: Date;
  readonly left_since: Date | null;
}

/** What is being resolved already can only be resolved the same way. */
const decideSql = `
  WITH declared AS (
    SELECT started_at - make_interval(secs => window_seconds) AS left_since FROM mass_failure
     WHERE environment_id = $1 AND integration_name = $2
       AND (started_at IS NOT NULL
            OR (decision = $3 AND EXISTS (SELECT FROM integrated_account a
                 WHERE a.environment_id = $1 AND a.integration_name = $2 AND a.hold IS NOT NULL)))
       FOR UPDATE
  )
  UPDATE mass_failure m SET started_at = NULL, decision = $3, decided_by = $4, decided_at = clock_timestamp()
    FROM declared WHERE m.environment_id = $1 AND m.integration_name = $2
  RETURNING m.decided_at, declared.left_since`;

/** Accounts that were held until the decision; what fails afterwards is another failure. */
export interface Held {
  readonly environmentId: string;
  readonly integrationName: string;
  readonly actor: string;
  readonly decidedAt: Date;
}

const heldThen = `environment_id = $1 AND integration_name = $2 AND hold IS NOT NULL AND (hold ->> 'at')::timestamptz <= $3`;

const batch = 500;
/** So many released accounts a second ask again where no budget says otherwise. */
const releasePerSecond = 20;

/**
 * The grants are alive, the provider or our client was not: the held accounts are due again, spread over the budget.
 * @returns how many were held
 */
export async function releaseHeld(
  ports: { readonly pool: DatabasePool; readonly integrations: IntegrationStore },
  held: Held,
): Promise<number> {
  const perSecond = await pace(ports.integrations, held);
  let total = 0;
  for (;;) {
    const { rowCount } = await query(
      ports.pool,
      `WITH chosen AS (
         SELECT id, row_number() OVER (ORDER BY expires_at NULLS LAST, id) AS place FROM (
           SELECT id, expires_at FROM integrated_account WHERE ${heldThen}
            ORDER BY expires_at NULLS LAST, id LIMIT $4 FOR UPDATE) AS held)
       UPDATE integrated_account a
          SET hold = NULL, cooldown_until = NULL, consecutive_failures = 0, last_error = NULL, updated_at = now(),
              refresh_due_at = CASE WHEN a.status = 'active'
                THEN now() + make_interval(secs => ($5::int + c.place) * (0.8 + 0.4 * random()) / $6::float8) END
         FROM chosen c WHERE a.id = c.id`,
      [held.environmentId, held.integrationName, held.decidedAt, batch, total, perSecond],
    );
    total += rowCount ?? 0;
    if ((rowCount ?? 0) < batch) return total;
  }
}

/**
 * Those that left within the failure, before the guard saw it, are tried once more: a refresh that works brings them back (R31).
 *
 * @param held `after`: so many others go first, at the same pace
 * @returns how many
 */
export async function retryLeft(
  ports: { readonly pool: DatabasePool; readonly integrations: IntegrationStore },
  held: Held & { readonly leftSince: Date; readonly after: number },
): Promise<number> {
  const perSecond = await pace(ports.integrations, held);
  const { rowCount } = await query(
    ports.pool,
    `SELECT graphile_worker.add_job($5, payload => json_build_object('environment_id', l.environment_id, 'account_id', l.id, 'retry', true),
              job_key => 'retry:' || l.id, run_at => now() + make_interval(secs => ($7::int + l.place) / $6::float8), max_attempts => 5)
       FROM (SELECT id, environment_id, row_number() OVER (ORDER BY reauth_required_at) AS place FROM integrated_account
              WHERE environment_id = $1 AND integration_name = $2 AND status = 'needs_reauth'
                AND reauth_required_at BETWEEN $4 AND $3) AS l`,
    [held.environmentId, held.integrationName, held.decidedAt, held.leftSince, refreshTask, perSecond, held.after],
  );
  return rowCount ?? 0;
}

async function pace(integrations: IntegrationStore, held: Held): Promise<number> {
  const configured = await findReadable(integrations, held.environmentId, held.integrationName);
  const perMinute = configured === null ? null : (oauthConfigOf(configured.document)?.refresh.perMinute ?? null);
  return perMinute === null ? releasePerSecond : perMinute / 60;
}

/**
 * The grants are dead indeed: every held account leaves as `needs_reauth`, each with its event. Stops when told to, or when it
 * gets nowhere; the job comes back then.
 * @returns how many left
 */
export async function confirmHeld(
  ports: {
    readonly pool: DatabasePool;
    readonly accounts: AccountStore;
    readonly clock: Clock;
    readonly random: Randomness;
  },
  held: Held,
  signal?: AbortSignal,
): Promise<number> {
  let total = 0;
  for (;;) {
    const { rows } = await query<{ id: string }>(
      ports.pool,
      `SELECT id FROM integrated_account WHERE ${heldThen} ORDER BY id LIMIT $4`,
      [held.environmentId, held.integrationName, held.decidedAt, batch],
    );
    if (rows.length === 0) return total;
    const before = total;
    for (const { id } of rows) {
      if (signal?.aborted === true) throw new Error("stopped before every held account had left");
      const account = await ports.accounts.find(held.environmentId, id);
      if (account === null || account.hold === null) continue;
      const message = account.lastError?.message ?? null;
      const change = {
        ...plainChange(account, {}),
        happening: happeningOf(ports.random, "grant_rejected", ports.clock.now(), held.actor, message),
      };
      // A race with a refresh or a re-authorization is theirs to win; the next round looks again.
      if ((await ports.accounts.apply(change)) !== null) total += 1;
    }
    if (total === before) throw new Error("the held accounts kept changing");
  }
}

function toMassFailure(row: MassFailureRow): MassFailure {
  return {
    integrationName: row.integration_name,
    startedAt: row.started_at,
    likelyCause: row.likely_cause,
    held: row.held,
    left: row.left,
    decision: row.decision,
    decidedBy: row.decided_by,
    decidedAt: row.decided_at,
  };
}
