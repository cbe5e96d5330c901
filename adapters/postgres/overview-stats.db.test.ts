import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../test/database.ts";
import { addUpCounts } from "./add-up-counts.ts";
import { readOverviewStats, readSeries } from "./overview-stats.ts";
import { createPool, type DatabasePool } from "./pool.ts";
import { createTally } from "./tally.ts";

let database: TestDatabase;
let environmentId: string;
/** With the rights of an api, which reads. */
let api: DatabasePool;
let worker: DatabasePool;

beforeAll(async () => {
  database = await createTestDatabase();
  const options = { max: 4, applicationName: "test", onError: () => {} };
  api = createPool({ connectionString: database.urlAs("api"), ...options });
  worker = createPool({ connectionString: database.urlAs("worker"), ...options });
  environmentId = (await database.pool.query("SELECT id FROM environment WHERE name = 'production'")).rows[0].id;
});
afterAll(async () => {
  await api.end();
  await worker.end();
});
beforeEach(async () => {
  await database.pool.query(
    "DELETE FROM refresh_attempt; DELETE FROM integrated_account; DELETE FROM circuit; DELETE FROM webhook_endpoint; DELETE FROM tally",
  );
  await addUpCounts(worker);
});

let made = 0;
/** Each value is SQL. @returns its id */
async function addAccount(integrationName: string, columns: Readonly<Record<string, string>> = {}): Promise<string> {
  made += 1;
  const all = { status: "'active'", ...columns };
  await database.pool.query(
    `INSERT INTO integrated_account (id, environment_id, tenant_id, integration_name, ${Object.keys(all).join(", ")})
     VALUES ($1, $2, 'acme', $3, ${Object.values(all).join(", ")})`,
    [`ia_${made}`, environmentId, integrationName],
  );
  return `ia_${made}`;
}

async function addAttempt(accountId: string, outcome: string, minutesAgo: number, tookMs = 200): Promise<void> {
  made += 1;
  await database.pool.query(
    `INSERT INTO refresh_attempt (id, started_at, finished_at, account_id, environment_id, fence, credential_version, reason, outcome, rule)
     VALUES ($1, now() - make_interval(mins => $4) - make_interval(secs => $5), now() - make_interval(mins => $4), $2, $3, 1, 1, 'alarm',
             $6, nullif($6, 'refreshed'))`,
    [`att_${made}`, accountId, environmentId, minutesAgo, tookMs / 1_000, outcome],
  );
}

async function addCircuit(key: string, columns: Readonly<Record<string, string>> = {}): Promise<void> {
  const all = { state: "'open'", cause: "'provider'", opened_at: "now() - interval '1 hour'", ...columns };
  await database.pool.query(
    `INSERT INTO circuit (key, environment_id, integration_name, endpoint, ${Object.keys(all).join(", ")})
     VALUES ($1, $2, 'acme', 'https://idp.example/token', ${Object.values(all).join(", ")})`,
    [key, environmentId],
  );
}

const overview = async (windowSeconds = 86_400) =>
  await readOverviewStats(api, environmentId, windowSeconds, new Date());

describe("the window and the one before", () => {
  test("have each attempt in one of them", async () => {
    const id = await addAccount("acme");
    for (const hoursAgo of [0, 1, 23]) await addAttempt(id, "refreshed", hoursAgo * 60);
    for (const hoursAgo of [26, 30]) await addAttempt(id, "transient", hoursAgo * 60);
    await addAttempt(id, "refreshed", 40 * 60);
    await addAttempt(id, "superseded", 28 * 60);
    // Counted or waiting to be.
    for (const _ of [1, 2]) {
      const found = await overview();
      expect(found.attempts.reduce((sum, { count }) => sum + count, 0)).toBe(3);
      await addUpCounts(worker);
    }
    expect((await overview()).attemptsBefore).toEqual({ refreshes: 4, decided: 3, refreshed: 1 });
    expect((await overview(30 * 86_400)).attemptsBefore).toBeNull();
  });
});

test("the share when the window began is of no later instant", async () => {
  await addAccount("acme");
  await addUpCounts(worker);
  // Of each step what there was at its end; the window begins within the second.
  await database.pool.query(
    `INSERT INTO account_count_past (environment_id, integration_name, step, at, connecting, active, needs_reauth, disconnected, held)
     VALUES ($1, 'acme', 900, '2030-01-01T11:45Z', 0, 9, 1, 0, 0), ($1, 'acme', 900, '2030-01-01T12:00Z', 0, 0, 10, 0, 0)`,
    [environmentId],
  );
  const { reauthShareBefore } = await readOverviewStats(api, environmentId, 86_400, new Date("2030-01-02T12:07:30Z"));
  expect(reauthShareBefore).toBe(0.1);
  await database.pool.query("DELETE FROM account_count_past WHERE at > '2029-01-01'");
});

