import type { AuditRecord } from "#core/domain/audit/audit-record";
import type { EndpointPatch, EndpointSecret, WebhookEndpoint, WebhookStore } from "#core/ports/webhook-store";
import { insertAudit } from "./audit-log.ts";
import { inTransaction, query, rollback, type DatabaseClient, type DatabasePool } from "./pool.ts";
import { endpointColumns, toEndpoint, type EndpointRow } from "./webhook-rows.ts";

type Endpoints = Pick<
  WebhookStore,
  "listEndpoints" | "findEndpoint" | "createEndpoint" | "updateEndpoint" | "removeEndpoint" | "addSecret"
>;

export function webhookEndpoints(pool: DatabasePool): Endpoints {
  return {
    async listEndpoints(environmentId) {
      const { rows } = await query<EndpointRow>(
        pool,
        `SELECT ${endpointColumns} FROM webhook_endpoint w WHERE w.environment_id = $1 ORDER BY w.created_at, w.id`,
        [environmentId],
      );
      return rows.map(toEndpoint);
    },

    findEndpoint: (environmentId, id) => find(pool, environmentId, id),

    async createEndpoint(endpoint, secret, most, audit) {
      return await inTransaction(pool, async (client) => {
        // The row is the lock under which they are counted; accounts, whose foreign keys look at it, don't wait for it.
        await client.query("SELECT FROM environment WHERE id = $1 FOR NO KEY UPDATE", [endpoint.environmentId]);
        const { rows } = await client.query<{ n: number; exists: boolean }>(
          "SELECT count(*)::int AS n, coalesce(bool_or(id = $2), false) AS exists FROM webhook_endpoint WHERE environment_id = $1",
          [endpoint.environmentId, endpoint.id],
        );
        if (rows[0]?.exists === true) return true;
        if ((rows[0]?.n ?? 0) >= most) return false;
        await client.query(
          `INSERT INTO webhook_endpoint (id, environment_id, url, format, events, description) VALUES ($1, $2, $3, $4, $5, $6)`,
          [endpoint.id, endpoint.environmentId, endpoint.url, endpoint.format, endpoint.events, endpoint.description],
        );
        if (secret !== null) await insertSecret(client, endpoint, secret);
        await insertAudit(client, [audit]);
        return true;
      });
    },

    async updateEndpoint(environmentId, id, patch, address, audit) {
      const updated = await inTransaction(pool, async (client) => {
        if (!(await update(client, environmentId, id, patch))) return null;
        if (address !== null && !(await replaceAddress(client, { id, environmentId }, address))) return rollback;
        if (patch.status === "disabled") await endPending(client, id);
        await insertAudit(client, audit);
        return await find(client, environmentId, id);
      });
      return updated === rollback ? "changed" : updated;
    },

    async removeEndpoint(environmentId, id, audit) {
      return await inTransaction(pool, async (client) => {
        const { rowCount } = await client.query("DELETE FROM webhook_endpoint WHERE id = $1 AND environment_id = $2", [
          id,
          environmentId,
        ]);
        if (rowCount !== 1) return false;
        // With the row gone nobody makes further ones.
        await client.query("DELETE FROM webhook_untried WHERE endpoint_id = $1", [id]);
        await client.query(
          `WITH gone AS (DELETE FROM webhook_delivery WHERE endpoint_id = $1 RETURNING id)
           DELETE FROM webhook_attempt a USING gone g WHERE a.delivery_id = g.id`,
          [id],
        );
        await client.query(
          "DELETE FROM sealed_secret WHERE owner = $1 AND field IN ('webhook_secret', 'webhook_address')",
          [id],
        );
        await insertAudit(client, audit);
        return true;
      });
    },

    async addSecret(endpoint, secret, expected, overlapSeconds, audit) {
      const until = await inTransaction(pool, async (client) => {
        await client.query("SELECT FROM webhook_endpoint WHERE id = $1 FOR NO KEY UPDATE", [endpoint.id]);
        const { rows } = await client.query<{ accepted_until: Date }>(
          `UPDATE sealed_secret SET accepted_until = now() + make_interval(secs => $3)
            WHERE owner = $1 AND field = 'webhook_secret' AND version = $2 AND accepted_until IS NULL RETURNING accepted_until`,
          [endpoint.id, expected, overlapSeconds],
        );
        if (rows[0] === undefined) return rollback;
        await client.query("DELETE FROM sealed_secret WHERE owner = $1 AND field = 'webhook_secret' AND version < $2", [
          endpoint.id,
          expected,
        ]);
        await insertSecret(client, endpoint, secret);
        await client.query("UPDATE webhook_endpoint SET updated_at = now() WHERE id = $1", [endpoint.id]);
        await insertAudit(client, audit);
        return rows[0].accepted_until;
      });
      return until === rollback ? null : until;
    },
  };
}

