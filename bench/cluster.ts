// A PostgreSQL of the benchmark's own with its default durability (fsync on) and the memory that its documentation recommends (a
// quarter of the machine's, https://www.postgresql.org/docs/current/runtime-config-resource.html), and an installation in it.
import { randomBytes } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { readEngineConfig } from "#adapters/config/read-config";
import { createContainer, type Container } from "#adapters/container";
import { migrateDatabase } from "#adapters/postgres/migrate";
import { startEmbeddedDatabase, type EmbeddedDatabase } from "#scripts/start-embedded-database";

export interface Installation {
  /** What api, worker and our own parts are started with. */
  readonly env: Readonly<Record<string, string>>;
  /** Wired as the command line is: the benchmark seeds and looks through it. */
  readonly container: Container;
  /** For bulk statements, which may take longer than the product lets any of its own. */
  readonly pool: pg.Pool;
  /** Of the environment `production`. */
  readonly environmentId: string;
  close(): Promise<void>;
}

export async function startInstallation(): Promise<Installation> {
  const directory = mkdtempSync(join(tmpdir(), "evergrant-bench-"));
  const cluster = await startCluster(directory);
  try {
    await migrateDatabase({ connectionString: cluster.url });
    const env: Record<string, string> = {
      DATABASE_URL: cluster.url,
      EVERGRANT_SECRET: randomBytes(32).toString("base64"),
      EVERGRANT_KEYRING: `bench-1:${randomBytes(32).toString("base64")}`,
      EVERGRANT_EGRESS_ALLOW: "127.0.0.0/8",
      // One key stands for all callers here.
      EVERGRANT_RATE_LIMIT: "0",
      // Inside the cluster's directory, so that it goes with it.
      EVERGRANT_SPOOL_DIR: join(directory, "spool"),
    };
    const container = await createContainer(readEngineConfig({ ...env, LOG_LEVEL: "warn" }), {
      name: "cli",
      poolSize: 4,
    });
    const environment = await container.environments.findByName("production");
    if (environment === null) throw new Error("the migrated database has no environment named production");
    const pool = new pg.Pool({ connectionString: cluster.url, max: 2 });
    pool.on("error", () => {});
    return {
      env,
      container,
      pool,
      environmentId: environment.id,
      async close() {
        await pool.end();
        await container.close();
        await cluster.stop();
      },
    };
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

/** The processes of its connections, and those that work in the background. */
export async function databasePids(pool: pg.Pool): Promise<number[]> {
  const { rows } = await pool.query<{ pid: number }>("SELECT pid FROM pg_stat_activity");
  return rows.map((row) => row.pid);
}

async function startCluster(directory: string): Promise<EmbeddedDatabase> {
  // --ephemeral: the data goes with the cluster, also when we are killed; --fast is left out, so it syncs as in production.
  const megabytes = String(Math.floor(totalmem() / 4 / 2 ** 20));
  return await startEmbeddedDatabase(["--directory", directory, "--ephemeral", "--shared-buffers", megabytes]);
}
