import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { createCircuitStore } from "#adapters/postgres/circuit-store";
import { createPool, type DatabasePool } from "#adapters/postgres/pool";
import { circuitKey, type CircuitCause, type CircuitSignal } from "#core/domain/refresh/circuit";
import type { RefreshReason } from "#core/domain/refresh/decide-refresh";
import type { Admission, AdmissionRequest, CircuitRef, CircuitStore } from "#core/ports/circuit-store";
import { createTestDatabase, type TestDatabase } from "./database.ts";
import { createSeededRandomness } from "./fakes/seeded-randomness.ts";

let database: TestDatabase;
let pool: DatabasePool;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool({ connectionString: database.url, max: 20, applicationName: "test", onError: () => {} });
  await pool.query("INSERT INTO environment (id, name) VALUES ('env_circuit', 'circuit') ON CONFLICT DO NOTHING");
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const environmentId = "env_circuit";
let count = 0;
let circuit: CircuitRef;
/** Two processes on one database. */
let first: CircuitStore;
let second: CircuitStore;

beforeEach(() => {
  count += 1;
  const endpoint = `https://login.example/token/${count}`;
  const key = circuitKey(environmentId, "client", endpoint);
  circuit = { key, environmentId, integrationName: `crm-${count}`, endpoint };
  first = createCircuitStore(pool, createSeededRandomness(1));
  second = createCircuitStore(pool, createSeededRandomness(2));
});

const unlimited: AdmissionRequest["budget"] = { concurrency: null, perMinute: null };
let holders = 0;

function admit(
  store: CircuitStore,
  reason: RefreshReason = "on_demand",
  budget: AdmissionRequest["budget"] = unlimited,
  holder = `att_${(holders += 1)}`,
): Promise<Admission> {
  return store.admit({ circuit, holder, reason, budget });
}

/** Admits of two processes at the same moment. */
const admitMany = async (
  number: number,
  reason?: RefreshReason,
  budget?: AdmissionRequest["budget"],
): Promise<Admission[]> =>
  await Promise.all(Array.from({ length: number }, (_, at) => admit(at % 2 === 0 ? first : second, reason, budget)));

const granted = (admissions: readonly Admission[]) => admissions.filter((one) => one.kind === "granted");

const answered: CircuitSignal = { kind: "answered" };
const failed = (cause: CircuitCause = "provider", accountId = "ia_one", isProbe = false): CircuitSignal => ({
  kind: "failed",
  cause,
  accountId,
  retryAfterSeconds: null,
  isProbe,
});

async function reportMany(store: CircuitStore, signal: CircuitSignal, times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) await store.report(circuit, signal);
}

async function row(): Promise<Record<string, any>> {
  const { rows } = await pool.query("SELECT *, clock_timestamp() AS now FROM circuit WHERE key = $1", [circuit.key]);
  return rows[0] ?? {};
}

const secondsUntil = (instant: Date, from: Date): number => (instant.getTime() - from.getTime()) / 1000;

/** As if so many seconds had passed for this circuit. */
async function pass(seconds: number): Promise<void> {
  const earlier = (column: string): string => `${column} = ${column} - make_interval(secs => $2)`;
  const columns = ["probe_at", "probed_at", "opened_at", "next_at", "demanded_until"].map(earlier).join(", ");
  await pool.query(
    `UPDATE circuit SET ${columns},
            places = (SELECT coalesce(jsonb_object_agg(p.key, p.value::text::numeric - $2::numeric), '{}') FROM jsonb_each(places) p)
      WHERE key = $1`,
    [circuit.key, seconds],
  );
}

async function events(): Promise<{ type: string; payload: any }[]> {
  const { rows } = await pool.query<{ type: string; payload: any }>(
    "SELECT event_type AS type, payload FROM event WHERE payload->>'integration_name' = $1 ORDER BY created_at, id",
    [circuit.integrationName],
  );
  return rows;
}

const told = async (): Promise<string[]> => (await events()).map((one) => one.type);

