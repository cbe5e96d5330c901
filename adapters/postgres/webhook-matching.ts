import type { DatabaseClient, DatabasePool } from "./pool.ts";

export const dispatchTask = "dispatch-events";
export const deliverTask = "deliver-webhooks";

/**
 * Whether the event `b` is for the endpoint `w` (domain/webhook/event-filter). What is told of an endpoint is for the others, and a
 * ping for its own endpoint alone: it is written as a delivery at once, and comes here only when it is replayed.
 */
export const isMeantSql = `w.events && ARRAY['*', split_part(b.event_type, ':', 1) || ':*', b.event_type]
  AND CASE WHEN b.event_type = 'webhook_endpoint:ping' THEN b.payload ->> 'id' = w.id
           WHEN split_part(b.event_type, ':', 1) = 'webhook_endpoint' THEN b.payload ->> 'id' <> w.id
           ELSE true END`;

/** The delivery of one event to one endpoint has one id, whoever makes it. */
export function deliveryIdSql(eventId: string, endpointId: string): string {
  return `'dlv_' || left(encode(sha256(convert_to(${eventId} || ' ' || ${endpointId}, 'UTF8')), 'hex'), 24)`;
}

/** Jobs of failing endpoints come after the others. */
const failingPriority = 10;

/** One job for an endpoint, however much waits for it. */
export async function enqueueDelivery(
  client: DatabaseClient | DatabasePool,
  endpointId: string,
  pauseSeconds = 0,
  isFailing = false,
): Promise<void> {
  await client.query({
    name: "job-deliver",
    text: `SELECT FROM graphile_worker.add_job($1, payload => json_build_object('endpoint', $2::text), job_key => 'deliver:' || $2::text,
             run_at => clock_timestamp() + make_interval(secs => $3), max_attempts => 5, priority => $4)`,
    values: [deliverTask, endpointId, pauseSeconds, isFailing ? failingPriority : 0],
  });
}

/** @param at an expression; null: no job */
export function wakeSql(endpointId: string, at: string, isFailing: boolean): string {
  return `graphile_worker.add_job('${deliverTask}', payload => json_build_object('endpoint', ${endpointId}),
    job_key => 'deliver:' || ${endpointId}, run_at => ${at}, max_attempts => 5, priority => ${isFailing ? failingPriority : 0})`;
}
