// One PostgreSQL for the whole run, in a directory of its own, with a migrated template that every test file clones.
import { fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import type { TestProject } from "vitest/node";
import { migrateDatabase } from "../adapters/postgres/migrate.ts";

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
  const cluster = startCluster(directory);
  try {
    const clusterUrl = await cluster.ready;
    const client = new pg.Client({ connectionString: clusterUrl });
    await client.connect();
    await client.query(`CREATE DATABASE ${TEMPLATE}`);
    await client.end();
    await migrateDatabase({ connectionString: withDatabase(clusterUrl, TEMPLATE) });
    project.provide("clusterUrl", clusterUrl);
    project.provide("templateName", TEMPLATE);
  } catch (error) {
    await cluster.stop();
    rmSync(directory, { recursive: true, force: true });
    throw error;
  }
  return async () => {
    await cluster.stop();
    rmSync(directory, { recursive: true, force: true });
  };
}

function startCluster(directory: string): { ready: Promise<string>; stop(): Promise<void> } {
  const script = fileURLToPath(new URL("../scripts/embedded-database.ts", import.meta.url));
  const child = fork(script, ["--directory", directory, "--fast", "--ephemeral"], {
    // Ctrl-C ends the run, and the run's end stops the cluster; the signal itself must not.
    detached: true,
    execArgv: [],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let errors = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (errors += text));
  const gone = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const ready = new Promise<string>((resolve, reject) => {
    child.once("message", (message: { url: string }) => resolve(message.url));
    child.once("error", reject);
    child.once("close", (code) => reject(new Error(errors || `the test database ended with code ${code}`)));
  });
  return {
    ready,
    async stop() {
      child.kill("SIGTERM");
      await gone;
    },
  };
}

function withDatabase(url: string, database: string): string {
  const copy = new URL(url);
  copy.pathname = `/${database}`;
  return copy.href;
}
