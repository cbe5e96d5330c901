import type { EndpointHealth } from "#core/domain/webhook/endpoint-health";
import type { ClaimedEndpoint, DeliveryResult } from "#core/ports/delivery-queue";
import { query, type DatabasePool } from "./pool.ts";

/** What `DeliveryQueue.record` does, by two statements: for first attempts, and for later ones. */
export async function recordAttempts(
  pool: DatabasePool,
  endpoint: ClaimedEndpoint,
  results: readonly DeliveryResult[],
  health: EndpointHealth,
  leaseSeconds: number,
): Promise<boolean> {
  const ofEndpoint = [endpoint.id, endpoint.claim, ...healthOf(health), leaseSeconds];
  const write = async (sql: string, keys: unknown, group: readonly DeliveryResult[], more: unknown) => {
    const values = [keys, ...columnsOf(group), ...ofEndpoint, more];
    const { rows } = await query<{ id: string }>(pool, sql, values);
    return rows.length === 1;
  };
  const first = results.flatMap((result) => (result.place === null ? [] : [{ result, ...result.place }]));
  let isOurs = true;
  if (first.length > 0) {
    first.sort((a, b) => a.number - b.number);
    const numbers = integersOf(first.map(({ number }) => number));
    const rows = `{${first.map(({ row }) => `"${row}"`).join()}}`;
    const group = first.map(({ result }) => result);
    isOurs = await write(recordFirstSql(false), numbers, group, rows).catch(async (error: unknown) => {
      if (!isUniqueViolation(error)) throw error;
      return await write(recordFirstSql(true), numbers, group, rows);
    });
  }
  if (first.length === results.length && first.length > 0) return isOurs;
  const later = results.filter(({ place }) => place === null).toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const ids = later.map(({ id }) => id);
  const isStillOurs = await write(recordSql, ids, later, integersOf(later.map(({ attempts }) => attempts)));
  return isOurs && isStillOurs;
}

function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "23505";
}

/** What is said of the endpoint. */
const extendSql = `
  UPDATE webhook_endpoint
     SET failures = $11, failing_since = $12, warned_at = $13, last_success_at = $14,
         claimed_until = clock_timestamp() + make_interval(secs => $15)
   WHERE id = $9 AND claim = $10 AND status = 'enabled'
  RETURNING id`;

/** Of a value's array the one of this delivery. */
const its = (parameter: string): string => `(${parameter})[i]`;

/**
 * First attempts: the delivery leaves those that nobody has tried and becomes what the attempt made of it, written once. Who comes
 * later finds it gone, and changes nothing. Found by the place of its row, which costs next to nothing: should it stand elsewhere by
 * now (VACUUM FULL), it stays, and is sent once more. Nobody has made a delivery of its event before, so none is looked for; unless
 * there is one all the same.
 */
const recordFirstSql = (isCareful: boolean): string => `
  WITH tried AS MATERIALIZED (
    DELETE FROM webhook_untried u WHERE u.ctid = ANY ($16::tid[]) AND u.number = ANY ($1::bigint[])
    RETURNING u.*, width_bucket(u.number, $1::bigint[]) AS i
  ), made AS (
    INSERT INTO webhook_delivery (id, endpoint_id, environment_id, event_id, event_created_at, event_type, account_id, attempts, tries,
           status, next_attempt_at, finished_at, delivered_at, delivered_http_status, delivered_latency_ms, delivered_response)
    SELECT id, endpoint_id, environment_id, event_id, event_created_at, event_type, account_id, 1, 1,
           CASE WHEN took THEN 'delivered' WHEN next IS NULL THEN 'failed' ELSE 'pending' END,
           next, CASE WHEN next IS NULL THEN clock_timestamp() END, CASE WHEN took THEN ${its("$2::timestamptz[]")} END,
           CASE WHEN took THEN ${its("$3::int[]")} END, CASE WHEN took THEN ${its("$4::int[]")} END, CASE WHEN took THEN ${its("$6::text[]")} END
      FROM (SELECT *, ${its("$7::boolean[]")} AS took, ${its("$8::timestamptz[]")} AS next FROM tried OFFSET 0) t
    ${isCareful ? "ON CONFLICT (id) DO NOTHING" : ""}
  ), logged AS (
    INSERT INTO webhook_attempt (delivery_id, number, at, http_status, latency_ms, error, response)
    SELECT id, 1, ${its("$2::timestamptz[]")}, ${its("$3::int[]")}, ${its("$4::int[]")}, ${its("$5::text[]")}, ${its("$6::text[]")}
      FROM tried WHERE NOT ${its("$7::boolean[]")}
    ${isCareful ? "ON CONFLICT DO NOTHING" : ""}
  )
  ${extendSql}`;

