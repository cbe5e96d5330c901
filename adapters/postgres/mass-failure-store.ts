import type { MassFailureCause } from "#core/domain/refresh/mass-failure";
import type { AccountStore } from "#core/ports/account-store";
import type { Clock } from "#core/ports/clock";
import type { IntegrationStore } from "#core/ports/integration-store";
import type { HoldDecision, MassFailure, MassFailureStore } from "#core/ports/mass-failure-store";
import type { Randomness } from "#core/ports/randomness";
import { happeningOf } from "#core/usecases/attempt-changes";
import { plainChange } from "#core/usecases/plain-change";
import { insertAudit } from "./audit-log.ts";
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
             AND a.reauth_required_at > m.started_at - interval '10 minutes') AS left
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
        const { rowCount } = await client.query(
          `UPDATE mass_failure SET started_at = NULL, decision = $3, decided_by = $4, decided_at = clock_timestamp()
            WHERE environment_id = $1 AND integration_name = $2
              AND (started_at IS NOT NULL OR EXISTS (SELECT FROM integrated_account a
                    WHERE a.environment_id = $1 AND a.integration_name = $2 AND a.hold IS NOT NULL))`,
          [environmentId, integrationName, decision, actor],
        );
        if (rowCount !== 1) return rollback;
        const action = decision === "release" ? "mass_failure.released" : "mass_failure.confirmed";
        await insertAudit(client, [{ environmentId, actor, action, target: integrationName }]);
        await client.query("SELECT FROM graphile_worker.add_job($1, payload => $2::json, job_key => $3)", [
          resolveHoldTask,
          JSON.stringify({ environment_id: environmentId, integration_name: integrationName, decision, actor }),
          `hold:${environmentId}:${integrationName}`,
        ]);
        return true;
      });
      return result !== rollback;
    },
  };
}

interface Held {
  readonly environmentId: string;
  readonly integrationName: string;
  readonly actor: string;
}

const batch = 500;
/** So many released accounts a second ask again where no budget says otherwise. */
const releasePerSecond = 20;

/**
 * The grants are alive, the provider or our client was not: the held accounts are due again, spread over the budget, and those
 * that left within the same failure are tried once more (R31).
 * @returns how many were held
 */
export async function releaseHeld(
  ports: { readonly pool: DatabasePool; readonly integrations: IntegrationStore },
  held: Held,
): Promise<number> {
  const configured = await ports.integrations.find(held.environmentId, held.integrationName);
  const perMinute = configured?.document.credentials.config.refresh.perMinute ?? null;
  const perSecond = perMinute === null ? releasePerSecond : perMinute / 60;
  let total = 0;
  for (;;) {
    const { rowCount } = await query(
      ports.pool,
      `WITH chosen AS (
         SELECT id, row_number() OVER (ORDER BY expires_at NULLS LAST, id) AS place FROM (
           SELECT id, expires_at FROM integrated_account
            WHERE environment_id = $1 AND integration_name = $2 AND hold IS NOT NULL
            ORDER BY expires_at NULLS LAST, id LIMIT $3 FOR UPDATE) AS held)
       UPDATE integrated_account a
          SET hold = NULL, cooldown_until = NULL, consecutive_failures = 0, last_error = NULL, updated_at = now(),
              refresh_due_at = CASE WHEN a.status = 'active'
                THEN now() + make_interval(secs => ($4 + c.place) * (0.8 + 0.4 * random()) / $5::float8) END
         FROM chosen c WHERE a.id = c.id`,
      [held.environmentId, held.integrationName, batch, total, perSecond],
    );
    total += rowCount ?? 0;
    if ((rowCount ?? 0) < batch) break;
  }
  return total;
}

/**
 * The grants are dead indeed: every held account leaves as `needs_reauth`, each with its event.
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
): Promise<number> {
  let total = 0;
  for (;;) {
    const { rows } = await query<{ id: string }>(
      ports.pool,
      `SELECT id FROM integrated_account
        WHERE environment_id = $1 AND integration_name = $2 AND hold IS NOT NULL ORDER BY id LIMIT $3`,
      [held.environmentId, held.integrationName, batch],
    );
    if (rows.length === 0) return total;
    for (const { id } of rows) {
      const account = await ports.accounts.find(held.environmentId, id);
      if (account === null || account.hold === null) continue;
      const message = account.lastError?.message ?? null;
      const change = {
        ...plainChange(account, { hold: null }),
        happening: happeningOf(ports.random, "grant_rejected", ports.clock.now(), held.actor, message),
      };
      // A race with a refresh or a re-authorization is theirs to win; the next round looks again.
      if ((await ports.accounts.apply(change)) !== null) total += 1;
    }
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
