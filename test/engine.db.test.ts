import { describe, expect, test } from "vitest";
import { findFreePort } from "#scripts/ports";
import { startFaultServer } from "#lab/start-fault-server";
import { count, defineFaulty, importAccounts, makeDue, until } from "./faulty-integration.ts";
import { startProcess } from "./start-process.ts";
import { expireToken, startStack, type Stack } from "./start-stack.ts";

async function startWorker(stack: Stack) {
  return await startProcess("worker/main.ts", { ...stack.env, WORKER_PORT: String(await findFreePort()) });
}

const attemptsOf = async (stack: Stack, id: string) =>
  (await stack.call("GET", `/integrated-accounts/${id}/refresh-attempts`)).body.data;

describe("the alarm", () => {
  test("rings 60 to 180 s before a 5-minute expiry, and is refreshed with no failed call", async () => {
    await using stack = await startStack({ accessTokenSeconds: 300 });
    const account = await stack.connect("tenant", "ada");
    const before = (Date.parse(account.expires_at) - Date.parse(account.refresh_due_at)) / 1000;
    expect(before).toBeGreaterThanOrEqual(60);
    expect(before).toBeLessThanOrEqual(180);
    const worker = await startWorker(stack);
    // Time passes: all but the last two seconds before the alarm.
    await stack.database.pool.query(
      `UPDATE integrated_account
          SET issued_at = issued_at - shift, expires_at = expires_at - shift, refresh_due_at = refresh_due_at - shift
         FROM (SELECT refresh_due_at - now() - interval '2 seconds' AS shift FROM integrated_account WHERE id = $1) AS passed
        WHERE id = $1`,
      [account.id],
    );
    // The row is the alarm: its job was made for another time.
    await stack.database.pool.query("DELETE FROM graphile_worker._private_jobs");
    await stack.database.pool.query("SELECT graphile_worker.add_job('sweep')");
    const statuses = new Set<number>();
    await until(async () => {
      const read = await stack.call("GET", `/integrated-accounts/${account.id}/token`);
      statuses.add(read.status);
      return read.body.credential_version === 2;
    }, 50);
    expect([...statuses]).toEqual([200]);
    const attempts = await attemptsOf(stack, account.id);
    expect(attempts).toHaveLength(1);
    expect(attempts[0]).toMatchObject({ reason: "alarm", outcome: "refreshed" });
    expect(stack.lab.stats()).toMatchObject({ reuse_detected: 0, invalid_grants: 0 });
    await worker.stop();
  }, 120_000);
});

describe("a token endpoint that hangs for 45 s", () => {
  test("keeps an account for at most 30 s; the next caller succeeds", async () => {
    await using stack = await startStack();
    const account = await stack.connect("tenant", "ada");
    await expireToken(stack.database, account.id);
    let requests = 0;
    let release = (): void => {};
    const hanging = new Promise<void>((resolve) => (release = resolve));
    stack.lab.onTokenRequest = async () => {
      requests += 1;
      if (requests > 1) return;
      await Promise.race([hanging, new Promise((resolve) => setTimeout(resolve, 45_000).unref())]);
    };
    const first = await stack.call("GET", `/integrated-accounts/${account.id}/token`);
    expect([first.status, first.body.code]).toEqual([504, "provider_timeout"]);
    const { rows } = await stack.database.pool.query(
      "SELECT lease_until, attempt_id FROM integrated_account WHERE id = $1",
      [account.id],
    );
    expect(rows[0]).toEqual({ lease_until: null, attempt_id: null });
    const second = await stack.call("GET", `/integrated-accounts/${account.id}/token`);
    expect([second.status, second.body.credential_version]).toEqual([200, 2]);
    release();
    const [replay, lost] = await attemptsOf(stack, account.id);
    expect(lost).toMatchObject({ outcome: "in_doubt", rule: "network.answer_lost" });
    expect(replay).toMatchObject({ outcome: "refreshed" });
  }, 120_000);
});

