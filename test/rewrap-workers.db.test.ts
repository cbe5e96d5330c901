// The whole of a rotation on real processes: a rolling change of configuration, a re-wrap whose workers are killed, the old key gone.
import { execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parseKeyring } from "#adapters/kms/parse-keyring";
import { wakeRewraps } from "#adapters/postgres/rewrap-store";
import { findFreePort } from "#scripts/ports";
import { entryPoint } from "./entry-point.ts";
import { createSealingProcess, fillEnvironment, openEverything, type SealingProcess } from "./sealing-process.ts";
import { startProcess, type StartedProcess } from "./start-process.ts";
import { startStack, type Answer, type Stack } from "./start-stack.ts";
import { createTwoOwners } from "./two-owners.ts";

const fillers = 3_000;
const keyText = (id: string): string => `${id}:${randomBytes(32).toString("base64")}`;
const [t1, t2] = [keyText("t1"), keyText("t2")];

let stack: Stack;
let production: string;
const sealing: SealingProcess[] = [];
const workers: StartedProcess[] = [];

function sealingProcess(keyring: string): SealingProcess {
  const shared = parseKeyring(keyring);
  if (typeof shared === "string") throw new Error(shared);
  const process = createSealingProcess(stack.database, { keyrings: { shared, perEnvironment: new Map() } });
  sealing.push(process);
  return process;
}

beforeEach(async () => {
  // The first step of a rolling deploy is behind us: every process opens with the new key, and none seals with it yet.
  stack = await startStack({ env: { EVERGRANT_KEYRING: `${t1},${t2}` } });
  production = (await stack.database.pool.query("SELECT id FROM environment WHERE name = 'production'")).rows[0].id;
});
afterEach(async () => {
  await Promise.all(sealing.splice(0).map((process) => process.close()));
  await Promise.all(workers.splice(0).map((worker) => worker.stop()));
  await stack[Symbol.asyncDispose]();
});

/** Another API process, as the last of `stack.apis`. */
async function startApi(keyring: string): Promise<number> {
  const port = await findFreePort();
  const process = await startProcess("api/main.ts", { ...stack.env, EVERGRANT_KEYRING: keyring, PORT: String(port) });
  return stack.apis.push({ origin: `http://127.0.0.1:${port}`, process }) - 1;
}

async function startWorker(keyring: string): Promise<StartedProcess> {
  const port = String(await findFreePort());
  const worker = await startProcess("worker/main.ts", { ...stack.env, EVERGRANT_KEYRING: keyring, WORKER_PORT: port });
  workers.push(worker);
  return worker;
}