describe("open breakers", () => {
  test("are told with the accounts behind them, of each integration that shares the client", async () => {
    await addCircuit("c_shared", { cause: "'client'", probe_at: "now() + interval '1 minute'" });
    await addCircuit("c_host", {
      cause: "'provider'",
      opened_at: "now() - interval '2 hours'",
      probe_at: "now() - interval '1 second'",
    });
    await addCircuit("c_closed", { state: "'closed'", cause: "NULL", opened_at: "NULL" });
    await addCircuit("c_empty", { cause: "'rate_limit'", opened_at: "now()" });
    for (const name of ["acme", "acme", "acme", "globex"]) await addAccount(name, { circuit_key: "'c_shared'" });
    await addAccount("acme", { circuit_key: "'c_shared'", status: "'needs_reauth'" });
    await addAccount("initech", { circuit_key: "'c_host'" });
    await addAccount("initech", { circuit_key: "'c_closed'" });
    const { breakers } = await overview();
    expect(
      breakers.map(({ integrationName, cause, state, accounts }) => [integrationName, cause, state, accounts]),
    ).toEqual([
      ["initech", "provider", "half_open", 1],
      ["acme", "client", "open", 3],
      ["globex", "client", "open", 1],
      ["acme", "rate_limit", "open", 0],
    ]);
  });

  test("of many hosts are one, with how many there are", async () => {
    for (const key of ["h_1", "h_2", "h_3"]) {
      await addCircuit(key);
      await addAccount("acme", { circuit_key: `'${key}'` });
    }
    expect((await overview()).breakers).toMatchObject([{ integrationName: "acme", clients: 3, accounts: 3 }]);
  });
});

describe("what is late", () => {
  test("are alarms that rang and that nobody serves, apart from those behind an open breaker", async () => {
    const late = { refresh_due_at: "now() - interval '5 minutes'" };
    await addCircuit("c_open");
    await addAccount("acme", late);
    await addAccount("acme", { ...late, circuit_key: "'c_open'" });
    await addAccount("acme", { ...late, hold: "'{}'" });
    await addAccount("acme", { ...late, lease_until: "now() + interval '20 seconds'" });
    await addAccount("acme", { refresh_due_at: "now() - interval '30 seconds'" });
    await addAccount("acme", { refresh_due_at: "now() + interval '5 minutes'" });
    const { backlog } = await overview();
    expect(backlog).toMatchObject({ overdue: 1, behindBreakers: 1 });
    expect(backlog.oldestSeconds).toBeGreaterThanOrEqual(300);
  });

  test("is told however many wait behind a breaker", async () => {
    await addCircuit("c_open");
    await database.pool.query(
      `INSERT INTO integrated_account (id, environment_id, tenant_id, integration_name, status, circuit_key, refresh_due_at)
       SELECT 'ia_behind_' || n, $1, 'acme', 'acme', 'active', 'c_open', now() - interval '1 hour' FROM generate_series(1, 10050) n`,
      [environmentId],
    );
    await addAccount("globex", { refresh_due_at: "now() - interval '5 minutes'" });
    const { backlog } = await overview();
    expect(backlog).toMatchObject({ overdue: 1, behindBreakers: 10_000 });
    expect(backlog.oldestSeconds).toBeLessThan(600);
  });
});

test("accounts to look at: without a token first, then who left last, then whose tokens end next; none that is held", async () => {
  const failing = { last_error: `'{"code": "transient", "message": "503", "at": "2026-12-04T10:00:00Z"}'` };
  const left = { status: "'needs_reauth'" };
  await addAccount("acme");
  const ids = {
    soon: await addAccount("acme", { ...failing, expires_at: "now() + interval '10 minutes'" }),
    later: await addAccount("acme", { ...failing, expires_at: "now() + interval '20 minutes'" }),
    endless: await addAccount("acme", failing),
    ended: await addAccount("acme", { ...failing, expires_at: "now() - interval '1 hour'" }),
    before: await addAccount("acme", { ...left, reauth_required_at: "now() - interval '2 hours'" }),
    lately: await addAccount("acme", { ...left, reauth_required_at: "now() - interval '1 hour'" }),
    // Nobody tried since: a breaker is open.
    waiting: await addAccount("acme", {
      refresh_delayed_at: "now()",
      expires_at: "now() - interval '30 minutes'",
      circuit_key: "'c_open'",
    }),
    // Nobody ever tries: there is nothing to refresh it with.
    last: await addAccount("acme", { expires_at: "now() - interval '45 minutes'" }),
    // Late, and nothing else: told with what waits.
    late: await addAccount("acme", { expires_at: "now() - interval '1 minute'", refresh_due_at: "now()" }),
    held: await addAccount("acme", { ...failing, hold: `'{"reason": "mass_failure", "at": "2026-12-04T10:00:00Z"}'` }),
  };
  const { attention } = await overview();
  expect(attention).toMatchObject({ withoutToken: 3, failing: 3 });
  const { waiting, last, ended, lately, before, soon } = ids;
  // Six at most.
  expect(attention.accounts.map(({ id }) => id)).toEqual([waiting, last, ended, lately, before, soon]);
});

