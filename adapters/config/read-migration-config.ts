import { defaultRolePrefix, isRolePrefix } from "../postgres/grant-roles.ts";
import type { Environment } from "./read-config.ts";

/** What changes the schema and the roles' rights: db:migrate and `db roles`. */
export interface MigrationConfig {
  readonly connectionString: string;
  /** The user of DATABASE_URL, where MIGRATION_DATABASE_URL names another one. */
  readonly appRole?: string;
  readonly rolePrefix: string;
}

const variables = ["MIGRATION_DATABASE_URL", "DATABASE_URL"] as const;

/** @throws Error that names the variable, and not its value: that holds a password */
export function readMigrationConfig(env: Environment): MigrationConfig {
  const [migration, application] = variables.map((name) => readUrl(env, name));
  const target = migration ?? application;
  if (!target) {
    throw new Error(
      "DATABASE_URL is missing. Set it to postgresql://user:password@host:5432/database " +
        "(and MIGRATION_DATABASE_URL where another role migrates).",
    );
  }
  const rolePrefix = env["EVERGRANT_ROLE_PREFIX"]?.trim() || defaultRolePrefix;
  if (!isRolePrefix(rolePrefix)) {
    throw new Error("EVERGRANT_ROLE_PREFIX must be small letters, digits and underscores, and begin with a letter");
  }
  // Two URLs with two users: the one that api and worker use gets its rights from the other.
  const isApart = migration && application && migration.username !== application.username;
  return {
    connectionString: target.href,
    rolePrefix,
    ...(isApart ? { appRole: decodeURIComponent(application.username) } : {}),
  };
}

function readUrl(env: Environment, name: (typeof variables)[number]): URL | null {
  const value = env[name]?.trim();
  if (!value) return null;
  try {
    const url = new URL(value);
    if (url.protocol === "postgres:" || url.protocol === "postgresql:") return url;
  } catch {
    // Told below.
  }
  throw new Error(`${name} is not a PostgreSQL URL; expected postgresql://user:password@host:5432/database`);
}
