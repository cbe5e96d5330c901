import fc from "fast-check";
import type { PoolClient } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../test/database.ts";
import { latencyBucket } from "../../core/domain/statistics/latency-buckets.ts";
import { spansOf } from "../../core/domain/statistics/count-steps.ts";
import { addUpCounts, forgetCounts } from "./add-up-counts.ts";
import { integrationHealth } from "./health-stats.ts";
import { createPool, type DatabasePool } from "./pool.ts";
import { readAccountCounts, readAttemptCounts } from "./read-counts.ts";
import { checkCounts, countingVersion, recount, recountIfNeeded } from "./recount.ts";

let database: TestDatabase;
let environmentId: string;
/** With the rights of a worker. */
let worker: DatabasePool;

beforeAll(async () => {
  database = await createTestDatabase();
  const options = { max: 6, applicationName: "test", onError: () => {} };
  worker = createPool({ connectionString: database.urlAs("worker"), ...options });
  environmentId = (await rowsOf<{ id: string }>("SELECT id FROM environment WHERE name = 'production'"))[0]?.id ?? "";
});
afterAll(async () => {
  await worker.end();
});

async function rowsOf<Row>(text: string, values: unknown[] = []): Promise<Row[]> {
  return (await database.pool.query(text, values)).rows as Row[];
}

const statuses = ["connecting", "active", "needs_reauth", "disconnected"] as const;
const outcomes = ["refreshed", "transient", "rate_limited", "reauthorize", "in_doubt", "superseded"] as const;
const names = ["acme", "globex", "initech"] as const;

/** One thing that happens; `at` picks among what is there. */
type Step =
  | { kind: "connect"; name: (typeof names)[number]; status: (typeof statuses)[number] }
  | { kind: "move"; at: number; status: (typeof statuses)[number]; isHeld: boolean }
  | { kind: "remove"; at: number }
  | { kind: "refresh"; at: number }
  | { kind: "finish"; at: number; outcome: (typeof outcomes)[number]; tookMs: number; minutesAgo: number }
  | { kind: "reopen"; at: number }
  | { kind: "forget"; at: number }
  | { kind: "record"; at: number; isReturn: boolean; minutesAgo: number }
  | { kind: "undone"; at: number }
  | { kind: "addUp" }
  | { kind: "recount" }
  | { kind: "check" };

const at = fc.nat({ max: 10_000 });
const minutesAgo = fc.integer({ min: 0, max: 1_300 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant("connect"), name: fc.constantFrom(...names), status: fc.constantFrom(...statuses) }),
  fc.record({ kind: fc.constant("move"), at, status: fc.constantFrom(...statuses), isHeld: fc.boolean() }),
  fc.record({ kind: fc.constant("remove"), at }),
  fc.record({ kind: fc.constant("refresh"), at }),
  fc.record({
    kind: fc.constant("finish"),
    at,
    outcome: fc.constantFrom(...outcomes),
    tookMs: fc.integer({ min: 0, max: 30_000 }),
    minutesAgo,
  }),
  fc.record({ kind: fc.constant("reopen"), at }),
  fc.record({ kind: fc.constant("forget"), at }),
  fc.record({ kind: fc.constant("record"), at, isReturn: fc.boolean(), minutesAgo }),
  fc.record({ kind: fc.constant("undone"), at }),
  fc.record({ kind: fc.constant("addUp") }),
  fc.record({ kind: fc.constant("recount") }),
  fc.record({ kind: fc.constant("check") }),
);

let made = 0;
const anyOf = (table: string, where = "true"): string =>
  `SELECT id FROM ${table} WHERE ${where} ORDER BY id OFFSET $1 % greatest((SELECT count(*) FROM ${table} WHERE ${where}), 1) LIMIT 1`;

