import pg from "pg";
import { readMigrationConfig } from "#adapters/config/read-migration-config";
import { createRoles, findRoles, grantToRoles } from "#adapters/postgres/grant-roles";
import { DomainError } from "#core/domain/problem/domain-error";
import type { CommandResult } from "../main.ts";
import { parseOptions } from "../parse-options.ts";

/** The roles of the cluster, as MIGRATION_DATABASE_URL (or DATABASE_URL) sees them. Making one takes CREATEROLE. */
export async function showRoles(args: string[]): Promise<CommandResult> {
  const { values } = parseOptions(args, { create: "boolean" });
  const { connectionString, rolePrefix: prefix, appRole } = readOrRefuse();
  const client = new pg.Client({ connectionString, application_name: "evergrant-roles" });
  client.on("error", () => {});
  await client.connect().catch(refuse);
  try {
    const made = values.create === true ? await createRoles(client, prefix) : [];
    if (values.create === true) await grantToRoles(client, { prefix, ...(appRole === undefined ? {} : { appRole }) });
    const roles = await findRoles(client, prefix);
    const lines = roles.map(({ name, exists, members }) => {
      const state = made.includes(name) ? "made" : exists ? "exists" : "is missing";
      return `${name}  ${state}${members.length === 0 ? "" : `, used by ${members.join(", ")}`}`;
    });
    return { json: { roles }, text: lines.join("\n") };
  } catch (error) {
    return refuse(error);
  } finally {
    await client.end();
  }
}

function readOrRefuse(): ReturnType<typeof readMigrationConfig> {
  try {
    return readMigrationConfig(process.env);
  } catch (error) {
    return refuse(error);
  }
}

function refuse(error: unknown): never {
  throw new DomainError("invalid_request", { detail: error instanceof Error ? error.message : String(error) });
}
