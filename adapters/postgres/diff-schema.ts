import pg from "pg";
import { everything, readMigrations, withSchemaEngine } from "./schema-engine.ts";

type DiffInput = { connectionString: string };

/** SQL that makes an empty database into the datamodel: the raw material of a first migration. Reads nothing of the database. */
export async function sqlFromEmpty({ connectionString }: DiffInput): Promise<string> {
  return withPool(connectionString, (pool) =>
    withSchemaEngine(pool, async (engine, datamodel) => {
      const result = await engine.diff({
        from: { tag: "empty" },
        to: { tag: "schemaDatamodel", files: [{ path: "schema.prisma", content: datamodel }] },
        script: true,
        exitCode: false,
        filters: everything,
      });
      return result.stdout ?? "";
    }),
  );
}

/**
 * SQL that is missing between the migrations and the datamodel; null when they agree. Plays the migrations into a shadow
 * database beside the given one, so the role must be allowed to create databases. The differ is blind to partial indexes,
 * checks, triggers and partitions: test/schema.db.test.ts reads those from the catalogue.
 */
export async function findSchemaDrift({ connectionString }: DiffInput): Promise<string | null> {
  return withPool(connectionString, async (pool) => {
    try {
      return await withSchemaEngine(pool, async (engine, datamodel) => {
        const result = await engine.diff({
          from: { tag: "migrations", ...readMigrations() },
          to: { tag: "schemaDatamodel", files: [{ path: "schema.prisma", content: datamodel }] },
          script: true,
          exitCode: true,
          filters: everything,
        });
        return result.exitCode === 0 ? null : (result.stdout ?? "the schema differs");
      });
    } finally {
      await dropShadowDatabases(pool);
    }
  });
}

// The engine does not always dispose of its shadow database.
async function dropShadowDatabases(pool: pg.Pool): Promise<void> {
  const leftovers = await pool.query<{ datname: string }>(
    "SELECT datname FROM pg_database WHERE datname LIKE 'prisma_migrate_shadow_db_%'",
  );
  for (const { datname } of leftovers.rows) {
    await pool.query(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(datname)} WITH (FORCE)`);
  }
}

async function withPool<T>(connectionString: string, work: (pool: pg.Pool) => Promise<T>): Promise<T> {
  const pool = new pg.Pool({ connectionString, max: 2 });
  pool.on("error", () => {});
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
}