describe("kill -9 of a worker that holds jobs", () => {
  test("its accounts are refreshed by another within 60 s", async () => {
    await using stack = await startStack();
    const server = await startFaultServer();
    await defineFaulty(stack, "steady", server, { refresh: { rotation: { rule: "none" } } });
    await importAccounts(stack, "steady", 60);
    server.respondWith({ kind: "hang" });
    const victim = await startWorker(stack);
    await makeDue(stack, "steady");
    await stack.database.pool.query("SELECT graphile_worker.add_job('sweep')");
    await until(async () => server.requests.length >= 15);
    const survivor = await startWorker(stack);
    const killedAt = Date.now();
    await victim.kill();
    server.respondWith(() => ({
      kind: "json",
      status: 200,
      body: { access_token: "fresh", refresh_token: "again", token_type: "Bearer", expires_in: 3600 },
    }));
    await until(async () => (await count(stack, "credential_version = 2 AND integration_name = 'steady'")) === 60, 250);
    const seconds = (Date.now() - killedAt) / 1000;
    // The promise itself: a lease of 30 s and less than half a minute to notice.
    expect(seconds).toBeLessThan(60);
    const { rows } = await stack.database.pool.query(
      "SELECT count(*)::int AS n FROM refresh_attempt WHERE rule = 'process.ended' AND outcome = 'in_doubt'",
    );
    expect(rows[0].n).toBeGreaterThanOrEqual(15);
    await survivor.stop();
    await server.close();
  }, 120_000);
});

describe("a dead token endpoint of one client", () => {
  test("is left alone but for probes, slows nobody else, and 1,000 waiting accounts come back at the budget's pace", async () => {
    await using stack = await startStack();
    const server = await startFaultServer();
    const perMinute = 6000;
    await defineFaulty(stack, "dead", server, { refresh: { perMinute } });
    await defineFaulty(stack, "alive", server);
    await importAccounts(stack, "dead", 1000);
    await importAccounts(stack, "alive", 20);
    let isDead = true;
    const good = (index: number) => ({
      kind: "json" as const,
      status: 200,
      body: { access_token: `a-${index}`, refresh_token: `r-${index}`, token_type: "Bearer", expires_in: 3600 },
    });
    server.respondWith((request) =>
      isDead && request.url.startsWith("/dead")
        ? { kind: "json", status: 503, body: { error: "temporarily_unavailable" } }
        : good(server.requests.length),
    );
    const sentTo = (name: string) => server.requests.filter((one) => one.url.startsWith(`/${name}`));
    await makeDue(stack, "dead");
    const worker = await startWorker(stack);
    const isOpen = async () =>
      (await stack.database.pool.query("SELECT FROM circuit WHERE state = 'open'")).rowCount === 1;
    await until(isOpen);
    // What was under way when it opened arrives as well: one for each job that ran at once.
    const probes = async () =>
      (await stack.database.pool.query("SELECT probes FROM circuit WHERE state = 'open'")).rows[0]?.probes ?? 0;
    await until(async () => (await probes()) >= 1);
    expect(sentTo("dead").length).toBeLessThanOrEqual(5 + 50 + (await probes()) + 1);
    // A caller without a valid token hears when to come back, at once.
    const { rows } = await stack.database.pool.query(
      `UPDATE integrated_account SET expires_at = now() - interval '1 second', issued_at = now() - interval '1 hour'
        WHERE id = (SELECT id FROM integrated_account WHERE integration_name = 'dead' AND consecutive_failures = 0 LIMIT 1)
        RETURNING id`,
    );
    const refused = await stack.call("GET", `/integrated-accounts/${rows[0].id}/token`);
    expect([refused.status, refused.body.code]).toEqual([503, "provider_unavailable"]);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    // Others go on as if nothing were.
    await makeDue(stack, "alive");
    await stack.database.pool.query("SELECT graphile_worker.add_job('sweep')");
    await until(async () => (await count(stack, "credential_version = 2 AND integration_name = 'alive'")) === 20);
    expect(await isOpen()).toBe(true);

    isDead = false;
    const backFrom = sentTo("dead").length;
    await until(async () => (await count(stack, "credential_version = 2 AND integration_name = 'dead'")) === 1000, 500);
    expect(await count(stack, "status <> 'active'")).toBe(0);
    const times = sentTo("dead")
      .slice(backFrom)
      .map((one) => one.at.getTime());
    // Never more within any ten seconds than the burst and ten seconds' worth.
    const most = perMinute / 10 + perMinute / 6;
    for (const [index, at] of times.entries()) {
      const within = times.slice(index).filter((other) => other < at + 10_000).length;
      expect(within).toBeLessThanOrEqual(most + 1);
    }
    const { rows: events } = await stack.database.pool.query(
      "SELECT event_type FROM event WHERE account_id IS NULL ORDER BY created_at",
    );
    expect(events.map((row) => row.event_type)).toEqual(["integration:degraded", "integration:recovered"]);
    await worker.stop();
    await server.close();
  }, 240_000);
});