async function jobs(): Promise<{ key: string; run_at: Date }[]> {
  const { rows } = await pool.query<{ key: string; run_at: Date }>(
    "SELECT key, run_at FROM graphile_worker.jobs WHERE key LIKE '%' || $1 ORDER BY key",
    [circuit.key],
  );
  return rows;
}

describe("the breaker, shared by all processes (R22)", () => {
  it("opens with the fifth failure in a row, whichever process saw it, and then refuses both", async () => {
    await reportMany(first, failed("provider", "ia_a"), 2);
    await reportMany(second, failed("provider", "ia_b"), 2);
    expect(await row()).toMatchObject({ state: "closed", failures: 4, failed_accounts: ["ia_b", "ia_a"] });
    expect(granted(await admitMany(2))).toEqual([
      { kind: "granted", isProbe: false, hasPlace: false },
      { kind: "granted", isProbe: false, hasPlace: false },
    ]);
    await first.report(circuit, failed());
    const open = await row();
    expect(open).toMatchObject({ state: "open", cause: "provider", failures: 5, probes: 0 });
    const refusal = { kind: "refused", cause: "circuit_open", until: open["probe_at"] };
    expect(await admitMany(2)).toEqual([refusal, refusal]);
    const pause = secondsUntil(open["probe_at"], open["opened_at"]);
    expect(pause).toBeGreaterThanOrEqual(9.99);
    expect(pause).toBeLessThanOrEqual(12.01);
    expect(await jobs()).toEqual([{ key: `probe:${circuit.key}`, run_at: open["probe_at"] }]);
  });

  it("counts every one of many failures at once, and says once that it opened", async () => {
    const stores = Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? first : second));
    await Promise.all(stores.map((store, at) => store.report(circuit, failed("provider", `ia_${at}`))));
    expect(await row()).toMatchObject({ state: "open", failures: 20 });
    expect(await told()).toEqual(["integration:degraded"]);
    expect(await jobs()).toHaveLength(1);
  });

  it("says once that it opened and once that it closed, with what the operator needs, and recalls who waits", async () => {
    await reportMany(first, failed("rate_limit"), 7);
    const { opened_at: openedAt } = await row();
    await reportMany(first, answered, 3);
    const { integrationName, endpoint } = circuit;
    const about = {
      integration_name: integrationName,
      endpoint,
      cause: "rate_limit",
      since: openedAt.toISOString(),
    };
    expect(await events()).toEqual([
      { type: "integration:degraded", payload: { ...about, failures: 5 } },
      { type: "integration:recovered", payload: { ...about, failures: 7, reason: "answered" } },
    ]);
    expect(await row()).toMatchObject({ state: "closed", cause: null, failures: 0, opened_at: null, probe_at: null });
    expect((await jobs()).map((one) => one.key)).toContain(`recall:${circuit.key}`);
    expect(granted(await admitMany(4))).toHaveLength(4);
  });

  it("says once that the client is rejected, beside that it opened, and again only after an answer", async () => {
    await reportMany(first, failed("client"), 4);
    expect(await told()).toEqual(["integration:client_error"]);
    await reportMany(second, failed("client"), 5);
    expect(await told()).toEqual(["integration:client_error", "integration:degraded"]);
    await first.report(circuit, answered);
    await first.report(circuit, failed("client"));
    expect((await told()).filter((one) => one === "integration:client_error")).toHaveLength(2);
  });

  it("forgets its failures with an answer to a request that was let through before the first of them", async () => {
    const admission = await admit(first);
    expect(admission.kind).toBe("granted");
    await reportMany(first, failed(), 4);
    await first.report(circuit, answered);
    expect(await row()).toMatchObject({ state: "closed", failures: 0, failed_accounts: [] });
    await reportMany(first, failed(), 4);
    expect(await row()).toMatchObject({ state: "closed", failures: 4 });
  });

  it("closes with an answer to a request that was under way when it opened", async () => {
    await admit(first);
    await reportMany(first, failed(), 5);
    await first.report(circuit, answered);
    expect(await row()).toMatchObject({ state: "closed", failures: 0 });
    expect(await told()).toEqual(["integration:degraded", "integration:recovered"]);
  });

  it("takes an answer from a process that saw none of the failures, once it was let through after them", async () => {
    await reportMany(first, failed(), 4);
    await admit(second);
    await second.report(circuit, answered);
    expect(await row()).toMatchObject({ state: "closed", failures: 0 });
    // The same once more: what it knew was used up with its answer.
    await reportMany(first, failed(), 4);
    await admit(second);
    await second.report(circuit, answered);
    expect(await row()).toMatchObject({ state: "closed", failures: 0 });
  });

  it("closes with the answer to another process's probe", async () => {
    await reportMany(first, failed(), 5);
    await pass(13);
    expect(await admit(second)).toMatchObject({ kind: "granted", isProbe: true });
    await second.report(circuit, answered);
    expect(await row()).toMatchObject({ state: "closed", failures: 0 });
    expect(await told()).toEqual(["integration:degraded", "integration:recovered"]);
  });

  it("writes nothing for an answer where nothing failed", async () => {
    await admit(first);
    await first.report(circuit, answered);
    expect(await row()).toEqual({});
    await first.report(circuit, failed());
    await first.report(circuit, answered);
    const { updated_at: before } = await row();
    await first.report(circuit, answered);
    expect((await row())["updated_at"]).toEqual(before);
  });

  it("is one for each key: the failures of one keep nobody from another", async () => {
    await reportMany(first, failed(), 5);
    circuit = { ...circuit, key: circuitKey(environmentId, "own-client", circuit.endpoint) };
    expect(granted(await admitMany(2))).toHaveLength(2);
  });
});

