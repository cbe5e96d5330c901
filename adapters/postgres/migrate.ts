import { randomBytes } from "node:crypto";
import { runMigrations } from "graphile-worker";
import pg from "pg";
import { defaultRolePrefix, grantToRoles } from "./grant-roles.ts";
import { everything, readMigrations, withSchemaEngine } from "./schema-engine.ts";

export type MigrateInput = {
  /** Of a role that may create tables and schemas; not through PgBouncer, since the locks are the session's. */
  connectionString: string;
  log?: (line: string) => void;
  /** The role that api and worker connect as, when it is another than the migrator's. */
  appRole?: string;
  /** Of the roles that have their rights from here, where they exist; `evergrant` by default. */
  rolePrefix?: string;
};

export class MigrationError extends Error {
  override name = "MigrationError";
}

// One migrator at a time, waited for without a limit. Prisma's own lock (72707369) gives up after ten seconds.
const MIGRATOR_LOCK = 7_270_736_901;
const PRISMA_LOCK_ATTEMPTS = 6;

/**
 * Brings the database to the present schema: Prisma's migrations, the queue's, the environments, the roles' rights.
 * Running it again does nothing; several at once wait for each other. `applied` names what was new.
 */
export async function migrateDatabase(input: MigrateInput): Promise<{ applied: string[] }> {
  const log = input.log ?? (() => {});
  const client = new pg.Client({ connectionString: input.connectionString, application_name: "evergrant-migrate" });
  client.on("error", () => {});
  await client.connect();
  try {
    await client.query("SELECT pg_advisory_lock($1)", [MIGRATOR_LOCK]);
    const applied = await applyPrismaMigrations(input, client, log);
    for (const name of applied) log(`applied ${name}`);
    const queue = await applyQueueMigrations(client, input.connectionString);
    if (queue !== null) log(`applied ${queue}`);
    await seedEnvironments(client);
    await client.query("SELECT evergrant_ensure_partitions()");
    const roles = await grantToRoles(client, {
      prefix: input.rolePrefix ?? defaultRolePrefix,
      ...(input.appRole === undefined ? {} : { appRole: input.appRole }),
    });
    if (roles.length > 0) log(`gave their rights to ${roles.join(", ")}`);
    return { applied: queue === null ? applied : [...applied, queue] };
  } finally {
    await client.end();
  }
}

async function applyPrismaMigrations(
  input: MigrateInput,
  client: pg.Client,
  log: (line: string) => void,
): Promise<string[]> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await applyOnce(input.connectionString);
    } catch (error) {
      if (isLockTimeout(error) && attempt < PRISMA_LOCK_ATTEMPTS) {
        log("waiting for another migration to end");
      } else if (codeOf(error) === "P3009" && attempt === 1) {
        // Every migration is one transaction, so one that never finished left nothing behind and may run again.
        for (const name of await forgetUnfinished(client)) log(`${name} was cut short earlier; running it again`);
      } else {
        throw explain(error);
      }
    }
  }
}

async function applyOnce(connectionString: string): Promise<string[]> {
  // The engine's lock lives as long as its session: a pool of one, ended at once.
  const pool = new pg.Pool({ connectionString, max: 1, application_name: "evergrant-migrate" });
  const clients = new Set<pg.PoolClient>();
  pool.on("error", () => {});
  pool.on("connect", (client) => {
    clients.add(client);
    client.on("error", () => {});
  });
  try {
    const result = await withSchemaEngine(pool, (engine) =>
      engine.applyMigrations({ migrationsList: readMigrations(), filters: everything }),
    );
    return result.appliedMigrationNames;
  } catch (error) {
    // Its session still waits for the lock on the server; a polite end would wait as well.
    if (isLockTimeout(error)) for (const client of clients) cut(client);
    throw error;
  } finally {
    await pool.end();
  }
}

function cut(client: pg.PoolClient): void {
  (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
}

async function forgetUnfinished(client: pg.Client): Promise<string[]> {
  const forgotten = await client.query<{ migration_name: string }>(
    `UPDATE _prisma_migrations SET rolled_back_at = now()
     WHERE finished_at IS NULL AND rolled_back_at IS NULL RETURNING migration_name`,
  );
  return forgotten.rows.map((row) => row.migration_name);
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown }).code;
}

function isLockTimeout(error: unknown): boolean {
  return codeOf(error) === "P1002" || /advisory lock/i.test(String((error as { message?: unknown }).message));
}

function explain(error: unknown): MigrationError {
  if (isLockTimeout(error)) {
    return new MigrationError("another migration holds this database and does not end; try again later", {
      cause: error,
    });
  }
  // First the fault, then the engine's own Rust stack, which names the migration and says nothing else of use.
  const message = error instanceof Error ? error.message : String(error);
  const fault = (message.split(/\n\s*0: /)[0] ?? "").replace("external connector error\n", "").trim();
  const name = /migration_name="([^"]+)"/.exec(message)?.[1];
  return new MigrationError(`migrating the database failed${name === undefined ? "" : ` in ${name}`}: ${fault}`, {
    cause: error,
  });
}

/** The name of the queue's newest migration when this run applied any. */
async function applyQueueMigrations(client: pg.Client, connectionString: string): Promise<string | null> {
  const before = await newestQueueMigration(client);
  const pool = new pg.Pool({ connectionString, max: 1, application_name: "evergrant-migrate" });
  pool.on("error", () => {});
  pool.on("connect", (one) => void one.on("error", () => {}));
  try {
    await runMigrations({ pgPool: pool });
  } catch (error) {
    throw new MigrationError(`migrating the queue failed: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  } finally {
    await pool.end();
  }
  const after = await newestQueueMigration(client);
  return after === before ? null : `graphile_worker_${after}`;
}

async function newestQueueMigration(client: pg.Client): Promise<number> {
  const exists = await client.query("SELECT to_regclass('graphile_worker.migrations') IS NOT NULL AS exists");
  if (!exists.rows[0].exists) return 0;
  const newest = await client.query("SELECT coalesce(max(id), 0) AS id FROM graphile_worker.migrations");
  return newest.rows[0].id;
}

const ID_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";

async function seedEnvironments(client: pg.Client): Promise<void> {
  for (const name of ["production", "staging"]) {
    const random = Array.from(randomBytes(24), (byte) => ID_ALPHABET[byte & 31]).join("");
    await client.query("INSERT INTO environment (id, name) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING", [
      `env_${random}`,
      name,
    ]);
  }
}
