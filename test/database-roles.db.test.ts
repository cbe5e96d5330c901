import { afterAll, beforeAll, describe, expect, test } from "vitest";
import pg from "pg";
import { createRoles, grantToRoles } from "../adapters/postgres/grant-roles.ts";
import { migrateDatabase } from "../adapters/postgres/migrate.ts";
import { databaseRoles, ownersFunctions, tableRights, type DatabaseRole } from "../adapters/postgres/role-rights.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";

type Who = DatabaseRole | "nobody";
const everybody: readonly Who[] = [...databaseRoles, "nobody"];

let database: TestDatabase;
let tables: { name: string; kind: string; parent: string | null; columns: string[] }[];
const clients = new Map<Who, pg.Client>();

beforeAll(async () => {
  database = await createTestDatabase();
  const { rows } = await database.pool.query(
    `SELECT n.nspname || '.' || c.relname AS name, c.relkind::text AS kind,
            (SELECT p.relname FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent WHERE i.inhrelid = c.oid) AS parent,
            array_agg(a.attname::text ORDER BY a.attnum) AS columns
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
      WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_toast%'
        AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND a.attnum > 0 AND NOT a.attisdropped
      GROUP BY c.oid, n.nspname ORDER BY 1`,
  );
  tables = rows;
  for (const who of everybody) {
    const client = new pg.Client({ connectionString: database.urlAs(who) });
    await client.connect();
    clients.set(who, client);
  }
});
afterAll(async () => {
  for (const client of clients.values()) await client.end();
});

/** Whether the statement gets past the rights; whatever else becomes of it is undone. */
async function may(who: Who, statement: string): Promise<boolean> {
  const client = clients.get(who);
  await client?.query("BEGIN");
  try {
    await client?.query(statement);
    return true;
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    if (code === "42501" && !message.includes("append-only")) return false;
    // An empty row is no row of any table, and a view's rows are not written: both are told after the rights were looked at.
    if (["23502", "23514", "55000", "428C9", "42501"].includes(code)) return true;
    throw error;
  } finally {
    await client?.query("ROLLBACK");
  }
}

const quote = (name: string): string =>
  name
    .split(".")
    .map((part) => pg.escapeIdentifier(part))
    .join(".");

/** What is really possible: every statement is tried, column by column. */
async function tryAll(who: Who, table: (typeof tables)[number]): Promise<Record<string, unknown>> {
  const name = quote(table.name);
  const isView = table.kind === "v";
  const readable: string[] = [];
  const updatable: string[] = [];
  for (const column of table.columns) {
    const one = pg.escapeIdentifier(column);
    if (await may(who, `SELECT ${one} FROM ${name} LIMIT 0`)) readable.push(column);
    if (!isView && (await may(who, `UPDATE ${name} SET ${one} = DEFAULT WHERE false`))) updatable.push(column);
  }
  return {
    readable,
    updatable,
    inserts: !isView && (await may(who, `INSERT INTO ${name} DEFAULT VALUES`)),
    deletes: !isView && (await may(who, `DELETE FROM ${name} WHERE false`)),
    truncates: !isView && (await may(who, `TRUNCATE ${name}`)),
  };
}

const nothing = { readable: [], updatable: [], inserts: false, deletes: false, truncates: false };

function expected(who: Who, table: (typeof tables)[number]): Record<string, unknown> {
  const rights = tableRights[table.name];
  // A partition is reached through its parent alone.
  if (who === "nobody" || rights === undefined || table.parent !== null) return nothing;
  const letters = rights[who] ?? "";
  return {
    readable: letters.includes("S") ? table.columns.filter((one) => rights.hidden?.[who]?.includes(one) !== true) : [],
    updatable: letters.includes("U")
      ? table.columns.filter((one) => rights.updates?.[who]?.includes(one) ?? rights.fixed?.includes(one) !== true)
      : [],
    inserts: letters.includes("I"),
    deletes: letters.includes("D"),
    truncates: false,
  };
}

describe("the rights", () => {
  test("name every table there is, and none that there is not", () => {
    const roots = tables.filter(({ parent }) => parent === null).map(({ name }) => name);
    expect(Object.keys(tableRights).toSorted()).toEqual(roots.toSorted());
  });

  test("name columns that exist", () => {
    for (const [name, { fixed = [], updates = {}, hidden = {} }] of Object.entries(tableRights)) {
      const columns = tables.find((table) => table.name === name)?.columns;
      const named = [...fixed, ...Object.values(updates).flat(), ...Object.values(hidden).flat()];
      expect(
        named.filter((one) => columns?.includes(one) !== true),
        name,
      ).toEqual([]);
    }
  });

  test.each(everybody)("are what %s really has, tried on every table, partition and column", async (who) => {
    const real: Record<string, unknown> = {};
    const wanted: Record<string, unknown> = {};
    for (const table of tables) {
      real[table.name] = await tryAll(who, table);
      wanted[table.name] = expected(who, table);
    }
    expect(real).toEqual(wanted);
  });
});

