import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findFreePort } from "./ports.ts";
import { isProcessAlive, waitUntil } from "./processes.ts";
import { createSupervisor, type Supervisor } from "./supervise.ts";

let directory = "";
let lines: string[] = [];
let supervisor: Supervisor;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "evergrant-embedded-"));
  // Otherwise root's database would move to /var/tmp (cluster-place.ts), where PostgreSQL's user gets through.
  chmodSync(directory, 0o755);
  lines = [];
  supervisor = createSupervisor({ logDirectory: directory, log: (line) => lines.push(line) });
});
afterEach(async () => {
  await supervisor.stopAll();
  rmSync(directory, { recursive: true, force: true });
});

function start(name: string, port: number): Promise<string> {
  const file = fileURLToPath(new URL("./embedded-database.ts", import.meta.url));
  const args = ["--directory", join(directory, "cluster"), "--port", String(port), "--fast"];
  const env = { PATH: process.env["PATH"], TMPDIR: process.env["TMPDIR"] };
  return supervisor.start(name, { file, args, env, ready: "ipc", restart: true }).then((ready) => ready["url"] ?? "");
}

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

const postmasterPid = (): number =>
  Number.parseInt(readFileSync(join(directory, "cluster/data/postmaster.pid"), "utf8"), 10);

test(
  "survives kill -9 of the postmaster and of its keeper, on the same address and with its data",
  { timeout: 60_000 },
  async () => {
    const url = await start("database", await findFreePort());
    expect(await query(url, "SHOW server_encoding")).toEqual([{ server_encoding: "UTF8" }]);
    await query(url, "CREATE TABLE kept AS SELECT 1 AS one");
    expect(statSync(join(directory, "cluster/password")).mode & 0o777).toBe(0o600);

    process.kill(postmasterPid(), "SIGKILL");
    expect(await waitUntil(() => lines.includes("database is back"), 15_000)).toBe(true);
    expect(await query(url, "SELECT one FROM kept")).toEqual([{ one: 1 }]);

    // The keeper alone: its postmaster is an orphan that still holds port and data.
    lines = [];
    const orphan = postmasterPid();
    process.kill(supervisor.pids()["database"] ?? 0, "SIGKILL");
    expect(await waitUntil(() => lines.includes("database is back"), 15_000)).toBe(true);
    expect(isProcessAlive(orphan)).toBe(false);
    expect(await query(url, "SELECT one FROM kept")).toEqual([{ one: 1 }]);

    await supervisor.stopAll();
    expect(existsSync(join(directory, "cluster/data/postmaster.pid"))).toBe(false);
  },
);

test("says which port is taken", { timeout: 30_000 }, async () => {
  const url = await start("database", await findFreePort());
  const port = Number(new URL(url).port);
  const { createServer } = await import("node:net");
  await supervisor.stop("database");
  const stranger = createServer().listen(port, "127.0.0.1");
  await expect(start("again", port)).rejects.toThrow(`port ${port} is taken`);
  stranger.close();
});
