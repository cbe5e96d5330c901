// Receivers, callers and operators that do what nobody should: others' ids, answers that are none, changes in the middle of sending.
import type { ServerResponse } from "node:http";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { until } from "./faulty-integration.ts";
import { makeKey } from "./make-key.ts";
import { signInAs } from "./sign-in-as.ts";
import { startReceiver, type Receiver } from "./start-receiver.ts";
import { startStack, type Stack } from "./start-stack.ts";
import { webhookHelpers } from "./webhook-helpers.ts";

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

const { makeEndpoint, deliveriesOf, ping, delivery, untilReceived, writeEvents } = webhookHelpers(
  () => stack,
  () => receiver,
);

/** Every route, with ids that exist. */
const routesOf = (endpoint: string, sent: { event_id: string; delivery_id: string }) => {
  const url = `${receiver.origin}/elsewhere`;
  const from = new Date(Date.now() - 60_000).toISOString();
  return {
    reading: [
      ["GET", `/webhook-endpoints/${endpoint}`],
      ["GET", `/webhook-deliveries/${sent.delivery_id}`],
      ["GET", `/events/${sent.event_id}`],
    ],
    writing: [
      ["PATCH", `/webhook-endpoints/${endpoint}`, { url }],
      ["PATCH", `/webhook-endpoints/${endpoint}`, { status: "disabled" }],
      ["POST", `/webhook-endpoints/${endpoint}/rotate-secret`, {}],
      ["POST", `/webhook-endpoints/${endpoint}/test`, {}],
      ["POST", `/webhook-endpoints/${endpoint}/replay`, { from }],
      ["POST", `/webhook-deliveries/${sent.delivery_id}/redeliver`, {}],
      ["DELETE", `/webhook-endpoints/${endpoint}`],
    ],
  } as const;
};

/** What nobody of those who were refused may have changed. */
async function stateOf(endpoint: { id: string }): Promise<unknown> {
  const { rows } = await stack.database.pool.query(
    `SELECT w.url, w.status, w.claim, (SELECT count(*) FROM sealed_secret s WHERE s.owner = w.id) AS secrets,
            (SELECT json_agg(d.attempts) FROM webhook_delivery d WHERE d.endpoint_id = w.id) AS attempts
       FROM webhook_endpoint w WHERE w.id = $1`,
    [endpoint.id],
  );
  return rows;
}