/** Each by itself, some of them at the same time. */
async function happen(one: Step): Promise<void> {
  const { pool } = database;
  made += 1;
  const id = String(made).padStart(6, "0");
  if (one.kind === "connect") {
    await pool.query(
      "INSERT INTO integrated_account (id, environment_id, tenant_id, integration_name, status) VALUES ($1, $2, 'acme', $3, $4)",
      [`ia_${id}`, environmentId, one.name, one.status],
    );
  } else if (one.kind === "move") {
    const hold = one.isHeld ? "'{}'::jsonb" : "NULL";
    await pool.query(
      `UPDATE integrated_account SET status = $2, hold = ${hold} WHERE id = (${anyOf("integrated_account")})`,
      [one.at, one.status],
    );
  } else if (one.kind === "remove") {
    // Whoever adds an attempt locks the account, and is waited for before it is looked whether there is one.
    await transacted(async (client) => {
      const { rows } = await client.query<{ id: string }>(`${anyOf("integrated_account")} FOR UPDATE`, [one.at]);
      await client.query(
        "DELETE FROM integrated_account a WHERE id = $1 AND NOT EXISTS (SELECT FROM refresh_attempt t WHERE t.account_id = a.id)",
        [rows[0]?.id],
      );
      return "COMMIT";
    });
  } else if (one.kind === "refresh") {
    await pool.query(
      `INSERT INTO refresh_attempt (id, started_at, account_id, environment_id, fence, credential_version, reason)
       SELECT $2, now(), a.id, environment_id, 1, 1, 'alarm' FROM integrated_account a WHERE id = (${anyOf("integrated_account")})
         -- Locked as the claim locks it: it is not removed meanwhile.
         FOR UPDATE`,
      [one.at, `att_${id}`],
    );
  } else if (one.kind === "finish") {
    // Also one that is finished already: a late answer is the better word.
    await pool.query(
      `UPDATE refresh_attempt SET finished_at = now() - make_interval(mins => $3), outcome = $2, rule = nullif($2, 'refreshed'),
              started_at = now() - make_interval(mins => $3) - make_interval(secs => $4)
        WHERE id = (${anyOf("refresh_attempt")})`,
      [one.at, one.outcome, one.minutesAgo, one.tookMs / 1_000],
    );
  } else if (one.kind === "reopen") {
    await pool.query(
      `UPDATE refresh_attempt SET finished_at = NULL, outcome = NULL, rule = NULL WHERE id = (${anyOf("refresh_attempt")})`,
      [one.at],
    );
  } else if (one.kind === "forget") {
    await pool.query(`DELETE FROM refresh_attempt WHERE id = (${anyOf("refresh_attempt")})`, [one.at]);
  } else if (one.kind === "record") {
    await pool.query(
      `INSERT INTO refresh_attempt (id, started_at, finished_at, account_id, environment_id, fence, credential_version, reason, outcome)
       SELECT $2, i.at, i.at, a.id, environment_id, 1, 1, $3, 'refreshed'
         FROM integrated_account a, (SELECT now() - make_interval(mins => $4) AS at) i WHERE id = (${anyOf("integrated_account")}) FOR UPDATE OF a`,
      [one.at, `att_${id}`, one.isReturn ? "reauthorized" : "alarm", one.minutesAgo],
    );
  } else if (one.kind === "undone") {
    await transacted(async (client) => {
      await client.query(
        `UPDATE integrated_account SET status = 'active' WHERE id = (${anyOf("integrated_account")})`,
        [one.at],
      );
      return "ROLLBACK";
    });
  } else if (one.kind === "addUp") {
    await addUpCounts(worker);
  } else if (one.kind === "recount") {
    await recount(worker);
  } else {
    expect(await checkCounts(worker)).toSatisfy((checked) => checked === null || checked.differing === 0);
  }
}

async function transacted(work: (client: PoolClient) => Promise<"COMMIT" | "ROLLBACK">): Promise<void> {
  const client = await database.pool.connect();
  try {
    await client.query("BEGIN");
    await client.query(await work(client));
  } finally {
    client.release();
  }
}

