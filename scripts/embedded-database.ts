// PostgreSQL for the demo and the tests, as a process of its own: it ends with its parent, and its parent can start it again.
//   node scripts/embedded-database.ts --directory <dir> [--port <n, 0 for any>] [--fast] [--ephemeral] [--shared-buffers <MB>]
// --fast: no fsync, for tests. --ephemeral: the directory is removed at the end. --shared-buffers: PostgreSQL's own default is 128.
// Sends {type: "ready", url} over IPC. Exits 0 after a stop, 1 when it could not start, 70 when PostgreSQL died by itself.
import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import pg from "pg";
import { reportReady, stopWithParent } from "../adapters/system/stop-with-parent.ts";
import { ClusterError, giveTo, placeCluster, removeCluster, type ClusterPlace } from "./cluster-place.ts";
import { recoverCluster, takeOwnership } from "./cluster-recovery.ts";
import { findFreePort, isPortFree } from "./ports.ts";
import { waitUntil } from "./processes.ts";

const DATABASE = "evergrant";
const { values: options } = parseArgs({
  options: {
    directory: { type: "string" },
    port: { type: "string", default: "0" },
    fast: { type: "boolean", default: false },
    ephemeral: { type: "boolean", default: false },
    "shared-buffers": { type: "string" },
  },
});

const lastLines: string[] = [];
let postmaster: ChildProcess | null = null;
let isStopping = false;

function log(text: string): void {
  for (const line of text.split("\n").filter((one) => one.trim() !== "")) {
    lastLines.push(line);
    if (lastLines.length > 30) lastLines.shift();
    process.stdout.write(`${line}\n`);
  }
}

function run(place: ClusterPlace, program: "initdb" | "postgres", args: string[]): ChildProcess {
  const child = spawn(join(place.binDirectory, program), args, {
    // Its own process group: Ctrl-C in the terminal must reach the supervisor alone, which then stops in order.
    detached: true,
    cwd: "/",
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env["PATH"] ?? "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" } as unknown as NodeJS.ProcessEnv,
    ...place.account,
  });
  child.stdout?.setEncoding("utf8").on("data", log);
  child.stderr?.setEncoding("utf8").on("data", log);
  return child;
}

function ended(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? -1));
  });
}

function readPassword(place: ClusterPlace): string {
  const path = join(place.directory, "password");
  if (existsSync(path)) return readFileSync(path, "utf8").trim();
  if (existsSync(join(place.dataDirectory, "PG_VERSION"))) {
    throw new ClusterError(
      `${path} is missing, so nobody can enter the database beside it. Put it back, or start afresh without ${place.dataDirectory}.`,
    );
  }
  const password = randomBytes(24).toString("base64url");
  writeFileSync(path, `${password}\n`, { mode: 0o600 });
  return password;
}

async function createCluster(place: ClusterPlace, password: string): Promise<void> {
  if (existsSync(join(place.dataDirectory, "PG_VERSION"))) return;
  // Made beside its place and then renamed: a start that is cut short leaves nothing half made behind.
  const draft = `${place.dataDirectory}.draft`;
  const passwordFile = `${place.dataDirectory}.initdb`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  giveTo(place, draft);
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  giveTo(place, passwordFile);
  try {
    const initdb = run(place, "initdb", [
      `--pgdata=${draft}`,
      "--username=postgres",
      "--auth=scram-sha-256",
      `--pwfile=${passwordFile}`,
      // Otherwise both follow the caller's LANG, down to SQL_ASCII.
      "--encoding=UTF8",
      "--locale=C",
      ...(options.fast ? ["--no-sync"] : []),
    ]);
    if ((await ended(initdb)) !== 0) throw new ClusterError("creating the database failed.");
  } finally {
    rmSync(passwordFile, { force: true });
  }
  rmSync(place.dataDirectory, { recursive: true, force: true });
  renameSync(draft, place.dataDirectory);
}

async function startPostgres(place: ClusterPlace, port: number): Promise<void> {
  const flags = [
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "logging_collector=off",
    "log_checkpoints=off",
    "max_connections=200",
  ];
  if (options.fast) flags.push("fsync=off", "full_page_writes=off");
  const buffers = options["shared-buffers"];
  if (buffers !== undefined) flags.push(`shared_buffers=${buffers}MB`);
  const child = run(place, "postgres", [
    "-D",
    place.dataDirectory,
    "-p",
    String(port),
    ...flags.flatMap((flag) => ["-c", flag]),
  ]);
  postmaster = child;
  await new Promise<void>((resolve, reject) => {
    child.stderr?.on("data", (text: string) => {
      if (text.includes("database system is ready to accept connections")) resolve();
    });
    child.once("error", reject);
    child.once("close", (code) => reject(new ClusterError(`PostgreSQL ended while starting (code ${code}).`)));
  });
  child.once("exit", (code, signal) => {
    if (isStopping) return;
    log(`PostgreSQL ended by itself (${signal ?? `code ${code}`})`);
    process.exit(70);
  });
}

async function createDatabase(url: (database: string) => string): Promise<void> {
  const client = new pg.Client({ connectionString: url("postgres") });
  await client.connect();
  try {
    const found = await client.query("SELECT FROM pg_database WHERE datname = $1", [DATABASE]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await client.end();
  }
}

async function stopPostgres(): Promise<void> {
  isStopping = true;
  const child = postmaster;
  if (child && child.exitCode === null && child.signalCode === null) {
    const gone = ended(child);
    child.kill("SIGINT");
    const patience = setTimeout(() => child.kill("SIGQUIT"), 8_000);
    await gone;
    clearTimeout(patience);
  }
  if (options.directory !== undefined && options.ephemeral) removeCluster(options.directory);
}

function explainFailure(error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error);
  const lines = lastLines.join("\n  ");
  const hint = /error while loading shared libraries|libicu/.test(lines)
    ? "\nIts package's install script did not run. Run `npm rebuild` (npm 12: first `npm install-scripts approve`)."
    : "";
  return `The embedded PostgreSQL did not start: ${reason}${hint}${lines === "" ? "" : `\n  ${lines}`}\n`;
}

async function main(): Promise<void> {
  if (options.directory === undefined) throw new ClusterError("--directory is missing.");
  const place = placeCluster(options.directory);
  await takeOwnership(place);
  await recoverCluster(place, log);
  const port = Number(options.port) || (await findFreePort());
  // After a crash the old listener may need a moment.
  if (!(await waitUntil(() => isPortFree(port), 3_000, 200))) {
    throw new ClusterError(`port ${port} is taken by another program.`);
  }
  const password = readPassword(place);
  await createCluster(place, password);
  await startPostgres(place, port);
  const url = (database: string): string => `postgresql://postgres:${password}@127.0.0.1:${port}/${database}`;
  await createDatabase(url);
  log(`PostgreSQL listens on 127.0.0.1:${port}, data in ${place.dataDirectory}`);
  reportReady({ url: url(DATABASE) });
}

stopWithParent(stopPostgres);
main().catch(async (error: unknown) => {
  if (isStopping) return;
  process.stderr.write(explainFailure(error));
  await stopPostgres().catch(() => {});
  process.exit(1);
});
