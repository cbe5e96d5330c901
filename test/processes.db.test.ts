import { randomBytes } from "node:crypto";
import { fork } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { createTestDatabase } from "./database.ts";
import { until } from "./faulty-integration.ts";
import { startProcess } from "./start-process.ts";
import { expireToken, startStack } from "./start-stack.ts";

// Here the sources are started, as production does: not their bundles, which all other files use.
delete process.env["EVERGRANT_TEST_BUNDLES"];

async function failToStart(
  file: string,
  env: Record<string, string>,
): Promise<{ code: number | null; errors: string }> {
  const child = fork(fileURLToPath(new URL(`../${file}`, import.meta.url)), [], {
    env: { NODE_ENV: "production", PATH: process.env["PATH"] ?? "", ...env },
    execArgv: [],
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  if (child.stderr === null) throw new Error("no stderr");
  const exit = new Promise<number | null>((resolve) => child.once("close", resolve));
  const [errors, code] = await Promise.all([text(child.stderr), exit]);
  return { code, errors };
}

describe("api and worker refuse to start", () => {
  test.each(["api/main.ts", "worker/main.ts"])("%s names every variable that is missing, at once", async (file) => {
    const { code, errors } = await failToStart(file, {});
    expect(code).toBe(1);
    for (const name of ["DATABASE_URL", "EVERGRANT_SECRET", "EVERGRANT_KEYRING"])
      expect(errors).toContain(`${name} is missing`);
  });

  test("on a database that is not migrated, and say what to run", async () => {
    await using database = await createTestDatabase({ migrated: false });
    const { code, errors } = await failToStart("api/main.ts", {
      DATABASE_URL: database.url,
      EVERGRANT_SECRET: randomBytes(32).toString("base64"),
      EVERGRANT_KEYRING: `k:${randomBytes(32).toString("base64")}`,
      PORT: "0",
    });
    expect(code).toBe(1);
    expect(errors).toContain("npm run db:migrate");
  });
});

describe("the worker", () => {
  test("refreshes what fell due while no worker ran, and what falls due later, by itself", async () => {
    await using stack = await startStack({ accessTokenSeconds: 10 });
    const account = await stack.connect("tenant", "ada");
    await stack.database.pool.query("UPDATE integrated_account SET refresh_due_at = now() WHERE id = $1", [account.id]);
    // Jobs are expendable: the row is the alarm.
    await stack.database.pool.query("DELETE FROM graphile_worker._private_jobs");
    const worker = await startProcess("worker/main.ts", stack.env);
    // 10 s tokens have their window 2 to 6 s before expiry.
    await until(
      async () => (await stack.call("GET", `/integrated-accounts/${account.id}`)).body.credential_version >= 4,
    );
    expect(await worker.stop()).toBe(0);
    const { body } = await stack.call("GET", `/integrated-accounts/${account.id}/refresh-attempts`);
    for (const attempt of body.data) expect(attempt).toMatchObject({ reason: "alarm", outcome: "refreshed" });
    expect(stack.lab.stats()).toMatchObject({ reuse_detected: 0, invalid_grants: 0, in_flight_max_per_grant: 1 });
  }, 180_000);

  test("answers health and readiness", async () => {
    await using stack = await startStack({ worker: true });
    const origin = `http://127.0.0.1:${stack.env["WORKER_PORT"]}`;
    expect((await fetch(`${origin}/healthz`)).status).toBe(200);
    expect((await fetch(`${origin}/readyz`)).status).toBe(200);
    expect(await (await fetch(`${origin}/metrics`)).text()).toContain("evergrant_process_resident_memory_bytes");
  });
});

describe("api", () => {
  test("finishes a refresh in hand on SIGTERM, and nothing of it is lost", async () => {
    await using stack = await startStack({ apis: 2 });
    const account = await stack.connect("tenant", "ada");
    await expireToken(stack.database, account.id);
    let arrive = (): void => {};
    let release = (): void => {};
    const arrived = new Promise<void>((resolve) => (arrive = resolve));
    const held = new Promise<void>((resolve) => (release = resolve));
    stack.lab.onTokenRequest = async () => {
      arrive();
      await held;
    };
    const read = stack.call("GET", `/integrated-accounts/${account.id}/token`, undefined, { api: 1 });
    await arrived;
    const stopped = stack.apis[1]?.process.stop();
    release();
    expect((await read).body.credential_version).toBe(2);
    expect(await stopped).toBe(0);
  });

  test("killed with its request on the way leaves an attempt in doubt, and the next one settles it", async () => {
    await using stack = await startStack({ apis: 2 });
    const account = await stack.connect("tenant", "ada");
    await expireToken(stack.database, account.id);
    let arrive = (): void => {};
    const arrived = new Promise<void>((resolve) => (arrive = resolve));
    // Held before the provider has looked at it: the token is not spent when the process dies.
    let release = (): void => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    stack.lab.onTokenRequest = async () => {
      arrive();
      await held;
      return "lose_answer";
    };
    const read = stack.call("GET", `/integrated-accounts/${account.id}/token`, undefined, { api: 1 }).catch(() => null);
    await arrived;
    await stack.apis[1]?.process.kill();
    await read;
    await stack.database.pool.query("UPDATE integrated_account SET lease_until = now() - interval '1 second'");
    stack.lab.onTokenRequest = null;
    const next = await stack.call("GET", `/integrated-accounts/${account.id}/token`);
    release();
    expect(next.status).toBe(200);
    const { body } = await stack.call("GET", `/integrated-accounts/${account.id}/refresh-attempts`);
    expect(body.data.map((one: { outcome: string }) => one.outcome)).toEqual(["refreshed", "in_doubt"]);
    expect(body.data[1]).toMatchObject({ rule: "process.ended", http_status: null });
  });
});
