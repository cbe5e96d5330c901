import { readdirSync, readFileSync } from "node:fs";
import { runMigrations } from "graphile-worker";
import pg from "pg";
import { beforeAll, describe, expect, test } from "vitest";
import { createDeliveryQueue } from "../adapters/postgres/delivery-queue.ts";
import { findSchemaDrift } from "../adapters/postgres/diff-schema.ts";
import { defaultRolePrefix, grantToRoles } from "../adapters/postgres/grant-roles.ts";
import { migrateDatabase } from "../adapters/postgres/migrate.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";

let database: TestDatabase;
const query = async <Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> =>
  (await database.pool.query<Row>(text, values)).rows;

beforeAll(async () => {
  database = await createTestDatabase();
});

/** Of a database without tables. @returns applies all migrations that come before a name and were not applied yet */
function migrator({ pool }: TestDatabase): (beforeThis: string) => Promise<void> {
  const folder = new URL("../prisma/migrations/", import.meta.url);
  const migrations = readdirSync(folder)
    .filter((name) => /^\d/.test(name))
    .toSorted();
  return async (beforeThis) => {
    while ((migrations[0] ?? beforeThis) < beforeThis)
      await pool.query(readFileSync(new URL(`${migrations.shift()}/migration.sql`, folder), "utf8"));
  };
}

describe("migrating", () => {
  test("migrations and datamodel say the same", async () => {
    expect(await findSchemaDrift({ connectionString: database.url })).toBeNull();
  });

  test("a second run changes nothing and keeps the environments' ids", async () => {
    const before = await query("SELECT id, name FROM environment ORDER BY name");
    expect(await migrateDatabase({ connectionString: database.url })).toEqual({ applied: [] });
    expect(await query("SELECT id, name FROM environment ORDER BY name")).toEqual(before);
    expect(before).toEqual([
      { name: "production", id: expect.stringMatching(/^env_[a-z2-7]{24}$/) },
      { name: "staging", id: expect.stringMatching(/^env_[a-z2-7]{24}$/) },
    ]);
  });

  test("keeps administrators and keys of before, who they are to approvals among it", async () => {
    await using older = await createTestDatabase({ migrated: false });
    const migrateTo = migrator(older);
    await migrateTo("20261203100000_administrators");
    await older.pool.query(`
      INSERT INTO environment (id, name) VALUES ('env', 'production');
      INSERT INTO admin_user (id, email, name, password_hash, role, disabled_at, standing_since, vouched_at) VALUES
        ('usr_1', 'ada@example.com', 'Ada', 'scrypt', 'owner', NULL, '2026-01-01', '2026-01-01'),
        ('usr_2', 'alan@example.com', 'Alan', 'scrypt', 'support', '2026-02-01', '2026-01-01', NULL);
      INSERT INTO api_key (id, environment_id, name, digest, last_four, permissions, created_by)
        VALUES ('key_1', 'env', 'Backend', '\\x01', 'x7Qp', '{tokens:read}', 'command_line')`);
    await migrateTo("a");
    const { rows: people } = await older.pool.query(
      `SELECT id, password_hash, role_source, disabled_by, standing_since = '2026-01-01' AS stands, vouched_at = standing_since AS vouched
         FROM admin_user ORDER BY id`,
    );
    expect(people).toEqual([
      { id: "usr_1", password_hash: "scrypt", role_source: "local", disabled_by: null, stands: true, vouched: true },
      {
        id: "usr_2",
        password_hash: "scrypt",
        role_source: "local",
        disabled_by: "person",
        stands: true,
        vouched: null,
      },
    ]);
    const { rows: keys } = await older.pool.query("SELECT permissions, stopped_at, stopped_by FROM api_key");
    expect(keys).toEqual([{ permissions: ["tokens:read"], stopped_at: null, stopped_by: null }]);
  });

  test("several migrators at once apply everything exactly once", async () => {
    await using empty = await createTestDatabase({ migrated: false });
    const runs = await Promise.all([1, 2, 3].map(() => migrateDatabase({ connectionString: empty.url })));
    expect(runs.filter((run) => run.applied.length > 0)).toHaveLength(1);
    expect(runs.flatMap((run) => run.applied)).toContain("20261120000000_first");
  });
});

