import type { WebhookStore } from "#core/ports/webhook-store";
import { insertAudit } from "./audit-log.ts";
import { inTransaction, query, rollback, type DatabaseClient, type DatabasePool } from "./pool.ts";
import { deliveryIdSql, enqueueDelivery, isMeantSql } from "./webhook-matching.ts";
import {
  beginAnewSql,
  deliveryColumns,
  eventColumns,
  keepDeliveredSql,
  toDelivery,
  toEvent,
  triedColumns,
  untriedColumns,
  type DeliveryRow,
  type EventRow,
} from "./webhook-rows.ts";

type Log = Pick<
  WebhookStore,
  "ping" | "listEvents" | "findEvent" | "deliveriesOf" | "listDeliveries" | "findDelivery" | "redeliver" | "replay"
>;

/** What a key that is limited to tenants or integrations sees: an event that names none is about others too. */
const isVisibleSql = (tenants: string, integrations: string): string =>
  `(${tenants}::text[] IS NULL OR e.payload ->> 'tenant_id' = ANY (${tenants}))
   AND (${integrations}::text[] IS NULL OR e.payload ->> 'integration_name' = ANY (${integrations}))`;

export function webhookLog(pool: DatabasePool): Log {
  return {
    async listEvents({ environmentId, tenantIds, integrationNames, eventType, accountId }, after, take) {
      const { rows } = await query<EventRow>(
        pool,
        `SELECT ${eventColumns} FROM event e
          WHERE e.environment_id = $1 AND ${isVisibleSql("$2", "$3")}
            AND ($4::text IS NULL OR e.event_type = $4) AND ($5::text IS NULL OR e.account_id = $5)
            AND ($6::timestamptz IS NULL OR (e.created_at, e.id) < ($6, $7))
          ORDER BY e.created_at DESC, e.id DESC LIMIT $8`,
        [environmentId, tenantIds, integrationNames, eventType, accountId, after?.at, after?.id, take],
      );
      return rows.map(toEvent);
    },

    async findEvent({ environmentId, tenantIds, integrationNames }, id) {
      const { rows } = await query<EventRow>(
        pool,
        `SELECT ${eventColumns} FROM event e WHERE e.id = $4 AND e.environment_id = $1 AND ${isVisibleSql("$2", "$3")}`,
        [environmentId, tenantIds, integrationNames, id],
      );
      return rows[0] === undefined ? null : toEvent(rows[0]);
    },

    async deliveriesOf({ id, environmentId }) {
      const { rows } = await query<DeliveryRow>(
        pool,
        `SELECT ${deliveryColumns} FROM webhook_endpoint w CROSS JOIN LATERAL (
             SELECT ${triedColumns} FROM webhook_delivery WHERE id = ${deliveryIdSql("$1::text", "w.id")}
             UNION ALL
             SELECT ${untriedColumns} FROM webhook_untried u WHERE u.endpoint_id = w.id AND u.event_id = $1) d
          WHERE w.environment_id = $2 ORDER BY w.created_at, w.id`,
        [id, environmentId],
      );
      return rows.map(toDelivery);
    },

    // By way of the endpoints, which are few: each has its deliveries in order.
    async listDeliveries({ environmentId, endpointId, status, eventType }, after, take) {
      const portion = (columns: string, table: string, isMeant: string): string => `
        (SELECT ${columns} FROM ${table} o
          WHERE o.endpoint_id = w.id ${isMeant} AND ($3::text IS NULL OR o.event_type = $3)
            AND ($4::timestamptz IS NULL OR (o.event_created_at, o.id) < ($4, $5))
          ORDER BY o.event_created_at DESC, o.id DESC LIMIT $6)`;
      const tried = portion(triedColumns, "webhook_delivery", status === null ? "" : `AND o.status = '${status}'`);
      const untried = portion(untriedColumns, "webhook_untried", "");
      const { rows } = await query<DeliveryRow>(
        pool,
        `SELECT ${deliveryColumns}
           FROM webhook_endpoint w CROSS JOIN LATERAL (
             ${status === null || status === "pending" ? `${tried} UNION ALL ${untried}` : tried}) d
          WHERE w.environment_id = $1 AND ($2::text IS NULL OR w.id = $2)
          ORDER BY d.event_created_at DESC, d.id DESC LIMIT $6`,
        [environmentId, endpointId, eventType, after?.at, after?.id, take],
      );
      return rows.map(toDelivery);
    },

    async findDelivery(environmentId, id) {
      const { rows } = await query<DeliveryRow>(
        pool,
        // By its id no untried one is found at once, and there is no need where somebody has tried it.
        `SELECT ${deliveryColumns} FROM (
           SELECT ${triedColumns} FROM webhook_delivery WHERE id = $1
           UNION ALL
           SELECT ${untriedColumns} FROM webhook_untried WHERE id = $1 AND NOT EXISTS (SELECT FROM webhook_delivery WHERE id = $1)) d
          WHERE d.environment_id = $2`,
        [id, environmentId],
      );
      return rows[0] === undefined ? null : toDelivery(rows[0]);
    },

    async redeliver(environmentId, id, audit) {
      const done = await inTransaction(pool, async (client) => {
        // Looked for first: after an attempt it is found among the others.
        const untried = await findUntried(client, environmentId, id);
        const endpointId = untried ?? (await beginAgain(client, environmentId, id));
        if (endpointId === null) return rollback;
        await insertAudit(client, [audit]);
        await enqueueDelivery(client, endpointId);
        return true;
      });
      return done === true;
    },

    async ping(endpoint, event, audit) {
      return await inTransaction(pool, async (client) => {
        // Dispatched as it is written: it is for nobody else, whatever they subscribe to.
        const { rows } = await client.query<{ id: string }>(
          `WITH w AS (SELECT id FROM webhook_endpoint WHERE id = $2 AND environment_id = $3 FOR KEY SHARE),
           made AS (
             INSERT INTO webhook_delivery (id, endpoint_id, environment_id, event_id, event_created_at, event_type, next_attempt_at)
             SELECT ${deliveryIdSql("$1::text", "$2::text")}, w.id, $3, $1, now(), 'webhook_endpoint:ping', now() FROM w
             ON CONFLICT (id) DO NOTHING RETURNING event_id
           ), told AS (
             INSERT INTO event (id, created_at, environment_id, event_type, payload)
             SELECT event_id, now(), $3, 'webhook_endpoint:ping', $4::jsonb FROM made
           )
           SELECT ${deliveryIdSql("$1::text", "$2::text")} AS id`,
          [event.id, endpoint.id, endpoint.environmentId, JSON.stringify(event.payload)],
        );
        await insertAudit(client, [audit]);
        await enqueueDelivery(client, endpoint.id);
        return rows[0]?.id ?? "";
      });
    },

    async replay(endpoint, { from, to, status, eventTypes }, most, audit) {
      const made = await inTransaction(pool, async (client) => {
        const { rows } = await client.query<{ wanted: number; made: number }>({
          text: replaySql,
          values: [endpoint.id, endpoint.environmentId, from, to, status === "all", eventTypes, most],
        });
        const found = rows[0] ?? { wanted: 0, made: 0 };
        if (found.wanted > most) return rollback;
        await insertAudit(client, [{ ...audit, detail: { ...audit.detail, deliveries: found.made } }]);
        if (found.made > 0) await enqueueDelivery(client, endpoint.id);
        return found.made;
      });
      return made === rollback ? null : made;
    },
  };
}

