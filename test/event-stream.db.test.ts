import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Evergrant } from "../sdk/src/index.ts";
import { makeKey } from "./make-key.ts";
import { openStream, type OpenStream } from "./read-stream.ts";
import { signInAs } from "./sign-in-as.ts";
import { startStack, type Stack } from "./start-stack.ts";

let stack: Stack;
const open: OpenStream[] = [];

beforeAll(async () => {
  stack = await startStack();
});
afterAll(async () => {
  for (const one of open) one.close();
  await stack[Symbol.asyncDispose]();
});

/** @param show the header that tells who asks; the key of the stack where absent */
async function listen(query = "", show?: Record<string, string>): Promise<OpenStream> {
  const url = `${stack.apis[0]?.origin}/api/v1/events/stream${query}`;
  const stream = await openStream(url, show ?? { authorization: `Bearer ${stack.apiKey}` });
  open.push(stream);
  return stream;
}

/** What happens to accounts is told by the transaction of its change; here it is written as that writes it. */
async function happen(tenantId: string, environment = "production"): Promise<string> {
  const { rows } = await stack.database.pool.query<{ id: string }>(
    `INSERT INTO event (id, created_at, environment_id, account_id, sequence, event_type, payload)
     SELECT 'evt_' || substr(md5(random()::text), 1, 24), now(), e.id, NULL, NULL, 'integrated_account:authentication_error',
            jsonb_build_object('tenant_id', $1::text, 'integration_name', 'acme-crm')
       FROM environment e WHERE e.name = $2 RETURNING id`,
    [tenantId, environment],
  );
  return rows[0]?.id ?? "";
}