describe("what the datamodel has no words for", () => {
  test.each([
    ["integrated_account_alarm", "refresh_due_at IS NOT NULL", "status = 'active'"],
    ["refresh_attempt_open", "finished_at IS NULL", ""],
    ["integrated_account_waiting", "consecutive_failures > 0", "status = 'active'"],
    ["integrated_account_circuit", "(circuit_key, integration_name)", "status = 'active'"],
    ["integrated_account_left", "reauth_required_at IS NOT NULL", ""],
    ["integrated_account_held", "hold IS NOT NULL", ""],
    ["integrated_account_troubled", "(environment_id, expires_at)", "last_error IS NOT NULL"],
    ["integrated_account_reauth", "(environment_id, reauth_required_at)", "status = 'needs_reauth'"],
    ["integrated_account_external", "(external_account ->> 'id'::text)", "external_account IS NOT NULL"],
    ["integrated_account_ending", "refresh_delayed_at IS NULL", "refresh_due_at IS NOT NULL"],
    ["integrated_account_inactive", "(environment_id, status, created_at DESC, id DESC)", "status <> 'active'"],
    ["integrated_account_failing", "status = 'active'", "last_error IS NOT NULL"],
    ["integrated_account_error", "(last_error ->> 'code'::text)", "last_error IS NOT NULL"],
    ["integrated_account_lacking", "scopes_requested <@ scopes_granted", "cardinality(scopes_refused) > 0"],
    ["integrated_account_due", "COALESCE(refresh_due_at, 'infinity'::timestamp with time zone)", ""],
    ["integrated_account_expiry", "COALESCE(expires_at, 'infinity'::timestamp with time zone)", ""],
    ["approval_open", "UNIQUE INDEX approval_open", "'pending'::text, 'approved'::text"],
    ["circuit_open", "(environment_id, integration_name)", "state = 'open'"],
    ["webhook_delivery_due", "(endpoint_id, next_attempt_at)", "status = 'pending'"],
    ["webhook_delivery_failed", "(endpoint_id, event_created_at DESC, id DESC)", "status = 'failed'"],
    ["tenant_key_current", "UNIQUE INDEX", "state = 'current'"],
    ["tenant_key_lately_destroyed", "(destroyed_at)", "destroyed_at IS NOT NULL"],
    ["anomaly_open_key", "UNIQUE INDEX anomaly_open_key", "ended_at IS NULL"],
    ["caller_network_unjudged_idx", "(environment_id)", "judged_at IS NULL"],
    ["admin_invitation_open", "UNIQUE INDEX", "accepted_at IS NULL"],
    ["rewrap_run_unfinished", "UNIQUE INDEX", "'running'::text, 'paused'::text"],
  ])("the index %s is partial", async (name, first, second) => {
    const [index] = await query<{ indexdef: string }>("SELECT indexdef FROM pg_indexes WHERE indexname = $1", [name]);
    expect(index?.indexdef).toContain(first);
    expect(index?.indexdef).toContain(second);
  });

  test("every timestamp knows its zone and keeps milliseconds", async () => {
    const wrong = await query(
      `SELECT table_name, column_name, data_type, datetime_precision FROM information_schema.columns
       WHERE table_schema = 'public' AND data_type LIKE 'timestamp%' AND table_name <> '_prisma_migrations'
         -- The turns of a budget are shorter than a millisecond.
         AND (table_name, column_name) <> ('circuit', 'next_at')
         AND (data_type <> 'timestamp with time zone' OR datetime_precision <> 3)`,
    );
    expect(wrong).toEqual([]);
  });

  test("no array column may be null", async () => {
    const nullable = await query(
      "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' AND data_type = 'ARRAY' AND is_nullable = 'YES'",
    );
    expect(nullable).toEqual([]);
  });

  test("rows that every refresh rewrites keep room on their page", async () => {
    const rows = await query(
      "SELECT relname, reloptions FROM pg_class WHERE reloptions IS NOT NULL AND relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname",
    );
    expect(rows).toEqual([
      { relname: "account_count", reloptions: ["fillfactor=50"] },
      { relname: "account_run", reloptions: ["fillfactor=50"] },
      { relname: "account_run_result", reloptions: ["fillfactor=80"] },
      { relname: "anomaly_cursor", reloptions: ["fillfactor=50"] },
      { relname: "attempt_count", reloptions: ["fillfactor=80"] },
      { relname: "audit_chain", reloptions: ["fillfactor=50"] },
      { relname: "caller_hour", reloptions: ["fillfactor=80"] },
      { relname: "circuit", reloptions: ["fillfactor=50"] },
      { relname: "integrated_account", reloptions: ["fillfactor=80", "autovacuum_vacuum_scale_factor=0.02"] },
      { relname: "process_heartbeat", reloptions: ["fillfactor=50"] },
      { relname: "sealed_credential", reloptions: ["fillfactor=70", "autovacuum_vacuum_scale_factor=0.02"] },
      { relname: "tally", reloptions: ["fillfactor=80"] },
      { relname: "watched_caller", reloptions: ["fillfactor=50"] },
      { relname: "webhook_endpoint", reloptions: ["fillfactor=50"] },
    ]);
  });

  test("deleting an account deletes its sealed credential", async () => {
    await insertAccount("ia_cascade", "disconnected");
    await query(
      "INSERT INTO sealed_credential (account_id, environment_id, version, kid, sealed) SELECT id, environment_id, 1, 'k1', '\\x00' FROM integrated_account WHERE id = 'ia_cascade'",
    );
    await query("DELETE FROM integrated_account WHERE id = 'ia_cascade'");
    expect(await query("SELECT FROM sealed_credential WHERE account_id = 'ia_cascade'")).toEqual([]);
  });

  test("refuses an unknown status, and an alarm on an account that is not active", async () => {
    await expect(insertAccount("ia_status", "sleeping")).rejects.toThrow("integrated_account_status");
    await expect(insertAccount("ia_alarm", "needs_reauth", new Date())).rejects.toThrow(
      "integrated_account_alarm_only_active",
    );
  });
});

