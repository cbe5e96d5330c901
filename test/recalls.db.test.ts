import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createIntegrationStore } from "#adapters/postgres/integration-store";
import { budgetOf } from "#adapters/postgres/recall-accounts";
import { putIntegration } from "#core/usecases/administer-integrations";
import { configureClient } from "#core/usecases/configure-client";
import { loadIntegration } from "#core/usecases/load-integration";
import { failureResult, oauthError, tokenResult } from "./fakes/scripted-authorization-server.ts";
import { startPostgresEngine, type PostgresEngine } from "./postgres-engine.ts";

const unwell = failureResult({ kind: "http_error", status: 503, isPage: false, retryAfterSeconds: null });

let engine: PostgresEngine;
beforeEach(async () => {
  engine = await startPostgresEngine();
});
afterEach(async () => {
  await engine[Symbol.asyncDispose]();
});

const makeDue = async (...ids: (string | undefined)[]): Promise<void> =>
  void (await engine.query("UPDATE integrated_account SET refresh_due_at = now() WHERE id = ANY ($1)", [ids]));

async function refresh(id: string | undefined): Promise<void> {
  await makeDue(id);
  const { environment_id: environmentId } = await engine.account(id ?? "");
  await engine.run("refresh-account", { environment_id: environmentId, account_id: id });
}

const dueIn = async (id: string | undefined): Promise<number> => {
  const [row] = await engine.query(
    "SELECT extract(epoch FROM refresh_due_at - now())::float8 AS seconds FROM integrated_account WHERE id = $1",
    [id],
  );
  return row?.["seconds"] ?? Number.NaN;
};

const keyOf = async (id: string | undefined): Promise<string> => (await engine.account(id ?? ""))["circuit_key"];

/** As if an account had failed so often, so many seconds ago, and waited for hours. */
const strand = async (
  id: string | undefined,
  failures: number,
  secondsAgo: number,
  code = "transient",
): Promise<void> =>
  void (await engine.query(
    `UPDATE integrated_account
        SET consecutive_failures = $2, refresh_due_at = now() + interval '3 hours', cooldown_until = now() + interval '30 seconds',
            last_error = jsonb_build_object('code', $4::text, 'message', 'HTTP 503', 'at', to_json(now() - make_interval(secs => $3)))
      WHERE id = $1`,
    [id, failures, secondsAgo, code],
  ));

const hours = 3 * 3600 * 0.9;

describe("a blip: failures that open no breaker, and then an answer (R18)", () => {
  test("brings the accounts that failed back within a minute, and tells nobody", async () => {
    await engine.define("crm");
    const ids = await engine.connect("crm", 5);
    engine.server.respondWith(unwell);
    for (const id of ids.slice(0, 4)) await refresh(id);
    expect(await dueIn(ids[0])).toBeGreaterThan(hours);
    engine.server.respondWith(tokenResult(engine.ports.clock, "new"));
    await refresh(ids[4]);
    const [job] = await engine.jobs("recall");
    expect(job?.payload).toEqual({ circuit: await keyOf(ids[0]), cause: "blip" });
    await engine.run("recall-accounts", job?.payload);
    for (const id of ids.slice(0, 4)) {
      expect(await dueIn(id)).toBeGreaterThan(20);
      expect(await dueIn(id)).toBeLessThan(60);
      // It rings: nothing keeps it, and the queue knows.
      expect((await engine.account(id))["cooldown_until"]).toBeNull();
      expect(await engine.jobs(`refresh:${id}`)).toHaveLength(1);
    }
    expect(await engine.integrationEvents()).toEqual([]);
  });

  test("is recalled once in five seconds, however often failures and answers alternate", async () => {
    await engine.define("crm");
    const [sick, well] = await engine.connect("crm", 2);
    const instants = new Set<string>();
    for (let time = 0; time < 4; time += 1) {
      engine.server.respondWith(unwell);
      await refresh(sick);
      await engine.query("UPDATE integrated_account SET cooldown_until = NULL");
      engine.server.respondWith(tokenResult(engine.ports.clock, `new-${time}`));
      await refresh(well);
      const jobs = await engine.jobs("recall-blip:");
      expect(jobs).toHaveLength(1);
      instants.add(jobs[0]?.run_at.toISOString() ?? "");
    }
    expect(instants.size).toBe(1);
  });

  test("asks an account that fails by itself more and more seldom, and leaves it to its hours in the end", async () => {
    await engine.define("crm");
    const [id] = await engine.connect("crm", 1);
    const circuit = await keyOf(id);
    for (const [failures, seconds] of [
      [1, 30],
      [2, 120],
      [3, 480],
    ] as const) {
      await strand(id, failures, 1);
      await engine.run("recall-accounts", { circuit, cause: "blip" });
      expect(Math.abs((await dueIn(id)) - (seconds - 1))).toBeLessThan(2);
      const due = (await engine.account(id ?? ""))["refresh_due_at"];
      await engine.run("recall-accounts", { circuit, cause: "blip" });
      expect((await engine.account(id ?? ""))["refresh_due_at"]).toEqual(due);
    }
    await strand(id, 7, 1);
    await engine.run("recall-accounts", { circuit, cause: "blip" });
    expect(await dueIn(id)).toBeGreaterThan(hours);
  });

  test("touches nobody who is merely due, who was told to wait, or whose answer was lost; and does nothing where nobody waits", async () => {
    await engine.define("crm");
    const ids = await engine.connect("crm", 4);
    await makeDue(ids[0]);
    await strand(ids[1], 1, 100, "rate_limited");
    await strand(ids[2], 1, 100);
    await engine.query("UPDATE integrated_account SET doubts = 1, doubted_at = now() WHERE id = $1", [ids[2]]);
    await engine.query("DELETE FROM graphile_worker._private_jobs");
    const before = await engine.query("SELECT * FROM integrated_account ORDER BY id");
    await engine.run("recall-accounts", { circuit: await keyOf(ids[0]), cause: "blip" });
    expect(await engine.query("SELECT * FROM integrated_account ORDER BY id")).toEqual(before);
    expect(await engine.jobs("refresh:")).toEqual([]);
  });
});

