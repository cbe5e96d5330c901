// From an event to its receiver: the real processes, a real database, and receivers on this machine.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { until } from "./faulty-integration.ts";
import { makeKey } from "./make-key.ts";
import { startReceiver, type Received, type Receiver } from "./start-receiver.ts";
import { expireToken, startStack, type Stack } from "./start-stack.ts";
import { verify, webhookHelpers } from "./webhook-helpers.ts";

let stack: Stack;
let receiver: Receiver;

beforeAll(async () => {
  [stack, receiver] = await Promise.all([startStack({ worker: true }), startReceiver()]);
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  await receiver.close();
});
afterEach(async () => {
  receiver.answer = (_request, response) => void response.writeHead(204).end();
  await stack.database.pool.query("DELETE FROM webhook_endpoint");
});

const { makeEndpoint, deliveriesOf, ping, delivery, untilReceived, hasten } = webhookHelpers(
  () => stack,
  () => receiver,
);

describe("an event", () => {
  test("reaches its receivers signed, in the words of CONTRACT, and the reference library takes it and nothing altered", async () => {
    const [all, accounts, others] = [
      await makeEndpoint(),
      await makeEndpoint({ events: ["integrated_account:created"] }),
      await makeEndpoint({ events: ["integration:*"] }),
    ];
    const account = await stack.connect("tenant-event", "ada");
    await Promise.all([untilReceived(all), untilReceived(accounts)]);
    const [got] = receiver.at(all.path) as [Received];
    expect(got.body).toEqual({
      id: expect.stringMatching(/^evt_[0-9a-z]{24}$/),
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      environment: "production",
      sequence: 1,
      event_type: "integrated_account:created",
      payload: {
        id: account.id,
        integration_name: "acme-crm",
        tenant_id: "tenant-event",
        status: "active",
        last_error: null,
      },
    });
    expect(got.headers["webhook-id"]).toBe(got.body.id);
    expect(Math.abs(Number(got.headers["webhook-timestamp"]) - got.at / 1000)).toBeLessThan(5);
    expect(verify(all.secret, got)).toEqual(got.body);
    for (const index of [0, 10, got.raw.length - 1]) {
      const flipped = String.fromCharCode(got.raw.charCodeAt(index) ^ 1);
      const raw = got.raw.slice(0, index) + flipped + got.raw.slice(index + 1);
      expect(() => verify(all.secret, { ...got, raw })).toThrow("No matching signature");
    }
    expect(() => verify(accounts.secret, got)).toThrow("No matching signature");
    expect(receiver.at(others.path)).toEqual([]);
    expect(receiver.at(accounts.path).map(({ body }) => body.id)).toEqual([got.body.id]);

    await until(async () => (await deliveriesOf(all, "&status=delivered")).length === 1);
    const event = (await stack.call("GET", `/events/${got.body.id}`)).body;
    expect(event).toMatchObject({ ...got.body, deliveries: [{ status: "delivered" }, { status: "delivered" }] });
    expect((await stack.call("GET", `/webhook-endpoints/${all.id}`)).body).toMatchObject({
      failures: 0,
      waiting: 0,
      last_day: { deliveries: 1, delivered: 1 },
      last_success_at: expect.any(String),
    });
  });

  test("of a hundred failures of one account at once is one, and so is that of its recovery", async () => {
    const account = await stack.connect("tenant-race", "grace");
    const endpoint = await makeEndpoint({ events: ["integrated_account:*"] });
    const grant = stack.lab.grants().find(({ person }) => person === "grace");
    await stack.lab.revokeGrant(grant?.grant_id ?? "");
    await expireToken(stack.database, account.id);
    await Promise.all(Array.from({ length: 100 }, () => stack.call("GET", `/integrated-accounts/${account.id}/token`)));
    await untilReceived(endpoint);
    const link = await stack.call("POST", "/link-tokens", {
      tenant_id: "tenant-race",
      integrated_account_id: account.id,
    });
    await stack.walk(link.body.url, "grace");
    await untilReceived(endpoint, 2);
    await until(async () => (await deliveriesOf(endpoint, "&status=delivered")).length >= 2);
    expect(receiver.at(endpoint.path).map(({ body }) => [body.event_type, body.payload.id])).toEqual([
      ["integrated_account:authentication_error", account.id],
      ["integrated_account:reactivated", account.id],
    ]);
    const sequences = receiver.at(endpoint.path).map(({ body }) => body.sequence);
    expect(sequences[1]).toBeGreaterThan(sequences[0]);
  });
});

