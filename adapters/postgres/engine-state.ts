import { probeSeconds } from "#core/domain/refresh/circuit";
import { query, type DatabasePool } from "./pool.ts";

/** What stands in the database of the engine as a whole. */
export interface EngineState {
  /** Alarms that rang over a minute ago, that no lease serves, and that wait for nothing but a worker. */
  readonly overdue: number;
  readonly overdueBehindCircuits: number;
  /** Of the first kind; 0: there is none. */
  readonly oldestSeconds: number;
  readonly held: number;
  readonly jobsReady: number;
  readonly jobsRunning: number;
  readonly jobsWaiting: number;
  readonly jobsFailed: number;
  /** By cause. */
  readonly circuitsOpen: Readonly<Record<string, number>>;
  readonly circuitsHalfOpen: Readonly<Record<string, number>>;
  readonly places: number;
  readonly waitedFor: number;
  readonly deliveriesDue: number;
  readonly deliveriesRetrying: number;
  readonly eventsUndispatched: number;
  readonly endpointsWorking: number;
  readonly endpointsFailing: number;
  readonly endpointsDisabled: number;
  /** Under the key of the KMS that wrapped most, in all environments. */
  readonly keyWrapsMost: number;
  /** Of the re-wraps that are not over. */
  readonly rewrapLeft: number;
  readonly rewrapFailed: number;
}

const lifeMs = 10_000;
const patienceMs = 2_000;
/** A count ends here, so that a system in trouble is not troubled more. */
const most = 100_000;

/**
 * Alarms by their partial index (in order, so that the oldest are counted), held accounts by theirs; circuits and jobs are small
 * tables: a job lives for the two minutes of a sweep. An account behind an open breaker waits as it should.
 */
export const engineStateSql = `
  WITH rung AS (
    SELECT a.refresh_due_at, a.circuit_key, a.lease_until FROM integrated_account a
     WHERE a.status = 'active' AND a.refresh_due_at < now() - interval '1 minute' AND a.hold IS NULL
     ORDER BY a.refresh_due_at LIMIT ${most}
  ), due AS (
    SELECT count(*) FILTER (WHERE c.key IS NULL)::int AS overdue, count(c.key)::int AS "overdueBehindCircuits",
           coalesce(extract(epoch FROM now() - min(r.refresh_due_at) FILTER (WHERE c.key IS NULL)), 0)::float8 AS "oldestSeconds"
      FROM rung r LEFT JOIN circuit c ON c.key = r.circuit_key AND c.state = 'open'
     WHERE r.lease_until IS NULL OR r.lease_until < now()
  ), jobs AS (
    SELECT count(*) FILTER (WHERE j.locked_at IS NOT NULL)::int AS "jobsRunning",
           count(*) FILTER (WHERE j.locked_at IS NULL AND j.attempts >= j.max_attempts)::int AS "jobsFailed",
           count(*) FILTER (WHERE j.locked_at IS NULL AND j.attempts < j.max_attempts AND j.run_at <= now())::int AS "jobsReady",
           count(*) FILTER (WHERE j.locked_at IS NULL AND j.attempts < j.max_attempts AND j.run_at > now())::int AS "jobsWaiting"
      FROM (SELECT locked_at, attempts, max_attempts, run_at FROM graphile_worker.jobs LIMIT ${most}) j
  ), open_circuits AS (
    SELECT cause, (probe_at <= now() OR coalesce(probe_at <= probed_at + make_interval(secs => $1), false)) AS is_half
      FROM circuit WHERE state = 'open'
  ), busy AS (
    SELECT count(*) FILTER (WHERE c.demanded_until > now())::int AS "waitedFor",
           coalesce(sum((SELECT count(*) FROM jsonb_each(c.places) p
                          WHERE p.value::text::numeric > extract(epoch FROM now()))), 0)::int AS places
      FROM circuit c WHERE c.places <> '{}' OR c.demanded_until > now()
  ), deliveries AS (
    SELECT count(*) FILTER (WHERE d.next_attempt_at <= now())::int AS "deliveriesDue",
           count(*) FILTER (WHERE d.next_attempt_at > now())::int AS "deliveriesRetrying"
      FROM (SELECT next_attempt_at FROM webhook_delivery WHERE status = 'pending'
            UNION ALL SELECT due_at FROM webhook_untried LIMIT ${most}) d
  ), endpoints AS (
    SELECT count(*) FILTER (WHERE status = 'enabled' AND failures = 0)::int AS "endpointsWorking",
           count(*) FILTER (WHERE status = 'enabled' AND failures > 0)::int AS "endpointsFailing",
           count(*) FILTER (WHERE status = 'disabled')::int AS "endpointsDisabled"
      FROM webhook_endpoint
  ), keys AS (
    SELECT coalesce(max(wraps), 0)::float8 AS "keyWrapsMost" FROM (SELECT sum(wraps) AS wraps FROM key_state GROUP BY kid) k
  ), rewraps AS (
    SELECT coalesce(sum(greatest(total - done - failed, 0)), 0)::int AS "rewrapLeft", coalesce(sum(failed), 0)::int AS "rewrapFailed"
      FROM rewrap_run WHERE state IN ('running', 'paused')
  )
  SELECT due.*, jobs.*, busy.*, deliveries.*, endpoints.*, keys.*, rewraps.*,
         (SELECT count(*) FROM (SELECT FROM event_outbox LIMIT ${most}) e)::int AS "eventsUndispatched",
         (SELECT count(*) FROM (SELECT FROM integrated_account WHERE hold IS NOT NULL LIMIT ${most}) h)::int AS held,
         (SELECT coalesce(json_object_agg(cause, n), '{}') FROM
           (SELECT cause, count(*) AS n FROM open_circuits WHERE NOT is_half GROUP BY cause) o) AS "circuitsOpen",
         (SELECT coalesce(json_object_agg(cause, n), '{}') FROM
           (SELECT cause, count(*) AS n FROM open_circuits WHERE is_half GROUP BY cause) o) AS "circuitsHalfOpen"
    FROM due, jobs, busy, deliveries, endpoints, keys, rewraps`;

/**
 * One look for all who ask within ten seconds, and nobody waits for it longer than two: a scrape must say that the database is away
 * rather than hang on it.
 * @returns null while the database does not answer
 */
export function createEngineState(
  pool: Pick<DatabasePool, "query">,
  patience = patienceMs,
): () => Promise<EngineState | null> {
  let known: { readonly untilMs: number; readonly state: Promise<EngineState | null> } | null = null;
  return async () => {
    if (known === null || performance.now() >= known.untilMs) {
      const looking = look(pool);
      const started = { untilMs: Number.POSITIVE_INFINITY, state: looking };
      known = started;
      // Counted from its end: one that is slow is not followed by another behind it, and one that failed by the next scrape.
      void looking.then((state) => {
        if (known === started) known = { untilMs: state === null ? 0 : performance.now() + lifeMs, state: looking };
      });
    }
    const { state } = known;
    const done = Promise.withResolvers<null>();
    const timer = setTimeout(() => done.resolve(null), patience);
    try {
      return await Promise.race([state, done.promise]);
    } finally {
      clearTimeout(timer);
    }
  };
}

async function look(pool: Pick<DatabasePool, "query">): Promise<EngineState | null> {
  try {
    const { rows } = await query<EngineState & Record<string, unknown>>(
      pool as DatabasePool,
      engineStateSql,
      [probeSeconds + 1],
      "engine-state",
    );
    return rows[0] ?? null;
  } catch {
    return null;
  }
}
