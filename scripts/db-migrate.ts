// npm run db:migrate: brings the database of MIGRATION_DATABASE_URL (or DATABASE_URL) to the present schema.
import { readMigrationConfig } from "../adapters/config/read-migration-config.ts";
import { migrateDatabase } from "../adapters/postgres/migrate.ts";

async function main(): Promise<void> {
  const { applied } = await migrateDatabase({
    ...readMigrationConfig(process.env),
    log: (line) => console.log(line),
  });
  console.log(
    applied.length === 0 ? "the database is up to date" : `the database is up to date (${applied.length} applied)`,
  );
}

main().catch((error: unknown) => {
  console.error(explain(error));
  process.exitCode = 1;
});

function explain(error: unknown): string {
  // Several addresses of one name failed at once: Node says each, and no message of its own.
  if (error instanceof AggregateError) return `cannot reach the database: ${error.errors.map(String).join("; ")}`;
  const { code, message } = error as { code?: string; message?: string };
  if (code === "ECONNREFUSED" || code === "ENOTFOUND" || code === "ETIMEDOUT")
    return `cannot reach the database: ${message}`;
  if (code === "28P01" || code === "28000" || code === "3D000")
    return `the database refused the connection: ${message}`;
  return message ?? String(error);
}
