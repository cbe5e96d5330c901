// Workers that are killed, receivers that hang, and two workers at once: nothing is lost, and nobody waits for somebody else.
import type { ServerResponse } from "node:http";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { until } from "./faulty-integration.ts";
import { startProcess, type StartedProcess } from "./start-process.ts";
import { startReceiver, type Received, type Receiver } from "./start-receiver.ts";
import { expireToken, startStack, type Stack } from "./start-stack.ts";
import { webhookHelpers } from "./webhook-helpers.ts";

let stack: Stack;
let receiver: Receiver;
let workers: StartedProcess[];
const { makeEndpoint, ping, delivery, untilReceived, writeEvents } = webhookHelpers(
  () => stack,
  () => receiver,
);

beforeEach(async () => {
  [stack, receiver] = await Promise.all([startStack(), startReceiver()]);
  workers = [];
});
afterEach(async () => {
  await Promise.all(workers.map((one) => one.stop()));
  await receiver.close();
  await stack[Symbol.asyncDispose]();
});

async function startWorker(): Promise<StartedProcess> {
  const worker = await startProcess("worker/main.ts", { ...stack.env, WORKER_PORT: "0" });
  workers.push(worker);
  return worker;
}

async function killWorker(worker: StartedProcess): Promise<void> {
  workers = workers.filter((one) => one !== worker);
  await worker.kill();
}

/** Whoever writes to the table waits, until `end`: then those who waited are cut off, as their process was. */
async function freeze(table: string): Promise<{ isWaitedFor(): Promise<boolean>; end(): Promise<void> }> {
  const client = new pg.Client({ connectionString: stack.database.url });
  await client.connect();
  await client.query(`BEGIN; LOCK TABLE ${table} IN SHARE MODE`);
  const waiting = "FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
  return {
    isWaitedFor: async () => (await stack.database.pool.query(`SELECT 1 ${waiting}`)).rows.length > 0,
    async end() {
      await stack.database.pool.query(`SELECT pg_terminate_backend(pid) ${waiting}`);
      await client.query("ROLLBACK");
      await client.end();
    },
  };
}

describe("kill -9", () => {
  test("of a worker that has just become ready leaves nobody's jobs behind: its heartbeat names its pool", async () => {
    await startWorker();
    const { rows } = await stack.database.pool.query(
      "SELECT worker_ids FROM process_heartbeat WHERE owner LIKE 'worker@%'",
    );
    expect(rows).toEqual([{ worker_ids: [expect.stringMatching(/^pool-/)] }]);
  });

  test("between the commit of an event and its dispatch loses nothing", async () => {
    const endpoint = await makeEndpoint();
    const frozen = await freeze("webhook_delivery");
    const worker = await startWorker();
    await stack.connect("tenant-a", "ada");
    await until(frozen.isWaitedFor);
    await killWorker(worker);
    await frozen.end();
    expect(receiver.received).toEqual([]);
    await startWorker();
    await untilReceived(endpoint);
    expect(receiver.at(endpoint.path).map(({ body }) => body.event_type)).toEqual(["integrated_account:created"]);
  }, 90_000);

  test("while the receiver is asked sends the same event again, once the claim of the dead has lapsed", async () => {
    const endpoint = await makeEndpoint();
    receiver.answer = () => {};
    const worker = await startWorker();
    const { delivery_id: id, event_id: eventId } = await ping(endpoint);
    await untilReceived(endpoint);
    await killWorker(worker);
    receiver.answer = (_request, response) => void response.writeHead(204).end();
    await startWorker();
    await until(async () => (await delivery(id)).status === "delivered");
    expect(receiver.at(endpoint.path).map(({ headers }) => headers["webhook-id"])).toEqual([eventId, eventId]);
    expect((await delivery(id)).attempts).toHaveLength(1);
  }, 90_000);

  test("between the receiver's 200 and its record sends it twice with one id, and records it once", async () => {
    const endpoint = await makeEndpoint();
    const worker = await startWorker();
    const unanswered = Promise.withResolvers<ServerResponse>();
    receiver.answer = (_request, response) => unanswered.resolve(response);
    const { delivery_id: id, event_id: eventId } = await ping(endpoint);
    const response = await unanswered.promise;
    const frozen = await freeze("webhook_delivery");
    response.writeHead(200).end();
    receiver.answer = (_request, later) => void later.writeHead(200).end();
    await until(frozen.isWaitedFor);
    await killWorker(worker);
    await frozen.end();
    expect(await delivery(id)).toMatchObject({ status: "pending", attempts: [] });
    await startWorker();
    await until(async () => (await delivery(id)).status === "delivered");
    const [one, two] = receiver.at(endpoint.path) as [Received, Received];
    expect([one.headers["webhook-id"], two.headers["webhook-id"]]).toEqual([eventId, eventId]);
    expect(two.raw).toBe(one.raw);
    expect((await delivery(id)).attempts).toHaveLength(1);
  }, 90_000);
});

