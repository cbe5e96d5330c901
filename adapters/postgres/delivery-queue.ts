import type { EndpointFormat } from "#core/domain/webhook/endpoint-url";
import type { EventType } from "#core/domain/webhook/event-type";
import type { Claimed, ClaimedEndpoint, DeliveryQueue, DueDelivery } from "#core/ports/delivery-queue";
import { insertAudit } from "./audit-log.ts";
import { concludeHealth } from "./conclude-health.ts";
import { inTransaction, query, rollback, type DatabasePool } from "./pool.ts";
import { recordAttempts } from "./record-attempts.ts";
import { endPending, replaceAddress } from "./webhook-endpoints.ts";
import {
  deliveryIdSql,
  enqueueDelivery,
  failingPriority,
  deliverTask,
  isMeantSql,
  wakeSql,
} from "./webhook-matching.ts";
import { toHealth } from "./webhook-rows.ts";

/**
 * Statements that take many rows have no names: a plan that is kept from when there were few deliveries reads all of them each time
 * once there are many, until their statistics are renewed. Planning costs little beside what they do.
 */
export function createDeliveryQueue(pool: DatabasePool): DeliveryQueue {
  return {
    async dispatch(most, order) {
      const { rows: oldest } = await query<{ created_at: Date }>(pool, oldestSql, [], "dispatch-oldest");
      if (oldest[0] === undefined) return { events: 0, deliveries: 0 };
      const since = oldest[0].created_at;
      const { rows } = await query<{ events: number; deliveries: number }>(pool, dispatchSql(order), [most, since]);
      return rows[0] ?? { events: 0, deliveries: 0 };
    },

    async claim(endpointId, owner, leaseSeconds) {
      const { rows } = await query<ClaimRow>(pool, claimSql, [endpointId, owner, leaseSeconds], "delivery-claim");
      if (rows[0] !== undefined) return { kind: "claimed", endpoint: toClaimed(rows[0]) };
      return await whyNot(pool, endpointId);
    },

    async due(endpoint, most, since) {
      // Instants as numbers: nothing of a row takes as long to read as a date.
      const { rows } = await query<DueRow>(
        pool,
        `SELECT d.id AS delivery_id, d.number, d.place, d.attempts, d.tries, ${msSql("d.due_at")} AS due_ms,
                e.id, ${msSql("e.created_at")} AS created_ms, e.account_id, e.sequence, e.event_type, e.payload::text AS payload
           FROM (SELECT * FROM (
                   (SELECT u.id, u.number::float8, u.ctid AS place, 0 AS attempts, 0 AS tries, u.due_at, u.event_id, u.event_created_at
                      FROM webhook_untried u WHERE u.endpoint_id = $1 AND u.due_at <= now() AND u.due_at >= coalesce($3::timestamptz, '-infinity')
                     ORDER BY u.due_at LIMIT $2)
                   UNION ALL
                   (SELECT o.id, NULL, NULL, o.attempts, o.tries, o.next_attempt_at, o.event_id, o.event_created_at
                      FROM webhook_delivery o WHERE o.endpoint_id = $1 AND o.status = 'pending' AND o.next_attempt_at <= now()
                       AND o.next_attempt_at >= coalesce($3::timestamptz, '-infinity')
                     ORDER BY o.next_attempt_at LIMIT $2)) l
                  ORDER BY l.due_at LIMIT $2) d
           LEFT JOIN event e ON e.id = d.event_id AND e.created_at = d.event_created_at
          ORDER BY d.due_at`,
        [endpoint.id, most, since],
      );
      return rows.map((row) => toDue(row, endpoint.environmentId));
    },

    record: (...attempts) => recordAttempts(pool, ...attempts),

    async conclude(endpoint, health, consequence) {
      if (consequence.kind === "none") return;
      await inTransaction(pool, async (client) => await concludeHealth(client, endpoint, health, consequence));
    },

    async wakeWhenDue(endpointId, pauseSeconds, isFailing) {
      await query(
        pool,
        `SELECT (SELECT j.id FROM graphile_worker.add_job($1, payload => json_build_object('endpoint', $2::text),
                   job_key => 'deliver:' || $2::text, max_attempts => 5, priority => $4,
                   run_at => greatest(n.at, clock_timestamp() + make_interval(secs => $3))) j)
           FROM (SELECT least((SELECT min(next_attempt_at) FROM webhook_delivery WHERE endpoint_id = $2 AND status = 'pending'),
                              (SELECT min(due_at) FROM webhook_untried WHERE endpoint_id = $2)) AS at) n
          WHERE n.at IS NOT NULL`,
        [deliverTask, endpointId, pauseSeconds, isFailing ? failingPriority : 0],
        "delivery-wake",
      );
    },

    wakeAfter: (endpointId, pauseSeconds, isFailing) => enqueueDelivery(pool, endpointId, pauseSeconds, isFailing),

    async sealAddress(endpoint, masked, address, audit) {
      await inTransaction(pool, async (client) => {
        const { rowCount } = await client.query(
          "UPDATE webhook_endpoint SET url = $4 WHERE id = $1 AND claim = $2 AND url = $3",
          [endpoint.id, endpoint.claim, endpoint.url, masked],
        );
        if (rowCount !== 1 || !(await replaceAddress(client, endpoint, address))) return rollback;
        await insertAudit(client, audit);
        return null;
      });
    },

    async release(endpoint, unlessDue) {
      const { rowCount } = await query(
        pool,
        `UPDATE webhook_endpoint SET claimed_until = NULL, claimed_by = NULL
          WHERE id = $1 AND claim = $2 AND NOT ($3 AND (
            EXISTS (SELECT FROM webhook_delivery WHERE endpoint_id = $1 AND status = 'pending' AND next_attempt_at <= now())
            OR EXISTS (SELECT FROM webhook_untried WHERE endpoint_id = $1 AND due_at <= now())))`,
        [endpoint.id, endpoint.claim, unlessDue],
        "delivery-release",
      );
      return rowCount === 1;
    },

    async wakeForgotten() {
      const { rows } = await query<{ n: number }>(pool, wakeForgottenSql, []);
      return rows[0]?.n ?? 0;
    },
  };
}

