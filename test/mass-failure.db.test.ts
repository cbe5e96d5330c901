import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startFaultServer, type FaultBehaviour, type FaultServer } from "#lab/start-fault-server";
import { findFreePort } from "#scripts/ports";
import { count, defineFaulty, importAccounts, makeDue, until } from "./faulty-integration.ts";
import { startProcess } from "./start-process.ts";
import { makeKey } from "./make-key.ts";
import { signInAs } from "./sign-in-as.ts";
import { startStack, type Answer, type Stack } from "./start-stack.ts";

const dead: FaultBehaviour = { kind: "json", status: 400, body: { error: "invalid_grant" } };
const good = (): FaultBehaviour => {
  good.answers += 1;
  const tokens = { access_token: `new-access-${good.answers}`, refresh_token: `new-refresh-${good.answers}` };
  return { kind: "json", status: 200, body: { ...tokens, token_type: "Bearer", expires_in: 3600 } };
};
good.answers = 0;

const byText = (a: string, b: string): number => a.localeCompare(b);

let stack: Stack;
let server: FaultServer;

beforeAll(async () => {
  [stack, server] = await Promise.all([startStack(), startFaultServer()]);
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  await server.close();
});

async function startWorker(): Promise<{ output(): string; [Symbol.asyncDispose](): Promise<void> }> {
  const worker = await startProcess("worker/main.ts", { ...stack.env, WORKER_PORT: String(await findFreePort()) });
  return {
    output: () => worker.output(),
    async [Symbol.asyncDispose]() {
      await worker.stop();
    },
  };
}

const statusOf = async (name: string): Promise<Answer["body"]> =>
  (await stack.call("GET", `/integrations/${name}/mass-failure`)).body;

const eventsOf = async (name: string, type: string): Promise<any[]> => {
  const { rows } = await stack.database.pool.query(
    "SELECT account_id, payload FROM event WHERE event_type = $1 AND payload->>'integration_name' = $2",
    [type, name],
  );
  return rows;
};

/** The worker waits for a database that does not answer in time, as on a busy machine, and says so; that is no fault of the guard. */
const errorsIn = (output: string): string[] =>
  output.split("\n").filter((line) => line.includes('"level":"error"') && !line.includes("database_unavailable"));

/** All of them, ten at a time. */
async function forEach<T>(all: readonly T[], act: (one: T) => Promise<void>): Promise<void> {
  const rest = all.values();
  await Promise.all(
    Array.from({ length: 10 }, async () => {
      for (const one of rest) await act(one);
    }),
  );
}