test("two workers make one delivery of each event for each endpoint, and send it once", async () => {
  const endpoints = [await makeEndpoint(), await makeEndpoint({ events: ["integration:*"] })];
  await Promise.all([startWorker(), startWorker()]);
  await Promise.all(Array.from({ length: 12 }, () => writeEvents(50)));
  for (const endpoint of endpoints) {
    await untilReceived(endpoint, 600);
    const ids = receiver.at(endpoint.path).map(({ headers }) => headers["webhook-id"]);
    expect(ids).toHaveLength(600);
    expect(new Set(ids).size).toBe(600);
  }
  await until(async () => {
    const { rows } = await stack.database.pool.query(
      "SELECT status, count(*)::int AS n, sum(attempts)::int AS attempts FROM webhook_delivery GROUP BY 1",
    );
    return JSON.stringify(rows) === JSON.stringify([{ status: "delivered", n: 1200, attempts: 1200 }]);
  });
}, 60_000);

describe("receivers that hang", () => {
  /** Requests that are not answered, now and at most, by path. */
  function hangAt(isHanging: (path: string) => boolean) {
    let now = 0;
    let most = 0;
    receiver.answer = ({ path }, response) => {
      if (!isHanging(path)) return void response.writeHead(204).end();
      most = Math.max(most, (now += 1));
      response.once("close", () => (now -= 1));
    };
    return {
      now: () => now,
      takeMost: () => {
        const before = most;
        most = now;
        return before;
      },
    };
  }

  const firstAttemptMs = async (endpoint: { id: string; secret: string; path: string }): Promise<number> => {
    const before = receiver.at(endpoint.path).length;
    const startedMs = performance.now();
    await ping(endpoint);
    await untilReceived(endpoint, before + 1);
    return performance.now() - startedMs;
  };

  test("one with many events waiting: the others get theirs at once, and it is asked one by one after its first failures", async () => {
    const hanging = await makeEndpoint({ events: ["integration:recovered"] });
    const working = await makeEndpoint({ events: ["security:*"] });
    const hung = hangAt((path) => path === hanging.path);
    await startWorker();
    await writeEvents(1_000);
    await until(async () => hung.now() === 16);
    for (let n = 0; n < 5; n += 1) expect(await firstAttemptMs(working)).toBeLessThan(2_000);
    expect(hung.takeMost()).toBe(16);
    // After its deadline.
    await until(async () => hung.now() < 16);
    await until(async () => hung.now() === 1);
    hung.takeMost();
    for (let n = 0; n < 5; n += 1) expect(await firstAttemptMs(working)).toBeLessThan(2_000);
    expect(hung.takeMost()).toBe(1);
  }, 90_000);

  test("one with ten thousand events waiting: another one has all of its own before the first of those is answered", async () => {
    const hanging = await makeEndpoint({ events: ["integration:recovered"] });
    const working = await makeEndpoint({ events: ["integration:degraded"] });
    const hung = hangAt((path) => path === hanging.path);
    await startWorker();
    await writeEvents(10_000);
    await until(async () => hung.now() === 16);
    // Nobody has looked at all of the others yet, and these are the youngest.
    for (let n = 0; n < 40; n += 1) await writeEvents(1, "integration:degraded");
    await untilReceived(working, 40);
    const first = receiver.at(hanging.path).map(({ headers }) => headers["webhook-id"]);
    expect(new Set(first).size).toBe(16);
    expect(hung.now()).toBe(16);
    expect(new Set(receiver.at(working.path).map(({ headers }) => headers["webhook-id"])).size).toBe(40);
  }, 90_000);

  test("forty that have been failing take four places of the worker, and neither a refresh nor another endpoint waits", async () => {
    const hanging = await Promise.all(Array.from({ length: 40 }, () => makeEndpoint({ events: ["integration:*"] })));
    const working = await makeEndpoint({ events: ["security:*"] });
    const paths = new Set(hanging.map(({ path }) => path));
    const account = await stack.connect("tenant-r", "ada");
    await stack.database.pool.query(
      "UPDATE webhook_endpoint SET failures = 5, failing_since = now() WHERE id = ANY ($1)",
      [hanging.map(({ id }) => id)],
    );
    const hung = hangAt((path) => paths.has(path));
    await startWorker();
    await writeEvents(20);
    await until(async () => hung.now() === 4);
    for (let n = 0; n < 5; n += 1) expect(await firstAttemptMs(working)).toBeLessThan(2_000);
    await expireToken(stack.database, account.id);
    await stack.database.pool.query("UPDATE integrated_account SET refresh_due_at = now() WHERE id = $1", [account.id]);
    await stack.database.pool.query(
      `SELECT graphile_worker.add_job('refresh-account', json_build_object('environment_id', environment_id, 'account_id', id),
              job_key => 'refresh:' || id) FROM integrated_account WHERE id = $1`,
      [account.id],
    );
    const startedMs = performance.now();
    const isRefreshed = async (): Promise<boolean> =>
      (await stack.call("GET", `/integrated-accounts/${account.id}`)).body.credential_version === 2;
    await until(isRefreshed);
    expect(performance.now() - startedMs).toBeLessThan(2_000);
    expect(hung.takeMost()).toBe(4);
  }, 90_000);
});