async function runUntil(api: number, id: string, isReached: (run: any) => boolean): Promise<any> {
  for (;;) {
    const { body } = await stack.call("GET", `/keys/rewrap/${id}`, undefined, { api });
    if (isReached(body)) return body;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test(
  "a rotation while accounts refresh: workers killed twice, nothing unreadable, no token lost, the old key can go",
  { timeout: 400_000 },
  async () => {
    const accounts = [];
    for (const person of ["ada", "grace", "edsger"]) accounts.push(await stack.connect(`tenant-${person}`, person));
    await fillEnvironment(sealingProcess(t1), production, { accounts: fillers });
    const total = Number(
      (
        await stack.database.pool.query(
          `SELECT (SELECT count(*) FROM sealed_credential) + (SELECT count(*) FROM sealed_secret)
            + (SELECT count(*) FROM idempotency_record WHERE kid IS NOT NULL) AS n`,
        )
      ).rows[0].n,
    );

    // Its second step is under way: one API still seals with the old key, one with the new.
    const next = await startApi(`${t2},${t1}`);
    let worker = await startWorker(`${t2},${t1}`);
    let isRefreshing = true;
    let isOldThere = true;
    const refreshed: Answer[] = [];
    const refreshing = Promise.all(
      accounts.map(async ({ id }, index) => {
        for (let round = 0; isRefreshing; round += 1) {
          const api = isOldThere && (round + index) % 2 === 0 ? 0 : next;
          refreshed.push(await stack.call("POST", `/integrated-accounts/${id}/refresh`, {}, { api }));
        }
      }),
    );

    const owners = await createTwoOwners(stack);
    const agreed = await owners.agree("POST", "/keys/rewrap", { pace: 800 }, next);
    expect(agreed).toMatchObject({ kind: "key.rewrap_start", subject: "t2", status: "executed" });
    const { runs } = (await stack.call("GET", "/keys", undefined, { api: next })).body;
    const begun = runs[0];
    expect(begun.to).toBe("t2");
    // What was refreshed until somebody had approved is under the new key already.
    expect(begun.total).toBeLessThanOrEqual(total);
    expect(begun.total).toBeGreaterThanOrEqual(total - accounts.length);
    for (const done of [500, 1_500]) {
      await runUntil(next, begun.id, (run) => run.done >= done);
      await worker.kill();
      // What half a minute and the next cron do.
      await stack.database.pool.query("UPDATE rewrap_run SET claimed_until = now() - interval '1 second'");
      await wakeRewraps(stack.database.pool);
      worker = await startWorker(`${t2},${t1}`);
    }
    // One that is stopped in order leaves off after the batch in hand, and gives the run back.
    await runUntil(next, begun.id, (run) => run.done >= 2_000);
    expect(await worker.stop()).toBe(0);
    const { rows } = await stack.database.pool.query("SELECT state, claimed_by FROM rewrap_run");
    expect(rows).toEqual([{ state: "running", claimed_by: null }]);
    await wakeRewraps(stack.database.pool);
    worker = await startWorker(`${t2},${t1}`);
    isOldThere = false;
    await stack.call("PATCH", `/keys/rewrap/${begun.id}`, { pace: null }, { api: next });
    const ended = await runUntil(next, begun.id, (run) => run.state !== "running");
    isRefreshing = false;
    await refreshing;
    expect(refreshed.length).toBeGreaterThan(10);
    expect(refreshed.filter(({ status: answered }) => answered !== 200)).toEqual([]);
    expect(ended).toMatchObject({
      state: "done",
      failed: 0,
      remaining: {},
      sample: 200,
      sample_opened: 200,
      failures: [],
    });
    expect(ended.done).toBeGreaterThanOrEqual(total - accounts.length);

    const cliEnv = { ...stack.env, EVERGRANT_KEYRING: `${t2},${t1}` };
    const keysStatus = JSON.parse((await cli(cliEnv, "keys", "status", "--json")).stdout);
    expect(keysStatus.keys).toMatchObject([
      { id: "t2", state: "current" },
      { id: "t1", state: "opens", sealed: 0 },
    ]);
    const listed = await stack.call("GET", "/keys", undefined, { api: next });
    expect(listed.body.keys.map((key: any) => [key.id, key.state, key.sealed])).toEqual([
      ["t2", "current", keysStatus.keys[0].sealed],
      ["t1", "opens", 0],
    ]);
    expect(await owners.agree("POST", "/keys/t1/disable", {}, next)).toMatchObject({ status: "executed" });
    const after = await stack.call("GET", "/keys", undefined, { api: next });
    expect(after.body.keys).toContainEqual(expect.objectContaining({ id: "t1", state: "disabled" }));

    // The old key leaves the configuration of every process.
    await Promise.all([worker.stop(), ...stack.apis.map(({ process }) => process.stop())]);
    const alone = await startApi(t2);
    for (const { id } of accounts) {
      expect((await stack.call("GET", `/integrated-accounts/${id}/token`, undefined, { api: alone })).status).toBe(200);
      expect((await stack.call("POST", `/integrated-accounts/${id}/refresh`, {}, { api: alone })).status).toBe(200);
    }
    const everything = await openEverything(sealingProcess(t2), production);
    expect(everything).toMatchObject({ failed: [], kids: ["t2"] });
    expect(everything.opened).toBeGreaterThanOrEqual(total);
  },
);

test(
  "on the command line: Ctrl-C pauses, the next call goes on, and its last line is the outcome",
  { timeout: 400_000 },
  async () => {
    await fillEnvironment(sealingProcess(t1), production, { accounts: 300 });
    const env = { ...stack.env, EVERGRANT_KEYRING: `${t2},${t1}` };
    const main = entryPoint("cli/main.ts");
    const child = spawn(
      process.execPath,
      [main, "keys", "rewrap", "--environment", "production", "--pace", "50", "--json"],
      {
        env: { NODE_ENV: "production", PATH: process.env["PATH"] ?? "", ...env },
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    let printed = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (printed += text));
    const done = async (): Promise<number> =>
      (await stack.database.pool.query("SELECT coalesce(max(done), 0)::int AS n FROM rewrap_run")).rows[0].n;
    while ((await done()) < 50) await new Promise((resolve) => setTimeout(resolve, 50));
    child.kill("SIGINT");
    const [code] = await once(child, "close");
    expect(code).toBe(1);
    const paused = JSON.parse(printed).runs[0];
    expect(printed.trim().split("\n")).toHaveLength(1);
    expect(paused).toMatchObject({ environment: "production", state: "paused", to: "t2", failed: 0 });
    expect(paused.done).toBeLessThan(300);

    const again = await cli(env, "keys", "rewrap", "--environment", "production", "--pace", "100000", "--json");
    expect(again.code).toBe(0);
    const [run] = JSON.parse(again.stdout).runs;
    expect(run).toMatchObject({
      id: paused.id,
      state: "done",
      total: paused.total,
      done: paused.total,
      failed: 0,
      remaining: {},
    });
    expect(again.stderr).toContain("[##############################] 100 %");

    const rotated = await cli(env, "keys", "rotate");
    const [first, ...rest] = rotated.stdout.trim().replace("EVERGRANT_KEYRING=", "").split(",");
    expect(rest.join(",")).toBe(`${t2},${t1}`);
    expect(parseKeyring(`${first}`)).toMatchObject([{ id: expect.stringMatching(/^k-\d{4}-\d\d-\d\d$/) }]);
    expect(rotated.stderr).toContain("This is a secret");
    expect(rotated.stderr).not.toContain(first?.split(":")[1] ?? "none");

    expect((await cli(env, "keys", "disable", "t2", "--environment", "production")).stderr).toContain(
      "is the current key",
    );
    expect((await cli(env, "keys", "disable", "t1", "--environment", "production")).code).toBe(0);
    expect((await cli(env, "keys", "enable", "t1", "--environment", "production")).code).toBe(0);
    expect(
      JSON.parse((await cli(env, "keys", "policy", "--environment", "production", "--set", "tenant", "--json")).stdout),
    ).toEqual({ environment: "production", policy: "tenant" });
    expect((await cli(env, "keys", "policy", "--environment", "production", "--set", "none")).code).toBe(2);
    const drill = await cli(env, "keys", "drill", "--json");
    expect(drill.code).toBe(0);
    expect(JSON.parse(drill.stdout)).toMatchObject({
      proven: true,
      drills: [
        {
          environment: "production",
          sample: 200,
          opened: 200,
          opened_without_keys: 0,
          opened_with_keys_of: { staging: 0 },
        },
        { environment: "staging", sample: 0 },
      ],
    });
  },
);

async function cli(
  env: Record<string, string>,
  ...args: string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  const main = entryPoint("cli/main.ts");
  const options = { env: { NODE_ENV: "production" as const, PATH: process.env["PATH"] ?? "", ...env } };
  return await promisify(execFile)(process.execPath, [main, ...args], options).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
}