/** Five failures in a row of accounts of this integration. */
async function open(name: string): Promise<string> {
  const [account] = await engine.query(
    "SELECT environment_id, circuit_key FROM integrated_account WHERE integration_name = $1",
    [name],
  );
  const key: string = account?.["circuit_key"];
  const circuit = { key, environmentId: account?.["environment_id"], integrationName: name, endpoint: "endpoint" };
  const failed = { kind: "failed", cause: "client", accountId: null, retryAfterSeconds: null, isProbe: false } as const;
  for (let time = 0; time < 5; time += 1) await engine.ports.circuits.report(circuit, failed);
  return key;
}

describe("a client or a definition that was changed (R22)", () => {
  /** What the breaker says while the new secret is sealed, and so is not there yet. */
  async function whileSealing(change: (ports: PostgresEngine["ports"]) => Promise<unknown>): Promise<string[]> {
    const states: string[] = [];
    const { vault } = engine.ports;
    const watched = {
      ...vault,
      seal: (...given: Parameters<typeof vault.seal>) => vault.seal(...given),
      prepare: async (...given: Parameters<typeof vault.prepare>) => {
        states.push((await engine.circuit())["state"], `${(await engine.jobs("recall:")).length} recalls`);
        return await vault.prepare(...given);
      },
    };
    await change({ ...engine.ports, vault: watched });
    return states;
  }

  test("closes the breaker once the new secret is stored, and not before: nobody asks again with the old one", async () => {
    await engine.define("crm");
    await engine.connect("crm", 1);
    const key = await open("crm");
    const states = await whileSealing((ports) =>
      configureClient(ports, engine.caller, "crm", { clientSecret: "the-right-one" }),
    );
    expect(states).toEqual(["open", "0 recalls"]);
    expect(await engine.circuit()).toMatchObject({ state: "closed", failures: 0, is_client_reported: false });
    expect((await engine.integrationEvents()).at(-1)).toBe("integration:recovered crm");
    const jobs = await engine.jobs(`recall:${key}`);
    expect(jobs.map((job) => job.payload)).toEqual([
      { circuit: key, cause: "change" },
      { circuit: key, cause: "change" },
    ]);
    const [first, second] = jobs.map((job) => job.run_at.getTime());
    expect(((second ?? 0) - (first ?? 0)) / 1000).toBeCloseTo(40, 3);
  });

  test("does so too where a definition is put with its client", async () => {
    await engine.define("crm");
    await engine.connect("crm", 1);
    await open("crm");
    const auth = { tokenHost: "https://crm.example", tokenPath: "/token", authorizePath: "/authorize" };
    const client = { client_id: "client-of-crm", client_secret: "the-right-one" };
    const document = { credentials: { format: "oauth2", config: { auth, client, pkce: { method: "none" } } } };
    expect(await whileSealing((ports) => putIntegration(ports, engine.caller, "crm", document))).toEqual([
      "open",
      "0 recalls",
    ]);
    expect(await engine.circuit()).toMatchObject({ state: "closed" });
  });

  test("that changes nothing ends nothing", async () => {
    await engine.define("crm");
    await engine.connect("crm", 1);
    await open("crm");
    await configureClient(engine.ports, engine.caller, "crm", {});
    expect(await engine.circuit()).toMatchObject({ state: "open" });
    expect(await engine.jobs("recall:")).toEqual([]);
  });

  test("brings a single account back that failed while the others were answered", async () => {
    await engine.define("crm");
    const [narrow, well] = await engine.connect("crm", 2);
    engine.server.respondWith(oauthError("invalid_scope"));
    await refresh(narrow);
    engine.server.respondWith(tokenResult(engine.ports.clock, "new"));
    await refresh(well);
    expect(await engine.circuit()).toMatchObject({ state: "closed", failures: 0 });
    expect(await dueIn(narrow)).toBeGreaterThan(hours);
    await engine.define("crm");
    const [job] = await engine.jobs("recall:");
    await engine.run("recall-accounts", job?.payload);
    expect(await dueIn(narrow)).toBeLessThan(2);
  });

  test("brings those back that could not even be asked", async () => {
    await engine.define("crm");
    const [id] = await engine.connect("crm", 1);
    await engine.query("DELETE FROM integration");
    await refresh(id);
    expect(await dueIn(id)).toBeGreaterThan(hours);
    await engine.define("crm");
    await engine.run("recall-accounts", (await engine.jobs("recall:"))[0]?.payload);
    expect(await dueIn(id)).toBeLessThan(2);
  });

  test("brings those back as well that were asking with the old secret just then", async () => {
    await engine.define("crm");
    const [id] = await engine.connect("crm", 1);
    await engine.query("UPDATE integrated_account SET lease_until = now() + interval '20 seconds' WHERE id = $1", [id]);
    await configureClient(engine.ports, engine.caller, "crm", { clientSecret: "the-right-one" });
    const [first, second] = await engine.jobs("recall:");
    await engine.run("recall-accounts", first?.payload);
    await engine.query("UPDATE integrated_account SET lease_until = NULL WHERE id = $1", [id]);
    await strand(id, 1, 0, "client_misconfigured");
    await engine.run("recall-accounts", second?.payload);
    expect(await dueIn(id)).toBeLessThan(2);
  });

  test("recalls nobody behind a breaker that opened again: its end does", async () => {
    await engine.define("crm");
    const [id] = await engine.connect("crm", 1);
    const circuit = await open("crm");
    await strand(id, 1, 0);
    await engine.run("recall-accounts", { circuit, cause: "change" });
    expect(await dueIn(id)).toBeGreaterThan(hours);
  });
});

