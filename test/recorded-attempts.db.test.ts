import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createAccountStore } from "#adapters/postgres/account-store";
import { createPool, type DatabasePool } from "#adapters/postgres/pool";
import { settleLeftAttempts } from "#adapters/postgres/refresh-jobs";
import type { AccountChange } from "#core/ports/account-store";
import { startFaultServer, type FaultServer } from "#lab/start-fault-server";
import { defineFaulty, importAccounts, makeDue, until } from "./faulty-integration.ts";
import { expireToken, startStack, type Answer, type Stack } from "./start-stack.ts";

let stack: Stack;
let server: FaultServer;
let pool: DatabasePool;

beforeAll(async () => {
  [stack, server] = await Promise.all([startStack({ worker: true }), startFaultServer()]);
  pool = createPool({
    connectionString: stack.database.url,
    max: 2,
    applicationName: "test",
    onError: () => {},
  });
});
afterAll(async () => {
  await pool.end();
  await stack[Symbol.asyncDispose]();
  await server.close();
});

const attemptsOf = async (id: string): Promise<Answer["body"][]> =>
  (await stack.call("GET", `/integrated-accounts/${id}/refresh-attempts`)).body.data;

const accountOf = async (id: string): Promise<Answer["body"]> =>
  (await stack.call("GET", `/integrated-accounts/${id}`)).body;