describe("a failure", () => {
  test("is tried again with the same id and a new timestamp, logged, and forgotten by a success", async () => {
    const endpoint = await makeEndpoint();
    receiver.answer = (_request, response) => void response.writeHead(500).end("try \u0000 later");
    const { delivery_id: id, event_id: eventId } = await ping(endpoint);
    await until(async () => (await delivery(id)).attempts.length === 1);
    const first = await delivery(id);
    expect(first).toMatchObject({
      status: "pending",
      attempts: [{ http_status: 500, error: "HTTP 500", response: "try \u{fffd} later" }],
    });
    const pause = Date.parse(first.next_attempt_at) - Date.parse(first.attempts[0].at);
    expect(pause).toBeGreaterThan(4_400);
    expect(pause).toBeLessThan(8_000);
    expect((await stack.call("GET", `/webhook-endpoints/${endpoint.id}`)).body).toMatchObject({
      failures: 1,
      failing_since: expect.any(String),
    });
    receiver.answer = (_request, response) => void response.writeHead(200).end("ok");
    // By itself: five seconds are the schedule's own.
    await until(async () => (await delivery(id)).status === "delivered");
    const [one, two] = receiver.at(endpoint.path) as [Received, Received];
    expect([one.headers["webhook-id"], two.headers["webhook-id"]]).toEqual([eventId, eventId]);
    expect(two.headers["webhook-timestamp"]).not.toBe(one.headers["webhook-timestamp"]);
    expect(two.raw).toBe(one.raw);
    expect(verify(endpoint.secret, two)).toEqual(one.body);
    expect(await delivery(id)).toMatchObject({
      attempts: [{ http_status: 500 }, { http_status: 200, response: "ok" }],
    });
    expect((await stack.call("GET", `/webhook-endpoints/${endpoint.id}`)).body.failing_since).toBeNull();
  });

  test.each([429, 503])("%i with Retry-After waits as long as it says", async (status) => {
    const endpoint = await makeEndpoint();
    receiver.answer = (_request, response) => void response.writeHead(status, { "retry-after": "120" }).end();
    const { delivery_id: id } = await ping(endpoint);
    await until(async () => (await delivery(id)).attempts.length === 1);
    const { attempts, next_attempt_at: next } = await delivery(id);
    expect(Date.parse(next) - Date.parse(attempts[0].at)).toBeGreaterThanOrEqual(120_000);
  });

  test("by redirect is not followed", async () => {
    const endpoint = await makeEndpoint();
    const elsewhere = await makeEndpoint({ events: ["security:*"] });
    receiver.answer = (_request, response) =>
      void response.writeHead(302, { location: receiver.origin + elsewhere.path }).end();
    const { delivery_id: id } = await ping(endpoint);
    await until(async () => (await delivery(id)).attempts.length === 1);
    expect((await delivery(id)).attempts[0].error).toContain("redirects are not followed");
    expect(receiver.at(elsewhere.path)).toEqual([]);
  });

  test("for the tenth time is the last; redelivery begins anew", async () => {
    const endpoint = await makeEndpoint();
    receiver.answer = (_request, response) => void response.writeHead(500).end();
    const { delivery_id: id } = await ping(endpoint);
    for (let tries = 1; tries <= 10; tries += 1) {
      await until(async () => (await delivery(id)).attempts.length === tries);
      await hasten(endpoint);
    }
    expect(await delivery(id)).toMatchObject({ status: "failed", next_attempt_at: null });
    receiver.answer = (_request, response) => void response.writeHead(204).end();
    const again = await stack.call("POST", `/webhook-deliveries/${id}/redeliver`, {});
    expect(again).toMatchObject({ status: 202, body: { status: "pending" } });
    await until(async () => (await delivery(id)).status === "delivered");
    expect((await delivery(id)).attempts).toHaveLength(11);
    expect(new Set(receiver.at(endpoint.path).map(({ headers }) => headers["webhook-id"])).size).toBe(1);
  });
});

