import type { Caller } from "#core/domain/access/permission";
import { undecidedOutcome } from "#core/domain/statistics/success-rate";
import type { IntegrationHealth } from "./health-stats.ts";
import { query, type DatabasePool } from "./pool.ts";

interface HealthRow {
  readonly integration_name: string;
  readonly connecting: number;
  readonly active: number;
  readonly needs_reauth: number;
  readonly disconnected: number;
  readonly refreshes: number | null;
  readonly decided: number | null;
  readonly succeeded: number | null;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly failures: Record<string, number> | null;
}

/** The same from the rows of accounts and attempts themselves, which takes the longer the more there are. */
export async function countHealth(
  pool: DatabasePool,
  caller: Pick<Caller, "environmentId" | "tenantIds" | "integrationNames">,
  windowSeconds: number,
): Promise<IntegrationHealth[]> {
  const { rows } = await query<HealthRow>(
    pool,
    `WITH scoped AS (
       SELECT id, integration_name, status FROM integrated_account
        WHERE environment_id = $1 AND ($3::text[] IS NULL OR tenant_id = ANY($3))
          AND ($4::text[] IS NULL OR integration_name = ANY($4))
     ), attempts AS (
       SELECT s.integration_name, t.outcome, extract(epoch FROM t.finished_at - t.started_at) * 1000 AS ms
         FROM refresh_attempt t JOIN scoped s ON s.id = t.account_id
        WHERE t.environment_id = $1 AND t.finished_at > now() - make_interval(secs => $2)
          -- By this there is an index; none that is worth counting took a day.
          AND t.started_at > now() - make_interval(secs => $2) - interval '1 day'
          -- A customer who came back is no refresh.
          AND t.reason <> 'reauthorized'
     ), outcomes AS (
       SELECT integration_name, outcome, count(*)::int AS n FROM attempts
        WHERE outcome NOT IN ('refreshed', '${undecidedOutcome}') GROUP BY 1, 2
     )
     SELECT a.integration_name,
            count(*) FILTER (WHERE a.status = 'connecting')::int AS connecting,
            count(*) FILTER (WHERE a.status = 'active')::int AS active,
            count(*) FILTER (WHERE a.status = 'needs_reauth')::int AS needs_reauth,
            count(*) FILTER (WHERE a.status = 'disconnected')::int AS disconnected,
            r.refreshes, r.decided, r.succeeded, r.p50, r.p95,
            (SELECT json_object_agg(o.outcome, o.n) FROM outcomes o WHERE o.integration_name = a.integration_name) AS failures
       FROM scoped a
       LEFT JOIN (
         SELECT integration_name, count(*)::int AS refreshes,
                count(*) FILTER (WHERE outcome <> '${undecidedOutcome}')::int AS decided,
                count(*) FILTER (WHERE outcome = 'refreshed')::int AS succeeded,
                -- What could not even be asked took no time, and says nothing of the provider's.
                percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) FILTER (WHERE ms > 0) AS p50,
                percentile_cont(0.95) WITHIN GROUP (ORDER BY ms) FILTER (WHERE ms > 0) AS p95
           FROM attempts GROUP BY integration_name
       ) r ON r.integration_name = a.integration_name
      GROUP BY a.integration_name, r.refreshes, r.decided, r.succeeded, r.p50, r.p95
      ORDER BY a.integration_name`,
    [caller.environmentId, windowSeconds, caller.tenantIds, caller.integrationNames],
  );
  return rows.map((row) => ({
    integrationName: row.integration_name,
    accounts: {
      connecting: row.connecting,
      active: row.active,
      needs_reauth: row.needs_reauth,
      disconnected: row.disconnected,
    },
    refreshes: row.refreshes ?? 0,
    successRate: row.decided === null || row.decided === 0 ? null : (row.succeeded ?? 0) / row.decided,
    latencyMs: { p50: rounded(row.p50), p95: rounded(row.p95) },
    failures: row.failures ?? {},
  }));
}

function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 10) / 10;
}
