import { randomBytes } from "node:crypto";
import pg from "pg";
import { inject } from "vitest";

export type TestDatabase = {
  url: string;
  /** The same database for one of the roles of production; `operator` is who runs the command line, `nobody` has no right. */
  urlAs(role: "api" | "worker" | "auditor" | "operator" | "nobody"): string;
  /** Ended by `drop`. Whoever opens another pool on `url` ends it himself. */
  pool: pg.Pool;
  drop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
};

const open = new Set<TestDatabase>();

/**
 * A migrated database for one test file (or one test), cloned from the template in some 40 ms. It is dropped at the end of the
 * file by itself; a connection that is still open then fails the file.
 */
export async function createTestDatabase(options: { migrated?: boolean } = {}): Promise<TestDatabase> {
  const clusterUrl = inject("clusterUrl");
  const name = `t_${randomBytes(8).toString("hex")}`;
  const template = options.migrated === false ? "template0" : inject("templateName");
  await onCluster(clusterUrl, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`));

  const url = new URL(clusterUrl);
  url.pathname = `/${name}`;
  const pool = new pg.Pool({ connectionString: url.href, max: 5 });
  // The tests cut connections on purpose; an idle client's error is not theirs to crash on.
  pool.on("error", () => {});
  let dropped: Promise<void> | null = null;
  const drop = (): Promise<void> => (dropped ??= dropDatabase(database, name, clusterUrl));
  const urlAs: TestDatabase["urlAs"] = (role) => {
    const copy = new URL(url);
    copy.username = `test_${role}`;
    copy.password = "test";
    return copy.href;
  };
  const database: TestDatabase = { url: url.href, urlAs, pool, drop, [Symbol.asyncDispose]: drop };
  open.add(database);
  return database;
}

/** Drops what the file has not dropped itself; test/drop-databases.ts calls it. */
export async function dropTestDatabases(): Promise<void> {
  const results = await Promise.allSettled([...open].map((database) => database.drop()));
  for (const result of results) if (result.status === "rejected") throw result.reason;
}

async function dropDatabase(database: TestDatabase, name: string, clusterUrl: string): Promise<void> {
  open.delete(database);
  if (!database.pool.ended) await database.pool.end();
  await onCluster(clusterUrl, async (client) => {
    const leaked = await connectionsTo(client, name);
    await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    if (leaked.length > 0) {
      throw new Error(
        `a pool was left open: ${leaked.length} connection(s) to ${name} remain; last queries:\n  ${leaked.join("\n  ")}`,
      );
    }
  });
}

// A backend outlives its client's goodbye by a few milliseconds.
async function connectionsTo(client: pg.Client, name: string): Promise<string[]> {
  for (let attempt = 0; ; attempt += 1) {
    const found = await client.query<{ query: string }>(
      "SELECT query FROM pg_stat_activity WHERE datname = $1 AND backend_type = 'client backend'",
      [name],
    );
    if (found.rows.length === 0 || attempt === 20)
      return found.rows.map((row) => row.query.replace(/\s+/g, " ").slice(0, 200));
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function onCluster(clusterUrl: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: clusterUrl });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