describe("of a thousand accounts of one client", () => {
  const name = "crowd";
  let ids: string[];

  beforeAll(async () => {
    await defineFaulty(stack, name, server);
    ids = await importAccounts(stack, name, 1000);
  }, 120_000);

  test("three that fail are three needs_reauth at once, each with its event, and nothing is held", async () => {
    server.respondWith(dead);
    for (const id of ids.slice(0, 3)) {
      const answer = await stack.call("POST", `/integrated-accounts/${id}/refresh`);
      expect(answer).toMatchObject({ status: 409, body: { code: "needs_reauth" } });
      expect((await stack.call("GET", `/integrated-accounts/${id}`)).body.status).toBe("needs_reauth");
    }
    expect(await eventsOf(name, "integrated_account:authentication_error")).toHaveLength(3);
    expect(await statusOf(name)).toEqual({
      integration_name: name,
      state: "none",
      started_at: null,
      likely_cause: null,
      held: 0,
      left: 0,
      decision: null,
      decided_by: null,
      decided_at: null,
    });
    expect((await stack.call("GET", "/mass-failures")).body.data).toEqual([]);
  });

  test("all that fail together leave up to a fifth of them and are held from there on, and one event tells", async () => {
    // Somebody has just changed the client's secret: that is the first suspect.
    await stack.call("PATCH", "/environment-integration", {
      integration_name: name,
      credentials: { oauth2: { config: { client_secret: "another-secret-of-the-test" } } },
    });
    server.respondWith(dead);
    await makeDue(stack, name, { expired: true });
    await using worker = await startWorker();
    await until(
      async () => (await count(stack, "integration_name = $1 AND status = 'active' AND hold IS NULL", [name])) === 0,
    );
    const left = await count(stack, "integration_name = $1 AND status = 'needs_reauth'", [name]);
    expect(left).toBeGreaterThanOrEqual(20);
    expect(left).toBeLessThanOrEqual(200);
    const held = 1000 - left;
    expect(await statusOf(name)).toMatchObject({
      state: "declared",
      likely_cause: "client",
      held,
      left,
      decision: null,
    });
    expect((await stack.call("GET", "/mass-failures")).body.data).toEqual([await statusOf(name)]);

    const told = await eventsOf(name, "integrated_account:authentication_error");
    expect(new Set(told.map((event) => event.account_id)).size).toBe(left);
    expect(told).toHaveLength(left);
    const [event, ...more] = await eventsOf(name, "integration:mass_failure");
    expect(more).toEqual([]);
    expect(event).toMatchObject({ account_id: null, payload: { integration_name: name, likely_cause: "client" } });

    const page = await stack.call("GET", `/integrated-accounts?integration_name=${name}&hold=true&limit=200`);
    expect(page.body.data).toHaveLength(200);
    const [one] = page.body.data;
    expect(one).toMatchObject({ status: "active", hold: { reason: "mass_failure" }, refresh_due_at: null });
    const token = await stack.call("GET", `/integrated-accounts/${one.id}/token`);
    expect(token).toMatchObject({ status: 409, body: { code: "held", integrated_account_id: one.id } });
    const attempts = await stack.call("GET", `/integrated-accounts/${one.id}/refresh-attempts?limit=1`);
    expect(attempts.body.data[0]).toMatchObject({ reason: "alarm", outcome: "held", http_status: 400 });
    const free = await stack.call("GET", `/integrated-accounts?integration_name=${name}&hold=false&limit=200`);
    expect(free.body.data).toHaveLength(left);
    expect(errorsIn(worker.output())).toEqual([]);
  }, 120_000);

  test("releasing brings the held ones back and tells nobody; those that had left are tried once more", async () => {
    const before = await statusOf(name);
    server.respondWith(good);
    const [held] = (await stack.call("GET", `/integrated-accounts?integration_name=${name}&hold=true&limit=1`)).body
      .data;
    // A forced refresh goes past the hold.
    const forced = await stack.call("POST", `/integrated-accounts/${held.id}/refresh`);
    expect(forced).toMatchObject({ status: 200, body: { hold: null, status: "active", last_error: null } });

    const decided = await stack.call("POST", `/integrations/${name}/mass-failure/release`);
    expect(decided).toMatchObject({
      status: 202,
      body: { state: "resolving", started_at: null, held: before.held - 1, decision: "release" },
    });
    expect(decided.body.decided_by).toMatch(/^key_/);
    await using worker = await startWorker();
    await until(async () => (await statusOf(name)).held === 0);
    const active = "integration_name = $1 AND status = 'active'";
    expect(await count(stack, `${active} AND hold IS NULL AND refresh_due_at IS NULL`, [name])).toBe(0);
    // Their alarms are minutes apart; whoever is asked for earlier is refreshed then.
    const { rows: released } = await stack.database.pool.query(`SELECT id FROM integrated_account WHERE ${active}`, [
      name,
    ]);
    await forEach(released, async ({ id }) => {
      expect((await stack.call("GET", `/integrated-accounts/${id}/token`)).status).toBe(200);
    });
    await until(async () => (await count(stack, `${active} AND credential_version = 2`, [name])) === 1000, 250);
    expect(await eventsOf(name, "integrated_account:reactivated")).toHaveLength(before.left);
    expect(await statusOf(name)).toMatchObject({ state: "none", held: 0, decision: "release" });
    expect((await stack.call("GET", "/mass-failures")).body.data).toEqual([]);
    expect(await eventsOf(name, "integrated_account:authentication_error")).toHaveLength(before.left);
    expect(await eventsOf(name, "integration:mass_failure")).toHaveLength(1);

    expect(worker.output()).toContain("a hold was released");

    const again = await stack.call("POST", `/integrations/${name}/mass-failure/confirm`);
    expect(again).toMatchObject({ status: 409, body: { code: "conflict" } });
    expect(again.body.detail).toContain(`No account of ${name} is held`);
    const { rows } = await stack.database.pool.query(
      "SELECT actor, target FROM audit_event WHERE action LIKE 'mass_failure.%'",
    );
    expect(rows).toEqual([{ actor: decided.body.decided_by, target: name }]);
  }, 120_000);
});