/** A sender in its turn goes on with what it has read of an endpoint: its health, which it would write, and its secrets. */
async function untilGivenBack({ id }: { readonly id: string }): Promise<void> {
  await until(async () => {
    const { rows } = await stack.database.pool.query("SELECT claimed_by FROM webhook_endpoint WHERE id = $1", [id]);
    return rows[0].claimed_by === null;
  });
}

describe("an endpoint", () => {
  test("that answers 410 is disabled at once; the others hear of it, and it comes back with what it missed", async () => {
    const [endpoint, other] = [await makeEndpoint(), await makeEndpoint({ events: ["webhook_endpoint:disabled"] })];
    const from = new Date().toISOString();
    receiver.answer = ({ path }, response) => void response.writeHead(path === endpoint.path ? 410 : 204).end();
    const { delivery_id: id } = await ping(endpoint);
    await untilReceived(other);
    expect(receiver.at(other.path)[0]?.body).toMatchObject({
      event_type: "webhook_endpoint:disabled",
      sequence: null,
      payload: { id: endpoint.id, reason: "gone", url: receiver.origin },
    });
    expect((await stack.call("GET", `/webhook-endpoints/${endpoint.id}`)).body).toMatchObject({
      status: "disabled",
      disabled_reason: "gone",
    });
    expect((await delivery(id)).status).toBe("failed");
    expect((await stack.call("POST", `/webhook-deliveries/${id}/redeliver`, {})).body.code).toBe("conflict");
    expect((await stack.call("POST", `/webhook-endpoints/${endpoint.id}/test`, {})).body.code).toBe("conflict");

    await stack.connect("tenant-missed", "ada");
    // What is dispatched only after it is in use again comes by itself.
    await until(async () => {
      const { rows } = await stack.database.pool.query("SELECT FROM event_outbox");
      return rows.length === 0;
    });
    receiver.answer = (_request, response) => void response.writeHead(204).end();
    const enabled = await stack.call("PATCH", `/webhook-endpoints/${endpoint.id}`, { status: "enabled" });
    expect(enabled.body).toMatchObject({ status: "enabled", disabled_reason: null, failures: 0, failing_since: null });
    const replay = await stack.call("POST", `/webhook-endpoints/${endpoint.id}/replay`, { from });
    // The ping, and the account; never what was told of itself.
    expect(replay).toMatchObject({ status: 202, body: { deliveries: 2 } });
    await until(async () => (await deliveriesOf(endpoint, "&status=delivered")).length === 2);
    const types: string[] = receiver.at(endpoint.path).map(({ body }) => body.event_type);
    expect(types.toSorted()).toEqual(["integrated_account:created", "webhook_endpoint:ping", "webhook_endpoint:ping"]);
    expect((await stack.call("POST", `/webhook-endpoints/${endpoint.id}/replay`, { from })).body.deliveries).toBe(0);
    const all = { from, status: "all", event_types: ["integrated_account:created"] };
    expect((await stack.call("POST", `/webhook-endpoints/${endpoint.id}/replay`, all)).body.deliveries).toBe(1);
    await until(async () => receiver.at(endpoint.path).length === 4);
  });

  test("that has failed for days is warned of, then disabled, at its next failure", async () => {
    const [endpoint, other] = [await makeEndpoint(), await makeEndpoint({ events: ["webhook_endpoint:*"] })];
    receiver.answer = ({ path }, response) => void response.writeHead(path === endpoint.path ? 500 : 204).end();
    const { delivery_id: id } = await ping(endpoint);
    await until(async () => (await delivery(id)).attempts.length === 1);
    for (const [days, count] of [
      [3, 1],
      [5, 2],
    ] as const) {
      await untilGivenBack(endpoint);
      await stack.database.pool.query(
        "UPDATE webhook_endpoint SET failing_since = now() - make_interval(days => $2) WHERE id = $1",
        [endpoint.id, days],
      );
      await hasten(endpoint);
      await untilReceived(other, count);
    }
    expect(receiver.at(other.path).map(({ body }) => [body.event_type, body.payload.id])).toEqual([
      ["webhook_endpoint:failing", endpoint.id],
      ["webhook_endpoint:disabled", endpoint.id],
    ]);
    expect((await delivery(id)).status).toBe("failed");
    const { rows } = await stack.database.pool.query(
      "SELECT actor, detail FROM audit_event WHERE action = 'webhook_endpoint.disabled' AND target = $1",
      [endpoint.id],
    );
    expect(rows).toEqual([{ actor: "worker", detail: { reason: "failing" } }]);
  });

  test("whose secret is replaced gets both signatures for a day, then one", async () => {
    const endpoint = await makeEndpoint();
    const rotated = await stack.call("POST", `/webhook-endpoints/${endpoint.id}/rotate-secret`, {});
    expect(rotated.body.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const until24 = Date.parse(rotated.body.previous_accepted_until) - Date.now();
    expect(Math.abs(until24 - 86_400_000)).toBeLessThan(10_000);
    await ping(endpoint);
    await untilReceived(endpoint);
    const [both] = receiver.at(endpoint.path) as [Received];
    expect(String(both.headers["webhook-signature"]).split(" ")).toHaveLength(2);
    for (const secret of [endpoint.secret, rotated.body.secret]) expect(verify(secret, both)).toEqual(both.body);

    await untilGivenBack(endpoint);
    await stack.database.pool.query(
      "UPDATE sealed_secret SET accepted_until = now() - interval '1 second' WHERE owner = $1 AND accepted_until IS NOT NULL",
      [endpoint.id],
    );
    await ping(endpoint);
    await untilReceived(endpoint, 2);
    const [, after] = receiver.at(endpoint.path) as [Received, Received];
    expect(verify(rotated.body.secret, after)).toEqual(after.body);
    expect(() => verify(endpoint.secret, after)).toThrow("No matching signature");
  });

  test("opens its secret on the record, and lets a key of some tenants see only their events", async () => {
    const endpoint = await makeEndpoint();
    const { event_id: eventId } = await ping(endpoint);
    await untilReceived(endpoint);
    const { rows } = await stack.database.pool.query(
      "SELECT actor, detail FROM audit_event WHERE action = 'secret.opened' AND target = $1",
      [endpoint.id],
    );
    expect(rows[0]).toEqual({
      actor: "worker",
      detail: { field: "webhook_secret", version: 1, purpose: "webhook_signature" },
    });
    await stack.connect("tenant-mine", "ada");
    const { key } = await makeKey(stack, "--tenants", "tenant-mine");
    const seen = await stack.call("GET", "/events", undefined, { key });
    expect(new Set(seen.body.data.map((one: any) => one.payload.tenant_id))).toEqual(new Set(["tenant-mine"]));
    expect((await stack.call("GET", `/events/${eventId}`, undefined, { key })).status).toBe(404);
    for (const path of ["/webhook-endpoints", `/webhook-endpoints/${endpoint.id}`, "/webhook-deliveries"]) {
      expect((await stack.call("GET", path, undefined, { key })).body).toMatchObject({ code: "forbidden" });
    }
  });
});