describe("the outbox", () => {
  test("wakes the dispatcher with whatever statement writes events, once for each connection, and for nothing when none is written", async () => {
    await using other = await createTestDatabase();
    const jobs = async (): Promise<unknown[]> =>
      (await other.pool.query("SELECT task_identifier FROM graphile_worker.jobs WHERE key LIKE 'dispatch:%'")).rows;
    const columns = "event (id, created_at, environment_id, event_type, payload)";
    const one = await other.pool.connect();
    try {
      await one.query(`INSERT INTO ${columns} SELECT 'ev_0', now(), 'env', 'x', '{}' WHERE false`);
      expect(await jobs()).toEqual([]);
      await one.query(
        `INSERT INTO ${columns} VALUES ('ev_1', now(), 'env', 'x', '{}'), ('ev_2', now(), 'env', 'x', '{}')`,
      );
      await one.query(`WITH e AS (INSERT INTO ${columns} VALUES ('ev_3', now(), 'env', 'x', '{}')) SELECT 1`);
      expect(await jobs()).toEqual([{ task_identifier: "dispatch-events" }]);
      await one.query(`BEGIN; INSERT INTO ${columns} VALUES ('ev_4', now(), 'env', 'x', '{}'); ROLLBACK`);
    } finally {
      one.release();
    }
    expect(await jobs()).toHaveLength(1);
    expect((await other.pool.query("SELECT event_id FROM event_outbox ORDER BY event_id")).rows).toEqual([
      { event_id: "ev_1" },
      { event_id: "ev_2" },
      { event_id: "ev_3" },
    ]);
  });

  test("what was there before there were webhooks is not told afterwards, and what waited before there was an outbox is", async () => {
    await using older = await createTestDatabase({ migrated: false });
    const migrateTo = migrator(older);
    const write = async (id: string, marked = ""): Promise<unknown> =>
      await older.pool.query(
        `INSERT INTO event (id, created_at, environment_id, event_type, payload${marked && ", dispatched_at"})
         VALUES ($1, now(), 'env', 'integration:recovered', '{}'${marked})`,
        [id],
      );
    await migrateTo("20261130100000_webhooks");
    await runMigrations({ connectionString: older.url });
    await older.pool.query("INSERT INTO environment (id, name) VALUES ('env', 'production')");
    await write("ev_before_webhooks");
    await migrateTo("20261202100000_event_outbox");
    await older.pool.query(
      "INSERT INTO webhook_endpoint (id, environment_id, url, created_at) VALUES ('whe_1', 'env', 'https://example.com', now() - interval '1 hour')",
    );
    await write("ev_dispatched", ", now()");
    await write("ev_waiting_1");
    await write("ev_waiting_2");
    await migrateTo("20261202300000_webhook_untried");
    await older.pool.query(
      `INSERT INTO webhook_delivery (id, endpoint_id, environment_id, event_id, event_created_at, event_type, status, next_attempt_at, finished_at)
       SELECT 'dlv_' || s, 'whe_1', 'env', 'ev_dispatched', e.created_at, e.event_type, s,
              CASE WHEN s = 'pending' THEN now() END, CASE WHEN s <> 'pending' THEN now() END
         FROM event e, unnest(ARRAY['pending', 'failed', 'delivered']) s WHERE e.id = 'ev_dispatched'`,
    );
    await migrateTo("a");
    await write("ev_after");
    const queue = createDeliveryQueue(older.pool);
    expect(await queue.dispatch(100, "oldest")).toMatchObject({ events: 3, deliveries: 3 });
    expect(await queue.dispatch(100, "oldest")).toMatchObject({ events: 0 });
    const claimed = await queue.claim("whe_1", "worker@here", 45);
    if (claimed.kind !== "claimed") throw new Error(claimed.kind);
    // What waited from before, the longest due, and what was dispatched since.
    const due = await queue.due(claimed.endpoint, 100, null);
    expect(due[0]).toMatchObject({ id: "dlv_pending", place: null, event: { id: "ev_dispatched" } });
    expect(due.slice(1).map(({ event }) => event?.id)).toEqual(
      expect.arrayContaining(["ev_after", "ev_waiting_1", "ev_waiting_2"]),
    );
    expect(due).toHaveLength(4);
  });
});