describe("a customer who comes back for an account that is there (R24)", () => {
  const comeBack = async (tenantId: string, id: string, person: string): Promise<Answer["body"]> => {
    const link = await stack.call("POST", "/link-tokens", { tenant_id: tenantId, integrated_account_id: id });
    return await stack.walk(link.body.url, person);
  };

  test("is a finished attempt, while the account is active and after its grant died; the first time is none", async () => {
    const account = await stack.connect("tenant-back", "ada");
    expect(await attemptsOf(account.id)).toEqual([]);
    expect(await comeBack("tenant-back", account.id, "ada")).toMatchObject({ status: "connected" });
    const [first, ...none] = await attemptsOf(account.id);
    expect(none).toEqual([]);
    const { refresh_due_at } = await accountOf(account.id);
    expect(first).toMatchObject({
      reason: "reauthorized",
      outcome: "refreshed",
      http_status: 200,
      waiters: 0,
      error: null,
      rule: null,
      next_attempt_at: refresh_due_at,
      explanation: expect.stringContaining("The customer authorized again."),
    });
    expect(Date.parse(first.finished_at)).toBeGreaterThanOrEqual(Date.parse(first.started_at));

    await stack.database.pool.query(
      "UPDATE integrated_account SET status = 'needs_reauth', refresh_due_at = NULL, reauth_required_at = now() WHERE id = $1",
      [account.id],
    );
    expect(await comeBack("tenant-back", account.id, "ada")).toMatchObject({ status: "connected" });
    expect((await attemptsOf(account.id)).map((one) => one.reason)).toEqual(["reauthorized", "reauthorized"]);
    // It is no refresh, and does not better the rate of those.
    const { integrations } = (await stack.call("GET", "/stats/health")).body;
    expect(integrations[0]).toMatchObject({ integration_name: "acme-crm", refreshes: 0 });
  });

  test("supersedes what was under way, and is written beside it", async () => {
    const account = await stack.connect("tenant-busy", "grace");
    const asked = Promise.withResolvers<void>();
    const mayAnswer = Promise.withResolvers<void>();
    let requests = 0;
    stack.lab.onTokenRequest = async () => {
      requests += 1;
      if (requests > 1) return;
      asked.resolve();
      await mayAnswer.promise;
    };
    const refreshing = stack.call("POST", `/integrated-accounts/${account.id}/refresh`);
    await asked.promise;
    expect(await comeBack("tenant-busy", account.id, "grace")).toMatchObject({ status: "connected" });
    const outcomes = (await attemptsOf(account.id)).map((one) => [one.reason, one.outcome]);
    expect(outcomes).toEqual([
      ["reauthorized", "refreshed"],
      ["forced", "superseded"],
    ]);
    mayAnswer.resolve();
    await refreshing;
    stack.lab.onTokenRequest = async () => {};
  });

  test("is written once, though the change is applied again since the word of its commit was lost", async () => {
    const account = await stack.connect("tenant-twice", "alan");
    const { rows } = await pool.query(
      `SELECT a.environment_id, a.fence, (SELECT id FROM connect_session WHERE account_id = a.id) AS session
         FROM integrated_account a WHERE a.id = $1`,
      [account.id],
    );
    await pool.query("UPDATE connect_session SET status = 'exchanging' WHERE id = $1", [rows[0].session]);
    const startedAt = new Date();
    const change: AccountChange = {
      accountId: account.id,
      environmentId: rows[0].environment_id,
      ifFence: BigInt(rows[0].fence),
      isAnswer: false,
      ifVersion: 1,
      expectedStatus: "active",
      expectedScopes: account.scopes.granted,
      raiseFence: true,
      releaseLease: true,
      set: { credentialVersion: 2 },
      happening: null,
      credential: { kind: "replace", version: 2, kid: "t1", sealed: Uint8Array.of(2), fingerprint: null },
      attempt: null,
      recorded: {
        id: "att_twice",
        startedAt,
        reason: "reauthorized",
        outcome: "refreshed",
        httpStatus: 201,
        error: null,
        rule: null,
        nextAttemptAt: null,
        explanation: "back",
        waiters: 0,
      },
      guard: null,
      completes: { sessionId: rows[0].session, linkId: null },
      audit: [],
    };
    const store = createAccountStore(pool);
    const applied = await Promise.all([store.apply(change), store.apply(change)]);
    applied.push(await store.apply(change));
    expect(applied.map((one) => one?.credentialVersion)).toEqual([2, 2, 2]);
    expect(await attemptsOf(account.id)).toEqual([
      expect.objectContaining({ id: "att_twice", started_at: startedAt.toISOString(), http_status: 201 }),
    ]);
    const { rows: written } = await pool.query(
      "SELECT fence, credential_version, refresh_token_fingerprint FROM refresh_attempt WHERE id = 'att_twice'",
    );
    expect(written).toEqual([
      { fence: String(BigInt(rows[0].fence) + 1n), credential_version: 1, refresh_token_fingerprint: null },
    ]);
  });

  test("and an import is no attempt", async () => {
    const grant = await stack.lab.issueGrant({ clientId: "evergrant-test", person: "edsger" });
    const imported = await stack.call("POST", "/integrated-accounts", {
      integration_name: "acme-crm",
      tenant_id: "tenant-import",
      credentials: { oauth2: { access_token: grant.accessToken, refresh_token: grant.refreshToken, expires_in: 3600 } },
    });
    expect(await attemptsOf(imported.body.id)).toEqual([]);
  });
});