describe("who may not", () => {
  test("with the ids of another environment finds nothing, and changes nothing", async () => {
    const endpoint = await makeEndpoint();
    const sent = await ping(endpoint);
    await until(async () => (await delivery(sent.delivery_id)).status === "delivered");
    const before = await stateOf(endpoint);
    const { key } = await makeKey(stack, "--environment", "staging");
    const { reading, writing } = routesOf(endpoint.id, sent);
    for (const [method, path, body] of [...reading, ...writing] as (readonly [string, string, unknown?])[]) {
      const answer = await stack.call(method, path, body, { key });
      expect([path, answer.status, answer.body.code]).toEqual([path, 404, "not_found"]);
    }
    for (const path of [
      `/webhook-deliveries?endpoint=${endpoint.id}`,
      "/webhook-deliveries",
      "/events",
      "/webhook-endpoints",
    ])
      expect((await stack.call("GET", path, undefined, { key })).body.data).toEqual([]);
    expect(await stateOf(endpoint)).toEqual(before);
  });

  test("without the permission is told which one, by key and by role", async () => {
    const endpoint = await makeEndpoint();
    const sent = await ping(endpoint);
    await until(async () => (await delivery(sent.delivery_id)).status === "delivered");
    const before = await stateOf(endpoint);
    const { reading, writing } = routesOf(endpoint.id, sent);
    const [none, reads] = [
      await makeKey(stack, "--permissions", "accounts:read"),
      await makeKey(stack, "--permissions", "webhooks:read"),
    ];
    for (const [method, path] of reading)
      expect((await stack.call(method, path, undefined, { key: none.key })).body).toMatchObject({
        code: "forbidden",
        permission: "webhooks:read",
      });
    for (const [method, path] of reading)
      expect((await stack.call(method, path, undefined, { key: reads.key })).status).toBe(200);
    const writes = [...writing, ["POST", "/webhook-endpoints", { url: `${receiver.origin}/mine` }]] as [
      string,
      string,
      unknown?,
    ][];
    for (const [method, path, body] of writes)
      expect((await stack.call(method, path, body, { key: reads.key })).body).toMatchObject({
        code: "forbidden",
        permission: "webhooks:write",
      });
    const origin = stack.apis[0]?.origin ?? "";
    for (const role of ["support", "auditor"]) {
      const cookie = await signInAs(stack, `${role}-hooks@example.com`, role);
      const ask = async (method: string, path: string, body?: unknown): Promise<number> => {
        const headers = { cookie, origin, "content-type": "application/json" };
        const sentBody = body === undefined ? {} : { body: JSON.stringify(body) };
        return (await fetch(`${origin}/api/v1${path}`, { method, headers, ...sentBody })).status;
      };
      for (const [method, path] of reading) expect(await ask(method, path)).toBe(200);
      for (const [method, path, body] of writes)
        expect([role, path, await ask(method, path, body)]).toEqual([role, path, 403]);
    }
    expect(await stateOf(endpoint)).toEqual(before);
  });

  test("with bad input is told where, and nothing is made", async () => {
    const endpoint = await makeEndpoint();
    const day = 86_400_000;
    const at = (ms: number): string => new Date(Date.now() + ms).toISOString();
    const cases: [string, string, unknown, string][] = [
      ["POST", "/webhook-endpoints", { url: "https://app.example.com/\r\nx: y" }, "/url"],
      ["POST", "/webhook-endpoints", { url: "mailto:a@example.com?bcc=b@example.com" }, "/url"],
      ["POST", "/webhook-endpoints", { url: "mailto:a@example.com,b@example.com" }, "/url"],
      ["POST", "/webhook-endpoints", { url: "http://[::1]:22/" }, "/url"],
      ["POST", "/webhook-endpoints", { url: "https://2852039166/" }, "/url"],
      ["POST", "/webhook-endpoints", { url: `https://app.example.com/${"x".repeat(2_000)}` }, "/url"],
      ["POST", "/webhook-endpoints", { url: "https://app.example.com/", events: [] }, "/events"],
      [
        "POST",
        "/webhook-endpoints",
        { url: "https://app.example.com/", events: ["integrated_account:%"] },
        "/events/0",
      ],
      ["POST", "/webhook-endpoints", { url: "https://app.example.com/", secret: "whsec_mine" }, "/secret"],
      ["PATCH", `/webhook-endpoints/${endpoint.id}`, { format: "chat" }, "/format"],
      ["PATCH", `/webhook-endpoints/${endpoint.id}`, { url: "mailto:ops@example.com" }, "/format"],
      ["POST", `/webhook-endpoints/${endpoint.id}/replay`, { from: at(-31 * day) }, "/from"],
      ["POST", `/webhook-endpoints/${endpoint.id}/replay`, { from: at(-day), to: at(-2 * day) }, "/to"],
      ["POST", `/webhook-endpoints/${endpoint.id}/replay`, { from: "yesterday" }, "/from"],
      [
        "POST",
        `/webhook-endpoints/${endpoint.id}/replay`,
        { from: at(-day), event_types: ["integration:*"] },
        "/event_types/0",
      ],
    ];
    for (const [method, path, body, pointer] of cases) {
      const answer = await stack.call(method, path, body);
      const [error] = answer.body.errors ?? [];
      expect([JSON.stringify(body).slice(0, 80), answer.status, error?.pointer]).toEqual([
        JSON.stringify(body).slice(0, 80),
        expect.toSatisfy((status: number) => status === 400 || status === 422),
        pointer,
      ]);
    }
    expect((await stack.call("GET", "/webhook-endpoints")).body.data).toHaveLength(1);
    expect((await stack.call("POST", `/webhook-endpoints/${endpoint.id}/replay`, { from: at(-29 * day) })).status).toBe(
      202,
    );
  });
});