describe("the audit log", () => {
  test("takes new records and refuses every change of old ones, in any partition", async () => {
    for (const at of ["now()", "'1999-01-01'"]) {
      await query(
        `INSERT INTO audit_event (id, at, environment_id, actor, action, target) VALUES ('ae_1', ${at}, 'env', 'me', 'open', 'ia_1')`,
      );
    }
    await expect(query("UPDATE audit_event SET actor = 'you'")).rejects.toThrow("append-only");
    await expect(query("DELETE FROM audit_event")).rejects.toThrow("append-only");
    await expect(query("TRUNCATE audit_event")).rejects.toThrow("append-only");
    for (const partition of await partitionsOf("audit_event")) {
      await expect(query(`TRUNCATE ${partition}`)).rejects.toThrow("append-only");
    }
    expect(await query("SELECT FROM audit_event")).toHaveLength(2);
  });

  test("takes new links and anchors and refuses every change of old ones, in any partition", async () => {
    for (const at of ["now()", "'1999-01-01'"]) {
      await query(
        `INSERT INTO audit_link (environment_id, seq, audit_id, audit_at, row_hash, hash, sealed_at) VALUES ('env', 1, 'ae_1', now(), '', '', ${at})`,
      );
    }
    await query(
      "INSERT INTO audit_anchor (environment_id, seq, kind, at, hash, key_id, signature) VALUES ('env', 1, 'head', now(), '', 'aak', '')",
    );
    for (const table of ["audit_link", "audit_anchor"]) {
      await expect(query(`UPDATE ${table} SET seq = 2`)).rejects.toThrow(`append-only`);
      await expect(query(`DELETE FROM ${table}`)).rejects.toThrow("append-only");
      await expect(query(`TRUNCATE ${table}`)).rejects.toThrow("append-only");
    }
    for (const partition of await partitionsOf("audit_link")) {
      await expect(query(`TRUNCATE ${partition}`)).rejects.toThrow("append-only");
    }
    expect(await query("SELECT FROM audit_link")).toHaveLength(2);
  });

  test.each(["audit_event", "audit_link"])("%s is not dropped before its twelve months are over", async (table) => {
    await expect(
      query(`SELECT evergrant_drop_old_partitions('${table}', now() - interval '11 months')`),
    ).rejects.toThrow("12 months");
  });
});

