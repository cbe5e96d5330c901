import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "#test/database";
import { until } from "#test/faulty-integration";
import { createAccountStore } from "./account-store.ts";
import { createDeliveryQueue } from "./delivery-queue.ts";
import { createPool, type DatabasePool } from "./pool.ts";

// PostgreSQL 18 prunes partitions at run time with what the last look at a changed row has freed (EvalPlanQual): it crashes, and
// with it every connection. So no statement of ours both locks rows and compares a partition key with what it has read itself.

const waiting = "SELECT FROM pg_stat_activity WHERE application_name = 'waiting' AND wait_event_type = 'Lock'";

let database: TestDatabase;
let pool: DatabasePool;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool({ connectionString: database.url, max: 8, applicationName: "waiting", onError: () => {} });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

test("events that many processes dispatch at once, to endpoints that change meanwhile, are dispatched, and PostgreSQL lives", async () => {
  const queue = createDeliveryQueue(pool);
  await database.pool.query(
    `INSERT INTO webhook_endpoint (id, environment_id, url, format, events, created_at, updated_at)
     SELECT 'whe_' || n, e.id, 'https://example.com', 'standard', '{*}', now() - interval '1 hour', now()
       FROM environment e, generate_series(0, 3) n WHERE e.name = 'production'`,
  );
  for (let round = 0; round < 5; round += 1) {
    await database.pool.query(
      `INSERT INTO event (id, created_at, environment_id, event_type, payload)
       SELECT 'evt_' || $1::int || '_' || n, now(), e.id, 'integration:recovered', '{}'
         FROM environment e, generate_series(1, 400) n WHERE e.name = 'production'`,
      [round],
    );
    let dispatched = 0;
    const dispatchAll = async (n: number): Promise<void> => {
      while (dispatched < 400) {
        const [{ events }] = await Promise.all([
          queue.dispatch(10, n % 2 === 0 ? "oldest" : "newest"),
          database.pool.query("UPDATE webhook_endpoint SET claim = claim + 1 WHERE id = $1", [`whe_${n % 4}`]),
        ]);
        dispatched += events;
      }
    };
    await Promise.all(Array.from({ length: 8 }, (_, n) => dispatchAll(n)));
    expect(dispatched).toBe(400);
  }
});

test("a dispatch that waited for another's change of an endpoint goes on with it, and PostgreSQL lives", async () => {
  const queue = createDeliveryQueue(pool);
  const other = new pg.Client({ connectionString: database.url });
  await other.connect();
  for (let n = 0; n < 4; n += 1) {
    await database.pool.query(
      `INSERT INTO event (id, created_at, environment_id, event_type, payload)
       SELECT 'evt_waits_' || $1::int, now(), e.id, 'integration:recovered', '{}' FROM environment e WHERE e.name = 'production'`,
      [n],
    );
    await other.query("BEGIN");
    // As whoever removes it has it locked; what was locked so is looked at once more.
    await other.query("SELECT FROM webhook_endpoint WHERE id = $1 FOR UPDATE", [`whe_${n}`]);
    await other.query("UPDATE webhook_endpoint SET failures = failures + 1 WHERE id = $1", [`whe_${n}`]);
    const dispatched = queue.dispatch(10, n % 2 === 0 ? "oldest" : "newest");
    await until(async () => (await database.pool.query(waiting)).rowCount === 1);
    await other.query("COMMIT");
    expect(await dispatched).toMatchObject({ events: 1, deliveries: 4 });
  }
  await other.end();
});

test("a claim that waited for another's change ends what a dead holder left open, and PostgreSQL lives", async () => {
  const { rows } = await database.pool.query(
    `WITH accounts AS (
       INSERT INTO integrated_account (id, environment_id, tenant_id, integration_name, status, attempt_id, attempt_started_at, lease_until)
       SELECT 'ia_' || n, e.id, 'tenant', 'acme-crm', 'active', 'att_left' || n, date_trunc('milliseconds', now()), now() - interval '1 second'
         FROM environment e, generate_series(1, 3000) n WHERE e.name = 'production' RETURNING *), attempts AS (
       INSERT INTO refresh_attempt (id, started_at, account_id, environment_id, fence, credential_version, reason)
       SELECT attempt_id, attempt_started_at, id, environment_id, fence, credential_version, 'alarm' FROM accounts)
     SELECT environment_id FROM accounts LIMIT 1`,
  );
  await database.pool.query("ANALYZE");
  const store = createAccountStore(pool);
  const other = new pg.Client({ connectionString: database.url });
  await other.connect();
  for (let n = 1; n <= 5; n += 1) {
    await other.query("BEGIN");
    await other.query("UPDATE integrated_account SET updated_at = now() WHERE id = $1", [`ia_${n}`]);
    const claim = store.claim({
      environmentId: rows[0].environment_id,
      accountId: `ia_${n}`,
      attemptId: `att_new${n}`,
      owner: "test",
      leaseSeconds: 30,
      reason: "alarm",
      statuses: ["active"],
    });
    await until(async () => (await database.pool.query(waiting)).rowCount === 1);
    await other.query("COMMIT");
    expect((await claim)?.left?.id).toBe(`att_left${n}`);
  }
  await other.end();
});

// The races above do not crash each statement that breaks the rule: whether it prunes after that look depends on its plan.
test("dispatching compares the key of events' partitions with nothing that it reads itself", async () => {
  const texts: { readonly text: string; readonly values: unknown[] }[] = [];
  const watched: DatabasePool = Object.create(pool, {
    query: {
      value: async (asked: { text: string; values: unknown[] }) => {
        texts.push(asked);
        return await pool.query(asked);
      },
    },
  });
  for (const order of ["oldest", "newest"] as const) {
    await database.pool.query(
      `INSERT INTO event (id, created_at, environment_id, event_type, payload)
       SELECT 'evt_plan_' || $1::text, now(), e.id, 'integration:recovered', '{}' FROM environment e WHERE e.name = 'production'`,
      [order],
    );
    await createDeliveryQueue(watched).dispatch(10, order);
  }
  const plans = await Promise.all(
    texts.map(async ({ text, values }) =>
      (await pool.query(`EXPLAIN ${text}`, values)).rows.map((row) => row["QUERY PLAN"]).join("\n"),
    ),
  );
  const compared = plans.map((plan) => plan.match(/\bcreated_at [<>=]+ \(?('|InitPlan|SubPlan|\$)/g) ?? []);
  // The look at the oldest, and then the dispatch, which names the instant that the look found.
  expect(compared.map((conditions) => [...new Set(conditions)])).toEqual([
    [],
    ["created_at >= '"],
    [],
    ["created_at >= '"],
  ]);
});
