// Workers that are killed, receivers that hang, and two workers at once: nothing is lost, and nobody waits for somebody else.
import type { ServerResponse } from "node:http";
import pg from "pg";
import { describe, expect, test } from "vitest";
import { until } from "./faulty-integration.ts";
import { startProcess, type StartedProcess } from "./start-process.ts";
import { startReceiver, type Received, type Receiver } from "./start-receiver.ts";
import { expireToken, startStack, type Stack } from "./start-stack.ts";
import { webhookHelpers, type Endpoint } from "./webhook-helpers.ts";

/** All that one test has to itself. Most of a test is waiting for the leases of the dead, so the tests run side by side. */
async function startHooks() {
  const [stack, receiver] = await Promise.all([startStack(), startReceiver()]);
  let workers: StartedProcess[] = [];
  return {
    stack,
    receiver,
    ...webhookHelpers(
      () => stack,
      () => receiver,
    ),
    async startWorker(): Promise<StartedProcess> {
      const worker = await startProcess("worker/main.ts", { ...stack.env, WORKER_PORT: "0" });
      workers.push(worker);
      return worker;
    },
    async killWorker(worker: StartedProcess): Promise<void> {
      workers = workers.filter((one) => one !== worker);
      await worker.kill();
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(workers.map((one) => one.stop()));
      await receiver.close();
      await stack[Symbol.asyncDispose]();
    },
  };
}

type Hooks = Awaited<ReturnType<typeof startHooks>>;

/** Whoever writes to the table waits, until `end`: then those who waited are cut off, as their process was. */
async function freeze(
  { database }: Stack,
  table: string,
): Promise<{ isWaitedFor(): Promise<boolean>; end(): Promise<void> }> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(`BEGIN; LOCK TABLE ${table} IN SHARE MODE`);
  const waiting = "FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
  return {
    isWaitedFor: async () => (await database.pool.query(`SELECT 1 ${waiting}`)).rows.length > 0,
    async end() {
      await database.pool.query(`SELECT pg_terminate_backend(pid) ${waiting}`);
      await client.query("ROLLBACK");
      await client.end();
    },
  };
}

describe.concurrent("kill -9", () => {
  test("of a worker that has just become ready leaves nobody's jobs behind: its heartbeat names its pool", async () => {
    await using hooks = await startHooks();
    await hooks.startWorker();
    const { rows } = await hooks.stack.database.pool.query(
      "SELECT worker_ids FROM process_heartbeat WHERE owner LIKE 'worker@%'",
    );
    expect(rows).toEqual([{ worker_ids: [expect.stringMatching(/^pool-/)] }]);
  }, 180_000);

  test("between the commit of an event and its dispatch loses nothing", async () => {
    await using hooks = await startHooks();
    const { stack, receiver, makeEndpoint, startWorker, killWorker, untilReceived } = hooks;
    const endpoint = await makeEndpoint();
    const frozen = await freeze(stack, "webhook_untried");
    const worker = await startWorker();
    await stack.connect("tenant-a", "ada");
    await until(frozen.isWaitedFor);
    await killWorker(worker);
    await frozen.end();
    expect(receiver.received).toEqual([]);
    await startWorker();
    await untilReceived(endpoint);
    expect(receiver.at(endpoint.path).map(({ body }) => body.event_type)).toEqual(["integrated_account:created"]);
  }, 180_000);

  test("while the receiver is asked sends the same event again, once the claim of the dead has lapsed", async () => {
    await using hooks = await startHooks();
    const { receiver, makeEndpoint, ping, delivery, startWorker, killWorker, untilReceived } = hooks;
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
  }, 180_000);

  // A ping is written among those that were tried at once.
  test.each([
    ["a ping", async ({ ping }: Hooks, endpoint: Endpoint) => await ping(endpoint)],
    [
      "an event",
      async ({ writeEvents, deliveriesOf }: Hooks, endpoint: Endpoint) => {
        await writeEvents(1);
        await until(async () => (await deliveriesOf(endpoint)).length === 1);
        const [{ id, event_id }] = await deliveriesOf(endpoint);
        return { delivery_id: id, event_id };
      },
    ],
  ])(
    "between the receiver's 200 and its record sends %s twice with one id, and records it once",
    async (_, make) => {
      await using hooks = await startHooks();
      const { stack, receiver, makeEndpoint, delivery, startWorker, killWorker } = hooks;
      const endpoint = await makeEndpoint();
      const worker = await startWorker();
      const unanswered = Promise.withResolvers<ServerResponse>();
      receiver.answer = (_request, response) => unanswered.resolve(response);
      const { delivery_id: id, event_id: eventId } = await make(hooks, endpoint);
      const response = await unanswered.promise;
      const frozen = await freeze(stack, "webhook_delivery");
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
    },
    180_000,
  );
});

test.concurrent("two workers make one delivery of each event for each endpoint, and send it once", async () => {
  await using hooks = await startHooks();
  const { stack, receiver, makeEndpoint, startWorker, untilReceived, writeEvents } = hooks;
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
}, 180_000);