describe("partitions", () => {
  test("exist for the present and the next two spans, and for everything else", async () => {
    for (const table of ["refresh_attempt", "event", "audit_event", "audit_link"]) {
      const names = await partitionsOf(table);
      expect(names).toHaveLength(4);
      expect(names).toContain(`${table}_default`);
    }
    await query(
      "INSERT INTO event (id, created_at, environment_id, event_type, payload) VALUES ('ev_now', now(), 'env', 'x', '{}')",
    );
    expect(await query("SELECT tableoid::regclass::text AS partition FROM event WHERE id = 'ev_now'")).not.toEqual([
      { partition: "event_default" },
    ]);
  });

  test("are made once", async () => {
    expect(await query("SELECT evergrant_ensure_partitions() AS made")).toEqual([{ made: 0 }]);
    await query("DROP TABLE event_default, refresh_attempt_default");
    await query(
      "CREATE TABLE event_default PARTITION OF event DEFAULT; CREATE TABLE refresh_attempt_default PARTITION OF refresh_attempt DEFAULT",
    );
  });

  test("start on Mondays (UTC) whatever the session's time zone", async () => {
    await using other = await createTestDatabase();
    await other.pool.query(`
      DO $$ DECLARE name text; BEGIN
        FOR name IN SELECT relid::regclass FROM pg_partition_tree('event') WHERE isleaf AND relid <> 'event_default'::regclass LOOP EXECUTE 'DROP TABLE ' || name; END LOOP;
      END $$`);
    const client = await other.pool.connect();
    await client.query("SET timezone = 'Pacific/Auckland'; SET datestyle = 'German'");
    expect((await client.query("SELECT evergrant_ensure_partitions() AS made")).rows).toEqual([{ made: 3 }]);
    await client.query("RESET ALL; SET timezone = 'UTC'");
    const bounds = await client.query(
      "SELECT pg_get_expr(relpartbound, oid) AS bound FROM pg_class WHERE relispartition AND relname LIKE 'event_2%'  AND relkind = 'r'",
    );
    client.release();
    for (const { bound } of bounds.rows) {
      const from = /FROM \('([^']+)'/.exec(bound)?.[1] ?? "";
      expect(new Date(from.replace(" ", "T").replace(/\+00$/, "Z")).getUTCDay()).toBe(1);
    }
  });

  test("skip a range whose rows already sit in the default partition", async () => {
    await using other = await createTestDatabase();
    const present = (
      await other.pool.query(
        "SELECT 'event_' || to_char(date_trunc('week', now() AT TIME ZONE 'UTC'), 'YYYYMMDD') AS name",
      )
    ).rows[0].name;
    await other.pool.query(`DROP TABLE ${present}`);
    await other.pool.query(
      "INSERT INTO event (id, created_at, environment_id, event_type, payload) VALUES ('ev_1', now(), 'env', 'x', '{}')",
    );
    expect((await other.pool.query("SELECT evergrant_ensure_partitions() AS made")).rows).toEqual([{ made: 0 }]);
    expect((await other.pool.query("SELECT id FROM event")).rows).toEqual([{ id: "ev_1" }]);
  });

  test("are dropped when all their rows are older than asked, the default partition's rows too", async () => {
    await using other = await createTestDatabase();
    await other.pool.query(`
      CREATE TABLE event_20200106 PARTITION OF event FOR VALUES FROM ('2020-01-06 00:00Z') TO ('2020-01-13 00:00Z');
      INSERT INTO event (id, created_at, environment_id, event_type, payload)
      VALUES ('ev_old', '2020-01-07', 'env', 'x', '{}'), ('ev_older', '2019-01-07', 'env', 'x', '{}'), ('ev_new', now(), 'env', 'x', '{}')`);
    const early = await other.pool.query("SELECT evergrant_drop_old_partitions('event', '2020-01-12 23:59Z') AS name");
    expect(early.rows).toEqual([]);
    const dropped = await other.pool.query(
      "SELECT evergrant_drop_old_partitions('event', '2020-01-13 00:00Z') AS name",
    );
    expect(dropped.rows).toEqual([{ name: "event_20200106" }]);
    expect((await other.pool.query("SELECT id FROM event")).rows).toEqual([{ id: "ev_new" }]);
    await expect(other.pool.query("SELECT evergrant_drop_old_partitions('api_key', now())")).rejects.toThrow(
      "not a partitioned table",
    );
  });
});

