import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { findFreePort } from "#scripts/ports";
import { circuitKey } from "#core/domain/refresh/circuit";
import { startFaultServer, type FaultServer } from "#lab/start-fault-server";
import { count, defineFaulty, importAccounts, makeDue, until } from "./faulty-integration.ts";
import { startProcess } from "./start-process.ts";
import { startStack, type Stack } from "./start-stack.ts";

const fresh = () => ({
  access_token: randomBytes(8).toString("hex"),
  refresh_token: randomBytes(8).toString("hex"),
  token_type: "Bearer",
  expires_in: 3600,
});

/** Answers when told to, and counts who waits. */
function gatekeeper(server: FaultServer) {
  const waiting: (() => void)[] = [];
  let inFlight = 0;
  let most = 0;
  server.respondWith(() => {
    inFlight += 1;
    most = Math.max(most, inFlight);
    const until = new Promise<void>((resolve) => waiting.push(resolve)).then(() => void (inFlight -= 1));
    return { kind: "hold", until, answer: { kind: "json", status: 200, body: fresh() } };
  });
  return {
    waiting: () => waiting.length,
    most: () => most,
    letOne: () => waiting.shift()?.(),
  };
}

async function startWorker(stack: Stack) {
  return await startProcess("worker/main.ts", { ...stack.env, WORKER_PORT: String(await findFreePort()) });
}

describe("a concurrency budget (R21)", () => {
  test("holds across processes, and lets callers go before scheduled work", async () => {
    await using stack = await startStack({ apis: 2 });
    const server = await startFaultServer();
    const gate = gatekeeper(server);
    await defineFaulty(stack, "narrow", server, { refresh: { concurrency: 3, rotation: { rule: "none" } } });
    await importAccounts(stack, "narrow", 12);
    const [caller] = await importAccounts(stack, "narrow", 1, { expiresIn: 0, tenant: () => "caller" });
    await stack.database.pool.query("UPDATE integrated_account SET refresh_due_at = NULL WHERE id = $1", [caller]);
    await stack.database.pool.query("UPDATE integrated_account SET refresh_due_at = now() WHERE id <> $1", [caller]);
    const workers = [await startWorker(stack), await startWorker(stack)];
    await until(async () => gate.waiting() === 3);
    const read = stack.call("GET", `/integrated-accounts/${caller}/token`, undefined, { api: 1 });
    // The caller is written down as waiting: from here on no scheduled work gets a place before it.
    await until(async () => {
      const { rows } = await stack.database.pool.query("SELECT demanded_until > now() AS waits FROM circuit");
      return rows[0]?.waits === true;
    });
    const before = server.requests.length;
    gate.letOne();
    expect(
      (await Promise.race([read.then(() => "answered"), until(async () => server.requests.length > before)])) ??
        "asked",
    ).toBe("asked");
    const attempts = await stack.call("GET", `/integrated-accounts/${caller}/refresh-attempts`);
    expect(attempts.body.data[0]).toMatchObject({ reason: "on_demand", outcome: null });
    const draining = setInterval(gate.letOne, 50);
    expect((await read).status).toBe(200);
    await until(async () => (await count(stack, "credential_version = 2")) === 13, 250);
    clearInterval(draining);
    expect(gate.most()).toBe(3);
    await Promise.all(workers.map((worker) => worker.stop()));
    await server.close();
  }, 180_000);
});

describe("a rate budget (R21)", () => {
  test("is never exceeded by two workers together", async () => {
    await using stack = await startStack();
    const server = await startFaultServer();
    const perMinute = 300;
    await defineFaulty(stack, "slow", server, { refresh: { perMinute, rotation: { rule: "none" } } });
    await importAccounts(stack, "slow", 80);
    await makeDue(stack, "slow");
    const workers = [await startWorker(stack), await startWorker(stack)];
    await until(async () => (await count(stack, "credential_version = 2")) === 80, 250);
    const times = server.requests.map((request) => request.at.getTime());
    for (const [index, at] of times.entries()) {
      const within = times.slice(index).filter((other) => other < at + 5_000).length;
      expect(within).toBeLessThanOrEqual(perMinute / 10 + (perMinute / 60) * 5 + 1);
    }
    await Promise.all(workers.map((worker) => worker.stop()));
    await server.close();
  }, 180_000);

  test("spreads the alarms of many accounts over what it takes", async () => {
    await using stack = await startStack();
    const server = await startFaultServer();
    // 6,000 accounts at 1,200 a minute need 5 minutes, and a fifth of head room makes it 6; the window alone is 2.
    const perMinute = 1_200;
    const crowd = 6_000;
    await defineFaulty(stack, "spread", server, { refresh: { perMinute, rotation: { rule: "none" } } });
    const { rows } = await stack.database.pool.query("SELECT id FROM environment WHERE name = 'production'");
    const circuit = circuitKey(rows[0].id, "client-of-spread", `${server.origin}/spread/token`);
    await stack.database.pool.query(
      `INSERT INTO integrated_account (id, environment_id, tenant_id, integration_name, status, circuit_key)
       SELECT 'ia_crowd_' || n, $1, 'crowd', 'spread', 'active', $2 FROM generate_series(1, $3::int) n`,
      [rows[0].id, circuit, crowd - 150],
    );
    const ids = await importAccounts(stack, "spread", 150);
    const before: number[] = [];
    const rest = ids.values();
    const refreshSome = async (): Promise<void> => {
      for (const id of rest) {
        const { status, body } = await stack.call("POST", `/integrated-accounts/${id}/refresh`);
        expect(status).toBe(200);
        before.push((Date.parse(body.expires_at) - Date.parse(body.refresh_due_at)) / 1000);
      }
    };
    await Promise.all(Array.from({ length: 10 }, refreshSome));
    expect(Math.min(...before)).toBeGreaterThanOrEqual(60);
    expect(Math.max(...before)).toBeLessThanOrEqual(360);
    // Of all of them no minute gets more than the budget takes: of these 150 a fifth, give or take what chance does (5 sigma).
    for (let minute = 1; minute < 6; minute += 1) {
      const share = before.filter((seconds) => Math.floor(seconds / 60) === minute).length / before.length;
      const most = perMinute / crowd;
      expect(share).toBeLessThanOrEqual(most + 5 * Math.sqrt((most * (1 - most)) / before.length));
      expect(share).toBeGreaterThan(0);
    }
    await server.close();
  }, 120_000);
});

