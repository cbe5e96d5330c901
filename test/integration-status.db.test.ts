import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startFaultServer, type FaultServer } from "#lab/start-fault-server";
import { defineFaulty, importAccounts } from "./faulty-integration.ts";
import { makeKey } from "./make-key.ts";
import { startStack, type Answer, type Stack } from "./start-stack.ts";

let stack: Stack;
let server: FaultServer;

beforeAll(async () => {
  stack = await startStack({ worker: false });
  server = await startFaultServer();
});
afterAll(async () => {
  await server.close();
  await stack[Symbol.asyncDispose]();
});

const status = async (name: string): Promise<Answer["body"]> =>
  (await stack.call("GET", `/integrations/${name}/status`)).body;

describe("how an integration stands", () => {
  test("tells of a breaker that opened: where, why, since when, and when it is asked again", async () => {
    await defineFaulty(stack, "broken", server, { refresh: { perMinute: 600, concurrency: 5 } });
    expect((await status("broken")).circuits).toEqual([]);
    const accounts = await importAccounts(stack, "broken", 5);
    server.respondWith(() => ({ kind: "json", status: 401, body: { error: "invalid_client" } }));
    for (const id of accounts) await stack.call("POST", `/integrated-accounts/${id}/refresh`);
    const { circuits, ...rest } = await status("broken");
    expect(circuits).toEqual([
      {
        endpoint: `${server.origin}/broken/token`,
        state: "open",
        cause: "client",
        failures: 5,
        opened_at: expect.any(String),
        next_probe_at: expect.any(String),
        probes: 0,
        requests_under_way: 0,
        per_minute: 600,
        concurrency: 5,
        shared_with: [],
      },
    ]);
    expect(Date.parse(circuits[0].next_probe_at)).toBeGreaterThan(Date.parse(circuits[0].opened_at));
    expect(rest).toMatchObject({ integration_name: "broken", in_catalogue: false, defined_at: expect.any(String) });
  });

  test("says when its definition was put, and a change that was made of an older one is refused", async () => {
    const document = (label: string) => ({
      name: "edited",
      label,
      credentials: { format: "oauth2", config: { auth: { tokenHost: server.origin } } },
    });
    const put = async (label: string, since: string): Promise<Answer> =>
      await stack.call("PUT", `/integrations/edited?unchanged_since=${since}`, document(label));
    expect((await put("First", "2026-11-20T10:00:00.000Z")).status).toBe(409);
    expect((await put("First", "never")).status).toBe(201);
    const { defined_at: first } = await status("edited");
    // Two have read the first one. Whoever comes later loses nothing of the other's.
    expect((await put("Second", first)).status).toBe(200);
    for (const since of [first, "never"]) {
      expect(await put("Third", since)).toMatchObject({
        status: 409,
        body: { code: "conflict", detail: expect.stringContaining("since you read it") },
      });
    }
    expect((await stack.call("GET", "/integrations/edited")).body.label).toBe("Second");
    expect((await put("Third", (await status("edited")).defined_at)).status).toBe(200);
    // Whoever says nothing replaces whatever is there.
    expect((await stack.call("PUT", "/integrations/edited", document("Fourth"))).status).toBe(200);
    expect((await put("Fifth", "yesterday")).status).toBe(422);
  });

  test("names who shares breaker and budget, and the least that any allows, also where another came first", async () => {
    const auth = { tokenHost: server.origin, tokenPath: "/shared/token" };
    for (const [name, perMinute] of [
      ["first", 100],
      ["second", 60],
    ] as const) {
      const config = { auth, refresh: { perMinute } };
      await stack.call("PUT", `/integrations/${name}`, { name, credentials: { format: "oauth2", config } });
      const client = { client_id: "one-client", client_secret: "a-secret-of-the-test" };
      await stack.call("PATCH", "/environment-integration", {
        integration_name: name,
        credentials: { oauth2: { config: client } },
      });
      const [id = ""] = await importAccounts(stack, name, 1);
      server.respondWith(() => ({
        kind: "json",
        status: 200,
        body: { access_token: "a", refresh_token: "b", expires_in: 3600 },
      }));
      await stack.call("POST", `/integrated-accounts/${id}/refresh`);
    }
    expect((await status("second")).circuits).toMatchObject([
      { endpoint: `${server.origin}/shared/token`, state: "closed", per_minute: 60, shared_with: ["first"] },
    ]);
  });

  test("counts links that are good and unused, of this integration alone", async () => {
    await defineFaulty(stack, "linked", server);
    await defineFaulty(stack, "other", server);
    const link = (...names: string[]) => stack.call("POST", "/link-tokens", { tenant_id: "acme", integrations: names });
    for (const names of [["linked"], ["linked", "other"], ["other"]]) expect((await link(...names)).status).toBe(201);
    const used = await link("linked");
    expect(used.status).toBe(201);
    await stack.database.pool.query(
      `UPDATE link_token SET used_at = now() WHERE id = (SELECT id FROM link_token ORDER BY created_at DESC, id DESC LIMIT 1)`,
    );
    expect(await status("linked")).toMatchObject({ open_links: 2, open_links_complete: true });
  });

  test("says whether the catalogue has one of its name", async () => {
    const { body } = await stack.call("GET", "/integrations");
    const shipped = body.data.find((one: { origin: string }) => one.origin === "platform").name;
    expect(await status(shipped)).toMatchObject({ in_catalogue: true, defined_at: null });
    expect((await stack.call("GET", "/integrations/nobody-defined/status")).status).toBe(404);
  });

  test("is not for a key that is limited to tenants: it would show hosts of others", async () => {
    const { key } = await makeKey(stack, "--tenants", "acme");
    const answer = await stack.call("GET", "/integrations/broken/status", undefined, { key });
    expect([answer.status, answer.body.limited_to]).toEqual([403, "tenants"]);
  });
});

describe("what may be laid over a definition", () => {
  test("is told field by field with its schema, and is accepted as it is told", async () => {
    await defineFaulty(stack, "laid", server, { scope: ["a"] });
    const { body } = await stack.call("GET", "/environment-integrations/laid/overridable-fields");
    const buffer = body.data.find((one: { pointer: string }) => one.pointer.endsWith("/refresh/bufferSeconds"));
    expect(buffer).toMatchObject({ defined: 30, schema: { type: "integer" } });
    const given = { credentials: { config: { refresh: { bufferSeconds: buffer.schema.minimum } } } };
    const patched = await stack.call("PATCH", "/environment-integration", {
      integration_name: "laid",
      overrides: given,
    });
    expect([patched.status, patched.body.overrides]).toEqual([200, given]);
  });
});

describe("a client secret", () => {
  test("tells who set it, and never what it is", async () => {
    await defineFaulty(stack, "kept", server);
    const { body } = await stack.call("GET", "/environment-integrations/kept");
    expect(body.client_secrets).toMatchObject([{ version: 1, set_by: expect.stringMatching(/^key_/) }]);
    expect(JSON.stringify(body)).not.toContain("a-secret-of-the-test");
  });
});