async function find(
  client: DatabaseClient | DatabasePool,
  environmentId: string,
  id: string,
): Promise<WebhookEndpoint | null> {
  const { rows } = await client.query<EndpointRow>(
    `SELECT ${endpointColumns} FROM webhook_endpoint w WHERE w.id = $1 AND w.environment_id = $2`,
    [id, environmentId],
  );
  return rows[0] === undefined ? null : toEndpoint(rows[0]);
}

/** Taking a disabled endpoint into use again forgets its failures, and whoever may still send to it by an old claim says nothing. */
async function update(
  client: DatabaseClient,
  environmentId: string,
  id: string,
  { url, events, description, status }: EndpointPatch,
): Promise<boolean> {
  const { rowCount } = await client.query(
    `UPDATE webhook_endpoint w
        SET url = coalesce($3, w.url), events = coalesce($4, w.events),
            description = CASE WHEN $5 THEN $6 ELSE w.description END, status = coalesce($7, w.status),
            disabled_at = CASE WHEN coalesce($7, w.status) = 'disabled' THEN coalesce(w.disabled_at, now()) END,
            disabled_reason = CASE WHEN coalesce($7, w.status) = 'disabled' THEN coalesce(w.disabled_reason, 'operator') END,
            failures = CASE WHEN n.begins THEN 0 ELSE w.failures END,
            failing_since = CASE WHEN n.begins THEN NULL ELSE w.failing_since END,
            warned_at = CASE WHEN n.begins THEN NULL ELSE w.warned_at END,
            claim = CASE WHEN n.begins THEN w.claim + 1 ELSE w.claim END,
            claimed_until = CASE WHEN n.begins THEN NULL ELSE w.claimed_until END,
            updated_at = now()
       FROM (SELECT id, ($7 = 'enabled' AND status = 'disabled') AS begins FROM webhook_endpoint WHERE id = $1 FOR NO KEY UPDATE) n
      WHERE w.id = $1 AND n.id = w.id AND w.environment_id = $2`,
    [id, environmentId, url ?? null, events ?? null, description !== undefined, description ?? null, status ?? null],
  );
  return rowCount === 1;
}

/** What waited for an endpoint that is out of use; a replay brings it back. */
export async function endPending(client: DatabaseClient | DatabasePool, endpointId: string): Promise<void> {
  // In this order: what an attempt makes of an untried one meanwhile is seen by the second look.
  await client.query({
    name: "untried-end",
    text: `WITH gone AS (DELETE FROM webhook_untried WHERE endpoint_id = $1 RETURNING *)
           INSERT INTO webhook_delivery (id, endpoint_id, environment_id, event_id, event_created_at, event_type, account_id, status, finished_at)
           SELECT id, endpoint_id, environment_id, event_id, event_created_at, event_type, account_id, 'failed', clock_timestamp()
             FROM gone ON CONFLICT (id) DO NOTHING`,
    values: [endpointId],
  });
  await client.query({
    name: "deliveries-end",
    text: `UPDATE webhook_delivery SET status = 'failed', next_attempt_at = NULL, finished_at = clock_timestamp()
            WHERE endpoint_id = $1 AND status = 'pending'`,
    values: [endpointId],
  });
}

async function insertSecret(
  client: DatabaseClient,
  endpoint: Pick<WebhookEndpoint, "id" | "environmentId">,
  { field, version, kid, sealed }: EndpointSecret,
): Promise<void> {
  await client.query(
    "INSERT INTO sealed_secret (owner, field, environment_id, version, kid, sealed) VALUES ($1, $2, $3, $4, $5, $6)",
    [endpoint.id, field, endpoint.environmentId, version, kid, Buffer.from(sealed)],
  );
}

/** The row of the endpoint is locked. @returns false: there is another one than that which was to be replaced */
export async function replaceAddress(
  client: DatabaseClient,
  endpoint: Pick<WebhookEndpoint, "id" | "environmentId">,
  address: EndpointSecret,
): Promise<boolean> {
  const { rows } = await client.query<{ version: number }>(
    "DELETE FROM sealed_secret WHERE owner = $1 AND field = 'webhook_address' RETURNING version",
    [endpoint.id],
  );
  if ((rows[0]?.version ?? 0) !== address.version - 1) return false;
  await insertSecret(client, endpoint, address);
  return true;
}

/** The replaced secrets whose overlap is over, of every environment. @returns how many */
export async function eraseExpiredWebhookSecrets(pool: DatabasePool): Promise<number> {
  return await inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ owner: string; environment_id: string; version: number }>(
      `DELETE FROM sealed_secret WHERE field = 'webhook_secret' AND accepted_until <= now()
        RETURNING owner, environment_id, version`,
    );
    const audit = rows.map((row): AuditRecord => ({
      environmentId: row.environment_id,
      actor: "worker",
      action: "secret.erased",
      target: row.owner,
      detail: { field: "webhook_secret", version: row.version, reason: "expired" },
    }));
    await insertAudit(client, audit);
    return rows.length;
  });
}
