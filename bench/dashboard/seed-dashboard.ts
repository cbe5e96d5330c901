// What a dashboard of some size looks at: accounts of ten integrations in all states, a month of their attempts, events, and what is
// counted of them. Written by SQL, in portions, without triggers; the counts are made afterwards, as after an upgrade.
import type pg from "pg";
import { addUpCounts } from "#adapters/postgres/add-up-counts";
import { countDue } from "#adapters/postgres/outlook";
import { recount } from "#adapters/postgres/recount";
import { integrationDocumentSchema } from "#core/domain/integration/integration-document";
import type { Installation } from "../cluster.ts";
import { sealTokenSet } from "../seed.ts";

export interface DashboardSizes {
  readonly accounts: number;
  readonly attempts: number;
}

const portion = 100_000;
/** A million accounts belong to so many integrations; a thousand belong to as many. */
export const integrationCount = 10;
const days = 30;

/** What their accounts are of; half of them know of a budget, and one of an end of grants. */
export async function defineIntegrations({ container, environmentId }: Installation): Promise<void> {
  for (let number = 0; number < integrationCount; number += 1) {
    const name = `bench-${number}`;
    const refresh = {
      ...(number % 2 === 0 ? { perMinute: 20_000 } : {}),
      ...(number === 1 ? { absoluteLifetimeSeconds: 410 * 86_400 } : {}),
    };
    const document = integrationDocumentSchema.parse({
      name,
      label: `Benchmark ${number}`,
      credentials: {
        format: "oauth2",
        config: { auth: { tokenHost: "https://login.bench.example", tokenPath: "/token" }, scope: ["read"], refresh },
      },
      authorization: { format: "bearer", config: { path: "oauth.token.access_token" } },
    });
    const audit = { environmentId, actor: "bench", action: "integration.put", target: name } as const;
    await container.integrations.put(environmentId, document, { audit });
  }
}

/** Of a hundred accounts: 94 active, 1 of them failing, 3 to re-authorize, 1 connecting, 2 disconnected. */
const accountsSql = `
  WITH made AS (INSERT INTO integrated_account
         (id, environment_id, tenant_id, integration_name, user_reference, status, external_account, scopes_requested, scopes_granted,
          metadata, expires_at, issued_at, has_refresh_token, refresh_due_at, refreshed_at, refresh_token_rotated_at, reauth_required_at,
          activated_at, granted_at, last_error, consecutive_failures, credential_version, fence, created_at, updated_at, circuit_key)
  SELECT 'ia_' || left(md5('account' || n) || md5(n || 'account'), 24), $1, 'tenant-' || n / 2, 'bench-' || n % ${integrationCount},
         'user-' || n, status, jsonb_build_object('id', md5(n::text), 'label', 'person' || n || '@customer.example'),
         '{read,write,offline_access}', '{read,write,offline_access}', '{"plan": "growth", "region": "eu-central-1"}',
         due + interval '2 minutes', due - interval '118 minutes', status = 'active', CASE WHEN status = 'active' THEN due END,
         due - interval '118 minutes', due - interval '118 minutes',
         CASE WHEN status = 'needs_reauth' THEN now() - random() * interval '${days} days' END,
         made, made, CASE WHEN n % 100 = 99 OR status = 'needs_reauth'
                          THEN '{"code": "transient", "message": "The token endpoint answered 503", "at": "2026-12-01T00:00:00Z"}'::jsonb END,
         CASE WHEN n % 100 = 99 THEN 2 ELSE 0 END, 30, 30, made, now() - random() * interval '2 hours',
         'circuit-' || n % ${integrationCount}
    FROM (SELECT n, now() - (n % 400) * interval '1 day' - random() * interval '1 day' AS made,
                 now() + interval '40 minutes' + random() * interval '80 minutes' AS due,
                 (ARRAY['needs_reauth', 'needs_reauth', 'needs_reauth', 'connecting', 'disconnected', 'disconnected'])[n % 100 + 1] AS other
            FROM generate_series($2::int, $3::int) n) a
         CROSS JOIN LATERAL (SELECT coalesce(other, 'active') AS status) s
  RETURNING id, environment_id, status)
  INSERT INTO sealed_credential (account_id, environment_id, version, kid, sealed, fingerprint)
  SELECT id, environment_id, 30, $5, $4, $6 FROM made WHERE status IN ('active', 'needs_reauth')`;

/** Spread over accounts and over a month; what failed, as it usually does. */
const attemptsSql = `
  INSERT INTO refresh_attempt
         (id, started_at, finished_at, account_id, environment_id, fence, credential_version, reason, waiters, outcome, http_status, error,
          rule, next_attempt_at, explanation)
  SELECT 'att_' || left(md5('attempt' || n) || md5(n || 'attempt'), 24), at, at + took, account, $1, 1, 1, 'alarm', 0, outcome,
         CASE outcome WHEN 'refreshed' THEN 200 ELSE 503 END, CASE WHEN outcome <> 'refreshed' THEN 'The token endpoint answered 503' END,
         CASE outcome WHEN 'refreshed' THEN NULL WHEN 'transient' THEN 'http.5xx' ELSE 'rfc6749.invalid_grant' END, at + interval '1 hour',
         'Scheduled before expiry. The provider answered with a new access token; a new refresh token replaced the old one.'
    FROM (SELECT n, 'ia_' || left(md5('account' || n % $4) || md5(n % $4 || 'account'), 24) AS account,
                 date_trunc('milliseconds', now() - random() * interval '${days} days') AS at,
                 (exp(5.2 + random() * 1.6) * interval '1 millisecond') AS took,
                 CASE WHEN n % 200 = 0 THEN 'transient' WHEN n % 1000 = 1 THEN 'reauthorize' ELSE 'refreshed' END AS outcome
            FROM generate_series($2::int, $3::int) n) t`;

