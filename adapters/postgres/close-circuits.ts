import type { CircuitCause } from "#core/domain/refresh/circuit";
import { secondRecallSeconds } from "#core/domain/refresh/recall-pause";
import { tellIntegrations, type CloseReason } from "./circuit-events.ts";
import { enqueueRecall, enqueueRecalls } from "./circuit-jobs.ts";
import { inTransaction, type DatabaseClient, type DatabasePool } from "./pool.ts";

interface ClosedRow {
  readonly key: string;
  readonly environment_id: string;
  readonly endpoint: string;
  readonly state: "closed" | "open";
  readonly cause: CircuitCause | null;
  readonly failures: number;
  readonly opened_at: Date | null;
  readonly told_integrations: string[];
}

/** Forgets what was learnt at the endpoints that `where` names, and tells of every breaker that closes with it. @returns their keys */
async function closeCircuits(
  client: DatabaseClient,
  where: string,
  values: readonly unknown[],
  reason: CloseReason,
): Promise<readonly string[]> {
  // Locked in one order, so that two that close several do not wait for each other.
  const { rows } = await client.query<ClosedRow>(
    `WITH known AS (
       SELECT key, environment_id, endpoint, state, cause, failures, opened_at, told_integrations FROM circuit c
        WHERE ${where} ORDER BY key FOR UPDATE)
     UPDATE circuit c
        SET state = 'closed', cause = NULL, failures = 0, failed_accounts = '{}', told_integrations = '{}', opened_at = NULL,
            probe_at = NULL, probed_at = NULL, probes = 0, updated_at = now(),
            -- Until something is answered or changed, the operator need not hear of the same client again.
            is_client_reported = c.is_client_reported AND ${reason === "nobody_waits"}
       FROM known k WHERE c.key = k.key
     RETURNING k.*`,
    [...values],
  );
  for (const row of rows.filter(({ state }) => state === "open")) {
    const { environment_id: environmentId, endpoint, cause, failures, opened_at: openedAt } = row;
    const told = { environmentId, endpoint, cause, failures, openedAt };
    await tellIntegrations(client, row.told_integrations, "integration:recovered", told, reason);
  }
  return rows.map((row) => row.key);
}

/** Nobody waits behind it any more: what was learnt counts no longer, and whoever comes may ask. */
export async function closeDeserted(pool: DatabasePool, key: string): Promise<void> {
  await inTransaction(pool, (client) =>
    closeCircuits(client, "c.key = $1 AND c.state = 'open'", [key], "nobody_waits"),
  );
}

/** An account that stood behind it stands behind another one by now: its client or endpoint is not what it was, for all of them. */
export async function closeOutdated(pool: DatabasePool, key: string): Promise<void> {
  await inTransaction(pool, async (client) => {
    await closeCircuits(client, "c.key = $1 AND c.state = 'open'", [key], "changed");
    await enqueueRecall(client, key, "change");
  });
}

/**
 * Client or definition of an integration changed: what was learnt about its endpoints counts no more, and whoever waits there may
 * try at once, also where no breaker opened. In the transaction of the change, once all of it is written: a worker that is told
 * earlier asks with what was there before. Whoever has a lease then does so anyway, and is recalled when it has ended.
 */
export async function forgetCircuits(client: DatabaseClient, environmentId: string, name: string): Promise<void> {
  const forgotten = await closeCircuits(
    client,
    `c.environment_id = $1 AND (c.state = 'open' OR c.failures > 0)
      AND (c.integration_name = $2 OR EXISTS (
            SELECT FROM integrated_account a WHERE a.circuit_key = c.key AND a.status = 'active' AND a.integration_name = $2))`,
    [environmentId, name],
    "changed",
  );
  const { rows } = await client.query<{ circuit_key: string }>(
    `SELECT DISTINCT circuit_key FROM integrated_account
      WHERE environment_id = $1 AND integration_name = $2 AND status = 'active' AND circuit_key IS NOT NULL
        AND (last_error IS NOT NULL OR consecutive_failures > 0 OR lease_until > now())`,
    [environmentId, name],
  );
  const keys = [...new Set([...forgotten, ...rows.map((row) => row.circuit_key)])];
  await enqueueRecalls(client, keys, "change", [0, secondRecallSeconds]);
}