describe("an endpoint that is changed while it is sent to", () => {
  /** Answers wait until they are given. */
  function holdAnswers() {
    const held: ServerResponse[] = [];
    receiver.answer = (_request, response) => void held.push(response);
    return {
      held,
      give() {
        receiver.answer = (_request, response) => void response.writeHead(204).end();
        for (const response of held.splice(0)) response.writeHead(204).end();
      },
    };
  }

  test("by being deleted gets nothing more, and leaves nothing behind", async () => {
    const endpoint = await makeEndpoint({ events: ["integration:*"] });
    const answers = holdAnswers();
    await writeEvents(200);
    await until(async () => answers.held.length === 16);
    expect((await stack.call("DELETE", `/webhook-endpoints/${endpoint.id}`)).status).toBe(204);
    answers.give();
    // The worker goes on: another endpoint gets its events, which come after.
    const other = await makeEndpoint();
    await ping(other);
    await untilReceived(other);
    const { rows } = await stack.database.pool.query(
      `SELECT (SELECT count(*)::int FROM webhook_delivery WHERE endpoint_id = $1) AS deliveries,
              (SELECT count(*)::int FROM webhook_untried WHERE endpoint_id = $1) AS untried,
              (SELECT count(*)::int FROM webhook_attempt a WHERE NOT EXISTS (SELECT FROM webhook_delivery d WHERE d.id = a.delivery_id)) AS attempts,
              (SELECT count(*)::int FROM sealed_secret WHERE owner = $1) AS secrets`,
      [endpoint.id],
    );
    expect(rows).toEqual([{ deliveries: 0, untried: 0, attempts: 0, secrets: 0 }]);
    // Not more than was in hand before anybody could know.
    expect(receiver.at(endpoint.path).length).toBeLessThanOrEqual(200);
  });

  test("by being disabled and enabled again gets what comes then, at once, and nobody undoes the operator's word", async () => {
    const endpoint = await makeEndpoint({ events: ["integration:*"] });
    const answers = holdAnswers();
    await writeEvents(16);
    await until(async () => answers.held.length === 16);
    await stack.call("PATCH", `/webhook-endpoints/${endpoint.id}`, { status: "disabled" });
    expect((await deliveriesOf(endpoint, "&status=failed&limit=200")).length).toBe(16);
    await stack.call("PATCH", `/webhook-endpoints/${endpoint.id}`, { status: "enabled" });
    await writeEvents(1, "integration:degraded");
    answers.give();
    const arrived = (): string[] => receiver.at(endpoint.path).map(({ body }) => body.event_type);
    await until(async () => arrived().includes("integration:degraded"));
    await until(async () => (await deliveriesOf(endpoint, "&status=delivered")).length === 1);
    // What had ended stays so: a replay brings it back.
    expect((await deliveriesOf(endpoint, "&status=failed&limit=200")).length).toBe(16);
  });

  test("by a hundred rotations at once has two secrets, of which the newest was shown to one caller", async () => {
    const endpoint = await makeEndpoint();
    const rotations = await Promise.all(
      Array.from({ length: 20 }, () => stack.call("POST", `/webhook-endpoints/${endpoint.id}/rotate-secret`, {})),
    );
    const done = rotations.filter(({ status }) => status === 200);
    expect(done.length).toBeGreaterThanOrEqual(1);
    for (const { status, body } of rotations) if (status !== 200) expect(body.code).toBe("conflict");
    const { rows } = await stack.database.pool.query(
      "SELECT version, accepted_until IS NULL AS newest FROM sealed_secret WHERE owner = $1 ORDER BY version DESC",
      [endpoint.id],
    );
    expect(rows).toEqual([
      { version: done.length + 1, newest: true },
      { version: done.length, newest: false },
    ]);
  });
});

describe("a receiver that answers", () => {
  test.each([
    ["a body that is no text", 200, Buffer.from([0, 0xff, 0xfe, 0x61, 0])],
    ["a megabyte", 500, Buffer.alloc(1_000_000, "x")],
    ["a page with a script", 500, Buffer.from("<script>alert(1)</script>")],
    ["half a character at the end of what is kept", 500, Buffer.from(`${"x".repeat(1_023)}é${"y".repeat(100)}`)],
  ])("with %s is written down like any other", async (_name, status, body) => {
    const endpoint = await makeEndpoint();
    receiver.answer = (_request, response) => void response.writeHead(status).end(body);
    const { delivery_id: id } = await ping(endpoint);
    await until(async () => (await delivery(id)).attempts.length === 1);
    const [attempt] = (await delivery(id)).attempts;
    expect(attempt.http_status).toBe(status);
    expect(Buffer.byteLength(attempt.response)).toBeLessThanOrEqual(1_100);
    expect(attempt.response).not.toContain("\0");
  });

  test("410 to one of many gets nothing more, and what waited has ended", async () => {
    const endpoint = await makeEndpoint({ events: ["integration:*"] });
    let asked = 0;
    receiver.answer = (_request, response) => void response.writeHead((asked += 1) === 5 ? 410 : 204).end();
    await writeEvents(400);
    await until(async () => (await stack.call("GET", `/webhook-endpoints/${endpoint.id}`)).body.status === "disabled");
    const { rows } = await stack.database.pool.query(
      "SELECT status, count(*)::int AS n, sum(attempts)::int AS attempts FROM webhook_delivery WHERE endpoint_id = $1 GROUP BY 1 ORDER BY 1",
      [endpoint.id],
    );
    const [delivered, failed] = rows;
    expect(rows.map(({ status }) => status)).toEqual(["delivered", "failed"]);
    expect(delivered.n + failed.n).toBe(400);
    // Those that were under way with it, and the one that said so.
    expect(delivered.n + failed.attempts).toBe(asked);
    expect(asked).toBeLessThanOrEqual(5 + 16);
  });
});