const eventsSql = `
  INSERT INTO event (id, created_at, environment_id, account_id, sequence, event_type, payload)
  SELECT 'evt_' || left(md5('event' || n) || md5(n || 'event'), 24), now() - random() * interval '${days} days', $1, account, n,
         'integrated_account:authentication_error',
         jsonb_build_object('id', account, 'integration_name', 'bench-' || n % ${integrationCount}, 'tenant_id', 'tenant-' || n / 2,
                            'status', 'needs_reauth', 'last_error', 'invalid_grant: expired refresh token')
    FROM (SELECT n, 'ia_' || left(md5('account' || n % $4) || md5(n % $4 || 'account'), 24) AS account FROM generate_series($2::int, $3::int) n) e`;

export async function seedDashboard(
  installation: Installation,
  { accounts, attempts }: DashboardSizes,
  note: (text: string) => void,
): Promise<void> {
  const { pool, environmentId } = installation;
  await pastPartitions(pool);
  // The bytes are one account's own and shared by all: as wide as real ones, and nothing opens them here.
  const { sealed, kid, fingerprint } = await sealTokenSet(installation, "ia_filler", 30);
  await inPortions(pool, accounts, "accounts", note, (from, to) => [
    accountsSql,
    [environmentId, from, to, sealed, kid, fingerprint],
  ]);
  await inPortions(pool, attempts, "attempts", note, (from, to) => [attemptsSql, [environmentId, from, to, accounts]]);
  const events = Math.max(Math.round(accounts / 5), 100);
  await inPortions(pool, events, "events", note, (from, to) => [eventsSql, [environmentId, from, to, accounts]]);
  note("counting");
  await recount(pool);
  await addUpCounts(pool);
  await countDue(pool);
  await pool.query(pastSql, [environmentId]);
  await pool.query(readsSql, [environmentId]);
  note("vacuum, checkpoint");
  await pool.query("VACUUM (ANALYZE)");
  await pool.query("CHECKPOINT");
}

async function inPortions(
  pool: pg.Pool,
  count: number,
  what: string,
  note: (text: string) => void,
  statement: (from: number, to: number) => [text: string, values: unknown[]],
): Promise<void> {
  for (let from = 0; from < count; from += portion) {
    const to = Math.min(from + portion, count);
    const client = await pool.connect();
    try {
      await client.query("BEGIN");
      // Neither a trigger nor a foreign key for each of ten million rows: what is counted is counted afterwards.
      await client.query("SET LOCAL session_replication_role = replica");
      await client.query(...statement(from, to - 1));
      await client.query("COMMIT");
    } finally {
      client.release();
    }
    note(`${to.toLocaleString("en")} of ${count.toLocaleString("en")} ${what}`);
  }
}

/** As a system that has run for a month has them. */
async function pastPartitions(pool: pg.Pool): Promise<void> {
  for (const table of ["refresh_attempt", "event"]) {
    for (let weeks = 5; weeks >= 1; weeks -= 1) {
      const { rows } = await pool.query<{ name: string; from: string; to: string }>(
        `SELECT $1 || '_' || to_char(s, 'YYYYMMDD') AS name, s::text AS from, (s + interval '1 week')::text AS to
           FROM (SELECT date_trunc('week', now(), 'UTC') - $2 * interval '1 week' AS s) w`,
        [table, weeks],
      );
      const { name = "", from = "", to = "" } = rows[0] ?? {};
      await pool.query(
        `CREATE TABLE IF NOT EXISTS ${name} PARTITION OF ${table} FOR VALUES FROM ('${from}') TO ('${to}')`,
      );
    }
  }
}

/** What was counted of accounts over the month: every step has a row of each integration, which is the most that there can be. */
const pastSql = `
  INSERT INTO account_count_past (environment_id, step, at, integration_name, connecting, active, needs_reauth, disconnected, held)
  SELECT $1, s.seconds, at, name, 10, 900 + (random() * 10)::int, 30 + (random() * 10)::int, 20, 0
    FROM (VALUES (60, 48), (900, 200), (3600, 744)) s (seconds, hours)
    CROSS JOIN LATERAL generate_series(date_bin(make_interval(secs => s.seconds), now() - s.hours * interval '1 hour', '1970-01-01 00:00Z'),
                                       now(), make_interval(secs => s.seconds)) at
    CROSS JOIN (SELECT DISTINCT integration_name AS name FROM account_count WHERE environment_id = $1) n
  ON CONFLICT DO NOTHING`;

/** Token reads of all kinds, some of which waited, in every step that is kept. */
const readsSql = `
  INSERT INTO tally (environment_id, kind, step, at, result, latency, times)
  SELECT $1, 'token_read', s.seconds, at, r.result, r.latency, 100
    FROM (VALUES (60, 48), (900, 200), (3600, 744)) s (seconds, hours)
    CROSS JOIN LATERAL generate_series(date_bin(make_interval(secs => s.seconds), now() - s.hours * interval '1 hour', '1970-01-01 00:00Z'),
                                       now(), make_interval(secs => s.seconds)) at
    CROSS JOIN (SELECT 'fresh' AS result, -1 AS latency UNION ALL SELECT 'refreshed', generate_series(50, 75)
                UNION ALL SELECT 'provider_timeout', 115 UNION ALL SELECT 'needs_reauth', -1) r`;

/** Ids of accounts, spread over all. */
export async function someAccounts(pool: pg.Pool, count: number): Promise<{ id: string; tenantId: string }[]> {
  const { rows } = await pool.query<{ id: string; tenantId: string }>(
    `SELECT id, tenant_id AS "tenantId" FROM integrated_account ORDER BY md5(id || 'some') LIMIT $1`,
    [count],
  );
  return rows;
}
