import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { unknownHealth } from "#core/domain/webhook/endpoint-health";
import { eventFilters, namesOf, type EventFilter } from "#core/domain/webhook/event-filter";
import { eventTypes, type EventType } from "#core/domain/webhook/event-type";
import type { ClaimedEndpoint, DeliveryResult, DueDelivery } from "#core/ports/delivery-queue";
import { createTestDatabase, type TestDatabase } from "#test/database";
import { createDeliveryQueue } from "./delivery-queue.ts";
import { createPool, type DatabasePool } from "./pool.ts";
import { createWebhookStore } from "./webhook-store.ts";

let database: TestDatabase;
let pool: DatabasePool;
const environmentId = "env_queue";
const endpointId = "whe_queue";

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool({ connectionString: database.url, max: 6, applicationName: "test", onError: () => {} });
  await pool.query("INSERT INTO environment (id, name) VALUES ($1, 'queue')", [environmentId]);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});
beforeEach(async () => {
  await pool.query(
    "TRUNCATE event, event_outbox, webhook_untried, webhook_delivery, webhook_attempt, webhook_endpoint",
  );
  await pool.query(
    "INSERT INTO webhook_endpoint (id, environment_id, url, created_at) VALUES ($1, $2, 'https://app.example.com', now() - interval '1 day')",
    [endpointId, environmentId],
  );
});

/** The younger the higher the number. */
async function writeEvents(from: number, to: number): Promise<void> {
  await pool.query(
    `INSERT INTO event (id, created_at, environment_id, event_type, payload)
     SELECT 'evt_' || lpad(n::text, 5, '0'), now() + make_interval(secs => n / 1000.0), $1, 'integration:recovered', '{"integration_name": "acme-crm"}'
       FROM generate_series($2::int, $3) n`,
    [environmentId, from, to],
  );
}

async function claim(): Promise<ClaimedEndpoint> {
  const claimed = await createDeliveryQueue(pool).claim(endpointId, "worker@here", 45);
  if (claimed.kind !== "claimed") throw new Error(claimed.kind);
  return claimed.endpoint;
}

const dispatched = async (): Promise<string[]> =>
  (await pool.query<{ event_id: string }>("SELECT event_id FROM webhook_untried ORDER BY event_id")).rows.map(
    ({ event_id: id }) => id,
  );

const resultOf = (one: DueDelivery, more: Partial<DeliveryResult>): DeliveryResult => ({
  id: one.id,
  place: one.place,
  attempts: one.attempts,
  at: new Date("2026-11-20T10:00:00.000Z"),
  httpStatus: 204,
  latencyMs: 7,
  error: null,
  response: null,
  status: "delivered",
  nextAttemptAt: null,
  ...more,
});

describe("dispatching", () => {
  test("takes the oldest or the newest, each event once, and counts what it took", async () => {
    const queue = createDeliveryQueue(pool);
    await writeEvents(1, 10);
    expect(await queue.dispatch(2, "oldest")).toMatchObject({ events: 2, deliveries: 2 });
    expect(await queue.dispatch(3, "newest")).toMatchObject({ events: 3, deliveries: 3 });
    expect(await dispatched()).toEqual(["evt_00001", "evt_00002", "evt_00008", "evt_00009", "evt_00010"]);
    expect(await queue.dispatch(100, "oldest")).toMatchObject({ events: 5, deliveries: 5 });
    expect(await queue.dispatch(100, "newest")).toMatchObject({ events: 0, deliveries: 0 });
    expect(await dispatched()).toHaveLength(10);
  });

  test("by several at once makes one delivery of each, and nobody waits for another's", async () => {
    const queue = createDeliveryQueue(pool);
    await writeEvents(1, 200);
    const client = await pool.connect();
    try {
      await client.query("BEGIN; SELECT FROM event_outbox ORDER BY created_at LIMIT 50 FOR UPDATE");
      const taken = await Promise.all([queue.dispatch(100, "oldest"), queue.dispatch(100, "newest")]);
      expect(taken.reduce((sum, { events }) => sum + events, 0)).toBe(150);
    } finally {
      await client.query("ROLLBACK");
      client.release();
    }
    expect((await queue.dispatch(100, "oldest")).events).toBe(50);
    expect(new Set(await dispatched()).size).toBe(200);
  });

  test("leaves out an event that is not kept any more", async () => {
    await writeEvents(1, 2);
    await pool.query("DELETE FROM event WHERE id = 'evt_00001'");
    expect(await createDeliveryQueue(pool).dispatch(10, "oldest")).toMatchObject({ events: 2, deliveries: 1 });
    expect(await dispatched()).toEqual(["evt_00002"]);
  });
});