describe("no role, whichever", () => {
  test.each(everybody)(
    "%s changes the schema, the audit log, another role, or reaches the server's files",
    async (who) => {
      const forbidden = [
        "CREATE TABLE mine (id int)",
        "CREATE SCHEMA mine",
        "CREATE EXTENSION file_fdw",
        "CREATE ROLE mine",
        "ALTER ROLE test_nobody SUPERUSER",
        // Where nothing may be given on, PostgreSQL warns and goes on.
        `DO $$ BEGIN GRANT SELECT ON sealed_credential TO test_nobody;
         IF NOT has_table_privilege('test_nobody', 'sealed_credential', 'SELECT') THEN RAISE insufficient_privilege; END IF; END $$`,
        "ALTER TABLE audit_event DISABLE TRIGGER ALL",
        "DROP TRIGGER audit_event_append_only ON audit_event",
        "DROP TABLE audit_event",
        "ALTER TABLE audit_event OWNER TO CURRENT_USER",
        "UPDATE audit_event SET actor = 'nobody'",
        "DELETE FROM audit_event",
        "TRUNCATE audit_link",
        "CREATE OR REPLACE FUNCTION evergrant_refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "SET session_replication_role = replica",
        "COPY (SELECT 1) TO PROGRAM 'id'",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT rolpassword FROM pg_authid",
        "SET ROLE evergrant_migrator_of_nobody",
      ];
      const allowed: string[] = [];
      for (const statement of forbidden) {
        const was = await may(who, statement).catch((error: unknown) =>
          // Whom nobody knows nobody can become.
          (error as { code: string }).code === "22023" ? false : Promise.reject(error as Error),
        );
        if (was) allowed.push(statement);
      }
      expect(allowed).toEqual([]);
    },
  );

  test("but the worker makes and drops partitions, and even it none of the audit log's last twelve months", async () => {
    for (const [signature, allowed] of Object.entries(ownersFunctions)) {
      const name = signature.replace(/\(.*/, "");
      const call = signature.endsWith("()") ? `SELECT ${name}()` : `SELECT ${name}('event', '1999-01-01')`;
      for (const who of everybody) {
        const isListed = (allowed as readonly string[]).includes(who);
        expect(await may(who, call), `${who} calls ${name}`).toBe(isListed);
      }
    }
    await expect(
      clients.get("worker")?.query("SELECT evergrant_drop_old_partitions('audit_event', now())"),
    ).rejects.toThrow("12 months");
  });
});

describe("in plain words", () => {
  test.each<[Who, string]>([
    ["worker", "SELECT password_hash FROM admin_user"],
    ["worker", "SELECT digest FROM api_key"],
    ["worker", "INSERT INTO admin_user DEFAULT VALUES"],
    ["worker", "UPDATE admin_user SET role = 'owner'"],
    ["worker", "INSERT INTO api_key DEFAULT VALUES"],
    ["api", "INSERT INTO audit_link DEFAULT VALUES"],
    ["api", "INSERT INTO audit_anchor DEFAULT VALUES"],
    ["api", "UPDATE audit_chain SET seq = 0"],
    ["api", "UPDATE api_key SET permissions = '{}'"],
    ["api", "UPDATE integrated_account SET tenant_id = 'another'"],
    ["api", "UPDATE sealed_credential SET environment_id = 'another'"],
    ["worker", "UPDATE event SET payload = '{}'"],
    ["worker", "UPDATE api_key SET permissions = '{}'"],
    ["worker", "INSERT INTO admin_session DEFAULT VALUES"],
    ["worker", "SELECT digest FROM admin_invitation"],
    ["worker", "UPDATE anomaly_policy SET changes = '{}'"],
    ["api", "UPDATE admin_session SET expires_at = now() + interval '1 year'"],
    ["api", "UPDATE admin_invitation SET role = 'owner'"],
    ["api", "DELETE FROM anomaly"],
    ["api", "DELETE FROM event_outbox"],
    ["auditor", "SELECT id FROM admin_session"],
    ["auditor", "SELECT digest FROM admin_invitation"],
    ["auditor", "SELECT sealed FROM sealed_credential"],
    ["auditor", "SELECT sealed FROM sealed_secret"],
    ["auditor", "SELECT wrapped FROM tenant_key"],
    ["auditor", "SELECT digest FROM api_key"],
    ["auditor", "SELECT digest FROM link_token"],
    ["auditor", "SELECT password_hash FROM admin_user"],
    ["auditor", "INSERT INTO audit_event DEFAULT VALUES"],
  ])("%s may not: %s", async (who, statement) => {
    expect(await may(who, statement)).toBe(false);
  });
});

test("a partition that is made later is reached through its parent, and by itself by nobody", async () => {
  await database.pool.query(
    "CREATE TABLE event_20200106 PARTITION OF event FOR VALUES FROM ('2020-01-06 00:00Z') TO ('2020-01-13 00:00Z')",
  );
  await database.pool.query("DROP TABLE audit_event_default");
  await database.pool.query("CREATE TABLE audit_event_default PARTITION OF audit_event DEFAULT");
  for (const who of ["api", "worker"] as const) {
    expect(await may(who, "SELECT FROM event_20200106")).toBe(false);
    expect(
      await may(
        who,
        "INSERT INTO event (id, created_at, environment_id, event_type, payload) VALUES ('ev_1', '2020-01-07', 'env', 'x', '{}')",
      ),
    ).toBe(true);
    const record =
      "INSERT INTO audit_event (id, at, environment_id, actor, action, target) VALUES ('ae_1', '1999-01-01', 'env', 'me', 'x', 'y')";
    expect(await may(who, record)).toBe(true);
    expect(await may(who, record.replace("audit_event", "audit_event_default"))).toBe(false);
  }
});

test("a migrator that is no superuser migrates, gives the rights, and takes back what a role had that is now a member", async () => {
  await database.pool.query(
    "CREATE ROLE plain_migrator LOGIN PASSWORD 'test'; CREATE ROLE plain_app LOGIN PASSWORD 'test'",
  );
  await using other = await createTestDatabase({ migrated: false });
  const name = new URL(other.url).pathname.slice(1);
  await database.pool.query(`ALTER DATABASE ${name} OWNER TO plain_migrator`);
  const url = new URL(other.url);
  url.username = "plain_migrator";
  url.password = "test";
  const reads = async (statement: string): Promise<unknown> => {
    const app = new URL(url);
    app.username = "plain_app";
    const client = new pg.Client({ connectionString: app.href });
    await client.connect();
    try {
      return await client.query(statement);
    } finally {
      await client.end();
    }
  };
  try {
    const { applied } = await migrateDatabase({ connectionString: url.href, appRole: "plain_app" });
    expect(applied).toContain("20261203300000_database_roles");
    await reads("SELECT password_hash FROM admin_user");
    await database.pool.query("GRANT evergrant_worker TO plain_app");
    expect(await migrateDatabase({ connectionString: url.href, appRole: "plain_app" })).toEqual({ applied: [] });
    await expect(reads("SELECT password_hash FROM admin_user")).rejects.toThrow("permission denied");
    await reads("SELECT id FROM integrated_account");
    await reads("SELECT graphile_worker.add_job('x', payload => '{}'::json)");
  } finally {
    await other.pool.query("REASSIGN OWNED BY plain_migrator TO CURRENT_USER; DROP OWNED BY plain_migrator, plain_app");
    await other.drop();
    await database.pool.query("DROP OWNED BY plain_migrator, plain_app; DROP ROLE plain_migrator, plain_app");
  }
});

test("two installations on one cluster have roles of their own, by their prefix", async () => {
  const client = await database.pool.connect();
  try {
    expect(await createRoles(client, "second")).toEqual(["second_api", "second_worker", "second_auditor"]);
    expect(await createRoles(client, "second")).toEqual([]);
    expect(await grantToRoles(client, { prefix: "second" })).toEqual(["second_api", "second_worker", "second_auditor"]);
    await client.query("SET ROLE second_worker");
    await client.query("SELECT id FROM integrated_account");
    await client.query("RESET ROLE");
    await client.query("SET ROLE evergrant_worker");
    await client.query("SELECT id FROM integrated_account");
  } finally {
    await client.query("RESET ROLE");
    await client.query(
      "DROP OWNED BY second_api, second_worker, second_auditor; DROP ROLE second_api, second_worker, second_auditor",
    );
    client.release();
  }
});
