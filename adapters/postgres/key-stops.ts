import type { KeyStops } from "#core/ports/anomaly-store";
import { insertAudit } from "./audit-log.ts";
import { inTransaction, query, type DatabaseClient, type DatabasePool } from "./pool.ts";

type Change = "stopped" | "was_so" | "not_found";

/** Refused everywhere within a second, as one that is revoked; with the audit record. @param reason the anomaly that it is for */
export async function stopKey(
  client: DatabaseClient,
  environmentId: string,
  id: string,
  actor: string,
  reason: string | null,
): Promise<Change> {
  const { rows } = await client.query<{ stopped_at: Date | null }>(
    "SELECT stopped_at FROM api_key WHERE id = $1 AND environment_id = $2 AND revoked_at IS NULL FOR UPDATE",
    [id, environmentId],
  );
  const [key] = rows;
  if (key === undefined) return "not_found";
  if (key.stopped_at !== null) return "was_so";
  await client.query("UPDATE api_key SET stopped_at = clock_timestamp(), stopped_by = $2 WHERE id = $1", [id, actor]);
  await insertAudit(client, [
    { environmentId, actor, action: "api_key.stopped", target: id, detail: reason === null ? {} : { anomaly: reason } },
  ]);
  return "stopped";
}

async function restartKey(client: DatabaseClient, environmentId: string, id: string, actor: string): Promise<boolean> {
  const { rows } = await client.query<{ stopped_at: Date | null }>(
    "SELECT stopped_at FROM api_key WHERE id = $1 AND environment_id = $2 AND revoked_at IS NULL FOR UPDATE",
    [id, environmentId],
  );
  const [key] = rows;
  if (key === undefined) return false;
  if (key.stopped_at === null) return true;
  await client.query("UPDATE api_key SET stopped_at = NULL, stopped_by = NULL WHERE id = $1", [id]);
  await insertAudit(client, [{ environmentId, actor, action: "api_key.restarted", target: id }]);
  return true;
}

export function createKeyStops(pool: DatabasePool): KeyStops {
  return {
    async find(environmentId, id) {
      const { rows } = await query<{
        name: string;
        last_four: string;
        stopped_at: Date | null;
        stopped_by: string | null;
      }>(
        pool,
        `SELECT name, last_four, stopped_at, stopped_by FROM api_key
          WHERE id = $1 AND environment_id = $2 AND revoked_at IS NULL`,
        [id, environmentId],
      );
      const [row] = rows;
      if (row === undefined) return null;
      return { id, name: row.name, lastFour: row.last_four, stoppedAt: row.stopped_at, stoppedBy: row.stopped_by };
    },
    stop: async (environmentId, id, actor, reason) =>
      (await inTransaction(pool, (client) => stopKey(client, environmentId, id, actor, reason))) !== "not_found",
    restart: async (environmentId, id, actor) =>
      await inTransaction(pool, (client) => restartKey(client, environmentId, id, actor)),
  };
}
