import { probeSeconds, type CircuitCause } from "#core/domain/refresh/circuit";
import { query, type DatabasePool } from "./pool.ts";

/** A count ends here, so that a system in trouble is not troubled more. */
export const mostCounted = 10_000;
const mostCircuits = 200;
/** Alarms that are looked at, those that rang first: many behind a breaker hide none that are late, unless they are as many. */
const mostLookedAt = 50_000;

/** Open breakers of one integration's clients. */
export interface OpenBreaker {
  readonly integrationName: string;
  readonly cause: CircuitCause;
  /** `half_open`: its pause is over, or a probe is on its way. */
  readonly state: "open" | "half_open";
  readonly openedAt: Date;
  /** When one of its accounts asks next. */
  readonly probeAt: Date | null;
  /** Clients and hosts whose breaker is open for this cause. */
  readonly clients: number;
  /** Active accounts behind them; mostCounted stands for more. */
  readonly accounts: number;
}

/** By integration and cause, the longest first. */
export async function readOpenBreakers(pool: DatabasePool, environmentId: string): Promise<readonly OpenBreaker[]> {
  const { rows } = await query<OpenBreaker & { [column: string]: unknown }>(
    pool,
    `WITH open AS (
       SELECT key, integration_name, coalesce(cause, 'provider') AS cause, coalesce(opened_at, updated_at) AS opened_at, probe_at,
              (probe_at <= now() OR coalesce(probe_at <= probed_at + make_interval(secs => $2), false)) AS is_half
         FROM circuit WHERE environment_id = $1 AND state = 'open' ORDER BY opened_at LIMIT ${mostCircuits}
     ), behind AS (
       -- Integrations with one client at one endpoint share its breaker; one whose accounts are gone is still its own.
       SELECT o.*, a.name, a.accounts FROM open o CROSS JOIN LATERAL (
         SELECT integration_name AS name, count(*)::int AS accounts
           FROM (SELECT integration_name FROM integrated_account WHERE circuit_key = o.key AND status = 'active' LIMIT ${mostCounted}) b
          GROUP BY 1) a
       UNION ALL
       SELECT o.*, o.integration_name, 0 FROM open o
        WHERE NOT EXISTS (SELECT FROM integrated_account WHERE circuit_key = o.key AND status = 'active')
     )
     SELECT name AS "integrationName", cause, CASE WHEN bool_and(is_half) THEN 'half_open' ELSE 'open' END AS state,
            min(opened_at) AS "openedAt", min(probe_at) AS "probeAt", count(*)::int AS clients,
            least(sum(accounts), ${mostCounted})::int AS accounts
       FROM behind GROUP BY name, cause ORDER BY min(opened_at), name, cause`,
    [environmentId, probeSeconds + 1],
    "open-breakers",
  );
  return rows;
}

/** Alarms that rang over a minute ago and that nobody serves. */
export interface Backlog {
  /** Waiting for a worker; mostCounted stands for more. */
  readonly overdue: number;
  /** Waiting behind an open breaker, as they should; the same. */
  readonly behindBreakers: number;
  /** Of the first kind; 0: there is none. */
  readonly oldestSeconds: number;
}

export async function readBacklog(pool: DatabasePool, environmentId: string): Promise<Backlog> {
  const { rows } = await query<Backlog & { [column: string]: unknown }>(
    pool,
    `SELECT least(count(*) FILTER (WHERE c.key IS NULL), ${mostCounted})::int AS overdue,
            least(count(c.key), ${mostCounted})::int AS "behindBreakers",
            coalesce(extract(epoch FROM now() - min(r.refresh_due_at) FILTER (WHERE c.key IS NULL)), 0)::int AS "oldestSeconds"
       FROM (SELECT refresh_due_at, circuit_key FROM integrated_account
              WHERE status = 'active' AND refresh_due_at < now() - interval '1 minute' AND hold IS NULL AND environment_id = $1
                AND (lease_until IS NULL OR lease_until < now())
              ORDER BY refresh_due_at LIMIT ${mostLookedAt}) r
       LEFT JOIN circuit c ON c.key = r.circuit_key AND c.state = 'open'`,
    [environmentId],
    "backlog",
  );
  return rows[0] ?? { overdue: 0, behindBreakers: 0, oldestSeconds: 0 };
}

export interface WebhookStanding {
  readonly working: number;
  readonly failing: number;
  readonly disabled: number;
  /** Of those, the ones that Evergrant disabled itself: they failed for days, or said that they are gone. */
  readonly givenUp: number;
  /** Deliveries that could be sent now; mostCounted stands for more. */
  readonly due: number;
  /** Deliveries that failed and are tried again later. */
  readonly retrying: number;
  /** Of those that are due; 0: there is none. */
  readonly oldestSeconds: number;
}

export async function readWebhookStanding(pool: DatabasePool, environmentId: string): Promise<WebhookStanding> {
  const { rows } = await query<WebhookStanding & { [column: string]: unknown }>(
    pool,
    `WITH endpoints AS (SELECT id, status, failures, disabled_reason FROM webhook_endpoint WHERE environment_id = $1),
     waiting AS (
       SELECT d.at FROM endpoints w CROSS JOIN LATERAL (
         (SELECT next_attempt_at AS at FROM webhook_delivery WHERE endpoint_id = w.id AND status = 'pending'
           ORDER BY next_attempt_at LIMIT ${mostCounted})
         UNION ALL
         (SELECT due_at FROM webhook_untried WHERE endpoint_id = w.id ORDER BY due_at LIMIT ${mostCounted})) d
     )
     SELECT count(*) FILTER (WHERE status = 'enabled' AND failures = 0)::int AS working,
            count(*) FILTER (WHERE status = 'enabled' AND failures > 0)::int AS failing,
            count(*) FILTER (WHERE status = 'disabled')::int AS disabled,
            count(*) FILTER (WHERE status = 'disabled' AND disabled_reason <> 'operator')::int AS "givenUp",
            (SELECT least(count(*), ${mostCounted})::int FROM waiting WHERE at <= now()) AS due,
            (SELECT least(count(*), ${mostCounted})::int FROM waiting WHERE at > now()) AS retrying,
            (SELECT coalesce(extract(epoch FROM now() - min(at)), 0)::int FROM waiting WHERE at <= now()) AS "oldestSeconds"
       FROM endpoints`,
    [environmentId],
    "webhook-standing",
  );
  return rows[0] ?? { working: 0, failing: 0, disabled: 0, givenUp: 0, due: 0, retrying: 0, oldestSeconds: 0 };
}
