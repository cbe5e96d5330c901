import { describe, expect, test } from "vitest";
import { findFreePort } from "#scripts/ports";
import { startFaultServer } from "#lab/start-fault-server";
import { count, defineFaulty, importAccounts, makeDue, until } from "./faulty-integration.ts";
import { startProcess } from "./start-process.ts";
import { startStack, type Stack } from "./start-stack.ts";

async function startWorker(stack: Stack) {
  return await startProcess("worker/main.ts", { ...stack.env, WORKER_PORT: String(await findFreePort()) });
}

describe("kill -9 of a worker that holds jobs", () => {
  test("its accounts are refreshed by another within 60 s, whether their refresh tokens rotate or not", async () => {
    await using stack = await startStack();
    const server = await startFaultServer();
    const names = ["strict", "steady"];
    // An integration that says nothing counts as single_use: what was lost is replayed once.
    await defineFaulty(stack, "strict", server);
    await defineFaulty(stack, "steady", server, { refresh: { rotation: { rule: "none" } } });
    for (const name of names) await importAccounts(stack, name, 30);
    server.respondWith({ kind: "hang" });
    const victim = await startWorker(stack);
    await stack.database.pool.query("UPDATE integrated_account SET refresh_due_at = now()");
    await stack.database.pool.query("SELECT graphile_worker.add_job('sweep')");
    const hanging = (name: string) => server.requests.filter(({ url }) => url.startsWith(`/${name}`)).length;
    await until(async () => names.every((name) => hanging(name) >= 8));
    const survivor = await startWorker(stack);
    const killedAt = Date.now();
    await victim.kill();
    server.respondWith(() => ({
      kind: "json",
      status: 200,
      body: { access_token: "fresh", refresh_token: "again", token_type: "Bearer", expires_in: 3600 },
    }));
    await until(async () => (await count(stack, "credential_version = 2")) === 60, 250);
    const seconds = (Date.now() - killedAt) / 1000;
    // The promise itself: a lease of 30 s and less than half a minute to notice.
    expect(seconds).toBeLessThan(60);
    expect(await count(stack, "status <> 'active'")).toBe(0);
    const { rows } = await stack.database.pool.query(
      `SELECT a.integration_name AS name, count(*)::int AS n FROM refresh_attempt r JOIN integrated_account a ON a.id = r.account_id
        WHERE r.rule = 'process.ended' AND r.outcome = 'in_doubt' GROUP BY 1 ORDER BY 1 DESC`,
    );
    expect(rows.map(({ name }) => name)).toEqual(names);
    for (const { n } of rows) expect(n).toBeGreaterThanOrEqual(8);
    await survivor.stop();
    await server.close();
  }, 120_000);
});

describe("a dead token endpoint of one client", () => {
  test("is left alone but for probes, slows nobody else, and 1,000 waiting accounts come back at the budget's pace", async () => {
    await using stack = await startStack();
    const { pool } = stack.database;
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
    const worker = await startWorker(stack);
    /** How long the twenty accounts of the other client take, from their alarms to the last token, milliseconds. */
    const refreshAlive = async (version: number): Promise<number> => {
      await makeDue(stack, "alive");
      const startedMs = performance.now();
      await pool.query("SELECT graphile_worker.add_job('sweep')");
      const where = "credential_version = $1 AND integration_name = 'alive'";
      await until(async () => (await count(stack, where, [version])) === 20);
      return performance.now() - startedMs;
    };
    const undisturbedMs = await refreshAlive(2);

    await makeDue(stack, "dead");
    await pool.query("SELECT graphile_worker.add_job('sweep')");
    const openCircuit = async () => (await pool.query("SELECT * FROM circuit WHERE state = 'open'")).rows[0];
    await until(async () => (await openCircuit()) !== undefined);
    // Others go on as if nothing were: not one of them waits for the end of a request or of a lease. The slack is the machine's.
    expect(await refreshAlive(3)).toBeLessThan(4 * undisturbedMs + 10_000);
    // What was under way when it opened arrives as well: at most one for each slot that one endpoint may take.
    await until(async () => (await count(stack, "lease_until > now()")) === 0);
    const whenOpened = sentTo("dead").length;
    expect(whenOpened).toBeLessThanOrEqual(5 + 50);
    // A caller without a valid token hears when to come back, at once.
    const { rows } = await pool.query(
      `UPDATE integrated_account SET expires_at = now() - interval '1 second', issued_at = now() - interval '1 hour'
        WHERE id = (SELECT id FROM integrated_account WHERE integration_name = 'dead' AND consecutive_failures = 0 LIMIT 1)
        RETURNING id`,
    );
    const refused = await stack.call("GET", `/integrated-accounts/${rows[0].id}/token`);
    expect([refused.status, refused.body.code]).toEqual([503, "provider_unavailable"]);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    // It stays dead for three probes: each is one request, and nothing else reaches it. The pauses of the later ones are cut short.
    const hurry = async (): Promise<void> => {
      await pool.query("UPDATE circuit SET probe_at = now() + interval '1 second' WHERE state = 'open'");
      await pool.query(
        `SELECT graphile_worker.add_job('probe-circuit', payload => json_build_object('circuit', key), job_key => 'probe:' || key, run_at => probe_at)
           FROM circuit WHERE state = 'open'`,
      );
    };
    for (let probes = 1; probes <= 3; probes += 1) {
      if (probes > 1) await hurry();
      await until(async () => (await openCircuit())?.probes === probes);
      // A probe is noted before it is sent.
      await until(async () => sentTo("dead").length > whenOpened + probes - 1);
      await until(async () => (await count(stack, "lease_until > now()")) === 0);
      expect(sentTo("dead").length - whenOpened).toBe(probes);
    }

    await hurry();
    const { probe_at: probeAt } = await openCircuit();
    const backFrom = sentTo("dead").length;
    const recoveredAt = Date.now();
    isDead = false;
    await until(async () => (await count(stack, "credential_version = 2 AND integration_name = 'dead'")) === 1000);
    const seconds = (Date.now() - recoveredAt) / 1000;
    // The promise: the probe's pause, then the budget's arithmetic with a fifth of jitter. The slack is the machine's.
    const pauseSeconds = Math.max(0, probeAt.getTime() - recoveredAt) / 1000;
    expect(seconds).toBeLessThan(pauseSeconds + (1000 / (perMinute / 60)) * 1.2 + 60);
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
    const { rows: events } = await pool.query(
      "SELECT event_type FROM event WHERE account_id IS NULL ORDER BY created_at",
    );
    expect(events.map((row) => row.event_type)).toEqual(["integration:degraded", "integration:recovered"]);
    await worker.stop();
    await server.close();
  }, 240_000);
});