describe("a stream of events", () => {
  test("tells of a change as it happens, in the words of the list", async () => {
    const account = await stack.connect("tenant-live", "ada");
    const stream = await listen();
    expect(stream.status).toBe(200);
    expect(stream.headers.get("content-type")).toContain("text/event-stream");
    expect(stream.headers.get("cache-control")).toContain("no-store");
    await stack.call("DELETE", `/integrated-accounts/${account.id}`);
    const { id, type, data } = await stream.next();
    const { body } = await stack.call("GET", "/events?limit=1");
    expect({ type, data }).toEqual({ type: "message", data: body.data[0] });
    expect(data).toMatchObject({ event_type: "integrated_account:disconnected", payload: { id: account.id } });
    expect(id).toMatch(/^[\w-]+$/);
    stream.close();
  });

  test("is of one environment, of the tenants of a limited key, and of what is asked for", async () => {
    const [ofStaging, ofOther] = await Promise.all([
      makeKey(stack, "--environment", "staging", "--permissions", "webhooks:read"),
      makeKey(stack, "--permissions", "webhooks:read", "--tenants", "other"),
    ]);
    const streams = await Promise.all([
      listen("", { authorization: `Bearer ${ofStaging.key}` }),
      listen("", { authorization: `Bearer ${ofOther.key}` }),
      listen("?event_type=integrated_account:created"),
    ]);
    const staging = await happen("tenant", "staging");
    await happen("tenant");
    const other = await happen("other");
    expect((await streams[0]?.next())?.data.id).toBe(staging);
    expect((await streams[1]?.next())?.data.id).toBe(other);
    const account = await stack.connect("tenant-created", "grace");
    expect((await streams[2]?.next())?.data).toMatchObject({
      event_type: "integrated_account:created",
      payload: { id: account.id },
    });
    for (const one of streams) one.close();
  });

  test("goes on where it broke off, with what was missed", async () => {
    const first = await listen();
    const [one, two] = [await happen("a"), await happen("b")];
    const { id, data } = await first.next();
    expect(data.id).toBe(one);
    first.close();
    const missed = await happen("c");
    const again = await listen("", { authorization: `Bearer ${stack.apiKey}`, "last-event-id": id ?? "" });
    const came: string[] = [];
    while (!came.includes(missed)) came.push((await again.next()).data.id);
    expect(came).toContain(two);
    // Once each, though what was missed and what is told now overlap.
    expect(new Set(came).size).toBe(came.length);
    const next = await happen("d");
    expect((await again.next()).data.id).toBe(next);
    again.close();
    // To ask with what is no id of ours is a mistake that is told.
    expect((await listen("", { authorization: `Bearer ${stack.apiKey}`, "last-event-id": "?" })).status).toBe(400);
  });

  test("says that there were many rather than tell each, and names none that is not visible", async () => {
    const stream = await listen();
    const { key } = await makeKey(stack, "--permissions", "webhooks:read", "--tenants", "other");
    const limited = await listen("", { authorization: `Bearer ${key}` });
    await stack.database.pool.query(
      `INSERT INTO event (id, created_at, environment_id, event_type, payload)
       SELECT 'evt_' || lpad(n::text, 24, '0'), now(), e.id, 'webhook_endpoint:disabled', '{}'
         FROM environment e, generate_series(1, 300) n WHERE e.name = 'production'`,
    );
    expect(await stream.next()).toMatchObject({ type: "many", data: {} });
    expect(await limited.next()).toMatchObject({ id: null, type: "many", data: {} });
    const id = await happen("after");
    expect((await stream.next()).data.id).toBe(id);
    for (const one of [stream, limited]) one.close();
  });

  test("tells of every change of an account that is watched, a refresh too, and of none that is not visible", async () => {
    const account = await stack.connect("tenant-watched", "alan");
    // Somebody listens already: the change below falls between two looks, and before the first at this account.
    const other = await listen();
    const stream = await listen(`?watch=${account.id}&event_type=webhook_endpoint:ping`);
    await stack.call("POST", `/integrated-accounts/${account.id}/refresh`, {});
    expect(await stream.next()).toMatchObject({ type: "changed", data: { id: account.id } });
    for (const one of [stream, other]) one.close();
    expect((await listen(`?watch=${account.id.slice(0, -4)}zzzz`)).status).toBe(404);
    const { key } = await makeKey(stack, "--permissions", "webhooks:read", "--tenants", "other");
    expect((await listen(`?watch=${account.id}`, { authorization: `Bearer ${key}` })).status).toBe(404);
  });

  test("is eight for one key at most, and another is let in when one ends", async () => {
    const { key } = await makeKey(stack, "--permissions", "webhooks:read");
    const show = { authorization: `Bearer ${key}` };
    const streams = await Promise.all(Array.from({ length: 8 }, () => listen("", show)));
    expect(streams.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200));
    const ninth = await listen("", show);
    expect([ninth.status, ninth.headers.get("retry-after")]).toEqual([429, "30"]);
    streams[0]?.close();
    await expect.poll(async () => (await listen("?seconds=0", show)).status, { timeout: 10_000 }).toBe(200);
    for (const one of streams) one.close();
  });

  test("ends when its time is over", async () => {
    const stream = await listen("?seconds=0");
    await stream.ended;
    expect((await listen("?seconds=3601")).status).toBe(422);
  });

  test("ends with its session, and with its key", async () => {
    const cookie = await signInAs(stack, "ada@example.com", "support");
    const { key, id } = await makeKey(stack, "--permissions", "webhooks:read");
    const [bySession, byKey] = await Promise.all([
      listen("", { cookie }),
      listen("", { authorization: `Bearer ${key}` }),
    ]);
    expect([bySession.status, byKey.status]).toEqual([200, 200]);
    await stack.database.pool.query("UPDATE admin_session SET ended_at = now(), end_reason = 'ended'");
    await stack.cli("api-keys", "revoke", id);
    await Promise.all([bySession.ended, byKey.ended]);
  });

  test("does not keep a process that stops", async () => {
    await using short = await startStack();
    const stream = await openStream(`${short.apis[0]?.origin}/api/v1/events/stream`, {
      authorization: `Bearer ${short.apiKey}`,
    });
    expect(stream.status).toBe(200);
    const stopped = short.apis[0]?.process.stop();
    await stream.ended;
    await stopped;
  });

  test("comes through the client as a loop, until somebody leaves it", async () => {
    const client = new Evergrant({ url: stack.apis[0]?.origin ?? "", apiKey: stack.apiKey });
    const leaving = new AbortController();
    const events = client.events.stream({}, { signal: leaving.signal });
    const first = events.next();
    // The stream is open when its first event comes; until then events are made.
    const ids = new Set<string>();
    const making = setInterval(() => void happen("sdk").then((id) => ids.add(id)), 200);
    const { value } = await first;
    clearInterval(making);
    expect(value?.payload).toMatchObject({ tenant_id: "sdk" });
    leaving.abort();
    const rest = (async () => {
      for (;;) await events.next();
    })();
    await expect(rest).rejects.toThrow("abort");
  });
});