describe("filters", () => {
  test("let through what the core says, each type alone, by its group, and by *", async () => {
    await pool.query("DELETE FROM webhook_endpoint");
    for (const [n, filter] of eventFilters.entries()) {
      await pool.query(
        "INSERT INTO webhook_endpoint (id, environment_id, url, events, created_at) VALUES ($1, $2, 'https://app.example.com', $3, now() - interval '1 day')",
        [`whe_${n}`, environmentId, [filter]],
      );
    }
    const types = (Object.keys(eventTypes) as EventType[]).filter((type) => type !== "webhook_endpoint:ping");
    for (const [n, type] of types.entries()) {
      await pool.query(
        // What is told of an endpoint is for the others.
        `INSERT INTO event (id, created_at, environment_id, event_type, payload) VALUES ($1, now(), $2, $3, '{"id": "whe_0"}')`,
        [`evt_${n}`, environmentId, type],
      );
    }
    await createDeliveryQueue(pool).dispatch(100, "oldest");
    const { rows } = await pool.query<{ event_type: EventType; filter: EventFilter; endpoint_id: string }>(
      "SELECT d.event_type, w.events[1] AS filter, w.id AS endpoint_id FROM webhook_untried d JOIN webhook_endpoint w ON w.id = d.endpoint_id",
    );
    const made = rows.map((one) => `${one.event_type} ${one.filter}`).toSorted();
    const expected = types.flatMap((type) =>
      namesOf(type)
        .filter((filter) => !(type.startsWith("webhook_endpoint:") && filter === eventFilters[0]))
        .map((filter) => `${type} ${filter}`),
    );
    expect(made).toEqual(expected.toSorted());
  });
});

describe("what is due", () => {
  test("comes the longest due first, and from an instant on where that is asked for", async () => {
    const queue = createDeliveryQueue(pool);
    await writeEvents(1, 5);
    await queue.dispatch(10, "oldest");
    await pool.query(
      "UPDATE webhook_untried SET due_at = '2026-11-01T10:00:00Z'::timestamptz + right(event_id, 1)::int * interval '1 second'",
    );
    const endpoint = await claim();
    const all = await queue.due(endpoint, 10, null);
    expect(all.map(({ event }) => event?.id)).toEqual([1, 2, 3, 4, 5].map((n) => `evt_0000${n}`));
    expect(all[2]?.dueAt).toEqual(new Date("2026-11-01T10:00:03Z"));
    expect(all[2]?.event).toMatchObject({ environmentId, sequence: null, eventType: "integration:recovered" });
    expect(all[2]?.event?.payload).toEqual({ integration_name: "acme-crm" });
    const later = await queue.due(endpoint, 2, new Date("2026-11-01T10:00:03Z"));
    expect(later.map(({ event }) => event?.id)).toEqual(["evt_00003", "evt_00004"]);
  });
});

/** What the API shows of the endpoint: event, status, and each attempt's status of HTTP. */
async function shown(status: "pending" | "delivered" | "failed" | null = null): Promise<unknown[]> {
  const list = await createWebhookStore(pool).listDeliveries(
    { environmentId, endpointId, status, eventType: null },
    null,
    100,
  );
  return list.map((one) => [one.eventId, one.status, one.attempts.map(({ httpStatus }) => httpStatus)]);
}

