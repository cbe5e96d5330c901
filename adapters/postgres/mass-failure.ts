import type { Account } from "#core/domain/account/account";
import { activeThatMatter, judgeMassFailure, likelyCause } from "#core/domain/refresh/mass-failure";
import type { AccountChange } from "#core/ports/account-store";
import { insertIntegrationEvent } from "./integration-events.ts";
import type { DatabaseClient } from "./pool.ts";

/** A client's secret that was changed (not first set) this lately is the first suspect, seconds. */
const recentChangeSeconds = 86_400;

/**
 * The guard's verdict on one fatal failure, under the lock of its client's row: however many processes fail at once, at most the
 * threshold's worth of accounts leaves (R26). The first account that is held declares the mass failure, with one event.
 */
export async function judgeFailure(
  client: DatabaseClient,
  account: Account,
  change: AccountChange,
): Promise<"counts" | "hold"> {
  if (change.guard === null) return "counts";
  const { policy } = change.guard;
  const { environmentId, integrationName } = account;
  const key = [environmentId, integrationName];
  await client.query(
    "INSERT INTO mass_failure (environment_id, integration_name) VALUES ($1, $2) ON CONFLICT DO NOTHING",
    key,
  );
  const locked = await client.query<{ is_declared: boolean; is_confirmed: boolean }>(
    `SELECT started_at IS NOT NULL AS is_declared,
            coalesce(decision = 'confirm' AND decided_at > clock_timestamp() - make_interval(secs => $3), false) AS is_confirmed
       FROM mass_failure WHERE environment_id = $1 AND integration_name = $2 FOR UPDATE`,
    [...key, policy.windowSeconds],
  );
  // By client: a customer's own app that fails must hold nobody else, and one that many accounts share is no single failure.
  const ofClient = [...key, account.clientId];
  // A statement of its own: the one that waited for the lock still looks at the moment before. What nobody is held by any more
  // is over, and the next one is declared anew.
  const isDeclared = (locked.rows[0]?.is_declared ?? false) && (await isAnyHeld(client, ofClient));
  const isConfirmed = locked.rows[0]?.is_confirmed ?? false;
  const { left, tenants } = await countLeft(client, ofClient, policy.windowSeconds);
  const active = await countActive(client, ofClient, activeThatMatter(policy, left));
  const verdict = judgeMassFailure(policy, { left, active, isDeclared, isConfirmed });
  if (verdict === "hold" && !isDeclared) {
    const hasChanged = account.clientId === null && (await hasClientChanged(client, key));
    const cause = likelyCause({ tenants, hasClientChanged: hasChanged });
    await client.query(
      `UPDATE mass_failure SET started_at = now(), likely_cause = $3, window_seconds = $4, decision = NULL, decided_by = NULL, decided_at = NULL
        WHERE environment_id = $1 AND integration_name = $2`,
      [...key, cause, policy.windowSeconds],
    );
    await insertIntegrationEvent(client, environmentId, "integration:mass_failure", {
      integration_name: integrationName,
      left,
      window_seconds: policy.windowSeconds,
      likely_cause: cause,
      last_error: change.happening?.lastError ?? null,
    });
  }
  return verdict;
}

/** Environment, integration, and the client that an account brought itself; null: its environment's. */
type ClientKey = readonly (string | null)[];

async function isAnyHeld(client: DatabaseClient, key: ClientKey): Promise<boolean> {
  const { rowCount } = await client.query(
    "SELECT FROM integrated_account WHERE environment_id = $1 AND integration_name = $2 AND hold IS NOT NULL AND client_id IS NOT DISTINCT FROM $3 LIMIT 1",
    [...key],
  );
  return rowCount === 1;
}

async function countLeft(
  client: DatabaseClient,
  key: ClientKey,
  windowSeconds: number,
): Promise<{ readonly left: number; readonly tenants: number }> {
  const { rows } = await client.query<{ left: number; tenants: number }>(
    `SELECT count(*)::int AS left, count(DISTINCT tenant_id)::int AS tenants FROM integrated_account
      WHERE environment_id = $1 AND integration_name = $2 AND status = 'needs_reauth' AND client_id IS NOT DISTINCT FROM $3
        AND reauth_required_at > greatest(
              clock_timestamp() - make_interval(secs => $4),
              (SELECT decided_at FROM mass_failure WHERE environment_id = $1 AND integration_name = $2))`,
    [...key, windowSeconds],
  );
  return rows[0] ?? { left: 0, tenants: 0 };
}

async function countActive(client: DatabaseClient, key: ClientKey, most: number): Promise<number> {
  const { rows } = await client.query<{ active: number }>(
    `SELECT count(*)::int AS active FROM (
       SELECT FROM integrated_account WHERE environment_id = $1 AND integration_name = $2 AND status = 'active' AND client_id IS NOT DISTINCT FROM $3 LIMIT $4) AS counted`,
    [...key, most],
  );
  return rows[0]?.active ?? 0;
}

async function hasClientChanged(client: DatabaseClient, key: readonly string[]): Promise<boolean> {
  const { rows } = await client.query<{ changed: boolean }>(
    `SELECT EXISTS (
       SELECT FROM environment_integration e JOIN sealed_secret s ON s.owner = e.id AND s.field IN ('client_secret', 'client_key', 'client_certificate')
        WHERE e.environment_id = $1 AND e.integration_name = $2 AND s.version > 1
          AND s.updated_at > now() - make_interval(secs => $3)) AS changed`,
    [...key, recentChangeSeconds],
  );
  return rows[0]?.changed ?? false;
}
