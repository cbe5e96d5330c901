import type { CountSpan } from "#core/domain/statistics/count-steps";
import { query, type DatabasePool } from "./pool.ts";
import { countingVersion } from "./recount.ts";

/** Whose counts: of one environment, and of these integrations alone; null: of all. */
export interface CountScope {
  readonly environmentId: string;
  readonly integrationNames: readonly string[] | null;
}

export interface AccountCount {
  readonly integrationName: string;
  readonly status: "connecting" | "active" | "needs_reauth" | "disconnected";
  readonly isHeld: boolean;
  readonly accounts: number;
}

/**
 * Accounts by integration and state, from what is counted and what waits to be added.
 * @returns null: what there was before an upgrade is not counted yet
 */
export async function readAccountCounts(
  pool: DatabasePool,
  scope: CountScope,
): Promise<readonly AccountCount[] | null> {
  const { rows } = await query<{ version: number; counts: AccountCount[] | null }>(
    pool,
    `SELECT (SELECT version FROM counting) AS version,
            (SELECT json_agg(n) FROM (
              SELECT integration_name AS "integrationName", status, is_held AS "isHeld", sum(accounts)::int AS accounts
                FROM (SELECT environment_id, integration_name, status, is_held, accounts FROM account_count
                      UNION ALL
                      SELECT environment_id, integration_name, status, is_held, accounts FROM account_count_change) c
               WHERE environment_id = $1 AND ($2::text[] IS NULL OR integration_name = ANY ($2))
               GROUP BY 1, 2, 3 HAVING sum(accounts) <> 0 ORDER BY 1, 2, 3) n) AS counts`,
    [scope.environmentId, scope.integrationNames],
    "counts-of-accounts",
  );
  return rows[0]?.version === countingVersion ? (rows[0].counts ?? []) : null;
}

/** The same from the accounts themselves, which takes the longer the more there are. */
export async function countAccounts(pool: DatabasePool, scope: CountScope): Promise<readonly AccountCount[]> {
  const { rows } = await query<AccountCount & { [column: string]: unknown }>(
    pool,
    `SELECT integration_name AS "integrationName", status, hold IS NOT NULL AS "isHeld", count(*)::int AS accounts
       FROM integrated_account WHERE environment_id = $1 AND ($2::text[] IS NULL OR integration_name = ANY ($2))
      GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
    [scope.environmentId, scope.integrationNames],
  );
  return rows;
}

export interface AttemptCount {
  readonly integrationName: string;
  readonly outcome: string;
  /** Empty: nothing had to decide. */
  readonly rule: string;
  readonly bucket: number;
  readonly count: number;
}

/** Attempts that finished within the spans, by integration, outcome, rule and latency. */
export async function readAttemptCounts(
  pool: DatabasePool,
  { environmentId, integrationNames }: CountScope,
  spans: readonly CountSpan[],
): Promise<readonly AttemptCount[]> {
  const { rows } = await query<AttemptCount & { [column: string]: unknown }>(
    pool,
    `SELECT integration_name AS "integrationName", outcome, rule, latency AS bucket, sum(attempts)::int AS count
       FROM (SELECT c.integration_name, c.outcome, c.rule, c.latency, c.attempts
               FROM ${spansSql} CROSS JOIN LATERAL (${inSpanSql("attempt_count")}) c
             UNION ALL
             SELECT integration_name, outcome, rule, latency, attempts FROM attempt_count_change
              WHERE environment_id = $1 AND at >= $6) c
      WHERE $5::text[] IS NULL OR integration_name = ANY ($5)
      GROUP BY 1, 2, 3, 4 HAVING sum(attempts) > 0`,
    [environmentId, ...spanValues(spans), integrationNames, spans[0]?.since],
    "counts-of-attempts",
  );
  return rows;
}

/** The rows `p (step, since, until)` of the parameters from the second to the fourth. */
export const spansSql = "unnest($2::int[], $3::timestamptz[], $4::timestamptz[]) p (step, since, until)";

/**
 * The rows of a table of counts within one span. The fence (`OFFSET 0`) makes it one short range of the primary key for each span: a
 * plain join is planned from the rows that an average step has, and reads the whole table, hundreds of times as much, to throw it away.
 */
export const inSpanSql = (table: "attempt_count" | "tally", which = "true"): string =>
  `SELECT * FROM ${table} WHERE environment_id = $1 AND ${which} AND step = p.step AND at >= p.since AND at < p.until OFFSET 0`;

export function spanValues(spans: readonly CountSpan[]): [steps: number[], sinces: Date[], untils: (Date | string)[]] {
  return [
    spans.map(({ step }) => step),
    spans.map(({ since }) => since),
    spans.map(({ until }) => until ?? "infinity"),
  ];
}
