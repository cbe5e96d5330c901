import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { restoreProbes } from "#adapters/postgres/circuit-jobs";
import { failureResult, tokenResult } from "./fakes/scripted-authorization-server.ts";
import { startPostgresEngine, type PostgresEngine } from "./postgres-engine.ts";

const unwell = failureResult({ kind: "http_error", status: 503, isPage: false, retryAfterSeconds: null });

let engine: PostgresEngine;
beforeEach(async () => {
  engine = await startPostgresEngine();
});
afterEach(async () => {
  await engine[Symbol.asyncDispose]();
});

/** Five failures in a row of accounts of this integration, and the time of the first probe has come. */
async function open(name: string): Promise<string> {
  const { ports, query } = engine;
  const [account] = await query(
    "SELECT environment_id, circuit_key FROM integrated_account WHERE integration_name = $1",
    [name],
  );
  const key: string = account?.["circuit_key"];
  const circuit = { key, environmentId: account?.["environment_id"], integrationName: name, endpoint: "endpoint" };
  const failed = {
    kind: "failed",
    cause: "provider",
    accountId: null,
    retryAfterSeconds: null,
    isProbe: false,
  } as const;
  for (let time = 0; time < 5; time += 1) await ports.circuits.report(circuit, failed);
  await ripen(key);
  return key;
}

const ripen = async (key: string): Promise<void> =>
  void (await engine.query("UPDATE circuit SET probe_at = now() - interval '1 second' WHERE key = $1", [key]));

const makeDue = async (...ids: string[]): Promise<void> =>
  void (await engine.query("UPDATE integrated_account SET refresh_due_at = now() WHERE id = ANY ($1)", [ids]));

/** Whose token ends first is the first candidate. */
const expiresIn = async (id: string | undefined, seconds: number): Promise<void> =>
  void (await engine.query(
    "UPDATE integrated_account SET expires_at = now() + make_interval(secs => $2) WHERE id = $1",
    [id, seconds],
  ));

const breakSeal = async (...ids: (string | undefined)[]): Promise<void> =>
  void (await engine.query(
    "UPDATE sealed_credential SET sealed = set_byte(sealed, length(sealed) - 1, get_byte(sealed, length(sealed) - 1) # 1) WHERE account_id = ANY ($1)",
    [ids],
  ));

const probe = async (key: string, tried: readonly string[] = []): Promise<void> =>
  await engine.run("probe-circuit", { circuit: key, tried });

const asked = (): string[] => engine.server.of("refresh").map((request) => request.refreshToken);

const secondsFromNow = (instant: Date, now: Date): number => (instant.getTime() - now.getTime()) / 1000;

describe("an account that can't be asked (R22)", () => {
  test("does not keep its client's breaker open: the next one is the probe, in the same task", async () => {
    await engine.define("crm");
    const ids = await engine.connect("crm", 2);
    await makeDue(...ids);
    await expiresIn(ids[0], 60);
    await breakSeal(ids[0]);
    const key = await open("crm");
    await probe(key);
    expect(asked()).toEqual(["refresh-crm-1"]);
    expect(await engine.circuit()).toMatchObject({ state: "closed", failures: 0 });
    const broken = await engine.account(ids[0] ?? "");
    expect(broken["last_error"]).toMatchObject({ code: "sealed_value_invalid" });
    expect(secondsFromNow(broken["refresh_due_at"], new Date())).toBeGreaterThan(10_000);
    expect(await engine.integrationEvents()).toEqual(["integration:degraded crm", "integration:recovered crm"]);
  });

  test("nor do twenty: the next probe begins behind them, after a longer pause that the row knows", async () => {
    await engine.define("crm");
    const ids = await engine.connect("crm", 22);
    await makeDue(...ids);
    // As if they had failed before: what is put off alone is no candidate any more.
    await engine.query("UPDATE integrated_account SET consecutive_failures = 1");
    for (const [index, id] of ids.entries()) await expiresIn(id, 60 + index);
    await breakSeal(...ids.slice(0, 21));
    const key = await open("crm");
    await probe(key);
    expect(asked()).toEqual([]);
    const circuit = await engine.circuit();
    expect(circuit).toMatchObject({ state: "open", probes: 1 });
    expect(secondsFromNow(circuit["probe_at"], circuit["now"])).toBeGreaterThan(19);
    expect(secondsFromNow(circuit["probe_at"], circuit["now"])).toBeLessThanOrEqual(24.1);
    const [job] = await engine.jobs("probe:");
    expect(job?.run_at).toEqual(circuit["probe_at"]);
    expect(job?.payload.tried.toSorted()).toEqual(ids.slice(0, 20).toSorted());
    await ripen(key);
    await probe(key, job?.payload.tried);
    expect(asked()).toEqual(["refresh-crm-21"]);
    expect(await engine.circuit()).toMatchObject({ state: "closed" });
  });

  test("when it is the only one, leaves nobody who waits: the breaker closes, and says so", async () => {
    await engine.define("crm");
    const ids = await engine.connect("crm", 1);
    await makeDue(...ids);
    await breakSeal(...ids);
    await probe(await open("crm"));
    expect(await engine.circuit()).toMatchObject({ state: "closed" });
    expect(await engine.integrationEvents()).toEqual(["integration:degraded crm", "integration:recovered crm"]);
    const [event] = await engine.query("SELECT payload FROM event WHERE event_type = 'integration:recovered'");
    expect(event?.["payload"]).toMatchObject({ reason: "nobody_waits", cause: "provider", failures: 5 });
  });

  test("may be one whose definition is gone, while another integration's accounts wait behind the same client", async () => {
    await engine.define("gone", { clientId: "one-client", host: "https://provider.example" });
    await engine.define("kept", { clientId: "one-client", host: "https://provider.example" });
    const [first] = await engine.connect("gone", 1);
    const [second] = await engine.connect("kept", 1);
    await makeDue(first ?? "", second ?? "");
    await expiresIn(first, 60);
    const key = await open("gone");
    await engine.query("DELETE FROM integration WHERE name = 'gone'");
    await probe(key);
    expect(asked()).toEqual(["refresh-kept-0"]);
    expect(await engine.circuit(key)).toMatchObject({ state: "closed" });
  });

  test("for a reason that passes, lets the next one go; alone, it is tried again", async () => {
    await engine.define("crm", { refresh: { rotation: { rule: "grace", graceSeconds: 5 } } });
    const ids = await engine.connect("crm", 2);
    await makeDue(...ids);
    // An open question that is asked again at its own pace.
    await engine.query(
      "UPDATE integrated_account SET doubts = 2, doubted_at = now() - interval '20 seconds', cooldown_until = NULL, consecutive_failures = 2 WHERE id = $1",
      [ids[0]],
    );
    await engine.query("UPDATE integrated_account SET refresh_due_at = now() + interval '1 hour' WHERE id = $1", [
      ids[1],
    ]);
    const key = await open("crm");
    await probe(key);
    const circuit = await engine.circuit();
    expect(circuit).toMatchObject({ state: "open", probes: 1 });
    expect((await engine.jobs("probe:"))[0]).toMatchObject({ run_at: circuit["probe_at"], payload: { tried: [] } });
    await makeDue(ids[1] ?? "");
    await ripen(key);
    await probe(key);
    expect(asked()).toEqual(["refresh-crm-1"]);
  });
});