describe("a client that asks for itself (R3)", () => {
  test("is imported by its first token, refreshed by alarm, and ends as needs_reauth when its own client is rejected", async () => {
    await using stack = await startStack({ worker: true });
    const server = await startFaultServer();
    server.respondWith(() => ({
      kind: "json",
      status: 200,
      body: { access_token: randomBytes(8).toString("hex"), token_type: "Bearer", expires_in: 3600 },
    }));
    await defineFaulty(stack, "machine", server, { scope: ["read", "write"] }, "oauth2_client_credentials");
    const imported = await stack.call("POST", "/integrated-accounts", {
      integration_name: "machine",
      tenant_id: "acme",
      credentials: { oauth2_client_credentials: { client_id: "their-client", client_secret: "their-secret" } },
    });
    expect([imported.status, imported.body.status]).toEqual([201, "active"]);
    expect(JSON.stringify(imported.body)).not.toContain("their-secret");
    const [request] = server.requests;
    expect(request?.form).toMatchObject({ grant_type: "client_credentials", scope: "read write" });
    expect(request?.headers.authorization).toBe(`Basic ${Buffer.from("their-client:their-secret").toString("base64")}`);

    const { id } = imported.body;
    await stack.database.pool.query("UPDATE integrated_account SET refresh_due_at = now() WHERE id = $1", [id]);
    await stack.database.pool.query("SELECT graphile_worker.add_job('sweep')");
    await until(async () => (await stack.call("GET", `/integrated-accounts/${id}`)).body.credential_version === 2);
    expect(server.requests.at(-1)?.form["grant_type"]).toBe("client_credentials");
    const token = await stack.call("GET", `/integrated-accounts/${id}/token`);
    expect(token.status).toBe(200);

    server.respondWith({ kind: "json", status: 401, body: { error: "invalid_client" } });
    const failed = await stack.call("POST", `/integrated-accounts/${id}/refresh`);
    expect([failed.status, failed.body.code]).toEqual([409, "needs_reauth"]);
    const attempts = await stack.call("GET", `/integrated-accounts/${id}/refresh-attempts`);
    expect(attempts.body.data[0]).toMatchObject({ outcome: "reauthorize", rule: "client.own" });
    await server.close();
  }, 120_000);

  test("stores nothing when the provider does not take the client", async () => {
    await using stack = await startStack();
    const server = await startFaultServer();
    await defineFaulty(stack, "machine", server, {}, "oauth2_client_credentials");
    server.respondWith({ kind: "json", status: 401, body: { error: "invalid_client" } });
    const refused = await stack.call("POST", "/integrated-accounts", {
      integration_name: "machine",
      tenant_id: "acme",
      credentials: { oauth2_client_credentials: { client_id: "their-client", client_secret: "wrong" } },
    });
    expect([refused.status, refused.body.code]).toEqual([422, "invalid_request"]);
    expect(await count(stack, "integration_name = 'machine'")).toBe(0);
    const link = await stack.call("POST", "/link-tokens", { tenant_id: "acme", integration_name: "machine" });
    expect(link.status).toBe(422);
    await server.close();
  });
});

describe("our own client that is rejected", () => {
  test("touches no account, tells the operator once, and a new secret brings everybody back at once", async () => {
    await using stack = await startStack({ worker: true });
    const server = await startFaultServer();
    await defineFaulty(stack, "ours", server, { refresh: { rotation: { rule: "none" } } });
    await importAccounts(stack, "ours", 10);
    server.respondWith({ kind: "json", status: 401, body: { error: "invalid_client" } });
    await makeDue(stack, "ours");
    await stack.database.pool.query("SELECT graphile_worker.add_job('sweep')");
    await until(
      async () => (await stack.database.pool.query("SELECT FROM circuit WHERE state = 'open'")).rowCount === 1,
    );
    // Not one of them is told, held, or given up for what is ours to mend.
    const untouched = "integration_name = 'ours' AND status = 'active' AND hold IS NULL AND credential_version = 1";
    expect(await count(stack, untouched)).toBe(10);
    const ofAccounts = await stack.database.pool.query(
      "SELECT event_type FROM event WHERE account_id IS NOT NULL AND event_type <> 'integrated_account:created'",
    );
    expect(ofAccounts.rows).toEqual([]);
    const events = async () =>
      (await stack.database.pool.query("SELECT event_type FROM event WHERE account_id IS NULL")).rows.map(
        (row) => row.event_type,
      );
    expect((await events()).toSorted((one, other) => one.localeCompare(other))).toEqual([
      "integration:client_error",
      "integration:degraded",
    ]);
    server.respondWith(() => ({ kind: "json", status: 200, body: fresh() }));
    const patched = await stack.call("PATCH", "/environment-integration", {
      integration_name: "ours",
      credentials: { oauth2: { config: { client_secret: "the-right-secret" } } },
    });
    expect(patched.status).toBe(200);
    await until(async () => (await count(stack, "integration_name = 'ours' AND credential_version = 2")) === 10, 250);
    await server.close();
  }, 120_000);
});
