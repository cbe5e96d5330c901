// One PostgreSQL for the whole run, in a directory of its own, with a migrated template that every test file clones; and our
// processes as bundles, which start faster.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import type { TestProject } from "vitest/node";
import { createRoles, defaultRolePrefix, roleName } from "../adapters/postgres/grant-roles.ts";
import { migrateDatabase } from "../adapters/postgres/migrate.ts";
import { databaseRoles } from "../adapters/postgres/role-rights.ts";
import { startEmbeddedDatabase, type EmbeddedDatabase } from "../scripts/start-embedded-database.ts";
import { bundleProcesses } from "./bundle-processes.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The database `evergrant` of the cluster: for creating and dropping others. */
    clusterUrl: string;
    /** A migrated database that nobody connects to. */
    templateName: string;
  }
}

const TEMPLATE = "tpl";

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = mkdtempSync(join(tmpdir(), "evergrant-test-"));
  const bundles = mkdtempSync(join(tmpdir(), "evergrant-bundles-"));
  let cluster: EmbeddedDatabase | null = null;
  const close = async (): Promise<void> => {
    await cluster?.stop();
    rmSync(directory, { recursive: true, force: true });
    rmSync(bundles, { recursive: true, force: true });
  };
  try {
    const bundled = bundleProcesses(bundles);
    // Whoever fails first is told; the other one's word would be lost.
    bundled.catch(() => {});
    cluster = await startEmbeddedDatabase(["--directory", directory, "--fast", "--ephemeral"]);
    const { url: clusterUrl } = cluster;
    const client = new pg.Client({ connectionString: clusterUrl });
    await client.connect();
    await client.query(`CREATE DATABASE ${TEMPLATE}`);
    // Before the migration, so that every database of a test has their rights: the processes of the tests run under them.
    await createRoles(client, defaultRolePrefix);
    const groups = databaseRoles.map((role) => roleName(role, defaultRolePrefix));
    for (const [index, role] of databaseRoles.entries()) {
      await client.query(`CREATE ROLE test_${role} LOGIN PASSWORD 'test' IN ROLE ${groups[index]}`);
    }
    await client.query("CREATE ROLE test_operator LOGIN PASSWORD 'test' IN ROLE evergrant_api, evergrant_worker");
    await client.query("CREATE ROLE test_nobody LOGIN PASSWORD 'test'");
    await client.end();
    await migrateDatabase({ connectionString: withDatabase(clusterUrl, TEMPLATE) });
    await bundled;
    // test/entry-point.ts reads it.
    process.env["EVERGRANT_TEST_BUNDLES"] = bundles;
    project.provide("clusterUrl", clusterUrl);
    project.provide("templateName", TEMPLATE);
    return close;
  } catch (error) {
    await close();
    throw error;
  }
}

function withDatabase(url: string, database: string): string {
  const copy = new URL(url);
  copy.pathname = `/${database}`;
  return copy.href;
}
