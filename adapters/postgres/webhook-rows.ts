import type { DisabledReason } from "#core/domain/webhook/endpoint-health";
import { maskAddress, type EndpointFormat } from "#core/domain/webhook/endpoint-url";
import type { EventType } from "#core/domain/webhook/event-type";
import type { StoredEvent } from "#core/domain/webhook/render-event";
import type { Delivery, DeliveryStatus, WebhookEndpoint } from "#core/ports/webhook-store";

/** What a list shows of what waits ends here. */
const mostWaiting = 10_000;
/** And what it shows of the last day looks at so many. */
const mostOfDay = 1_000;
const mostAttempts = 50;

export const endpointColumns = `w.id, w.environment_id, w.url, w.format, w.events, w.description, w.status, w.disabled_reason,
  w.disabled_at, w.failures, w.failing_since, w.warned_at, w.last_success_at, w.created_at, w.updated_at,
  (SELECT count(*)::int FROM (SELECT 1 FROM webhook_delivery d WHERE d.endpoint_id = w.id AND d.status = 'pending'
     UNION ALL SELECT 1 FROM webhook_untried u WHERE u.endpoint_id = w.id LIMIT ${mostWaiting}) p) AS waiting,
  (SELECT json_build_object('deliveries', count(*), 'delivered', count(*) FILTER (WHERE p.status = 'delivered'))
     FROM (SELECT l.status FROM (
             (SELECT d.status, d.event_created_at FROM webhook_delivery d
               WHERE d.endpoint_id = w.id AND d.event_created_at > now() - interval '24 hours'
               ORDER BY d.event_created_at DESC, d.id DESC LIMIT ${mostOfDay})
             UNION ALL
             (SELECT 'pending', u.event_created_at FROM webhook_untried u
               WHERE u.endpoint_id = w.id AND u.event_created_at > now() - interval '24 hours' LIMIT ${mostOfDay})) l
            ORDER BY l.event_created_at DESC LIMIT ${mostOfDay}) p) AS last_day,
  (SELECT max(s.version) FROM sealed_secret s WHERE s.owner = w.id AND s.field = 'webhook_secret') AS secret_version,
  (SELECT max(s.version) FROM sealed_secret s WHERE s.owner = w.id AND s.field = 'webhook_address') AS address_version,
  (SELECT max(s.accepted_until) FROM sealed_secret s
    WHERE s.owner = w.id AND s.field = 'webhook_secret' AND s.accepted_until > now()) AS previous_secret_until`;

export interface EndpointRow {
  readonly id: string;
  readonly environment_id: string;
  readonly url: string;
  readonly format: EndpointFormat;
  readonly events: string[];
  readonly description: string | null;
  readonly status: "enabled" | "disabled";
  readonly disabled_reason: DisabledReason | null;
  readonly disabled_at: Date | null;
  readonly failures: number;
  readonly failing_since: Date | null;
  readonly warned_at: Date | null;
  readonly last_success_at: Date | null;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly waiting: number;
  readonly last_day: WebhookEndpoint["lastDay"];
  readonly secret_version: number | null;
  readonly address_version: number | null;
  readonly previous_secret_until: Date | null;
}

