import type { CountSpan } from "#core/domain/statistics/count-steps";
import { noLatency, type BucketCount } from "#core/domain/statistics/latency-buckets";
import type { PastCount, StepCount } from "#core/domain/statistics/series";
import type { ReadCount } from "#core/domain/statistics/token-reads";
import { undecidedOutcome } from "#core/domain/statistics/success-rate";
import { epochSql } from "./add-up-counts.ts";
import { query, type DatabasePool } from "./pool.ts";
import { inSpanSql, spansSql, spanValues, type CountScope } from "./read-counts.ts";
import type { TallyKind } from "./tally.ts";

export interface AttemptSums {
  readonly refreshes: number;
  readonly decided: number;
  readonly refreshed: number;
}

interface From {
  readonly since: Date;
  readonly stepSeconds: number;
}

/** Null: neither that nor failed. */
const isRefreshedSql = `CASE WHEN outcome <> '${undecidedOutcome}' THEN outcome = 'refreshed' END`;

/** Attempts of each step since an instant, of all integrations in scope together. */
export async function readAttemptSteps(
  pool: DatabasePool,
  { environmentId, integrationNames }: CountScope,
  { since, stepSeconds }: From,
): Promise<readonly StepCount[]> {
  const { rows } = await query<StepCount & { [column: string]: unknown }>(
    pool,
    `SELECT at, is_refreshed AS "isRefreshed", latency AS bucket, sum(attempts)::int AS count
       FROM (SELECT at, ${isRefreshedSql} AS is_refreshed, latency, attempts, integration_name FROM attempt_count
              WHERE environment_id = $1 AND step = $2 AND at >= $3
             UNION ALL
             SELECT date_bin(make_interval(secs => $2::int), at, ${epochSql}), ${isRefreshedSql}, latency, attempts, integration_name
               FROM attempt_count_change WHERE environment_id = $1 AND at >= $3) c
      WHERE $4::text[] IS NULL OR integration_name = ANY ($4)
      GROUP BY 1, 2, 3 HAVING sum(attempts) > 0`,
    [environmentId, stepSeconds, since, integrationNames],
    "series-of-attempts",
  );
  return rows;
}

/** How many attempts there were within the spans, how many of them succeeded or failed, and how many succeeded. */
export async function readAttemptSums(
  pool: DatabasePool,
  { environmentId, integrationNames }: CountScope,
  spans: readonly CountSpan[],
): Promise<AttemptSums> {
  const { rows } = await query<AttemptSums & { [column: string]: unknown }>(
    pool,
    `SELECT coalesce(sum(c.attempts), 0)::int AS refreshes,
            coalesce(sum(c.attempts) FILTER (WHERE c.outcome <> '${undecidedOutcome}'), 0)::int AS decided,
            coalesce(sum(c.attempts) FILTER (WHERE c.outcome = 'refreshed'), 0)::int AS refreshed
       FROM ${spansSql} CROSS JOIN LATERAL (${inSpanSql("attempt_count")}) c
      WHERE $5::text[] IS NULL OR c.integration_name = ANY ($5)`,
    [environmentId, ...spanValues(spans), integrationNames],
    "sums-of-attempts",
  );
  return rows[0] ?? { refreshes: 0, decided: 0, refreshed: 0 };
}

/** What there was of each integration right before an instant. */
export async function readAccountsAt(pool: DatabasePool, scope: CountScope, from: From): Promise<readonly PastCount[]> {
  return await readPasts(pool, scope, from, "past-accounts-at", beforeSql);
}

/** The same, and every change since. */
export async function readPastAccounts(
  pool: DatabasePool,
  scope: CountScope,
  from: From,
): Promise<readonly PastCount[]> {
  return await readPasts(
    pool,
    scope,
    from,
    "past-accounts",
    `${beforeSql} UNION ALL SELECT * FROM account_count_past WHERE environment_id = $1 AND step = $2 AND at >= $3`,
  );
}

const beforeSql = `
  SELECT l.* FROM (SELECT DISTINCT integration_name FROM account_count WHERE environment_id = $1) n CROSS JOIN LATERAL (
    SELECT * FROM account_count_past p
     WHERE p.environment_id = $1 AND p.step = $2 AND p.at < $3 AND p.integration_name = n.integration_name
     ORDER BY p.at DESC LIMIT 1) l`;

async function readPasts(
  pool: DatabasePool,
  { environmentId, integrationNames }: CountScope,
  { since, stepSeconds }: From,
  name: string,
  pasts: string,
): Promise<readonly PastCount[]> {
  const { rows } = await query<PastCount & { [column: string]: unknown }>(
    pool,
    `SELECT at, integration_name AS "integrationName", active, needs_reauth AS "needsReauth" FROM (${pasts}) c
      WHERE $4::text[] IS NULL OR integration_name = ANY ($4)`,
    [environmentId, stepSeconds, since, integrationNames],
    name,
  );
  return rows;
}

/** How long token reads waited for a refresh, by step. */
export async function readWaitSteps(
  pool: DatabasePool,
  environmentId: string,
  { since, stepSeconds }: From,
): Promise<readonly (BucketCount & { readonly at: Date })[]> {
  const { rows } = await query<BucketCount & { readonly at: Date; [column: string]: unknown }>(
    pool,
    `SELECT at, latency AS bucket, sum(times)::int AS count FROM tally
      WHERE environment_id = $1 AND kind = 'token_read' AND step = $2 AND at >= $3 AND latency <> ${noLatency} GROUP BY 1, 2`,
    [environmentId, stepSeconds, since],
    "wait-steps",
  );
  return rows;
}

/** What processes tallied within the spans. */
export async function readTally(
  pool: DatabasePool,
  environmentId: string,
  kind: TallyKind,
  spans: readonly CountSpan[],
): Promise<readonly ReadCount[]> {
  const { rows } = await query<ReadCount & { [column: string]: unknown }>(
    pool,
    `SELECT t.result, t.latency AS bucket, sum(t.times)::int AS count
       FROM ${spansSql} CROSS JOIN LATERAL (${inSpanSql("tally", "kind = $5")}) t
      GROUP BY 1, 2`,
    [environmentId, ...spanValues(spans), kind],
    "tally-read",
  );
  return rows;
}
