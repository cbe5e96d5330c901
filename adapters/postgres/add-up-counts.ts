import { countSteps } from "#core/domain/statistics/count-steps";
import { inTransaction, query, rollback, type DatabaseClient, type DatabasePool } from "./pool.ts";

/** Changes that one transaction adds up. */
const portion = 5_000;

/** Where steps of time begin. */
export const epochSql = "'1970-01-01 00:00Z'::timestamptz";
/** The rows `(seconds, kept)` of all steps. */
export const stepsSql = `(VALUES ${countSteps.map(({ seconds, keptSeconds }) => `(${seconds}, ${keptSeconds})`).join(", ")}) s (seconds, kept)`;
/** Where the step of `s` begins that an instant falls into. */
export const stepOfSql = (instant: string): string =>
  `date_bin(make_interval(secs => s.seconds), ${instant}, ${epochSql})`;

/** Who adds up, or counts anew, has this lock: the others find nothing left. */
const lockSql = "hashtextextended('evergrant_add_up_counts', 0)";

/**
 * Adds up what triggers noted of accounts and attempts since the last time (ADR 0056). What is taken out of the changes and what is
 * added to the counts is one transaction, so that nothing is counted twice or lost, whoever dies when.
 *
 * @returns how many changes were added up; 0 also where another process is at it
 */
export async function addUpCounts(pool: DatabasePool, signal?: AbortSignal): Promise<number> {
  if (!(await hasChanges(pool))) return 0;
  let total = 0;
  for (;;) {
    const taken = await inTransaction(pool, async (client) => {
      if (!(await tryLock(client))) return rollback;
      return (await addUpAttempts(client)) + (await addUpAccounts(client));
    });
    if (taken === rollback) return total;
    total += taken;
    if (taken < portion || signal?.aborted === true) return total;
  }
}

async function hasChanges(pool: DatabasePool): Promise<boolean> {
  const { rows } = await query<{ has: boolean }>(
    pool,
    "SELECT EXISTS (SELECT FROM attempt_count_change) OR EXISTS (SELECT FROM account_count_change) AS has",
    [],
    "counts-changed",
  );
  return rows[0]?.has === true;
}

/** Until the transaction ends. */
export async function tryLock(client: DatabaseClient): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>(`SELECT pg_try_advisory_xact_lock(${lockSql}) AS locked`);
  return rows[0]?.locked === true;
}

async function addUpAttempts(client: DatabaseClient): Promise<number> {
  const { rows } = await client.query<{ taken: number }>({
    name: "counts-add-attempts",
    text: `WITH taken AS (
             DELETE FROM attempt_count_change WHERE id IN (SELECT id FROM attempt_count_change ORDER BY id LIMIT $1)
             RETURNING environment_id, at, integration_name, outcome, rule, latency, attempts
           ), added AS (
             INSERT INTO attempt_count AS c (environment_id, step, at, integration_name, outcome, rule, latency, attempts)
             SELECT t.environment_id, s.seconds, ${stepOfSql("t.at")}, t.integration_name, t.outcome, t.rule, t.latency, sum(t.attempts)
               FROM taken t CROSS JOIN ${stepsSql}
              GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING sum(t.attempts) <> 0
             ON CONFLICT (environment_id, step, at, integration_name, outcome, rule, latency)
               DO UPDATE SET attempts = c.attempts + excluded.attempts
           )
           SELECT count(*)::int AS taken FROM taken`,
    values: [portion],
  });
  return rows[0]?.taken ?? 0;
}

async function addUpAccounts(client: DatabaseClient): Promise<number> {
  const { rows } = await client.query<{ taken: number; environments: string[]; names: string[] }>({
    name: "counts-add-accounts",
    text: `WITH taken AS (
             DELETE FROM account_count_change WHERE id IN (SELECT id FROM account_count_change ORDER BY id LIMIT $1)
             RETURNING environment_id, integration_name, status, is_held, accounts
           ), added AS (
             INSERT INTO account_count AS c (environment_id, integration_name, status, is_held, accounts)
             SELECT environment_id, integration_name, status, is_held, sum(accounts) FROM taken
              GROUP BY 1, 2, 3, 4 HAVING sum(accounts) <> 0
             ON CONFLICT (environment_id, integration_name, status, is_held)
               DO UPDATE SET accounts = c.accounts + excluded.accounts
           ), touched AS (SELECT DISTINCT environment_id, integration_name FROM taken)
           SELECT (SELECT count(*)::int FROM taken) AS taken, coalesce(array_agg(environment_id), '{}') AS environments,
                  coalesce(array_agg(integration_name), '{}') AS names FROM touched`,
    values: [portion],
  });
  const { taken, environments, names } = rows[0] ?? { taken: 0, environments: [], names: [] };
  if (taken > 0) await notePast(client, environments, names);
  return taken;
}

/** What the counts are now, as what they were at the end of each step that is under way; null: of all. */
export async function notePast(
  client: DatabaseClient,
  environments: readonly string[] | null,
  names: readonly string[] | null,
): Promise<void> {
  const of = (status: string): string => `coalesce(sum(c.accounts) FILTER (WHERE c.status = '${status}'), 0)`;
  await client.query({
    name: "counts-note-past",
    text: `INSERT INTO account_count_past AS p
             (environment_id, step, at, integration_name, connecting, active, needs_reauth, disconnected, held)
           SELECT c.environment_id, s.seconds, ${stepOfSql("now()")}, c.integration_name, ${of("connecting")}, ${of("active")},
                  ${of("needs_reauth")}, ${of("disconnected")}, coalesce(sum(c.accounts) FILTER (WHERE c.is_held), 0)
             FROM account_count c CROSS JOIN ${stepsSql}
            WHERE $1::text[] IS NULL OR (c.environment_id, c.integration_name) IN (SELECT * FROM unnest($1, $2::text[]))
            GROUP BY 1, 2, 3, 4
           ON CONFLICT (environment_id, step, at, integration_name)
             DO UPDATE SET connecting = excluded.connecting, active = excluded.active, needs_reauth = excluded.needs_reauth,
                           disconnected = excluded.disconnected, held = excluded.held`,
    values: [environments, names],
  });
}

/** Counts whose time is over. Of past states the last one before stays: what is absent is as it was before. */
export async function forgetCounts(pool: DatabasePool): Promise<number> {
  const { rows } = await query<{ removed: number }>(
    pool,
    `WITH old AS (
       SELECT e.id AS environment_id, s.seconds AS step, now() - make_interval(secs => s.kept) AS until
         FROM environment e CROSS JOIN ${stepsSql}
     ), attempts AS (
       DELETE FROM attempt_count c USING old o WHERE c.environment_id = o.environment_id AND c.step = o.step AND c.at < o.until RETURNING 1
     ), tallies AS (
       DELETE FROM tally t USING old o WHERE t.environment_id = o.environment_id AND t.step = o.step AND t.at < o.until RETURNING 1
     ), pasts AS (
       DELETE FROM account_count_past p USING old o
        WHERE p.environment_id = o.environment_id AND p.step = o.step AND p.at < o.until
          AND EXISTS (SELECT FROM account_count_past l WHERE l.environment_id = p.environment_id AND l.step = p.step
                        AND l.integration_name = p.integration_name AND l.at > p.at AND l.at < o.until) RETURNING 1
     )
     SELECT ((SELECT count(*) FROM attempts) + (SELECT count(*) FROM tallies) + (SELECT count(*) FROM pasts))::int AS removed`,
    [],
  );
  return rows[0]?.removed ?? 0;
}