/**
 * Asked for before, so that the partitions to look into are known when the dispatching begins. PostgreSQL 18 crashes, and all its
 * connections with it, where a statement prunes partitions by what it reads itself, and meets a row that changed since its snapshot.
 */
const oldestSql = "SELECT created_at FROM event_outbox ORDER BY created_at LIMIT 1";

/**
 * One statement, so that an event is dispatched with its deliveries and their jobs or not at all. What another process dispatches is
 * skipped. Rows are found by their places, and events by their ids as an array, for which the planner takes the key whatever it thinks
 * of the tables' sizes. An event whose partition is gone is left out. The endpoints are locked, so that none of them is removed
 * meanwhile; one that is younger than an event gets it by a replay alone.
 */
const dispatchSql = (order: "oldest" | "newest"): string => `
  WITH next AS MATERIALIZED (
    SELECT ctid FROM event_outbox WHERE created_at >= $2 ORDER BY ${order === "oldest" ? "created_at, event_id" : "created_at DESC, event_id DESC"}
     LIMIT $1 FOR UPDATE SKIP LOCKED
  ), taken AS MATERIALIZED (
    DELETE FROM event_outbox WHERE ctid = ANY (ARRAY(SELECT ctid FROM next)) RETURNING event_id
  ), b AS MATERIALIZED (
    SELECT id, created_at, environment_id, account_id, event_type, payload FROM event
     WHERE id = ANY (ARRAY(SELECT event_id FROM taken)) AND created_at >= $2
  ), w AS MATERIALIZED (
    SELECT id, environment_id, events, created_at FROM webhook_endpoint
     WHERE status = 'enabled' AND environment_id IN (SELECT environment_id FROM b) ORDER BY id FOR KEY SHARE
  ), made AS (
    INSERT INTO webhook_untried (id, endpoint_id, environment_id, event_id, event_created_at, event_type, account_id, due_at)
    SELECT m.id, m.endpoint_id, m.environment_id, m.event_id, m.created_at, m.event_type, m.account_id, clock_timestamp()
      FROM (SELECT ${deliveryIdSql("b.id", "w.id")} AS id, w.id AS endpoint_id, b.environment_id, b.id AS event_id, b.created_at,
                   b.event_type, b.account_id
              FROM b JOIN w ON w.environment_id = b.environment_id AND w.created_at <= b.created_at AND ${isMeantSql}
             ORDER BY b.created_at, 1) m
    RETURNING endpoint_id
  )
  SELECT (SELECT count(*)::int FROM taken) AS events, (SELECT count(*)::int FROM made) AS deliveries,
         (${wakeSql("made")}) AS jobs`;

