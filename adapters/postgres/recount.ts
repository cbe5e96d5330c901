import { notePast, stepOfSql, stepsSql, tryLock } from "./add-up-counts.ts";
import { inTransaction, query, rollback, type DatabaseClient, type DatabasePool } from "./pool.ts";

/**
 * Which counting this is. Who changes what is counted, or how, raises it: the worker then counts anew, and until it has, readers
 * count for themselves.
 */
export const countingVersion = 1;

/** Ten million attempts take some twenty seconds; a slow disk may take its time. */
const patienceMs = 900_000;

/** Each attempt that counts, in each step that is still kept. */
const attemptsSql = `
  SELECT t.environment_id, s.seconds AS step, ${stepOfSql("t.finished_at")} AS at, a.integration_name, coalesce(t.outcome, '') AS outcome,
         left(coalesce(t.rule, ''), 100) AS rule, evergrant_latency_bucket(t.ms) AS latency, count(*)::int AS attempts
    FROM (SELECT *, (extract(epoch FROM finished_at - started_at) * 1000)::float8 AS ms FROM refresh_attempt) t
    JOIN integrated_account a ON a.id = t.account_id
    JOIN ${stepsSql} ON t.finished_at >= now() - make_interval(secs => s.kept) + interval '1 hour'
   WHERE t.finished_at IS NOT NULL AND t.reason <> 'reauthorized'
   GROUP BY 1, 2, 3, 4, 5, 6, 7`;

const accountsSql = `
  SELECT environment_id, integration_name, status, hold IS NOT NULL AS is_held, count(*)::int AS accounts
    FROM integrated_account GROUP BY 1, 2, 3, 4`;

/**
 * Counts everything anew. Nobody has to stop for it: one statement sees one state of the database, and takes away exactly those
 * changes that are part of what it counts; what is committed later waits to be added up as ever.
 *
 * @returns false: another process is at it
 */
export async function recount(pool: DatabasePool): Promise<boolean> {
  const done = await inTransaction(pool, async (client) => {
    if (!(await tryLock(client))) return rollback;
    await allowTime(client);
    // Whose counts these are nobody but the holder of the lock writes; readers see all of it at once, at the end.
    await slowly(client, "DELETE FROM attempt_count");
    await slowly(
      client,
      `WITH gone AS (DELETE FROM attempt_count_change)
       INSERT INTO attempt_count (environment_id, step, at, integration_name, outcome, rule, latency, attempts) ${attemptsSql}`,
    );
    await client.query("DELETE FROM account_count");
    await slowly(
      client,
      `WITH gone AS (DELETE FROM account_count_change)
       INSERT INTO account_count (environment_id, integration_name, status, is_held, accounts) ${accountsSql}`,
    );
    await notePast(client, null, null);
    await client.query("UPDATE counting SET version = $1, counted_at = now()", [countingVersion]);
    return true;
  });
  return done === true;
}

/** Counts anew where what there is was counted by another version, or not at all. @returns whether it did */
export async function recountIfNeeded(pool: DatabasePool): Promise<boolean> {
  return (await countedVersion(pool)) === countingVersion ? false : await recount(pool);
}

async function countedVersion(pool: DatabasePool): Promise<number> {
  const { rows } = await query<{ version: number }>(pool, "SELECT version FROM counting", [], "counting-version");
  return rows[0]?.version ?? 0;
}

/**
 * Holds the counts against the rows that they count, all in one state of the database, and counts anew where they differ.
 *
 * @returns how many counts differed, and whether this counted them anew; null: another process is at it
 */
export async function checkCounts(
  pool: DatabasePool,
): Promise<{ readonly differing: number; readonly isRecounted: boolean } | null> {
  const found = await inTransaction(pool, async (client) => {
    if (!(await tryLock(client))) return rollback;
    await allowTime(client);
    const { rows } = await slowly<{ differing: number }>(client, differingSql);
    const differing = rows[0]?.differing ?? 0;
    await client.query("UPDATE counting SET checked_at = now(), differing = $1", [differing]);
    return differing;
  });
  if (found === rollback) return null;
  return { differing: found, isRecounted: found > 0 && (await recount(pool)) };
}

/** Counts near the end of their time may be gone or not: those are left out. */
const differingSql = `
  WITH truth AS (${attemptsSql}
  ), counted AS (
    SELECT c.environment_id, c.step, c.at, c.integration_name, c.outcome, c.rule, c.latency, c.attempts FROM attempt_count c
    UNION ALL
    SELECT c.environment_id, s.seconds, ${stepOfSql("c.at")}, c.integration_name, c.outcome, c.rule, c.latency, c.attempts
      FROM attempt_count_change c CROSS JOIN ${stepsSql}
  ), both_attempts AS (
    SELECT step, at, attempts, environment_id, integration_name, outcome, rule, latency FROM counted
    UNION ALL SELECT step, at, -attempts, environment_id, integration_name, outcome, rule, latency FROM truth
  ), attempts AS (
    SELECT FROM both_attempts b JOIN ${stepsSql} ON s.seconds = b.step
     WHERE b.at >= now() - make_interval(secs => s.kept) + interval '2 hours'
     GROUP BY b.environment_id, b.step, b.at, b.integration_name, b.outcome, b.rule, b.latency HAVING sum(b.attempts) <> 0
  ), both_accounts AS (
    SELECT environment_id, integration_name, status, is_held, accounts FROM account_count
    UNION ALL SELECT environment_id, integration_name, status, is_held, accounts FROM account_count_change
    UNION ALL SELECT environment_id, integration_name, status, is_held, -accounts FROM (${accountsSql}) t
  ), accounts AS (
    SELECT FROM both_accounts GROUP BY environment_id, integration_name, status, is_held HAVING sum(accounts) <> 0
  )
  SELECT ((SELECT count(*) FROM attempts) + (SELECT count(*) FROM accounts))::int AS differing`;

async function allowTime(client: DatabaseClient): Promise<void> {
  await client.query(`SET LOCAL statement_timeout = ${patienceMs}`);
}

async function slowly<Row extends object>(client: DatabaseClient, text: string): Promise<{ readonly rows: Row[] }> {
  const config: { text: string; query_timeout: number } = { text, query_timeout: patienceMs };
  return await client.query<Row & Record<string, unknown>>(config);
}
