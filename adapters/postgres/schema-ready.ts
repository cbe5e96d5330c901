import { readdir } from "node:fs/promises";
import { asDatabaseProblem, type DatabasePool } from "./pool.ts";

/**
 * Whether the database answers and holds the schema that this version was built for.
 * @returns null when it does, otherwise what to do
 */
export async function schemaProblem(pool: DatabasePool): Promise<string | null> {
  try {
    const expected = await latestMigration();
    const { rows } = await pool.query<{ applied: boolean }>(
      "SELECT EXISTS (SELECT FROM _prisma_migrations WHERE migration_name = $1 AND finished_at IS NOT NULL) AS applied",
      [expected],
    );
    return rows[0]?.applied === true ? null : migrate;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "42P01") return migrate;
    // The right to look at the list of migrations may be the migrator's alone; then the tables themselves are asked.
    if (error instanceof Error && "code" in error && error.code === "42501") return null;
    const problem = asDatabaseProblem(error);
    return problem === null
      ? `DATABASE_URL: ${error instanceof Error ? error.message : String(error)}`
      : "the database (DATABASE_URL) does not answer";
  }
}

const migrate = "The database is not migrated to this version. Run: npm run db:migrate";

let latest: Promise<string> | null = null;

function latestMigration(): Promise<string> {
  latest ??= readdir(new URL("../../prisma/migrations/", import.meta.url)).then((names) => {
    const migrations = names.filter((name) => /^\d{14}_/.test(name)).toSorted();
    return migrations.at(-1) ?? "";
  });
  return latest;
}