/** Where a delivery stands in the arrays, which are in the order of their ids: searched by halves, the bytes compared. */
const placeOf = (id: string): string => `width_bucket(${id} COLLATE "C", $1::text[])`;

/**
 * An attempt counts once: the delivery stands as it did when the attempt began, whoever holds the claim by now. Values are looked up
 * by their place in the arrays, so that rows are found by the key alone: joined to the arrays, the planner compares each with each,
 * or reads all that is pending (`finished_at IS NULL` says the same as the status, and is in no index). The place is found once for
 * all values: it costs as much as a fifth of the statement. An attempt that delivered stands with its delivery.
 */
const recordSql = `
  WITH changed AS (
    UPDATE webhook_delivery d
       SET (attempts, tries, status, next_attempt_at, finished_at,
            delivered_at, delivered_http_status, delivered_latency_ms, delivered_response) = (
         SELECT d.attempts + 1, d.tries + 1, CASE WHEN v.took THEN 'delivered' WHEN v.next IS NULL THEN 'failed' ELSE 'pending' END,
                v.next, CASE WHEN v.next IS NULL THEN clock_timestamp() END,
                CASE WHEN v.took THEN ($2::timestamptz[])[v.n] END, CASE WHEN v.took THEN ($3::int[])[v.n] END,
                CASE WHEN v.took THEN ($4::int[])[v.n] END, CASE WHEN v.took THEN ($6::text[])[v.n] END
           FROM (SELECT p.n, ($7::boolean[])[p.n] AS took, ($8::timestamptz[])[p.n] AS next
                   FROM (SELECT ${placeOf("d.id")} AS n OFFSET 0) p OFFSET 0) v)
     WHERE d.id = ANY ($1::text[]) AND d.attempts = ($16::int[])[${placeOf("d.id")}] AND d.finished_at IS NULL
    RETURNING d.id, d.status, d.attempts
  ), logged AS (
    INSERT INTO webhook_attempt (delivery_id, number, at, http_status, latency_ms, error, response)
    SELECT c.id, c.attempts, ($2::timestamptz[])[c.n], ($3::int[])[c.n], ($4::int[])[c.n], ($5::text[])[c.n], ($6::text[])[c.n]
      FROM (SELECT id, attempts, ${placeOf("id")} AS n FROM changed WHERE status <> 'delivered' OFFSET 0) c
  )
  ${extendSql}`;

/** What both statements read of attempts, in the order of the results. */
function columnsOf(results: readonly DeliveryResult[]): unknown[] {
  return [
    `{${results.map((one) => one.at.toISOString()).join()}}`,
    integersOf(results.map((one) => one.httpStatus)),
    integersOf(results.map((one) => one.latencyMs)),
    textsOf(results.map((one) => one.error)),
    textsOf(results.map((one) => one.response)),
    `{${results.map((one) => one.status === "delivered").join()}}`,
    `{${results.map((one) => one.nextAttemptAt?.toISOString() ?? "NULL").join()}}`,
  ];
}

/** As PostgreSQL reads arrays: the driver looks at each value for what it may be, which costs more than all else of a record here. */
function integersOf(numbers: readonly (number | null)[]): string {
  return `{${numbers.map((one) => one ?? "NULL").join()}}`;
}

/** Mostly there are none. */
function textsOf(texts: readonly (string | null)[]): readonly (string | null)[] | string {
  return texts.every((one) => one === null) ? `{${texts.map(() => "NULL").join()}}` : texts;
}

function healthOf({ failures, failingSince, warnedAt, lastSuccessAt }: EndpointHealth): unknown[] {
  return [failures, failingSince, warnedAt, lastSuccessAt];
}