/** One that nobody has tried is due already. @returns its endpoint, which is in use */
async function findUntried(client: DatabaseClient, environmentId: string, id: string): Promise<string | null> {
  const { rows } = await client.query<{ endpoint_id: string }>(
    `SELECT u.endpoint_id FROM webhook_untried u JOIN webhook_endpoint w ON w.id = u.endpoint_id AND w.status = 'enabled'
      WHERE u.id = $1 AND u.environment_id = $2 FOR KEY SHARE OF w`,
    [id, environmentId],
  );
  return rows[0]?.endpoint_id ?? null;
}

/** @returns its endpoint; null: there is no such delivery, or its endpoint is out of use */
async function beginAgain(client: DatabaseClient, environmentId: string, id: string): Promise<string | null> {
  const { rows } = await client.query<{ endpoint_id: string }>(
    `WITH again AS MATERIALIZED (
         SELECT d.* FROM webhook_delivery d JOIN webhook_endpoint w ON w.id = d.endpoint_id AND w.status = 'enabled'
          WHERE d.id = $1 AND d.environment_id = $2 FOR UPDATE OF d FOR KEY SHARE OF w
       ), kept AS (${keepDeliveredSql("SELECT * FROM again")})
       UPDATE webhook_delivery d
          SET tries = CASE WHEN d.status = 'pending' THEN d.tries ELSE 0 END, ${beginAnewSql}
         FROM again a WHERE d.id = $1 AND d.id = a.id
        RETURNING d.endpoint_id`,
    [id, environmentId],
  );
  return rows[0]?.endpoint_id ?? null;
}

/** What was not dispatched yet is on its way anyway, and so is what is pending. */
const replaySql = `
  WITH w AS (
    SELECT id, events FROM webhook_endpoint WHERE id = $1 AND environment_id = $2 AND status = 'enabled' FOR KEY SHARE
  ), wanted AS (
    SELECT b.id, b.created_at, b.event_type, b.account_id
      FROM w CROSS JOIN event b LEFT JOIN webhook_delivery d ON d.id = ${deliveryIdSql("b.id", "w.id")}
     WHERE b.environment_id = $2 AND b.created_at >= $3 AND b.created_at < coalesce($4::timestamptz, now())
       AND NOT EXISTS (SELECT FROM event_outbox o WHERE o.created_at = b.created_at AND o.event_id = b.id)
       AND NOT EXISTS (SELECT FROM webhook_untried u WHERE u.endpoint_id = $1 AND u.event_id = b.id)
       AND ($6::text[] IS NULL OR b.event_type = ANY ($6)) AND ${isMeantSql}
       AND (d.id IS NULL OR d.status = 'failed' OR ($5 AND d.status = 'delivered'))
     ORDER BY b.created_at LIMIT $7 + 1
  ), counted AS (SELECT count(*)::int AS n FROM wanted),
  again AS MATERIALIZED (
    SELECT d.* FROM counted c, wanted e JOIN webhook_delivery d ON d.id = ${deliveryIdSql("e.id", "$1")}
     WHERE c.n <= $7 AND d.status = 'delivered' FOR UPDATE OF d
  ), kept AS (${keepDeliveredSql("SELECT * FROM again")}),
  made AS (
    INSERT INTO webhook_delivery AS d (id, endpoint_id, environment_id, event_id, event_created_at, event_type, account_id, next_attempt_at)
    SELECT ${deliveryIdSql("e.id", "$1")}, $1, $2, e.id, e.created_at, e.event_type, e.account_id, clock_timestamp()
      FROM wanted e, counted c, (SELECT count(*) FROM again) looked_at_first WHERE c.n <= $7
    ON CONFLICT (id) DO UPDATE
      SET tries = 0, ${beginAnewSql} WHERE d.status <> 'pending'
    RETURNING 1
  )
  SELECT c.n AS wanted, (SELECT count(*)::int FROM made) AS made FROM counted c`;