describe("a probe", () => {
  test("that finds no place in the budget goes soon, and the row knows when: nobody brings it back earlier", async () => {
    await engine.define("crm", { refresh: { perMinute: 1 } });
    const ids = await engine.connect("crm", 1);
    await makeDue(...ids);
    const key = await open("crm");
    // The turn is somebody else's for a while.
    await engine.query("UPDATE circuit SET next_at = now() + interval '50 seconds'");
    await probe(key);
    expect(asked()).toEqual([]);
    const circuit = await engine.circuit();
    expect(circuit).toMatchObject({ state: "open", probes: 0 });
    const pause = secondsFromNow(circuit["probe_at"], circuit["now"]);
    expect(pause).toBeGreaterThan(9);
    expect(pause).toBeLessThanOrEqual(10);
    expect(await restoreProbes(engine.database.pool)).toBe(0);
    expect((await engine.jobs("probe:"))[0]?.run_at).toEqual(circuit["probe_at"]);
  });

  test("in vain is one request, and the pause grows", async () => {
    await engine.define("crm");
    const ids = await engine.connect("crm", 3);
    await makeDue(...ids);
    engine.server.respondWith(unwell);
    const key = await open("crm");
    await probe(key);
    expect(asked()).toHaveLength(1);
    expect(await engine.circuit()).toMatchObject({ state: "open", probes: 1 });
  });

  test("leaves the circuit to whoever took the probe first", async () => {
    await engine.define("crm");
    const ids = await engine.connect("crm", 3);
    await makeDue(...ids);
    const key = await open("crm");
    const { environment_id: environmentId, endpoint } = await engine.circuit();
    const circuit = { key, environmentId, integrationName: "crm", endpoint };
    const budget = { concurrency: null, perMinute: null };
    expect(await engine.ports.circuits.admit({ circuit, holder: "att_x", reason: "on_demand", budget })).toMatchObject({
      isProbe: true,
    });
    await probe(key);
    expect(asked()).toEqual([]);
    expect(await engine.circuit()).toMatchObject({ state: "open", probes: 0 });
  });
});

describe("two integrations behind one client and endpoint", () => {
  const shared = { clientId: "one-client", host: "https://provider.example" };

  test("are each told once that the breaker opened, and once that it closed; the second one's account is the probe", async () => {
    await engine.define("mail", shared);
    await engine.define("calendar", shared);
    await engine.connect("mail", 1);
    const [waiting] = await engine.connect("calendar", 1);
    await makeDue(waiting ?? "");
    const key = await open("mail");
    expect(await engine.integrationEvents()).toEqual(["integration:degraded calendar", "integration:degraded mail"]);
    engine.server.respondWith(tokenResult(engine.ports.clock, "new"));
    await probe(key);
    expect(asked()).toEqual(["refresh-calendar-0"]);
    expect((await engine.integrationEvents()).slice(2)).toEqual([
      "integration:recovered calendar",
      "integration:recovered mail",
    ]);
    expect((await engine.jobs("recall:")).map((job) => job.payload)).toEqual([{ circuit: key, cause: "outage" }]);
  });

  test("that no account waits for any more close it, and each is told", async () => {
    await engine.define("mail", shared);
    await engine.define("calendar", shared);
    await engine.connect("mail", 1);
    await engine.connect("calendar", 1);
    await probe(await open("mail"));
    expect(await engine.circuit()).toMatchObject({ state: "closed" });
    expect((await engine.integrationEvents()).slice(2)).toEqual([
      "integration:recovered calendar",
      "integration:recovered mail",
    ]);
  });
});
