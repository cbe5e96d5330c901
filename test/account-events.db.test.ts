import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { tellDelayedRefreshes, tellDelayedSql } from "#adapters/postgres/delayed-refreshes";
import { createPool, type DatabasePool } from "#adapters/postgres/pool";
import { startFaultServer, type FaultBehaviour, type FaultServer } from "#lab/start-fault-server";
import { findFreePort } from "#scripts/ports";
import { createTestDatabase } from "./database.ts";
import { count, defineFaulty, importAccounts, until } from "./faulty-integration.ts";
import { startProcess } from "./start-process.ts";
import { startStack, type Answer, type Stack } from "./start-stack.ts";

let stack: Stack;
let server: FaultServer;
let pool: DatabasePool;

const unwell: FaultBehaviour = { kind: "json", status: 503, body: { error: "temporarily_unavailable" } };
let answers = 0;
const good = (changes: Record<string, unknown> = {}) => {
  answers += 1;
  const tokens = { access_token: `new-access-${answers}`, refresh_token: `new-refresh-${answers}` };
  return {
    kind: "json",
    status: 200,
    body: { ...tokens, token_type: "Bearer", expires_in: 3600, ...changes },
  } as const;
};

beforeAll(async () => {
  [stack, server] = await Promise.all([startStack(), startFaultServer()]);
  pool = createPool({ connectionString: stack.database.url, max: 4, applicationName: "test", onError: () => {} });
});
afterAll(async () => {
  await pool.end();
  await stack[Symbol.asyncDispose]();
  await server.close();
});

/** The account's events after the first, which tells that it was created. */
async function eventsOf(id: string): Promise<{ sequence: number; event_type: string; payload: Answer["body"] }[]> {
  const { rows } = await pool.query(
    "SELECT sequence, event_type, payload FROM event WHERE account_id = $1 ORDER BY sequence OFFSET 1",
    [id],
  );
  return rows;
}

const refresh = (id: string): Promise<Answer> => stack.call("POST", `/integrated-accounts/${id}/refresh`);

async function failOnce(id: string): Promise<void> {
  server.respondWith(unwell);
  expect((await refresh(id)).status).toBe(502);
}

const endToken = (id: string) =>
  pool.query(
    "UPDATE integrated_account SET issued_at = now() - interval '1 hour', expires_at = now() - interval '1 second' WHERE id = $1",
    [id],
  );

