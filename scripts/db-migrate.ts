// npm run db:migrate: brings the database of MIGRATION_DATABASE_URL (or DATABASE_URL) to the present schema.
import { migrateDatabase } from "../adapters/postgres/migrate.ts";

const VARIABLES = ["MIGRATION_DATABASE_URL", "DATABASE_URL"] as const;

function readUrl(name: (typeof VARIABLES)[number]): URL | null {
  const value = process.env[name]?.trim();
  if (!value) return null;
  try {
    const url = new URL(value);
    if (url.protocol === "postgres:" || url.protocol === "postgresql:") return url;
  } catch {
    // Told below, without the value: it holds a password.
  }
  throw new Error(`${name} is not a PostgreSQL URL; expected postgresql://user:password@host:5432/database`);
}

async function main(): Promise<void> {
  const [migration, application] = VARIABLES.map(readUrl);
  const target = migration ?? application;
  if (!target) {
    throw new Error(
      "DATABASE_URL is missing. Set it to postgresql://user:password@host:5432/database " +
        "(and MIGRATION_DATABASE_URL where another role migrates).",
    );
  }
  // Two URLs with two users: the one that api and worker use gets its rights from the other.
  const appRole =
    migration && application && migration.username !== application.username
      ? decodeURIComponent(application.username)
      : null;
  const { applied } = await migrateDatabase({
    connectionString: target.href,
    log: (line) => console.log(line),
    ...(appRole === null ? {} : { appRole }),
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