describe("the probe of an open circuit (R22)", () => {
  beforeEach(async () => {
    await reportMany(first, failed(), 5);
  });

  it("is nobody's before its time", async () => {
    await pass(5);
    for (const reason of ["alarm", "on_demand", "rejected_token"] as const) {
      expect(await admit(first, reason)).toMatchObject({ kind: "refused", cause: "circuit_open" });
    }
  });

  it.each(["alarm", "on_demand", "rejected_token", "forced"] as const)(
    "is taken by exactly one of many that come at once (%s), and keeps the others away while it may last",
    async (reason) => {
      await pass(13);
      const admissions = await admitMany(30, reason);
      expect(granted(admissions)).toEqual([{ kind: "granted", isProbe: true, hasPlace: false }]);
      const { probe_at: probeAt, now } = await row();
      expect(secondsUntil(probeAt, now)).toBeGreaterThan(38);
      expect(secondsUntil(probeAt, now)).toBeLessThanOrEqual(40.01);
      expect(granted(await admitMany(4))).toEqual([]);
      // A process that died with it keeps nobody away for good.
      await pass(41);
      expect(granted(await admitMany(10))).toHaveLength(1);
    },
  );

  it("in vain makes the next pause twice as long, and moves its job", async () => {
    await pass(13);
    await admit(first);
    await first.report(circuit, failed("provider", "ia_probe", true));
    const { probe_at: probeAt, probes, now } = await row();
    expect(probes).toBe(1);
    expect(secondsUntil(probeAt, now)).toBeGreaterThan(19);
    expect(secondsUntil(probeAt, now)).toBeLessThanOrEqual(24.01);
    expect(await jobs()).toEqual([{ key: `probe:${circuit.key}`, run_at: probeAt }]);
    expect(granted(await admitMany(4))).toEqual([]);
  });

  it("that asked nothing is given back: two seconds later one other may go", async () => {
    await pass(13);
    await admit(first);
    await first.giveBackProbe(circuit.key);
    const { probe_at: probeAt, now, probes } = await row();
    expect(secondsUntil(probeAt, now)).toBeGreaterThan(1);
    expect(secondsUntil(probeAt, now)).toBeLessThanOrEqual(2.01);
    expect(probes).toBe(0);
    expect(granted(await admitMany(4))).toEqual([]);
    await pass(2);
    expect(granted(await admitMany(10))).toEqual([{ kind: "granted", isProbe: true, hasPlace: false }]);
  });

  it("is not given back to a circuit that has closed meanwhile", async () => {
    await pass(13);
    await admit(first);
    await first.report(circuit, answered);
    await first.giveBackProbe(circuit.key);
    expect(await row()).toMatchObject({ state: "closed", probe_at: null });
    expect(granted(await admitMany(4))).toHaveLength(4);
  });

  it("is a person's before its time, but not more often than every five seconds, however many ask", async () => {
    expect(granted(await admitMany(10, "forced"))).toEqual([]);
    await pass(4);
    expect(granted(await admitMany(10, "forced"))).toEqual([]);
    for (let time = 0; time < 3; time += 1) {
      await pass(1.5);
      expect(granted(await admitMany(4, "on_demand"))).toEqual([]);
      expect(granted(await admitMany(20, "forced"))).toEqual([{ kind: "granted", isProbe: true, hasPlace: false }]);
      await pass(3.5);
      expect(granted(await admitMany(20, "forced"))).toEqual([]);
    }
  });
});