describe("integrated_account:refresh_delayed (R80)", () => {
  const name = "delayed";
  let id: string;
  const delayed = (sequence: number) => ({
    sequence,
    event_type: "integrated_account:refresh_delayed",
    payload: {
      id,
      integration_name: name,
      tenant_id: "tenant-0",
      status: "active",
      last_error: expect.stringContaining("temporarily_unavailable"),
    },
  });

  beforeAll(() => defineFaulty(stack, name, server));
  beforeEach(async () => {
    server.respondWith(good);
    [id = ""] = await importAccounts(stack, name, 1);
    // An answer closes the breaker, whatever the test before has left it with.
    const { status } = await refresh(id);
    if (status !== 200) throw new Error(`the account can't be refreshed: ${status}`);
  });

  test("comes once when a token ends whose refresh failed while it was valid, and again only after a success between", async () => {
    await failOnce(id);
    // The token is valid: nobody is delayed yet.
    expect(await tellDelayedRefreshes(pool)).toBe(0);
    await endToken(id);
    expect(await tellDelayedRefreshes(pool)).toBe(1);
    expect(await eventsOf(id)).toEqual([delayed(2)]);
    // Failing on is no news.
    expect((await refresh(id)).status).toBe(502);
    expect(await tellDelayedRefreshes(pool)).toBe(0);

    server.respondWith(good);
    expect((await refresh(id)).status).toBe(200);
    await endToken(id);
    // It ended, and nothing has failed since.
    expect(await tellDelayedRefreshes(pool)).toBe(0);
    await failOnce(id);
    expect(await tellDelayedRefreshes(pool)).toBe(1);
    expect(await eventsOf(id)).toEqual([delayed(2), delayed(3)]);
  });

  test("comes of the worker's sweep by itself, without another attempt", async () => {
    await failOnce(id);
    await endToken(id);
    const env = { ...stack.env, WORKER_PORT: String(await findFreePort()) };
    const worker = await startProcess("worker/main.ts", env);
    await pool.query("SELECT graphile_worker.add_job('sweep')");
    await until(async () => (await eventsOf(id)).length > 0);
    await worker.stop();
    expect(await eventsOf(id)).toEqual([delayed(2)]);
    const attempts = await stack.call("GET", `/integrated-accounts/${id}/refresh-attempts`);
    expect(attempts.body.data.map((one: { outcome: string }) => one.outcome)).toEqual(["transient", "refreshed"]);
  });

  test("also of an account that nobody tried, since its breaker is open; not of one that is merely late", async () => {
    const dead = "dead";
    await defineFaulty(stack, dead, server);
    const [waiting = "", ...others] = await importAccounts(stack, dead, 6);
    await endToken(waiting);
    await pool.query("UPDATE integrated_account SET refresh_due_at = now() - interval '1 hour' WHERE id = $1", [
      waiting,
    ]);
    expect(await tellDelayedRefreshes(pool)).toBe(0);
    for (const other of others) await failOnce(other);
    const { rows } = await pool.query("SELECT state FROM circuit WHERE integration_name = $1", [dead]);
    expect(rows).toEqual([{ state: "open" }]);
    expect(await tellDelayedRefreshes(pool)).toBe(1);
    const { payload, ...told } = delayed(2);
    const words = { id: waiting, integration_name: dead, tenant_id: "tenant-0", status: payload.status };
    expect(await eventsOf(waiting)).toEqual([{ ...told, payload: { ...words, last_error: null } }]);
  });

  test("also of an account that could not even be asked about", async () => {
    await endToken(id);
    await pool.query(
      "UPDATE integrated_account SET last_error = jsonb_build_object('code', 'sealed_value_invalid', 'message', 'x', 'at', now()) WHERE id = $1",
      [id],
    );
    expect(await tellDelayedRefreshes(pool)).toBe(1);
  });

  test.each([
    ["is held", `hold = '{"reason": "mass_failure", "at": "2026-11-20T10:00:00Z"}'`],
    ["needs its customer", "status = 'needs_reauth', refresh_due_at = NULL"],
    ["was disconnected", "status = 'disconnected', refresh_due_at = NULL"],
    ["is connecting", "status = 'connecting', refresh_due_at = NULL"],
    ["has a token without end", "expires_at = NULL"],
    ["has not failed", "last_error = NULL"],
  ])("never of an account that %s", async (_name, set) => {
    await failOnce(id);
    await endToken(id);
    await pool.query(`UPDATE integrated_account SET ${set} WHERE id = $1`, [id]);
    expect(await tellDelayedRefreshes(pool)).toBe(0);
    expect(await eventsOf(id)).toEqual([]);
  });

  test("of each account once, however many there are and however many sweep at once; a locked row waits for the next", async () => {
    await pool.query(
      `INSERT INTO integrated_account (id, environment_id, tenant_id, integration_name, status, expires_at, refresh_due_at, last_error)
       SELECT 'ia_many_' || n, (SELECT environment_id FROM integrated_account WHERE id = $1), 'many', $2, 'active',
              now() - make_interval(secs => n), now() + interval '1 hour', '{"code": "transient", "message": "HTTP 503", "at": "2026-11-20T10:00:00Z"}'
         FROM generate_series(1, 2500) n`,
      [id, name],
    );
    const writer = await pool.connect();
    await writer.query("BEGIN");
    await writer.query("SELECT FROM integrated_account WHERE id = 'ia_many_7' FOR UPDATE");
    const told = await Promise.all([tellDelayedRefreshes(pool), tellDelayedRefreshes(pool)]);
    expect(told[0] + told[1]).toBeLessThanOrEqual(2499);
    await writer.query("ROLLBACK");
    writer.release();
    // Where two skipped each other's rows, the next one finds them.
    expect(told[0] + told[1] + (await tellDelayedRefreshes(pool))).toBe(2500);
    const { rows } = await pool.query(
      `SELECT count(*)::int AS events, count(DISTINCT id)::int AS ids, count(DISTINCT account_id)::int AS accounts,
              bool_and(sequence = 1) AS "areFirst", bool_and(id LIKE 'evt\\_%') AS "haveIds"
         FROM event WHERE account_id LIKE 'ia\\_many\\_%'`,
    );
    expect(rows).toEqual([{ events: 2500, ids: 2500, accounts: 2500, areFirst: true, haveIds: true }]);
    expect(await count(stack, "tenant_id = 'many' AND event_sequence = 1 AND refresh_delayed_at IS NOT NULL")).toBe(
      2500,
    );
  });

  test("is looked for among tokens that have ended, however many are well", async () => {
    await using database = await createTestDatabase();
    await database.pool.query(
      `INSERT INTO integrated_account (id, environment_id, tenant_id, integration_name, status, expires_at, refresh_due_at)
       SELECT 'ia_' || n, e.id, 'tenant', 'acme-crm', 'active', now() + make_interval(secs => n - 20), now()
         FROM generate_series(1, 20000) n, environment e WHERE e.name = 'staging'`,
    );
    await database.pool.query("ANALYZE integrated_account");
    const { rows } = await database.pool.query<{ "QUERY PLAN": string }>(`EXPLAIN ${tellDelayedSql}`, [1000, [], "x"]);
    const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
    expect(plan).toContain("integrated_account_ending");
    expect(plan).not.toContain("Seq Scan on integrated_account");
  });
});