test("an app role of its own can queue jobs and write history, and cannot change the audit log or the schema", async () => {
  const role = `app_${Math.random().toString(36).slice(2)}`;
  await query(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'`);
  const owner = await database.pool.connect();
  try {
    for (let time = 0; time < 2; time += 1) await grantToRoles(owner, { prefix: defaultRolePrefix, appRole: role });
    await owner.query(`SET ROLE ${role}`);
    await owner.query("SELECT graphile_worker.add_job('x', payload => '{}'::json, job_key => 'one')");
    const mine = "SELECT task_identifier FROM graphile_worker.jobs WHERE key = 'one'";
    expect((await owner.query(mine)).rows).toEqual([{ task_identifier: "x" }]);
    await owner.query(
      "INSERT INTO event (id, created_at, environment_id, event_type, payload) VALUES ('ev_role', now(), 'env', 'x', '{}')",
    );
    await owner.query("SELECT evergrant_ensure_partitions()");
    await owner.query(
      "INSERT INTO audit_event (id, at, environment_id, actor, action, target) VALUES ('ae_2', now(), 'env', 'me', 'open', 'ia_1')",
    );
    for (const table of ["audit_event", "audit_link", "audit_anchor"]) {
      await expect(owner.query(`DELETE FROM ${table}`)).rejects.toThrow("permission denied");
      await expect(owner.query(`UPDATE ${table} SET environment_id = ''`)).rejects.toThrow("permission denied");
    }
    await expect(owner.query("CREATE TABLE mine (id int)")).rejects.toThrow("permission denied");
  } finally {
    await owner.query("RESET ROLE");
    await owner.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    owner.release();
  }
});

function insertAccount(id: string, status: string, refreshDueAt: Date | null = null): Promise<pg.QueryResultRow[]> {
  return query(
    `INSERT INTO integrated_account (id, environment_id, tenant_id, integration_name, status, refresh_due_at)
     SELECT $1, id, 'tenant', 'acme-crm', $2, $3 FROM environment WHERE name = 'staging'`,
    [id, status, refreshDueAt],
  );
}

async function partitionsOf(table: string): Promise<string[]> {
  const rows = await query<{ name: string }>(
    "SELECT relid::regclass::text AS name FROM pg_partition_tree($1) WHERE isleaf ORDER BY 1",
    [table],
  );
  return rows.map((row) => row.name);
}