export function toEndpoint(row: EndpointRow): WebhookEndpoint {
  return {
    id: row.id,
    environmentId: row.environment_id,
    // One that the version before wrote is not sealed yet.
    url: row.format === "chat" ? maskAddress(row.url) : row.url,
    format: row.format,
    events: row.events,
    description: row.description,
    status: row.status,
    disabledReason: row.disabled_reason,
    disabledAt: row.disabled_at,
    health: toHealth(row),
    secretVersion: row.secret_version,
    addressVersion: row.address_version,
    previousSecretUntil: row.previous_secret_until,
    waiting: row.waiting,
    lastDay: row.last_day,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

export function toHealth(
  row: Pick<EndpointRow, "failures" | "failing_since" | "warned_at" | "last_success_at">,
): WebhookEndpoint["health"] {
  return {
    failures: row.failures,
    failingSince: row.failing_since,
    warnedAt: row.warned_at,
    lastSuccessAt: row.last_success_at,
  };
}

export const eventColumns = "e.id, e.created_at, e.environment_id, e.account_id, e.sequence, e.event_type, e.payload";

export interface EventRow {
  readonly id: string;
  readonly created_at: Date;
  readonly environment_id: string;
  readonly account_id: string | null;
  readonly sequence: number | null;
  readonly event_type: EventType;
  readonly payload: Record<string, unknown>;
}

export function toEvent(row: EventRow): StoredEvent {
  return {
    id: row.id,
    createdAt: row.created_at,
    environmentId: row.environment_id,
    accountId: row.account_id,
    sequence: row.sequence,
    eventType: row.event_type,
    payload: row.payload,
  };
}

/** What both tables of deliveries have, as `deliveryColumns` reads them: those that somebody has tried, and those that nobody has. */
export const triedColumns = `id, endpoint_id, environment_id, event_id, event_created_at, event_type, account_id, status, attempts,
  next_attempt_at, finished_at, delivered_at, delivered_http_status, delivered_latency_ms, delivered_response`;
export const untriedColumns = `id, endpoint_id, environment_id, event_id, event_created_at, event_type, account_id, 'pending', 0,
  due_at, NULL::timestamptz, NULL::timestamptz, NULL::int, NULL::int, NULL`;

export const deliveryColumns = `d.id, d.endpoint_id, d.event_id, d.event_created_at, d.event_type, d.account_id, d.status,
  d.next_attempt_at, d.finished_at,
  (SELECT coalesce(json_agg(json_build_object('at', extract(epoch FROM a.at) * 1000, 'httpStatus', a.http_status,
            'latencyMs', a.latency_ms, 'error', a.error, 'response', a.response) ORDER BY a.number), '[]')
     FROM (SELECT t.number, t.at, t.http_status, t.latency_ms, t.error, t.response FROM webhook_attempt t WHERE t.delivery_id = d.id
           UNION ALL
           SELECT d.attempts, d.delivered_at, d.delivered_http_status, d.delivered_latency_ms, NULL, d.delivered_response
            WHERE d.delivered_at IS NOT NULL
            ORDER BY number DESC LIMIT ${mostAttempts}) a) AS attempts`;

/** What stands with a delivery of the attempt that delivered it. */
const deliveredColumns = ["delivered_at", "delivered_http_status", "delivered_latency_ms", "delivered_response"];

/** Before a delivery is made anew the attempt that delivered it goes to the others. @param rows a query of deliveries, locked */
export const keepDeliveredSql = (rows: string): string => `
  INSERT INTO webhook_attempt (delivery_id, number, at, http_status, latency_ms, response)
  SELECT id, attempts, ${deliveredColumns.join(", ")} FROM (${rows}) kept WHERE delivered_at IS NOT NULL
  ON CONFLICT DO NOTHING`;
/** For the SET of the update that begins anew. */
export const beginAnewSql = `status = 'pending', next_attempt_at = clock_timestamp(), finished_at = NULL,
  ${deliveredColumns.map((one) => `${one} = NULL`).join(", ")}`;

export interface DeliveryRow {
  readonly id: string;
  readonly endpoint_id: string;
  readonly event_id: string;
  readonly event_created_at: Date;
  readonly event_type: EventType;
  readonly account_id: string | null;
  readonly status: DeliveryStatus;
  readonly next_attempt_at: Date | null;
  readonly finished_at: Date | null;
  readonly attempts: (Omit<Delivery["attempts"][number], "at"> & { readonly at: number })[];
}

export function toDelivery(row: DeliveryRow): Delivery {
  return {
    id: row.id,
    endpointId: row.endpoint_id,
    eventId: row.event_id,
    eventCreatedAt: row.event_created_at,
    eventType: row.event_type,
    accountId: row.account_id,
    status: row.status,
    attempts: row.attempts.map((one) => ({ ...one, at: new Date(Math.round(one.at)) })),
    nextAttemptAt: row.next_attempt_at,
    finishedAt: row.finished_at,
  };
}