describe("integrated_account:scopes_changed (R6)", () => {
  const name = "scoped";
  let id: string;
  const grant = async (scope: string | null): Promise<void> => {
    server.respondWith(() => good(scope === null ? {} : { scope }));
    expect((await refresh(id)).status).toBe(200);
  };

  beforeAll(async () => {
    await defineFaulty(stack, name, server);
    const imported = await stack.call("POST", "/integrated-accounts", {
      integration_name: name,
      tenant_id: "tenant-scoped",
      credentials: { oauth2: { access_token: "a", refresh_token: "r", expires_in: 3600, scope: "read write" } },
    });
    id = imported.body.id;
  });

  test("comes when a refresh grants other scopes, not when it names the same in another order or none", async () => {
    await grant("write read");
    await grant(null);
    expect(await eventsOf(id)).toEqual([]);
    await grant("read");
    await grant("read");
    await grant(null);
    const changed = {
      event_type: "integrated_account:scopes_changed",
      payload: {
        id,
        integration_name: name,
        tenant_id: "tenant-scoped",
        status: "active",
        last_error: null,
      },
    };
    expect(await eventsOf(id)).toEqual([{ ...changed, sequence: 2 }]);
    expect((await stack.call("GET", `/integrated-accounts/${id}`)).body.scopes.granted).toEqual(["read"]);
    await grant("read write");
    expect((await eventsOf(id)).map((one) => [one.sequence, one.event_type])).toEqual([
      [2, changed.event_type],
      [3, changed.event_type],
    ]);
  });

  test("comes when a customer comes back and grants fewer, while the account is active", async () => {
    const account = await stack.connect("tenant-fewer", "hedy");
    const comeBack = async (scopes: string[]): Promise<void> => {
      const wish = { tenant_id: "tenant-fewer", integrated_account_id: account.id };
      const link = await stack.call("POST", "/link-tokens", wish);
      expect((await stack.walk(link.body.url, "hedy", { scopes })).status).toBe("connected");
    };
    await comeBack(account.scopes.requested);
    expect(await eventsOf(account.id)).toEqual([]);
    await comeBack(["offline_access", "read"]);
    expect((await eventsOf(account.id)).map((one) => one.event_type)).toEqual(["integrated_account:scopes_changed"]);
  });
});