describe("one that nobody has tried", () => {
  const audit = { environmentId, actor: "usr_op", action: "webhook_delivery.redelivered", target: endpointId } as const;

  test("is shown and found as pending, is due before what is tried again, and is made no second time", async () => {
    const queue = createDeliveryQueue(pool);
    const store = createWebhookStore(pool);
    await writeEvents(1, 3);
    await queue.dispatch(2, "oldest");
    const endpoint = await claim();
    const [one, two] = await queue.due(endpoint, 10, null);
    if (one === undefined || two === undefined) throw new Error("nothing is due");
    const failed = { httpStatus: 500, error: "HTTP 500", status: "pending", nextAttemptAt: new Date() } as const;
    expect(await queue.record(endpoint, [resultOf(one, failed)], unknownHealth, 45)).toBe(true);
    await queue.dispatch(2, "oldest");
    const both = [
      ["evt_00003", "pending", []],
      ["evt_00002", "pending", []],
      ["evt_00001", "pending", [500]],
    ];
    expect(await shown()).toEqual(both);
    expect(await shown("pending")).toEqual(both);
    expect(await shown("delivered")).toEqual([]);
    expect(await store.findDelivery(environmentId, two.id)).toMatchObject({ status: "pending", attempts: [] });
    expect(await store.findDelivery("env_other", two.id)).toBeNull();
    expect(await store.deliveriesOf({ id: "evt_00002", environmentId })).toMatchObject([
      { id: two.id, status: "pending" },
    ]);
    expect(await store.findEndpoint(environmentId, endpointId)).toMatchObject({
      waiting: 3,
      lastDay: { deliveries: 3, delivered: 0 },
    });
    const found = await store.findEndpoint(environmentId, endpointId);
    if (found === null) throw new Error("no endpoint");
    const all = { from: new Date(0), to: new Date(Date.now() + 60_000), status: "all", eventTypes: null } as const;
    expect(await store.replay(found, all, 10, audit)).toBe(0);
    expect(await store.redeliver(environmentId, two.id, audit)).toBe(true);
    expect(await store.redeliver("env_other", two.id, audit)).toBe(false);
    expect(await queue.release(endpoint, true)).toBe(false);
    await pool.query(
      "UPDATE webhook_untried SET due_at = due_at - interval '1 minute'; DELETE FROM graphile_worker._private_jobs",
    );
    expect(await queue.wakeForgotten()).toBe(1);
    const due = await queue.due(endpoint, 10, null);
    expect(due.map(({ event, place }) => [event?.id, place === null])).toEqual([
      ["evt_00002", false],
      ["evt_00003", false],
      ["evt_00001", true],
    ]);
    // Of both kinds in one group.
    expect(
      await queue.record(
        endpoint,
        due.map((each) => resultOf(each, {})),
        unknownHealth,
        45,
      ),
    ).toBe(true);
    expect(await shown()).toEqual([
      ["evt_00003", "delivered", [204]],
      ["evt_00002", "delivered", [204]],
      ["evt_00001", "delivered", [500, 204]],
    ]);
    expect(await queue.release(endpoint, true)).toBe(true);
  });

  test("ends as failed when its endpoint goes out of use, and goes with it", async () => {
    const queue = createDeliveryQueue(pool);
    await writeEvents(1, 2);
    await queue.dispatch(10, "oldest");
    const endpoint = await claim();
    await queue.conclude(endpoint, unknownHealth, { kind: "disable", reason: "gone" });
    expect(await shown()).toEqual([
      ["evt_00002", "failed", []],
      ["evt_00001", "failed", []],
    ]);
    expect(await dispatched()).toEqual([]);
  });

  test("is recorded by the one who comes first, and sent once more where its row has moved", async () => {
    const queue = createDeliveryQueue(pool);
    await writeEvents(1, 2);
    await queue.dispatch(10, "oldest");
    const endpoint = await claim();
    const due = await queue.due(endpoint, 10, null);
    await pool.query("UPDATE webhook_untried SET due_at = due_at WHERE event_id = 'evt_00002'");
    const record = async (httpStatus: number) =>
      await queue.record(
        endpoint,
        due.map((one) => resultOf(one, { httpStatus })),
        unknownHealth,
        45,
      );
    expect(await Promise.all([record(200), record(200)])).toEqual([true, true]);
    expect(await shown()).toEqual([
      ["evt_00002", "pending", []],
      ["evt_00001", "delivered", [200]],
    ]);
    expect((await queue.due(endpoint, 10, null)).map(({ event }) => event?.id)).toEqual(["evt_00002"]);
  });

  test("leaves a delivery of its event as it is, should there be one, and the others are written down", async () => {
    const queue = createDeliveryQueue(pool);
    await writeEvents(1, 1);
    await queue.dispatch(10, "oldest");
    const endpoint = await claim();
    const [one] = await queue.due(endpoint, 10, null);
    if (one === undefined) throw new Error("nothing is due");
    await queue.record(endpoint, [resultOf(one, { httpStatus: 201 })], unknownHealth, 45);
    await pool.query("INSERT INTO event_outbox (event_id, created_at) SELECT id, created_at FROM event");
    await writeEvents(2, 2);
    await queue.dispatch(10, "oldest");
    const due = await queue.due(endpoint, 10, null);
    expect(due).toHaveLength(2);
    expect(
      await queue.record(
        endpoint,
        due.map((each) => resultOf(each, {})),
        unknownHealth,
        45,
      ),
    ).toBe(true);
    expect(await shown()).toEqual([
      ["evt_00002", "delivered", [204]],
      ["evt_00001", "delivered", [201]],
    ]);
    expect(await dispatched()).toEqual([]);
  });
});

