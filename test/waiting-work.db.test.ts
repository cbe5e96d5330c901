import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createCircuitStore } from "#adapters/postgres/circuit-store";
import { createCircuitSharing } from "#adapters/postgres/circuit-sharing";
import { sweepAlarms } from "#adapters/postgres/refresh-jobs";
import type { Admission, AdmissionRequest, CircuitRef } from "#core/ports/circuit-store";
import { createSeededRandomness } from "./fakes/seeded-randomness.ts";
import { startPostgresEngine, type PostgresEngine } from "./postgres-engine.ts";

const secondsUntil = (instant: Date, from: Date): number => (instant.getTime() - from.getTime()) / 1000;

describe("scheduled work behind a budget that is used up (R21)", () => {
  let engine: PostgresEngine;
  let circuit: CircuitRef;
  const budget = { concurrency: null, perMinute: 600 };

  beforeAll(async () => {
    engine = await startPostgresEngine();
    await engine.define("crm", { refresh: { perMinute: 600 } });
    const [id] = await engine.connect("crm", 1);
    const { circuit_key: key, environment_id: environmentId } = await engine.account(id ?? "");
    circuit = { key, environmentId, integrationName: "crm", endpoint: "https://crm.example/token" };
    // Ten thousand that are due; their tokens end one after the other within 10,000 s.
    await engine.query(
      `INSERT INTO integrated_account (id, environment_id, tenant_id, integration_name, status, circuit_key, refresh_due_at, expires_at)
       SELECT 'ia_' || n, $1, 'tenant', 'crm', 'active', $2, now() - interval '1 second', now() + make_interval(secs => n)
         FROM generate_series(1, 10000) n`,
      [environmentId, key],
    );
    await engine.query("ANALYZE integrated_account");
  });
  afterAll(async () => {
    await engine[Symbol.asyncDispose]();
  });

  /** Asks of a process that has counted nothing yet. */
  async function refused(changes: Partial<AdmissionRequest> = {}): Promise<number> {
    const store = createCircuitStore(engine.ports.pool, createSeededRandomness(3));
    await engine.query("UPDATE circuit SET next_at = now() + interval '1 hour', demanded_until = NULL");
    const request = { circuit, holder: "att_x", reason: "alarm", budget, expiresAt: null, ...changes } as const;
    const admission: Admission = await store.admit(request);
    const { next_at: nextAt } = await engine.circuit();
    const turnSeconds = (60 / 540) * 60;
    return admission.kind === "refused" ? secondsUntil(admission.until, nextAt) + turnSeconds : Number.NaN;
  }

  test("looks again after minutes where ten thousand wait, and a caller as soon as ever", async () => {
    await engine.ports.circuits.admit({ circuit, holder: "att_first", reason: "alarm", budget });
    const pause = await refused();
    expect(pause).toBeGreaterThanOrEqual(150);
    expect(pause).toBeLessThanOrEqual(300.1);
    expect(await refused({ reason: "on_demand" })).toBeCloseTo(0.25, 1);
  });

  test("looks more often for a token that ends before nine tenths of the others", async () => {
    const pause = await refused({ expiresAt: new Date(Date.now() + 500_000) });
    expect(pause).toBeGreaterThanOrEqual(15);
    expect(pause).toBeLessThanOrEqual(30.1);
    expect(await refused({ expiresAt: new Date(Date.now() + 2_000_000) })).toBeGreaterThanOrEqual(150);
  });

  test("counts what waits once in a few seconds, however many ask", async () => {
    const store = createCircuitStore(engine.ports.pool, createSeededRandomness(3));
    await engine.query("UPDATE circuit SET next_at = now() + interval '1 hour'");
    const ask = () => store.admit({ circuit, holder: "att_x", reason: "alarm", budget });
    await Promise.all(Array.from({ length: 50 }, ask));
    // What was counted is used: that all but one are done changes nothing for the process that has just looked.
    await engine.query("UPDATE integrated_account SET refresh_due_at = NULL WHERE id LIKE 'ia_%' AND id <> 'ia_1'");
    const again = await ask();
    const { next_at: nextAt } = await engine.circuit();
    expect(again.kind === "refused" && secondsUntil(again.until, nextAt) + (60 / 540) * 60).toBeGreaterThan(149);
  });

  test("goes before its turn where it insists, and pushes the others back by one", async () => {
    const store = createCircuitStore(engine.ports.pool, createSeededRandomness(3));
    await engine.query("UPDATE circuit SET next_at = now() + interval '1 hour', places = '{}'");
    const before = await engine.circuit();
    const insisting = { circuit, holder: "req_x", reason: "on_demand", budget: { ...budget, concurrency: 1 } } as const;
    expect(await store.admit(insisting)).toMatchObject({ kind: "refused", cause: "budget" });
    for (const holder of ["req_x", "req_y"]) {
      const place = { kind: "granted", isProbe: false, hasPlace: true };
      expect(await store.admit({ ...insisting, holder, insists: true })).toEqual(place);
    }
    const after = await engine.circuit();
    expect(Object.keys(after["places"]).toSorted()).toEqual(["req_x", "req_y"]);
    expect(secondsUntil(after["next_at"], before["next_at"])).toBeCloseTo(2 * (60 / 540), 2);
  });

  test("goes past an open breaker where it insists, and is its probe only when the pause is over", async () => {
    const store = createCircuitStore(engine.ports.pool, createSeededRandomness(3));
    const unlimited = { concurrency: null, perMinute: null };
    const insisting = { circuit, holder: "req_x", reason: "on_demand", budget: unlimited, insists: true } as const;
    const failed = {
      kind: "failed",
      cause: "provider",
      accountId: null,
      retryAfterSeconds: null,
      isProbe: false,
    } as const;
    for (let time = 0; time < 5; time += 1) await store.report(circuit, failed);
    expect(await store.admit(insisting)).toEqual({ kind: "granted", isProbe: false, hasPlace: false });
    expect(await store.admit({ ...insisting, insists: false })).toMatchObject({ cause: "circuit_open" });
    await engine.query("UPDATE circuit SET probe_at = now()");
    expect(await store.admit(insisting)).toMatchObject({ kind: "granted", isProbe: true });
  });
});

