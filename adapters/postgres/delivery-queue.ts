import { randomBytes } from "node:crypto";
import { idRandomBytes, makeId } from "#core/domain/identifier/identifier";
import type { EndpointHealth, HealthConsequence } from "#core/domain/webhook/endpoint-health";
import { originOf, type EndpointFormat } from "#core/domain/webhook/endpoint-url";
import type { EndpointEventType } from "#core/domain/webhook/event-type";
import type { Claimed, ClaimedEndpoint, DeliveryQueue, DeliveryResult } from "#core/ports/delivery-queue";
import { insertAudit } from "./audit-log.ts";
import { inTransaction, query, type DatabaseClient, type DatabasePool } from "./pool.ts";
import { endPending } from "./webhook-endpoints.ts";
import {
  deliveryIdSql,
  enqueueDelivery,
  failingPriority,
  deliverTask,
  isMeantSql,
  jobSpecSql,
} from "./webhook-matching.ts";
import { eventColumns, toEvent, toHealth, type EventRow } from "./webhook-rows.ts";

export function createDeliveryQueue(pool: DatabasePool): DeliveryQueue {
  return {
    async dispatch(most) {
      const { rows: oldest } = await query<{ created_at: Date }>(pool, oldestSql, [], "dispatch-oldest");
      if (oldest[0] === undefined) return { events: 0, deliveries: 0 };
      const values = [most, oldest[0].created_at];
      const { rows } = await query<{ events: number; deliveries: number }>(pool, dispatchSql, values, "dispatch");
      return rows[0] ?? { events: 0, deliveries: 0 };
    },

    async claim(endpointId, owner, leaseSeconds) {
      const { rows } = await query<ClaimRow>(pool, claimSql, [endpointId, owner, leaseSeconds], "delivery-claim");
      if (rows[0] !== undefined) return { kind: "claimed", endpoint: toClaimed(rows[0]) };
      return await whyNot(pool, endpointId);
    },

    async due(endpoint, most) {
      const { rows } = await query<DueRow>(
        pool,
        `SELECT d.id AS delivery_id, d.attempts, d.tries, ${eventColumns}
           FROM (SELECT * FROM webhook_delivery o WHERE o.endpoint_id = $1 AND o.status = 'pending' AND o.next_attempt_at <= now()
                  ORDER BY o.next_attempt_at LIMIT $2) d
           LEFT JOIN event e ON e.id = d.event_id AND e.created_at = d.event_created_at
          ORDER BY d.next_attempt_at`,
        [endpoint.id, most],
        "delivery-due",
      );
      return rows.map(({ delivery_id: id, attempts, tries, ...event }) => ({
        id,
        attempts,
        tries,
        event: event.id === null ? null : toEvent(event as EventRow),
      }));
    },

    async record(endpoint, results, health, leaseSeconds) {
      const values = [...columnsOf(results), endpoint.id, endpoint.claim, ...healthOf(health), leaseSeconds];
      const { rows } = await query<{ id: string }>(pool, recordSql, values, "delivery-record");
      return rows.length === 1;
    },

    async conclude(endpoint, health, consequence) {
      if (consequence.kind === "none") return;
      await inTransaction(pool, async (client) => await conclude(client, endpoint, health, consequence));
    },

    async wakeWhenDue(endpointId, pauseSeconds, isFailing) {
      await query(
        pool,
        `SELECT (SELECT j.id FROM graphile_worker.add_job($1, payload => json_build_object('endpoint', $2::text),
                   job_key => 'deliver:' || $2::text, max_attempts => 5, priority => $4,
                   run_at => greatest(n.at, clock_timestamp() + make_interval(secs => $3))) j)
           FROM (SELECT min(next_attempt_at) AS at FROM webhook_delivery WHERE endpoint_id = $2 AND status = 'pending') n
          WHERE n.at IS NOT NULL`,
        [deliverTask, endpointId, pauseSeconds, isFailing ? failingPriority : 0],
        "delivery-wake",
      );
    },

    wakeAfter: (endpointId, pauseSeconds, isFailing) => enqueueDelivery(pool, endpointId, pauseSeconds, isFailing),

    async release(endpoint, unlessDue) {
      const { rowCount } = await query(
        pool,
        `UPDATE webhook_endpoint SET claimed_until = NULL, claimed_by = NULL
          WHERE id = $1 AND claim = $2 AND NOT ($3 AND EXISTS (SELECT FROM webhook_delivery
            WHERE endpoint_id = $1 AND status = 'pending' AND next_attempt_at <= now()))`,
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
const oldestSql = "SELECT created_at FROM event WHERE dispatched_at IS NULL ORDER BY created_at LIMIT 1";

/**
 * One statement, so that an event is dispatched with its deliveries and their jobs or not at all. Rows are found by their ids as an
 * array, for which the planner takes the key whatever it thinks of the tables' sizes. What another process dispatches is
 * skipped. The endpoints are locked, so that none of them is removed meanwhile;
 * one that is younger than an event gets it by a replay alone.
 */
const dispatchSql = `
  WITH b AS MATERIALIZED (
    SELECT id, created_at, environment_id, account_id, event_type, payload FROM event
     WHERE dispatched_at IS NULL AND created_at >= $2 ORDER BY created_at, id LIMIT $1 FOR UPDATE SKIP LOCKED
  ), marked AS (
    UPDATE event e SET dispatched_at = clock_timestamp()
     WHERE e.id = ANY (ARRAY(SELECT id FROM b)) AND e.created_at >= $2
  ), w AS MATERIALIZED (
    SELECT id, environment_id, events, created_at FROM webhook_endpoint
     WHERE status = 'enabled' AND environment_id IN (SELECT environment_id FROM b) ORDER BY id FOR KEY SHARE
  ), made AS (
    INSERT INTO webhook_delivery (id, endpoint_id, environment_id, event_id, event_created_at, event_type, account_id, next_attempt_at)
    SELECT ${deliveryIdSql("b.id", "w.id")}, w.id, b.environment_id, b.id, b.created_at, b.event_type, b.account_id, clock_timestamp()
      FROM b JOIN w ON w.environment_id = b.environment_id AND w.created_at <= b.created_at AND ${isMeantSql}
     ORDER BY b.created_at, b.id
    ON CONFLICT (id) DO NOTHING
    RETURNING endpoint_id
  )
  SELECT (SELECT count(*)::int FROM b) AS events, (SELECT count(*)::int FROM made) AS deliveries,
         (SELECT count(*) FROM graphile_worker.add_jobs((
            SELECT coalesce(array_agg(${jobSpecSql("m.endpoint_id")} ORDER BY m.endpoint_id), '{}')
              FROM (SELECT DISTINCT endpoint_id FROM made) m))) AS jobs`;

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
                AND (s.accepted_until IS NULL OR s.accepted_until > now())) AS secrets`;

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
  readonly secrets: { readonly version: number; readonly sealed: string }[];
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
    secrets: row.secrets.map(({ version, sealed }) => ({ version, sealed: Buffer.from(sealed, "base64") })),
  };
}

type DueRow = { readonly delivery_id: string; readonly attempts: number; readonly tries: number } & {
  readonly [K in keyof EventRow]: EventRow[K] | null;
};

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

/**
 * An attempt counts once: the delivery stands as it did when the attempt began, whoever holds the claim by now. Values are looked up
 * by their place in the arrays, so that rows are found by the key alone: joined to the arrays, the planner compares each with each,
 * or reads all that is pending (`finished_at IS NULL` says the same as the status, and is in no index).
 */
const recordSql = `
  WITH changed AS (
    UPDATE webhook_delivery d
       SET attempts = d.attempts + 1, tries = d.tries + 1, status = ($8::text[])[array_position($1::text[], d.id)],
           next_attempt_at = ($9::timestamptz[])[array_position($1::text[], d.id)],
           finished_at = CASE WHEN ($9::timestamptz[])[array_position($1::text[], d.id)] IS NULL THEN clock_timestamp() END
     WHERE d.id = ANY ($1::text[]) AND d.attempts = ($2::int[])[array_position($1::text[], d.id)] AND d.finished_at IS NULL
    RETURNING d.id, d.attempts, array_position($1::text[], d.id) AS place
  ), logged AS (
    INSERT INTO webhook_attempt (delivery_id, number, at, http_status, latency_ms, error, response)
    SELECT c.id, c.attempts, ($3::timestamptz[])[c.place], ($4::int[])[c.place], ($5::int[])[c.place], ($6::text[])[c.place],
           ($7::text[])[c.place]
      FROM changed c
  )
  UPDATE webhook_endpoint
     SET failures = $12, failing_since = $13, warned_at = $14, last_success_at = $15,
         claimed_until = clock_timestamp() + make_interval(secs => $16)
   WHERE id = $10 AND claim = $11 AND status = 'enabled'
  RETURNING id`;

function columnsOf(results: readonly DeliveryResult[]): unknown[] {
  return [
    results.map((one) => one.id),
    results.map((one) => one.attempts),
    results.map((one) => one.at),
    results.map((one) => one.httpStatus),
    results.map((one) => one.latencyMs),
    results.map((one) => one.error),
    results.map((one) => one.response),
    results.map((one) => one.status),
    results.map((one) => one.nextAttemptAt),
  ];
}

function healthOf({ failures, failingSince, warnedAt, lastSuccessAt }: EndpointHealth): unknown[] {
  return [failures, failingSince, warnedAt, lastSuccessAt];
}

async function conclude(
  client: DatabaseClient,
  endpoint: ClaimedEndpoint,
  health: EndpointHealth,
  consequence: Exclude<HealthConsequence, { kind: "none" }>,
): Promise<void> {
  const { id, environmentId, url } = endpoint;
  const failingSince = health.failingSince?.toISOString() ?? null;
  const tell = async (type: EndpointEventType, payload: Readonly<Record<string, string | null>>): Promise<void> => {
    await client.query(
      "INSERT INTO event (id, created_at, environment_id, event_type, payload) VALUES ($1, now(), $2, $3, $4)",
      [
        makeId("evt", randomBytes(idRandomBytes)),
        environmentId,
        type,
        JSON.stringify({ id, url: originOf(url), ...payload }),
      ],
    );
  };
  if (consequence.kind === "warn") {
    await client.query("UPDATE webhook_endpoint SET warned_at = $3 WHERE id = $1 AND claim = $2", [
      id,
      endpoint.claim,
      health.warnedAt,
    ]);
    return await tell("webhook_endpoint:failing", { failing_since: failingSince });
  }
  const { reason } = consequence;
  const { rowCount } = await client.query(
    `UPDATE webhook_endpoint SET status = 'disabled', disabled_reason = $3, disabled_at = now(), updated_at = now(),
            claimed_until = NULL, claimed_by = NULL
      WHERE id = $1 AND claim = $2 AND status = 'enabled'`,
    [id, endpoint.claim, reason],
  );
  // Somebody took it into use again meanwhile, or out of it.
  if (rowCount !== 1) return;
  await endPending(client, id);
  await tell("webhook_endpoint:disabled", { reason, failing_since: failingSince });
  await insertAudit(client, [
    { environmentId, actor: "worker", action: "webhook_endpoint.disabled", target: id, detail: { reason } },
  ]);
}

/** The rows are the truth: a job that was lost is made again. One that is there keeps its instant. */
const wakeForgottenSql = `
  SELECT count(*)::int AS n FROM graphile_worker.add_jobs((
    SELECT coalesce(array_agg(${jobSpecSql("w.id")} ORDER BY w.id), '{}')
      FROM webhook_endpoint w
     WHERE EXISTS (SELECT FROM webhook_delivery d WHERE d.endpoint_id = w.id AND d.status = 'pending'
                      AND d.next_attempt_at < now() - interval '5 seconds')), job_key_preserve_run_at => true)`;