describe("the rate of a client (R21)", () => {
  it("lets a tenth of the minute's worth through at once, and then one at a time, however many come at once", async () => {
    const budget = { concurrency: null, perMinute: 600 };
    const turnSeconds = 60 / 540;
    const startedMs = performance.now();
    let total = 0;
    for (let wave = 0; wave < 15; wave += 1) {
      total += granted(await admitMany(40, "on_demand", budget)).length;
      const elapsedSeconds = (performance.now() - startedMs) / 1000;
      expect(total).toBeLessThanOrEqual(60 + 1 + Math.floor(elapsedSeconds / turnSeconds));
    }
    expect(total).toBeGreaterThanOrEqual(60);
  });

  it.each([1, 5, 30, 100])(
    "lets no more than %i a minute through, in any minute, and not much fewer",
    async (perMinute) => {
      const budget = { concurrency: null, perMinute };
      const startedMs = performance.now();
      const grants: number[] = [];
      const stepSeconds = 5;
      for (let step = 0; step <= 120 / stepSeconds; step += 1) {
        if (step > 0) await pass(stepSeconds);
        const admissions = await admitMany(20, "on_demand", budget);
        grants.push(granted(admissions).length);
      }
      const elapsedSeconds = (performance.now() - startedMs) / 1000;
      const ownTime = 1 + Math.ceil((elapsedSeconds * perMinute) / 60);
      const steps = 60 / stepSeconds;
      for (let from = 0; from + steps <= grants.length; from += 1) {
        const ofMinute = grants.slice(from, from + steps).reduce((sum, one) => sum + one, 0);
        expect(ofMinute).toBeLessThanOrEqual(perMinute + ownTime);
      }
      // Two minutes, of which the steady pace takes nine tenths.
      const total = grants.reduce((sum, one) => sum + one, 0);
      expect(total).toBeGreaterThanOrEqual(Math.floor(2 * perMinute * 0.9));
    },
  );

  it("saves up no more than the burst while nobody comes", async () => {
    const budget = { concurrency: null, perMinute: 60 };
    await admit(first, "on_demand", budget);
    await pass(86_400);
    const startedMs = performance.now();
    const number = granted(await admitMany(50, "on_demand", budget)).length;
    const elapsedSeconds = (performance.now() - startedMs) / 1000;
    expect(number).toBeGreaterThanOrEqual(6);
    expect(number).toBeLessThanOrEqual(7 + Math.ceil(elapsedSeconds / (60 / 54)));
  });

  it("tells whoever it refuses when to come back, and scheduled work later", async () => {
    const budget = { concurrency: null, perMinute: 5 };
    await admit(first, "on_demand", budget);
    const scheduled = await admit(first, "alarm", budget);
    const demanded = await admit(second, "on_demand", budget);
    const { now, next_at: nextAt } = await row();
    expect(secondsUntil(nextAt, now)).toBeGreaterThan(10);
    expect(scheduled).toMatchObject({ kind: "refused", cause: "budget" });
    expect(demanded).toMatchObject({ kind: "refused", cause: "budget" });
    if (scheduled.kind !== "refused" || demanded.kind !== "refused") return;
    expect(secondsUntil(demanded.until, nextAt)).toBeCloseTo(0.25, 2);
    expect(secondsUntil(scheduled.until, nextAt)).toBeGreaterThanOrEqual(4.99);
    expect(secondsUntil(scheduled.until, nextAt)).toBeLessThanOrEqual(10.01);
  });
});