describe("the job of an account", () => {
  let engine: PostgresEngine;
  let id: string;
  beforeEach(async () => {
    engine = await startPostgresEngine();
    await engine.define("crm");
    [id = ""] = await engine.connect("crm", 1);
  });
  afterEach(async () => {
    await engine[Symbol.asyncDispose]();
  });

  const putJobAt = async (seconds: number): Promise<void> =>
    void (await engine.query(
      `SELECT graphile_worker.add_job('refresh-account', payload => json_build_object('environment_id', environment_id, 'account_id', id),
                job_key => 'refresh:' || id, run_at => now() + make_interval(secs => $2)) FROM integrated_account WHERE id = $1`,
      [id, seconds],
    ));
  const jobIn = async (): Promise<number> => {
    const [row] = await engine.query(
      "SELECT extract(epoch FROM run_at - now())::float8 AS seconds FROM graphile_worker.jobs WHERE key = 'refresh:' || $1",
      [id],
    );
    return row?.["seconds"] ?? Number.NaN;
  };
  const setAlarm = async (seconds: number): Promise<void> =>
    void (await engine.query(
      "UPDATE integrated_account SET refresh_due_at = now() + make_interval(secs => $2) WHERE id = $1",
      [id, seconds],
    ));

  test("that was put off for long is moved to an alarm that was set meanwhile and rings earlier (R13)", async () => {
    await putJobAt(290);
    await setAlarm(90);
    await sweepAlarms(engine.ports.pool);
    expect(await jobIn()).toBeGreaterThan(80);
    expect(await jobIn()).toBeLessThanOrEqual(90);
  });

  test("that was put off for want of budget stays where it is while its alarm rings", async () => {
    await putJobAt(290);
    await setAlarm(-90);
    await sweepAlarms(engine.ports.pool);
    expect(await jobIn()).toBeGreaterThan(280);
  });

  test("comes back within a minute where an open question of the account keeps it waiting for longer", async () => {
    // A second process in a row has died with it: it is asked again five minutes after its lease.
    await engine.query(
      `UPDATE integrated_account SET doubts = 1, doubted_at = now() - interval '60 seconds', attempt_id = 'att_left',
              attempt_started_at = now() - interval '60 seconds', lease_until = now() - interval '30 seconds', refresh_due_at = now()
        WHERE id = $1`,
      [id],
    );
    const { environment_id: environmentId } = await engine.account(id);
    await engine.run("refresh-account", { environment_id: environmentId, account_id: id });
    expect(engine.server.requests).toEqual([]);
    expect(await jobIn()).toBeGreaterThan(50);
    expect(await jobIn()).toBeLessThanOrEqual(60);
  });
});

describe("accounts behind a circuit", () => {
  test("are counted as they come while there are few, and once a minute when there are many (R21)", async () => {
    await using engine = await startPostgresEngine();
    await engine.define("crm");
    await engine.connect("crm", 1);
    const [row] = await engine.query("SELECT circuit_key FROM integrated_account");
    const key = row?.["circuit_key"];
    let ms = 0;
    const sharing = createCircuitSharing(engine.ports.pool, () => ms);
    const add = async (count: number): Promise<void> =>
      void (await engine.query(
        `INSERT INTO integrated_account (id, environment_id, tenant_id, integration_name, status, circuit_key)
         SELECT 'ia_' || $2::int || '_' || n, $1, 'tenant', 'crm', 'active', $3 FROM generate_series(1, $2::int) n`,
        [engine.caller.environmentId, count, key],
      ));
    expect(await sharing.countActiveAccounts(key)).toBe(1);
    await add(9);
    ms += 5;
    expect(await sharing.countActiveAccounts(key)).toBe(10);
    await add(20_000);
    ms += 50;
    expect(await sharing.countActiveAccounts(key)).toBe(20_010);
    await engine.query("DELETE FROM integrated_account WHERE id LIKE 'ia_20000_%'");
    ms += 59_999;
    expect(await sharing.countActiveAccounts(key)).toBe(20_010);
    ms += 1;
    expect(await sharing.countActiveAccounts(key)).toBe(10);
    expect(await sharing.listBehind(key)).toEqual(["crm"]);
  });
});