/** A claim ends when its time is over, or with the heart of its process. */
const claimSql = `
  UPDATE webhook_endpoint w
     SET claimed_until = clock_timestamp() + make_interval(secs => $3), claimed_by = $2, claim = w.claim + 1
    FROM environment n
   WHERE w.id = $1 AND w.status = 'enabled' AND n.id = w.environment_id
     AND (w.claimed_until IS NULL OR w.claimed_until < clock_timestamp()
          OR NOT EXISTS (SELECT FROM process_heartbeat h WHERE h.owner = w.claimed_by))
  RETURNING w.id, w.environment_id, n.name AS environment, n.reauth_links_in_events, w.url, w.format, w.claim,
            w.failures, w.failing_since, w.warned_at, w.last_success_at,
            (SELECT coalesce(json_agg(json_build_object('version', s.version, 'sealed', encode(s.sealed, 'base64')) ORDER BY s.version DESC), '[]')
               FROM sealed_secret s WHERE s.owner = w.id AND s.field = 'webhook_secret'
                AND (s.accepted_until IS NULL OR s.accepted_until > now())) AS secrets,
            (SELECT json_build_object('version', s.version, 'sealed', encode(s.sealed, 'base64'))
               FROM sealed_secret s WHERE s.owner = w.id AND s.field = 'webhook_address') AS address`;

interface ClaimRow {
  readonly id: string;
  readonly environment_id: string;
  readonly environment: string;
  readonly reauth_links_in_events: boolean;
  readonly url: string;
  readonly format: EndpointFormat;
  readonly claim: number;
  readonly failures: number;
  readonly failing_since: Date | null;
  readonly warned_at: Date | null;
  readonly last_success_at: Date | null;
  readonly secrets: SealedRow[];
  readonly address: SealedRow | null;
}

interface SealedRow {
  readonly version: number;
  readonly sealed: string;
}

function toClaimed(row: ClaimRow): ClaimedEndpoint {
  return {
    id: row.id,
    environmentId: row.environment_id,
    environment: row.environment,
    reauthLinksInEvents: row.reauth_links_in_events,
    url: row.url,
    format: row.format,
    health: toHealth(row),
    claim: row.claim,
    secrets: row.secrets.map(toSealed),
    address: row.address === null ? null : toSealed(row.address),
  };
}

function toSealed({ version, sealed }: SealedRow): ClaimedEndpoint["secrets"][number] {
  return { version, sealed: Buffer.from(sealed, "base64") };
}

const msSql = (instant: string): string => `date_part('epoch', ${instant}) * 1000`;

interface DueRow {
  readonly delivery_id: string;
  /** Null, and so is its place: somebody has tried it. */
  readonly number: number | null;
  readonly place: string;
  readonly attempts: number;
  readonly tries: number;
  readonly due_ms: number;
  /** Null: there is no such event any more, and so are the others. */
  readonly id: string | null;
  readonly created_ms: number;
  readonly account_id: string | null;
  readonly sequence: number | null;
  readonly event_type: EventType;
  readonly payload: string;
}

function toDue(row: DueRow, environmentId: string): DueDelivery {
  const { delivery_id: id, number, attempts, tries, payload: payloadJson } = row;
  const event =
    row.id === null
      ? null
      : {
          id: row.id,
          createdAt: new Date(Math.round(row.created_ms)),
          environmentId,
          accountId: row.account_id,
          sequence: row.sequence,
          eventType: row.event_type,
          payloadJson,
          // Most are sent as they are.
          get payload() {
            return JSON.parse(payloadJson) as Record<string, unknown>;
          },
        };
  const place = number === null ? null : { number, row: row.place };
  return { id, place, dueAt: new Date(Math.round(row.due_ms)), attempts, tries, event };
}

/** What was dispatched just as the endpoint went out of use is ended here. */
async function whyNot(pool: DatabasePool, endpointId: string): Promise<Claimed> {
  const { rows } = await query<{ status: string; failures: number }>(
    pool,
    "SELECT status, failures FROM webhook_endpoint WHERE id = $1",
    [endpointId],
  );
  if (rows[0]?.status === "enabled") return { kind: "busy", health: { failures: rows[0].failures } };
  await endPending(pool, endpointId);
  return { kind: "closed" };
}

/** The rows are the truth: a job that was lost is made again. One that is there keeps its instant. */
const wakeForgottenSql = wakeSql(
  `(SELECT w.id AS endpoint_id FROM webhook_endpoint w
     WHERE EXISTS (SELECT FROM webhook_delivery d WHERE d.endpoint_id = w.id AND d.status = 'pending'
                      AND d.next_attempt_at < now() - interval '5 seconds')
        OR EXISTS (SELECT FROM webhook_untried u WHERE u.endpoint_id = w.id AND u.due_at < now() - interval '5 seconds')) w`,
  true,
);
