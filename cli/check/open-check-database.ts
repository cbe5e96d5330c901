import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { migrateDatabase } from "#adapters/postgres/migrate";
import { startEmbeddedDatabase } from "#scripts/start-embedded-database";
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
  const removed = async (): Promise<void> => await rm(directory, { recursive: true, force: true });
  try {
    const { url, stop } = await startEmbeddedDatabase(["--directory", directory, "--fast", "--ephemeral"]);
    const close = async (): Promise<void> => {
      await stop();
      await removed();
    };
    return { url, what: "a PostgreSQL of its own", close };
  } catch (error) {
    await removed();
    return error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
  }
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