describe("the places of a client (R21)", () => {
  const budget = { concurrency: 3, perMinute: null };
  const place = { kind: "granted", isProbe: false, hasPlace: true };

  it("are taken by no more than there are, however many come at once", async () => {
    expect(granted(await admitMany(40, "on_demand", budget))).toEqual([place, place, place]);
    expect(granted(await admitMany(10, "forced", budget))).toEqual([]);
  });

  it("are free again once they are left, and by their holder alone", async () => {
    for (const holder of ["att_a", "att_b", "att_c"]) {
      const taken = async () => await admit(first, "on_demand", budget, `${holder}_${count}`);
      await vi.waitFor(async () => expect(await taken()).toEqual(place), { interval: 2 });
    }
    await first.leave(circuit.key, "att_stranger");
    expect(granted(await admitMany(4, "on_demand", budget))).toEqual([]);
    await second.leave(circuit.key, `att_b_${count}`);
    await second.leave(circuit.key, `att_b_${count}`);
    expect(granted(await admitMany(10, "on_demand", budget))).toEqual([place]);
  });

  it("end by themselves a little after the lease, so that a holder that died keeps none", async () => {
    expect(granted(await admitMany(30, "on_demand", budget))).toHaveLength(3);
    await pass(34);
    expect(granted(await admitMany(10, "on_demand", budget))).toEqual([]);
    await pass(1.1);
    expect(granted(await admitMany(30, "on_demand", budget))).toHaveLength(3);
    expect(Object.keys((await row())["places"])).toHaveLength(3);
  });

  it("go to a caller who waits before scheduled work, which comes back later", async () => {
    const one = { concurrency: 1, perMinute: null };
    await admit(first, "on_demand", one, `att_busy_${count}`);
    expect(await admit(first, "on_demand", one)).toMatchObject({ kind: "refused", cause: "budget" });
    await first.leave(circuit.key, `att_busy_${count}`);
    const scheduled = await admit(second, "alarm", one);
    const { now } = await row();
    expect(scheduled).toMatchObject({ kind: "refused", cause: "budget" });
    const pause = scheduled.kind === "refused" ? secondsUntil(scheduled.until, now) : 0;
    expect(pause).toBeGreaterThan(4.5);
    expect(pause).toBeLessThanOrEqual(10.01);
    expect(await admit(first, "on_demand", one)).toEqual(place);
  });

  it("go to scheduled work once nobody has waited for a second", async () => {
    const one = { concurrency: 1, perMinute: null };
    await admit(first, "on_demand", one, `att_busy_${count}`);
    await admit(first, "on_demand", one);
    await first.leave(circuit.key, `att_busy_${count}`);
    expect(await admit(second, "alarm", one)).toMatchObject({ kind: "refused" });
    await pass(1.1);
    expect(granted(await admitMany(5, "alarm", one))).toEqual([place]);
  });

  it("keep no caller waiting for scheduled work that was refused", async () => {
    const one = { concurrency: 1, perMinute: null };
    await admit(first, "alarm", one, `att_busy_${count}`);
    await admitMany(10, "alarm", one);
    expect((await row())["demanded_until"]).toBeNull();
    await first.leave(circuit.key, `att_busy_${count}`);
    expect(granted(await admitMany(5, "alarm", one))).toEqual([place]);
  });
});
