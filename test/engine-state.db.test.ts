import { afterAll, beforeAll, expect, test } from "vitest";
import { createEngineState, engineStateSql } from "#adapters/postgres/engine-state";
import { startPostgresEngine, type PostgresEngine } from "./postgres-engine.ts";

let engine: PostgresEngine;

beforeAll(async () => {
  engine = await startPostgresEngine();
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
});

const look = async () => await createEngineState(engine.ports.pool)();

test("tells alarms that rang and nobody serves, what is held, circuits, places and jobs", async () => {
  await engine.define("crm");
  await engine.define("mail");
  const [a = "", b = "", c = "", d = "", e = ""] = await engine.connect("crm", 5);
  const [behind = ""] = await engine.connect("mail", 1);
  expect(await look()).toMatchObject({ overdue: 0, overdueBehindCircuits: 0, oldestSeconds: 0, held: 0, places: 0 });

  const rings = async (id: string, seconds: number, more = ""): Promise<void> => {
    await engine.query(
      `UPDATE integrated_account SET refresh_due_at = now() - make_interval(secs => $2) ${more} WHERE id = $1`,
      [id, seconds],
    );
  };
  await rings(a, 600);
  await rings(b, 90);
  await rings(c, 20); // Just rang: a job is about to serve it.
  await rings(d, 700, ", lease_until = now() + interval '20 seconds', lease_owner = 'x'"); // Served now.
  await rings(e, 800, `, hold = '{}'::jsonb`);
  await rings(behind, 900);
  const [mail] = await engine.query("SELECT circuit_key FROM integrated_account WHERE id = $1", [behind]);
  const circuits: [key: string, state: string, cause: string | null, probe: string, places: string][] = [
    [mail?.["circuit_key"] as string, "open", "provider", "now() + interval '5 minutes'", "{}"],
    ["ckt_half", "open", "rate_limit", "now() - interval '1 second'", "{}"],
    ["ckt_closed", "closed", null, "NULL", `{"att_1": 4102444800, "att_2": 4102444800, "att_3": 1}`],
  ];
  for (const [key, state, cause, probe, places] of circuits) {
    await engine.query(
      `INSERT INTO circuit (key, environment_id, integration_name, endpoint, state, cause, opened_at, probe_at, places)
       VALUES ($1, $2, 'mail', 'https://mail.example/token', $3, $4, now(), ${probe}, $5)
       ON CONFLICT (key) DO UPDATE SET state = excluded.state, cause = excluded.cause, probe_at = excluded.probe_at`,
      [key, engine.caller.environmentId, state, cause, places],
    );
  }
  await engine.query("DELETE FROM graphile_worker._private_jobs");
  await engine.query(
    `SELECT graphile_worker.add_job('refresh-account', '{}'::json, run_at => now() + make_interval(secs => s))
       FROM unnest(ARRAY[-5, -5, 90, 90, 90, -5, -5]) s`,
  );
  await engine.query(
    `WITH numbered AS (SELECT id, row_number() OVER (ORDER BY id) AS n FROM graphile_worker._private_jobs)
     UPDATE graphile_worker._private_jobs j
        SET locked_at = CASE WHEN n = 6 THEN now() END, attempts = CASE WHEN n = 7 THEN max_attempts ELSE 0 END
       FROM numbered WHERE numbered.id = j.id`,
  );

  const state = await look();
  expect(state).toMatchObject({
    overdue: 2,
    overdueBehindCircuits: 1,
    held: 1,
    places: 2,
    jobsReady: 2,
    jobsRunning: 1,
    jobsWaiting: 3,
    jobsFailed: 1,
    circuitsOpen: { provider: 1 },
    circuitsHalfOpen: { rate_limit: 1 },
  });
  expect(state?.oldestSeconds).toBeGreaterThanOrEqual(600);
  expect(state?.oldestSeconds).toBeLessThan(660);
});

test("finds alarms and held accounts by their indexes, however many accounts there are", async () => {
  const client = await engine.database.pool.connect();
  try {
    await client.query("BEGIN; SET LOCAL enable_seqscan = off");
    const { rows } = await client.query<{ "QUERY PLAN": string }>(`EXPLAIN ${engineStateSql}`.replace("$1", "41"));
    const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
    expect(plan).toContain("integrated_account_alarm");
    expect(plan).toContain("integrated_account_held");
    await client.query("ROLLBACK");
  } finally {
    client.release();
  }
});

test("asks once for everybody within ten seconds", async () => {
  let asked = 0;
  const pool = {
    query: (...given: unknown[]) => ((asked += 1), (engine.ports.pool.query as any).apply(engine.ports.pool, given)),
  };
  const find = createEngineState(counting(pool));
  await Promise.all([find(), find()]);
  await find();
  expect(asked).toBe(1);
});

test("nobody waits for a database that does not answer, and nobody asks it twice meanwhile", async () => {
  let asked = 0;
  let fail = (_error: Error): void => {};
  const silent = { query: () => ((asked += 1), new Promise((_, reject) => (fail = reject))) };
  const find = createEngineState(counting(silent), 20);
  expect(await Promise.all([find(), find()])).toEqual([null, null]);
  expect(await find()).toBeNull();
  expect(asked).toBe(1);
  // Once it has failed, the next scrape asks again.
  fail(new Error("Connection terminated"));
  await new Promise((resolve) => setTimeout(resolve, 0));
  await find();
  expect(asked).toBe(2);
});

const counting = (pool: object) => pool as Parameters<typeof createEngineState>[0];