describe("a refresh that could not even be tried (R24)", () => {
  const breaks: readonly (readonly [name: string, rule: string, outcome: string, code: string, sql: string])[] = [
    [
      "undefined",
      "definition.missing",
      "client_misconfigured",
      "client_misconfigured",
      "DELETE FROM integration WHERE name = $1",
    ],
    [
      "garbled",
      "definition.unreadable",
      "client_misconfigured",
      "client_misconfigured",
      "UPDATE integration SET document = '{}', updated_at = clock_timestamp() WHERE name = $1",
    ],
    [
      "altered",
      "value.sealed",
      "transient",
      "sealed_value_invalid",
      `UPDATE sealed_credential s SET sealed = set_byte(s.sealed, length(s.sealed) - 1, get_byte(s.sealed, length(s.sealed) - 1) # 1)
         FROM integrated_account a WHERE a.id = s.account_id AND a.integration_name = $1`,
    ],
    [
      "emptied",
      "credentials.missing",
      "transient",
      "not_connected",
      "DELETE FROM sealed_credential s USING integrated_account a WHERE a.id = s.account_id AND a.integration_name = $1",
    ],
  ];

  test.each(breaks)(
    "%s: is put off and written down once, for its alarm and not for each call",
    async (name, rule, outcome, code, sql) => {
      await defineFaulty(stack, name, server);
      const [id = ""] = await importAccounts(stack, name, 1);
      await stack.database.pool.query(sql, [name]);
      // Callers get their problem, and the journal stays as it is.
      await expireToken(stack.database, id);
      for (let time = 0; time < 3; time += 1)
        expect((await stack.call("GET", `/integrated-accounts/${id}/token`)).body.code).toBe(code);
      expect(await attemptsOf(id)).toEqual([]);

      await makeDue(stack, name);
      await stack.database.pool.query("SELECT graphile_worker.add_job('sweep')");
      // Where the credentials are looked at under the lease, an attempt is open for that moment.
      await until(async () => (await attemptsOf(id)).some(({ finished_at }) => finished_at !== null));
      const [attempt] = await attemptsOf(id);
      const account = await accountOf(id);
      expect(attempt).toMatchObject({
        reason: "alarm",
        outcome,
        rule,
        http_status: null,
        error: account.last_error.message,
        next_attempt_at: account.refresh_due_at,
        explanation: expect.stringContaining("No request was made."),
      });
      expect(attempt.finished_at).toBe(attempt.started_at);
      expect(account).toMatchObject({ status: "active", last_error: { code } });
      expect(Date.parse(account.refresh_due_at) - Date.now()).toBeGreaterThan(2.9 * 3_600_000);

      // A job that comes again finds no alarm that rang.
      await stack.database.pool.query(
        `SELECT graphile_worker.add_job('refresh-account', json_build_object('environment_id', environment_id, 'account_id', id),
                job_key => 'again') FROM integrated_account WHERE id = $1`,
        [id],
      );
      const areDone = async (): Promise<boolean> =>
        (await stack.database.pool.query("SELECT FROM graphile_worker.jobs WHERE key = 'again'")).rowCount === 0;
      await until(areDone);
      await stack.call("GET", `/integrated-accounts/${id}/token`);
      expect(await attemptsOf(id)).toEqual([attempt]);
    },
  );

  test("ends what a dead process left open, and keeps the question as a doubt", async () => {
    const name = "orphaned";
    await defineFaulty(stack, name, server);
    const [id = ""] = await importAccounts(stack, name, 1);
    await stack.database.pool.query("DELETE FROM integration WHERE name = $1", [name]);
    await stack.database.pool.query(
      `WITH left_open AS (
         UPDATE integrated_account SET attempt_id = 'att_left', attempt_started_at = now() - interval '1 minute', fence = fence + 1,
                lease_until = now() - interval '30 seconds', lease_owner = 'dead' WHERE id = $1 RETURNING *)
       INSERT INTO refresh_attempt (id, started_at, account_id, environment_id, fence, credential_version, reason)
       SELECT 'att_left', attempt_started_at, id, environment_id, fence, credential_version, 'on_demand' FROM left_open`,
      [id],
    );
    // The worker looks after the dead every few seconds, though no alarm rings for an hour.
    await until(async () => {
      const attempts = await attemptsOf(id);
      return attempts.length === 2 && attempts.every(({ finished_at }) => finished_at !== null);
    });
    const outcomes = (await attemptsOf(id)).map((one) => [one.reason, one.outcome, one.rule]);
    expect(outcomes).toEqual([
      ["alarm", "client_misconfigured", "definition.missing"],
      ["on_demand", "in_doubt", "process.ended"],
    ]);
    const { rows } = await stack.database.pool.query(
      "SELECT doubts, attempt_id, lease_until FROM integrated_account WHERE id = $1",
      [id],
    );
    expect(rows).toEqual([{ doubts: 1, attempt_id: null, lease_until: null }]);
    // Nothing is left that would make a job of it again and again.
    expect(await settleLeftAttempts(pool)).toBe(0);
  });
});