describe("while accounts are held", () => {
  const name = "dead-crowd";
  let ids: string[];

  beforeAll(async () => {
    await defineFaulty(stack, name, server);
    // One tenant has them all but the last ten: it is this customer who left.
    ids = await importAccounts(stack, name, 100, { tenant: (index) => (index < 90 ? "acme" : `other-${index}`) });
    server.respondWith(dead);
    await forEach(ids, async (id) => {
      await stack.call("POST", `/integrated-accounts/${id}/refresh`);
    });
  }, 120_000);

  const decide = (key: string, body?: unknown): Promise<Answer> =>
    stack.call("POST", `/integrations/${name}/mass-failure/confirm`, body, { key });

  test("the guard says which of the three it most likely is", async () => {
    expect(await statusOf(name)).toMatchObject({ state: "declared", likely_cause: "customer", held: 80, left: 20 });
  });

  test("a decision needs accounts:write, and a key for all tenants, and concerns this integration alone", async () => {
    const reader = (await makeKey(stack, "--permissions", "accounts:read")).key;
    expect(await stack.call("GET", `/integrations/${name}/mass-failure`, undefined, { key: reader })).toMatchObject({
      status: 200,
      body: { state: "declared", held: 80 },
    });
    expect(await decide(reader)).toMatchObject({ status: 403, body: { permission: "accounts:write" } });
    const blind = (await makeKey(stack, "--permissions", "tokens:read")).key;
    expect(await stack.call("GET", "/mass-failures", undefined, { key: blind })).toMatchObject({
      status: 403,
      body: { permission: "accounts:read" },
    });

    const tenant = (await makeKey(stack, "--permissions", "all", "--tenants", "other-99")).key;
    const refused = await decide(tenant);
    expect(refused).toMatchObject({ status: 403, body: { code: "forbidden" } });
    expect(refused.body.detail).toContain("all tenants");
    // It sees its own part of it, and no number that tells of others (R47).
    const seen = await stack.call("GET", `/integrations/${name}/mass-failure`, undefined, { key: tenant });
    expect(seen.body.held + seen.body.left).toBe(1);

    const elsewhere = (await makeKey(stack, "--permissions", "all", "--integrations", "crowd")).key;
    expect(await decide(elsewhere)).toMatchObject({ status: 404, body: { code: "not_found" } });
    for (const path of [`/integrations/${name}/mass-failure`, "/integrations/nothing-here/mass-failure"]) {
      expect(await stack.call("GET", path, undefined, { key: elsewhere })).toMatchObject({ status: 404 });
    }
    expect((await stack.call("GET", "/mass-failures", undefined, { key: elsewhere })).body.data).toEqual([]);
    const { key: staging } = await makeKey(stack, "--environment", "staging");
    expect(await decide(staging)).toMatchObject({ status: 404 });
    expect((await stack.call("GET", "/mass-failures", undefined, { key: staging })).body.data).toEqual([]);
    expect(await statusOf(name)).toMatchObject({ state: "declared", held: 80, decision: null });
  }, 120_000);

  test("what a decision does not know is refused", async () => {
    expect(await decide(stack.apiKey, { accounts: 10 })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: "/accounts" }] },
    });
    for (const path of [`/mass-failures?status=declared`, `/integrations/${name}/mass-failure?x=1`]) {
      expect((await stack.call("GET", path)).status).toBe(422);
    }
    expect((await stack.call("GET", "/integrated-accounts?hold=maybe")).status).toBe(422);
    expect((await stack.call("GET", `/integrations/${name}/mass-failure/release`)).status).toBe(405);
    expect((await stack.call("POST", "/integrations/Not-A-Name/mass-failure/release")).status).toBe(422);
    expect(await statusOf(name)).toMatchObject({ state: "declared", held: 80 });
  });

  test("an operator confirms from our own pages, and each of them becomes needs_reauth with one event", async () => {
    const origin = stack.apis[0]?.origin ?? "";
    const decideAs = async (cookie: string, from: string): Promise<{ status: number; body: any }> => {
      const answer = await fetch(`${origin}/api/v1/integrations/${name}/mass-failure/confirm`, {
        method: "POST",
        headers: { cookie, origin: from },
      });
      return { status: answer.status, body: await answer.json() };
    };
    const support = await signInAs(stack, "support@example.com", "support");
    expect(await decideAs(support, origin)).toMatchObject({ status: 403, body: { permission: "accounts:write" } });
    const operator = await signInAs(stack, "operator@example.com", "operator");
    expect((await decideAs(operator, "https://evil.example")).status).toBe(403);
    expect(await statusOf(name)).toMatchObject({ state: "declared", held: 80 });
    const confirmed = await decideAs(operator, origin);
    expect(confirmed).toMatchObject({ status: 202, body: { state: "resolving", held: 80, decision: "confirm" } });
    expect(confirmed.body.decided_by).toMatch(/^usr_/);
    await using worker = await startWorker();
    await until(async () => (await statusOf(name)).state === "none");
    expect(errorsIn(worker.output())).toEqual([]);
    const told = await eventsOf(name, "integrated_account:authentication_error");
    expect(told.map((event) => event.account_id).toSorted(byText)).toEqual(ids.toSorted(byText));
    for (const { payload } of told) {
      expect(payload).toMatchObject({ status: "needs_reauth", last_error: expect.stringContaining("invalid_grant") });
    }
    expect(await eventsOf(name, "integration:mass_failure")).toHaveLength(1);
    const account = await stack.call("GET", `/integrated-accounts/${ids[99]}`);
    expect(account.body).toMatchObject({ status: "needs_reauth", hold: null, refresh_due_at: null });
    expect(account.body.reauth_required_at).not.toBeNull();
  }, 120_000);
});
