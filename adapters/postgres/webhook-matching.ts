import type { DatabaseClient, DatabasePool } from "./pool.ts";

export const dispatchTask = "dispatch-events";
export const deliverTask = "deliver-webhooks";
/** Jobs of failing endpoints come after the others. */
export const failingPriority = 10;

/**
 * Whether the event `b` is for the endpoint `w` (domain/webhook/event-filter). What is told of an endpoint is for the others, and a
 * ping for its own endpoint alone: it is written as a delivery at once, and comes here only when it is replayed.
 */
export const isMeantSql = `CASE
    WHEN b.event_type = 'webhook_endpoint:ping' THEN b.payload ->> 'id' = w.id
    ELSE w.events && ARRAY['*', split_part(b.event_type, ':', 1) || ':*', b.event_type]
         AND NOT (split_part(b.event_type, ':', 1) = 'webhook_endpoint' AND b.payload ->> 'id' = w.id) END`;

/** The delivery of one event to one endpoint has one id, whoever makes it. */
export function deliveryIdSql(eventId: string, endpointId: string): string {
  return `'dlv_' || left(encode(sha256(convert_to(${eventId} || ' ' || ${endpointId}, 'UTF8')), 'hex'), 24)`;
}

/**
 * One job, due now, for each endpoint of `source`, in the order of their ids. One after the other: `add_jobs` takes its rows as they
 * come out of a join of its own, so two that wake the same endpoints at once would wait for each other.
 */
export function wakeSql(source: string, keepsInstant = false): string {
  return `SELECT count(*)::int AS n FROM (SELECT DISTINCT endpoint_id FROM ${source} ORDER BY endpoint_id OFFSET 0) m,
    LATERAL graphile_worker.add_job('${deliverTask}', json_build_object('endpoint', m.endpoint_id), job_key => 'deliver:' || m.endpoint_id,
      run_at => clock_timestamp(), max_attempts => 5, priority => 0${keepsInstant ? ", job_key_mode => 'preserve_run_at'" : ""}) j`;
}

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
