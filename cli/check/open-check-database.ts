import { randomBytes } from "node:crypto";
import { fork } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { migrateDatabase } from "#adapters/postgres/migrate";
import { CheckUnavailable } from "./check-unavailable.ts";

export interface CheckDatabase {
  readonly url: string;
  /** What it is, for the progress on stderr. */
  readonly what: string;
  /** Nothing of it is left afterwards. */
  close(): Promise<void>;
}

/**
 * An empty, migrated database for one check: a PostgreSQL of its own, which lives in a temporary directory and ends with this
 * process. An installation without development dependencies has none; there a database of its own is made, and dropped, on the
 * server that DATABASE_URL names. Nobody's tables are touched either way.
 * @throws CheckUnavailable saying what is missing
 */
export async function openCheckDatabase(serverUrl: string | undefined): Promise<CheckDatabase> {
  const embedded = await startEmbedded();
  if (typeof embedded !== "string") return await migrated(embedded);
  if (serverUrl === undefined || serverUrl === "") {
    throw new CheckUnavailable(
      `There is no PostgreSQL to try the document on. ${embedded.replace(/\.?$/, ".")} Install the development dependencies (npm ci), or set DATABASE_URL to a server whose role may create databases.`,
    );
  }
  return await migrated(await openBeside(serverUrl));
}

async function migrated(database: CheckDatabase): Promise<CheckDatabase> {
  try {
    await migrateDatabase({ connectionString: database.url });
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** @returns why there is none, where there is none */
async function startEmbedded(): Promise<CheckDatabase | string> {
  const directory = await mkdtemp(join(tmpdir(), "evergrant-check-"));
  const script = fileURLToPath(new URL("../../scripts/embedded-database.ts", import.meta.url));
  const child = fork(script, ["--directory", directory, "--fast", "--ephemeral"], {
    // Ctrl-C in the terminal reaches this process, whose end ends the child in order.
    detached: true,
    execArgv: [],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let complaint = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (complaint += text));
  const gone = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const ready = new Promise<string | null>((resolve) => {
    child.once("message", (message: { readonly url: string }) => resolve(message.url));
    child.once("error", () => resolve(null));
    child.once("close", () => resolve(null));
  });
  const url = await ready;
  if (url === null) {
    await rm(directory, { recursive: true, force: true });
    return complaint.trim().split("\n")[0] ?? "";
  }
  return {
    url,
    what: "a PostgreSQL of its own",
    async close() {
      child.kill("SIGTERM");
      await gone;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** A database of its own on somebody's server. @throws CheckUnavailable when it gives none */
export async function openBeside(serverUrl: string): Promise<CheckDatabase> {
  const name = `evergrant_check_${randomBytes(6).toString("hex")}`;
  await onServer(serverUrl, `CREATE DATABASE ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    what: `a database of its own (${name}) on the server of DATABASE_URL`,
    close: () => onServer(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: "evergrant-check" });
  client.on("error", () => {});
  try {
    await client.connect();
    await client.query(statement);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CheckUnavailable(
      `The server that DATABASE_URL names gives no database to try the document on: ${reason}. Its role must be allowed to create databases.`,
      { cause: error },
    );
  } finally {
    await client.end();
  }
}
