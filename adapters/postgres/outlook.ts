import type { GrantLife } from "#core/domain/integration/grant-life";
import { epochSql } from "./add-up-counts.ts";
import { query, type DatabasePool } from "./pool.ts";

/** How finely the next hour is told, and in how many steps. */
export const dueStepSeconds = 300;
const dueSteps = 12;
/** Ends of grants are told this far ahead, and looked for this often, seconds. */
const cliffHorizonSeconds = 30 * 86_400;
const cliffPauseSeconds = 3_600;
/** Grants that end within so long of the first one are one cliff. */
const cliffSeconds = 86_400;

/** How many refreshes are due when, in the hour to come: one look at the alarms of that hour, for all environments (once a minute). */
export async function countDue(pool: DatabasePool): Promise<void> {
  await query(
    pool,
    `WITH first AS (SELECT date_bin(make_interval(secs => $1::int), now(), ${epochSql}) AS at
     ), due AS (
       SELECT a.environment_id, a.integration_name, floor(extract(epoch FROM a.refresh_due_at - f.at) / $1::int)::int AS step, count(*)::int AS n
         FROM first f JOIN integrated_account a
           ON a.refresh_due_at >= f.at AND a.refresh_due_at < f.at + make_interval(secs => $1::int * $2::int)
        WHERE a.status = 'active' AND a.refresh_due_at IS NOT NULL AND a.hold IS NULL GROUP BY 1, 2, 3
     ), known AS (
       SELECT DISTINCT environment_id, integration_name FROM account_count WHERE accounts > 0
       UNION SELECT environment_id, integration_name FROM due
     ), gone AS (
       DELETE FROM outlook o WHERE NOT EXISTS (SELECT FROM known k WHERE (k.environment_id, k.integration_name) = (o.environment_id, o.integration_name))
     )
     INSERT INTO outlook AS o (environment_id, integration_name, counted_at, starts_at, due)
     SELECT k.environment_id, k.integration_name, now(), f.at, array_agg(coalesce(d.n, 0) ORDER BY g.step)
       FROM first f CROSS JOIN known k CROSS JOIN generate_series(0, $2::int - 1) g (step)
       LEFT JOIN due d ON (d.environment_id, d.integration_name, d.step) = (k.environment_id, k.integration_name, g.step)
      GROUP BY k.environment_id, k.integration_name, f.at ORDER BY 1, 2
     ON CONFLICT (environment_id, integration_name)
       DO UPDATE SET counted_at = excluded.counted_at, starts_at = excluded.starts_at, due = excluded.due`,
    [dueStepSeconds, dueSteps],
    "outlook-due",
  );
}

export interface OutlookOf {
  readonly environmentId: string;
  readonly integrationName: string;
}

/** Whose ends of grants were not looked for within the hour. */
export async function outlooksToRenew(pool: DatabasePool): Promise<readonly OutlookOf[]> {
  const { rows } = await query<{ environmentId: string; integrationName: string }>(
    pool,
    `SELECT environment_id AS "environmentId", integration_name AS "integrationName" FROM outlook
      WHERE cliffs_at IS NULL OR cliffs_at < now() - make_interval(secs => $1) ORDER BY 1, 2`,
    [cliffPauseSeconds],
  );
  return rows;
}

/**
 * When the grants of an integration's active accounts begin to end next, and how many do within a day from then, by what is known of
 * the lives of its grants: an absolute one, an idle one that no alarm comes before, a token that nothing can renew.
 *
 * @param life null: nothing is known of it
 */
export async function findCliff(
  pool: DatabasePool,
  { environmentId, integrationName }: OutlookOf,
  life: GrantLife | null,
): Promise<void> {
  await query(
    pool,
    `WITH lives AS (
       SELECT refresh_due_at, has_refresh_token, expires_at, coalesce(granted_at, activated_at, created_at) AS granted_at,
              greatest(refreshed_at, coalesce(granted_at, activated_at, created_at)) AS used_at
         FROM integrated_account WHERE environment_id = $1 AND integration_name = $2 AND status = 'active' AND hold IS NULL
     ), ends AS (
       SELECT least(
                granted_at + make_interval(secs => $3),
                CASE WHEN refresh_due_at IS NULL OR refresh_due_at >= used_at + make_interval(secs => $4)
                     THEN used_at + make_interval(secs => $4) END,
                CASE WHEN $5 AND refresh_due_at IS NULL AND NOT has_refresh_token THEN expires_at END) AS at
         FROM lives
     ), ahead AS (
       SELECT at, min(at) OVER () AS first FROM ends WHERE at > now() AND at < now() + make_interval(secs => $6)
     ), cliff AS (
       SELECT min(first) AS at, count(*)::int AS accounts FROM ahead WHERE at < first + make_interval(secs => $7)
     )
     UPDATE outlook o SET cliffs_at = now(), cliff_at = c.at, cliff_until = c.at + make_interval(secs => $7), cliff_accounts = c.accounts
       FROM cliff c WHERE o.environment_id = $1 AND o.integration_name = $2`,
    [
      environmentId,
      integrationName,
      life?.absoluteSeconds ?? null,
      life?.idleSeconds ?? null,
      life?.isGiven === true,
      cliffHorizonSeconds,
      cliffSeconds,
    ],
    "outlook-cliff",
  );
}

/** What lies ahead of one integration. */
export interface Outlook {
  readonly integrationName: string;
  readonly countedAt: Date;
  readonly startsAt: Date;
  readonly due: readonly number[];
  readonly cliff: { readonly at: Date; readonly until: Date; readonly accounts: number } | null;
}

export async function readOutlooks(
  pool: DatabasePool,
  environmentId: string,
  integrationNames: readonly string[] | null,
): Promise<readonly Outlook[]> {
  const { rows } = await query<{
    integration_name: string;
    counted_at: Date;
    starts_at: Date;
    due: number[];
    cliff_at: Date | null;
    cliff_until: Date | null;
    cliff_accounts: number;
  }>(
    pool,
    `SELECT integration_name, counted_at, starts_at, due, cliff_at, cliff_until, cliff_accounts FROM outlook
      WHERE environment_id = $1 AND ($2::text[] IS NULL OR integration_name = ANY ($2)) ORDER BY integration_name`,
    [environmentId, integrationNames],
    "outlook-read",
  );
  return rows.map((row) => ({
    integrationName: row.integration_name,
    countedAt: row.counted_at,
    startsAt: row.starts_at,
    due: row.due,
    cliff:
      row.cliff_at === null || row.cliff_until === null
        ? null
        : { at: row.cliff_at, until: row.cliff_until, accounts: row.cliff_accounts },
  }));
}