/** What there is, told by the rows themselves and in other words than any statement of the counting. */
async function truth(windowSeconds: number, now: Date): Promise<{ accounts: string[]; attempts: string[] }> {
  const since = spansOf(windowSeconds, now)[0]?.since ?? now;
  const accounts = await rowsOf<{ integration_name: string; status: string; hold: unknown }>(
    "SELECT integration_name, status, hold FROM integrated_account WHERE environment_id = $1",
    [environmentId],
  );
  const attempts = await rowsOf<{
    name: string;
    outcome: string;
    rule: string | null;
    started_at: Date;
    finished_at: Date;
  }>(
    `SELECT a.integration_name AS name, t.outcome, t.rule, t.started_at, t.finished_at
       FROM refresh_attempt t JOIN integrated_account a ON a.id = t.account_id
      WHERE t.finished_at >= $1 AND t.reason IN ('alarm', 'on_demand', 'forced', 'rejected_token')`,
    [since],
  );
  return {
    accounts: tally(accounts.map((one) => `${one.integration_name} ${one.status} ${one.hold !== null}`)),
    attempts: tally(
      attempts.map(
        ({ name, outcome, rule, started_at: start, finished_at: end }) =>
          `${name} ${outcome} ${rule ?? ""} ${latencyBucket(end.getTime() - start.getTime())}`,
      ),
    ),
  };
}

async function counted(windowSeconds: number, now: Date): Promise<{ accounts: string[]; attempts: string[] }> {
  const scope = { environmentId, integrationNames: null };
  const accounts = (await readAccountCounts(worker, scope)) ?? [];
  const attempts = await readAttemptCounts(worker, scope, spansOf(windowSeconds, now));
  return {
    accounts: accounts.map((one) => `${one.integrationName} ${one.status} ${one.isHeld}: ${one.accounts}`).toSorted(),
    attempts: attempts
      .map((one) => `${one.integrationName} ${one.outcome} ${one.rule} ${one.bucket}: ${one.count}`)
      .toSorted(),
  };
}

function tally(keys: readonly string[]): string[] {
  return [...Map.groupBy(keys, (key) => key)].map(([key, all]) => `${key}: ${all.length}`).toSorted();
}

describe("whatever happens, and whatever is added up or counted anew meanwhile", () => {
  test("what is counted is what there is", async () => {
    const moments = fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { minLength: 5, maxLength: 25 });
    await fc.assert(
      fc.asyncProperty(moments, fc.constantFrom(3_600, 43_200, 86_400, 200_000, 1_000_000), async (all, window) => {
        for (const together of all) await Promise.all(together.map(happen));
        const now = new Date();
        expect(await counted(window, now)).toEqual(await truth(window, now));
        await addUpCounts(worker);
        expect(await rowsOf("SELECT FROM attempt_count_change")).toEqual([]);
        expect(await rowsOf("SELECT FROM account_count_change")).toEqual([]);
        expect(await counted(window, now)).toEqual(await truth(window, now));
        expect((await checkCounts(worker))?.differing).toBe(0);
      }),
      { numRuns: 12 },
    );
  });

  test("a change that nobody noted is found by the check, and counted anew", async () => {
    await happen({ kind: "connect", name: "acme", status: "active" });
    await database.pool.query("ALTER TABLE integrated_account DISABLE TRIGGER integrated_account_recounted");
    await database.pool.query(
      "UPDATE integrated_account SET status = CASE status WHEN 'active' THEN 'disconnected' ELSE 'active' END",
    );
    await database.pool.query("ALTER TABLE integrated_account ENABLE TRIGGER integrated_account_recounted");
    const now = new Date();
    expect(await counted(3_600, now)).not.toEqual(await truth(3_600, now));
    expect(await checkCounts(worker)).toMatchObject({ differing: expect.toSatisfy((n) => n > 0), isRecounted: true });
    expect(await counted(3_600, now)).toEqual(await truth(3_600, now));
    expect((await checkCounts(worker))?.differing).toBe(0);

    await database.pool.query(
      "UPDATE attempt_count SET attempts = attempts + 1 WHERE step = 3600 AND at = (SELECT max(at) FROM attempt_count WHERE step = 3600)",
    );
    expect(await checkCounts(worker)).toMatchObject({ differing: expect.toSatisfy((n) => n > 0), isRecounted: true });
    expect((await checkCounts(worker))?.differing).toBe(0);
  });
});

test("a refresh that goes on while everything is counted anew is counted once", async () => {
  await happen({ kind: "connect", name: "globex", status: "active" });
  await happen({ kind: "refresh", at: 0 });
  const slow = await database.pool.connect();
  await slow.query("BEGIN");
  await slow.query("UPDATE refresh_attempt SET finished_at = now(), outcome = 'refreshed' WHERE finished_at IS NULL");
  await recount(worker);
  await slow.query("COMMIT");
  slow.release();
  const now = new Date();
  expect(await counted(86_400, now)).toEqual(await truth(86_400, now));
  await addUpCounts(worker);
  expect((await checkCounts(worker))?.differing).toBe(0);
});