test("webhooks: how endpoints do, what waits, and attempts that processes tallied", async () => {
  const endpoint = async (id: string, status: string, failures: number): Promise<void> => {
    const off = status === "disabled" ? "now()" : "NULL";
    await database.pool.query(
      `INSERT INTO webhook_endpoint (id, environment_id, url, status, failures, disabled_at, disabled_reason)
       VALUES ($1, $2, 'https://example.com', $3, $4, ${off}, CASE WHEN $3 = 'disabled' THEN 'operator' END)`,
      [id, environmentId, status, failures],
    );
  };
  await endpoint("whe_1", "enabled", 0);
  await endpoint("whe_2", "enabled", 3);
  await endpoint("whe_3", "disabled", 0);
  await database.pool.query(
    `INSERT INTO webhook_delivery (id, endpoint_id, environment_id, event_id, event_created_at, event_type, next_attempt_at)
     VALUES ('d1', 'whe_2', $1, 'e1', now(), 'x', now() - interval '1 minute'), ('d2', 'whe_2', $1, 'e2', now(), 'x', now() + interval '1 hour')`,
    [environmentId],
  );
  await database.pool.query(
    "INSERT INTO webhook_untried (endpoint_id, due_at, id, environment_id, event_id, event_created_at, event_type) VALUES ('whe_1', now() - interval '2 minutes', 'd3', $1, 'e3', now(), 'x')",
    [environmentId],
  );
  const tally = createTally(api);
  tally.webhookAttempted(environmentId, "delivered", 90);
  tally.webhookAttempted(environmentId, "failed", 90);
  tally.webhookAttempted("env_other", "failed", 90);
  await tally.flush();
  const { webhooks, webhookAttempts } = await overview();
  expect(webhooks).toMatchObject({ working: 1, failing: 1, disabled: 1, due: 2, retrying: 1 });
  expect(webhooks.oldestSeconds).toBeGreaterThanOrEqual(120);
  expect(webhookAttempts.map(({ result, count }) => `${result} ${count}`).toSorted()).toEqual([
    "delivered 1",
    "failed 1",
  ]);
});

test("token reads, and how long those waited that had to", async () => {
  const tally = createTally(api);
  for (const _ of [1, 2, 3]) tally.tokenRead(environmentId, "fresh", null);
  tally.tokenRead(environmentId, "refreshed", 400);
  tally.tokenRead(environmentId, "provider_timeout", 20_000);
  await tally.flush();
  const { reads } = await overview();
  expect(reads).toMatchObject({ reads: 5, served: 4, servedShare: 0.8, waited: 2, problems: { provider_timeout: 1 } });
  const { points } = await readSeries(api, { environmentId, integrationNames: null }, 3_600, new Date());
  expect(points.some(({ waitP95 }) => waitP95 !== null && waitP95 > 15_000)).toBe(true);
});

test("a series has a point for each step, of one integration alone where that is asked, with what waits to be added up", async () => {
  const acme = await addAccount("acme");
  const globex = await addAccount("globex", { status: "'needs_reauth'" });
  await addUpCounts(worker);
  await addAttempt(acme, "refreshed", 0);
  await addAttempt(globex, "transient", 0);
  await addAttempt(globex, "refreshed", 95);
  const now = new Date();
  const all = await readSeries(api, { environmentId, integrationNames: null }, 10_800, now);
  expect(all.stepSeconds).toBe(60);
  expect(all.points.length).toBeGreaterThanOrEqual(180);
  expect(all.points.reduce((sum, { refreshes }) => sum + refreshes, 0)).toBe(3);
  expect(all.points.at(-1)?.needsReauthShare).toBe(0.5);
  const one = await readSeries(api, { environmentId, integrationNames: ["acme"] }, 10_800, now);
  expect(one.points.filter(({ refreshes }) => refreshes > 0)).toMatchObject([{ successRate: 1 }]);
  expect(one.points.at(-1)?.needsReauthShare).toBe(0);
  const none = await readSeries(api, { environmentId, integrationNames: [] }, 10_800, now);
  expect(none.points.every(({ refreshes }) => refreshes === 0)).toBe(true);
});

test("while what there was is not counted yet, accounts are counted as they are, and it says so", async () => {
  await addAccount("acme");
  expect(await overview()).toMatchObject({ isCounted: true });
  await database.pool.query("UPDATE counting SET version = 0");
  await database.pool.query("UPDATE account_count SET accounts = 99");
  const { isCounted, accounts } = await overview();
  expect(isCounted).toBe(false);
  expect(accounts).toEqual([{ integrationName: "acme", status: "active", isHeld: false, accounts: 1 }]);
  await database.pool.query("UPDATE counting SET version = 1");
});