describe.concurrent("receivers that hang", () => {
  /** Requests that are not answered, now, at most and given up, by path. */
  function hangAt(receiver: Receiver, isHanging: (path: string) => boolean) {
    let now = 0;
    let most = 0;
    let ended = 0;
    receiver.answer = ({ path }, response) => {
      if (!isHanging(path)) return void response.writeHead(204).end();
      most = Math.max(most, (now += 1));
      response.once("close", () => {
        now -= 1;
        ended += 1;
      });
    };
    return {
      now: () => now,
      /**
       * Does it some times over. Had it to wait for a place that a hanging request gives back, one would end each time.
       * @returns whether none ended at least once
       */
      async isPassedBy(act: () => Promise<void>): Promise<boolean> {
        let isPassed = false;
        for (let n = 0; n < 5; n += 1) {
          const before = ended;
          await act();
          isPassed ||= ended === before;
        }
        return isPassed;
      },
      takeMost: () => {
        const before = most;
        most = now;
        return before;
      },
    };
  }

  const attempt = async ({ receiver, ping, untilReceived }: Hooks, endpoint: Endpoint): Promise<void> => {
    const before = receiver.at(endpoint.path).length;
    await ping(endpoint);
    await untilReceived(endpoint, before + 1);
  };

  test("one with many events waiting: the others get theirs at once, and it is asked one by one after its first failures", async () => {
    await using hooks = await startHooks();
    const { makeEndpoint, startWorker, writeEvents } = hooks;
    const hanging = await makeEndpoint({ events: ["integration:recovered"] });
    const working = await makeEndpoint({ events: ["security:*"] });
    const hung = hangAt(hooks.receiver, (path) => path === hanging.path);
    await startWorker();
    await writeEvents(1_000);
    await until(async () => hung.now() === 16);
    expect(await hung.isPassedBy(() => attempt(hooks, working))).toBe(true);
    expect(hung.takeMost()).toBe(16);
    // After its deadline.
    await until(async () => hung.now() < 16);
    await until(async () => hung.now() === 1);
    hung.takeMost();
    expect(await hung.isPassedBy(() => attempt(hooks, working))).toBe(true);
    expect(hung.takeMost()).toBe(1);
  }, 180_000);

  test("one with ten thousand events waiting: another one has all of its own before the first of those is answered", async () => {
    await using hooks = await startHooks();
    const { receiver, makeEndpoint, startWorker, untilReceived, writeEvents } = hooks;
    const hanging = await makeEndpoint({ events: ["integration:recovered"] });
    const working = await makeEndpoint({ events: ["integration:degraded"] });
    const hung = hangAt(receiver, (path) => path === hanging.path);
    await startWorker();
    await writeEvents(10_000);
    await until(async () => hung.now() === 16);
    let written = 0;
    // Nobody has looked at all of the others yet, and these are the youngest.
    const act = async (): Promise<void> => {
      for (let n = 0; n < 40; n += 1) await writeEvents(1, "integration:degraded");
      await untilReceived(working, (written += 40));
    };
    expect(await hung.isPassedBy(act)).toBe(true);
    expect(hung.takeMost()).toBe(16);
    expect(new Set(receiver.at(working.path).map(({ headers }) => headers["webhook-id"])).size).toBe(written);
  }, 180_000);

  test("forty that have been failing take four places of the worker, and neither a refresh nor another endpoint waits", async () => {
    await using hooks = await startHooks();
    const { stack, makeEndpoint, startWorker, writeEvents } = hooks;
    const hanging = await Promise.all(Array.from({ length: 40 }, () => makeEndpoint({ events: ["integration:*"] })));
    const working = await makeEndpoint({ events: ["security:*"] });
    const paths = new Set(hanging.map(({ path }) => path));
    const account = await stack.connect("tenant-r", "ada");
    await stack.database.pool.query(
      "UPDATE webhook_endpoint SET failures = 5, failing_since = now() WHERE id = ANY ($1)",
      [hanging.map(({ id }) => id)],
    );
    const hung = hangAt(hooks.receiver, (path) => paths.has(path));
    await startWorker();
    await writeEvents(20);
    await until(async () => hung.now() === 4);
    expect(await hung.isPassedBy(() => attempt(hooks, working))).toBe(true);
    let version = 1;
    const refresh = async (): Promise<void> => {
      version += 1;
      await expireToken(stack.database, account.id);
      await stack.database.pool.query(
        "UPDATE integrated_account SET refresh_due_at = now(), cooldown_until = NULL WHERE id = $1",
        [account.id],
      );
      await stack.database.pool.query(
        `SELECT graphile_worker.add_job('refresh-account', json_build_object('environment_id', environment_id, 'account_id', id),
                job_key => 'refresh:' || id) FROM integrated_account WHERE id = $1`,
        [account.id],
      );
      await until(
        async () => (await stack.call("GET", `/integrated-accounts/${account.id}`)).body.credential_version === version,
      );
    };
    expect(await hung.isPassedBy(refresh)).toBe(true);
    expect(hung.takeMost()).toBe(4);
  }, 180_000);
});