test("until what there was before is counted, who asks gets what the rows say, and the worker counts it once", async () => {
  await database.pool.query("UPDATE counting SET version = 0");
  await database.pool.query("UPDATE account_count SET accounts = accounts + 7");
  const caller = { environmentId, tenantIds: null, integrationNames: null };
  expect(await readAccountCounts(worker, caller)).toBeNull();
  const before = await integrationHealth(worker, caller, 86_400, new Date());
  expect(await recountIfNeeded(worker)).toBe(true);
  expect(await recountIfNeeded(worker)).toBe(false);
  expect(await rowsOf("SELECT version FROM counting")).toEqual([{ version: countingVersion }]);
  const after = await integrationHealth(worker, caller, 86_400, new Date());
  const withoutLatency = (all: typeof after): unknown[] => all.map((one) => ({ ...one, latencyMs: null }));
  expect(withoutLatency(after)).toEqual(withoutLatency(before));
  expect(after.length).toBeGreaterThan(0);
});

test("a key that is limited to tenants gets the counts of its own accounts", async () => {
  await database.pool.query(
    "INSERT INTO integrated_account (id, environment_id, tenant_id, integration_name, status) VALUES ('ia_other', $1, 'other', 'acme', 'active')",
    [environmentId],
  );
  const caller = { environmentId, tenantIds: ["other"], integrationNames: null };
  const [only, ...none] = await integrationHealth(worker, caller, 86_400, new Date());
  expect(none).toEqual([]);
  expect(only).toMatchObject({ integrationName: "acme", accounts: { active: 1, needs_reauth: 0 }, refreshes: 0 });
});

test("what was, is kept for each minute, quarter and hour in which something changed, and goes when its time is over", async () => {
  await addUpCounts(worker);
  const pasts = await rowsOf<{ step: number; active: number }>(
    `SELECT DISTINCT ON (step) step, active FROM account_count_past WHERE environment_id = $1 AND integration_name = 'acme'
      ORDER BY step, at DESC`,
    [environmentId],
  );
  const active = (await readAccountCounts(worker, { environmentId, integrationNames: ["acme"] }))
    ?.filter(({ status }) => status === "active")
    .reduce((sum, { accounts }) => sum + accounts, 0);
  expect(pasts).toEqual([60, 900, 3600].map((step) => ({ step, active })));

  await database.pool.query(
    `INSERT INTO account_count_past SELECT environment_id, 60, at - interval '60 days', 'older', 1, 1, 1, 1, 1 FROM account_count_past LIMIT 1`,
  );
  await database.pool.query(
    `INSERT INTO account_count_past SELECT environment_id, 60, at + interval '5 days', 'older', 2, 2, 2, 2, 2 FROM account_count_past
      WHERE integration_name = 'older'`,
  );
  await database.pool.query(
    `INSERT INTO attempt_count SELECT environment_id, step, at - interval '60 days', integration_name, outcome, rule, latency, attempts FROM attempt_count`,
  );
  await forgetCounts(worker);
  // The last state of before its time is what was at its beginning.
  expect(await rowsOf("SELECT active FROM account_count_past WHERE integration_name = 'older'")).toEqual([
    { active: 2 },
  ]);
  expect(await rowsOf("SELECT FROM attempt_count WHERE at < now() - interval '33 days'")).toEqual([]);
  expect((await checkCounts(worker))?.differing).toBe(0);
});

test("processes may neither write changes nor, but for the worker, counts", async () => {
  const refused = async (role: "api" | "worker", text: string): Promise<void> => {
    const pool = createPool({
      connectionString: database.urlAs(role),
      max: 1,
      applicationName: "test",
      onError: () => {},
    });
    await expect(pool.query(text)).rejects.toThrow("permission denied");
    await pool.end();
  };
  const change =
    "INSERT INTO account_count_change (environment_id, integration_name, status, is_held, accounts) VALUES ('a', 'b', 'active', false, 9)";
  await refused("api", change);
  await refused("worker", change);
  await refused("api", "UPDATE account_count SET accounts = 0");
  await refused("api", "DELETE FROM attempt_count");
});