describe("two integrations behind one client and endpoint", () => {
  const shared = { clientId: "one-client", host: "https://provider.example" };

  test("share the least budget that either has, and are counted together (R21)", async () => {
    await engine.define("mail", { ...shared, refresh: { perMinute: 600, concurrency: 4 } });
    await engine.define("calendar", { ...shared, refresh: { perMinute: 60 } });
    await engine.define("drive", shared);
    const [id] = await engine.connect("mail", 3);
    await engine.connect("calendar", 4);
    await engine.connect("drive", 1);
    const { pool, accounts } = engine.ports;
    const key = await keyOf(id);
    // As another process: this one has looked before all of them were there.
    const integrations = createIntegrationStore(pool, new Map(), engine.ports.log);
    expect(await budgetOf(pool, integrations, key)).toBe(60);
    for (const name of ["mail", "calendar", "drive"]) {
      const [row] = await engine.query("SELECT id FROM integrated_account WHERE integration_name = $1", [name]);
      const account = await accounts.find(engine.caller.environmentId, row?.["id"]);
      if (account === null) throw new Error("no account");
      const { resolved, activeAccounts } = await loadIntegration(integrations, account);
      expect([resolved.refreshPolicy.budget, activeAccounts]).toEqual([{ perMinute: 60, concurrency: 4 }, 8]);
    }
  });

  test("share a breaker that a change of either closes, whichever came first; both are told", async () => {
    await engine.define("mail", shared);
    await engine.define("calendar", shared);
    await engine.connect("mail", 1);
    const [id] = await engine.connect("calendar", 1);
    await strand(id, 1, 0);
    const circuit = await open("mail");
    await configureClient(engine.ports, engine.caller, "calendar", { clientSecret: "the-right-one" });
    expect(await engine.circuit()).toMatchObject({ state: "closed" });
    const events = await engine.integrationEvents();
    expect(events.filter((event) => event.startsWith("integration:recovered"))).toEqual([
      "integration:recovered calendar",
      "integration:recovered mail",
    ]);
    expect(events.filter((event) => event.startsWith("integration:client_error"))).toHaveLength(2);
    await engine.run("recall-accounts", { circuit, cause: "change" });
    expect(await dueIn(id)).toBeLessThan(2);
  });
});