describe("writing attempts down", () => {
  test("each with its delivery, whatever their order, once, and only as the delivery stood when it began", async () => {
    const queue = createDeliveryQueue(pool);
    await writeEvents(1, 6);
    await queue.dispatch(10, "oldest");
    const endpoint = await claim();
    const due = await queue.due(endpoint, 10, null);
    const later = new Date("2026-11-20T10:00:05.000Z");
    const results = due.map((one, n) =>
      n < 3
        ? resultOf(one, { httpStatus: 200 + n, response: `{"a": "${n}, \\"quoted\\""}` })
        : resultOf(one, { httpStatus: 500 + n, error: `HTTP ${500 + n}`, status: "pending", nextAttemptAt: later }),
    );
    expect(await queue.record(endpoint, results.toReversed(), unknownHealth, 45)).toBe(true);
    // Somebody else has it too, and comes later.
    expect(await queue.record({ ...endpoint, claim: endpoint.claim - 1 }, results, unknownHealth, 45)).toBe(false);
    const store = createWebhookStore(pool);
    for (const [n, one] of due.entries()) {
      const delivery = await store.findDelivery(environmentId, one.id);
      const result = results[n];
      expect(delivery).toMatchObject({
        status: result?.status,
        nextAttemptAt: result?.nextAttemptAt,
        attempts: [
          {
            at: result?.at,
            httpStatus: result?.httpStatus,
            latencyMs: 7,
            error: result?.error,
            response: result?.response,
          },
        ],
      });
    }
    const { rows } = await pool.query("SELECT count(*)::int AS n FROM webhook_attempt");
    // The others stand with their deliveries.
    expect(rows).toEqual([{ n: 3 }]);
  });

  test("one that delivered is kept when its delivery begins anew, by redelivery and by replay", async () => {
    const queue = createDeliveryQueue(pool);
    const store = createWebhookStore(pool);
    await writeEvents(1, 1);
    await queue.dispatch(10, "oldest");
    const endpoint = await claim();
    const audit = {
      environmentId,
      actor: "usr_op",
      action: "webhook_delivery.redelivered",
      target: endpointId,
    } as const;
    const found = await store.findEndpoint(environmentId, endpointId);
    if (found === null) throw new Error("no endpoint");
    const deliverAgain = async (httpStatus: number): Promise<string> => {
      const [one] = await queue.due(endpoint, 1, null);
      if (one === undefined) throw new Error("nothing is due");
      await queue.record(endpoint, [resultOf(one, { httpStatus })], unknownHealth, 45);
      return one.id;
    };
    const id = await deliverAgain(200);
    expect(await store.redeliver(environmentId, id, audit)).toBe(true);
    // Twice changes nothing.
    expect(await store.redeliver(environmentId, id, audit)).toBe(true);
    expect((await store.findDelivery(environmentId, id))?.attempts.map((one) => one.httpStatus)).toEqual([200]);
    await deliverAgain(201);
    const replay = { from: new Date(0), to: new Date(Date.now() + 60_000), status: "all", eventTypes: null } as const;
    expect(await store.replay(found, replay, 10, audit)).toBe(1);
    expect(await store.findDelivery(environmentId, id)).toMatchObject({ status: "pending", finishedAt: null });
    await deliverAgain(202);
    expect(await store.findDelivery(environmentId, id)).toMatchObject({
      status: "delivered",
      attempts: [{ httpStatus: 200 }, { httpStatus: 201 }, { httpStatus: 202 }],
    });
  });
});
