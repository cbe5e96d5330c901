import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startFaultServer, type FaultServer } from "#lab/start-fault-server";
import { defineFaulty, importAccounts } from "./faulty-integration.ts";
import { makeKey } from "./make-key.ts";
import { startStack, type Answer, type Stack } from "./start-stack.ts";

let stack: Stack;
let server: FaultServer;

beforeAll(async () => {
  stack = await startStack();
  server = await startFaultServer();
});
afterAll(async () => {
  await server.close();
  await stack[Symbol.asyncDispose]();
});

const scope = "/credentials/config/scope";
const buffer = "/credentials/config/refresh/bufferSeconds";
const config = (fields: Record<string, unknown>) => ({ credentials: { config: fields } });

const layOver = (name: string, overrides: unknown) =>
  stack.call("PATCH", "/environment-integration", { integration_name: name, overrides });
const effective = async (name: string): Promise<Answer["body"]> =>
  (await stack.call("GET", `/environment-integrations/${name}`)).body.effective;
const changes = async (target: string): Promise<unknown[]> =>
  (
    await stack.database.pool.query(
      "SELECT detail FROM audit_event WHERE target = $1 AND action IN ('environment_integration.updated', 'account.updated') ORDER BY at, id",
      [target],
    )
  ).rows.map((row) => row.detail);

describe("an environment's overrides (R64)", () => {
  test("are laid over the definition field by field, told with their level, and taken away with null", async () => {
    await defineFaulty(stack, "layered", server, { scope: ["a", "b"] });
    const first = await layOver("layered", config({ refresh: { bufferSeconds: 120 } }));
    expect([first.status, first.body.effective[buffer]]).toEqual([200, { value: 120, origin: "environment" }]);
    const second = await layOver("layered", config({ scope: ["c"] }));
    expect(second.body.overrides).toEqual(config({ refresh: { bufferSeconds: 120 }, scope: ["c"] }));
    expect(await effective("layered")).toMatchObject({
      [scope]: { value: ["c"], origin: "environment" },
      [buffer]: { value: 120, origin: "environment" },
      "/credentials/config/client/client_id": { value: "client-of-layered", origin: "environment" },
      "/credentials/config/client/client_secret": { value: "••••••••", origin: "environment" },
    });
    expect((await layOver("layered", config({ refresh: null }))).body.overrides).toEqual(config({ scope: ["c"] }));
    expect((await effective("layered"))[buffer].value).toBe(30);
    expect((await changes("layered")).slice(-3)).toEqual([
      { fields: ["overrides"], overrides: [buffer] },
      { fields: ["overrides"], overrides: [scope] },
      { fields: ["overrides"], overrides: [buffer] },
    ]);
  });

  test("come from the platform where nothing lies over a shipped definition", async () => {
    const { body } = await stack.call("GET", "/integrations");
    const shipped = body.data.find(
      (one: { origin: string; format: string }) => one.origin === "platform" && one.format === "oauth2",
    );
    const patched = await layOver(shipped.name, config({ refresh: { bufferSeconds: 99 } }));
    expect(patched.body.effective[buffer]).toEqual({ value: 99, origin: "environment" });
    expect(patched.body.effective["/name"]).toEqual({ value: shipped.name, origin: "platform" });
  });

  test("and its scopes given beside the client are one and the same, and null resets them to the document's", async () => {
    await defineFaulty(stack, "scoped", server, { scope: ["a", "b"] });
    const beside = (given: unknown) =>
      stack.call("PATCH", "/environment-integration", {
        integration_name: "scoped",
        credentials: { oauth2: { config: { scope: given } } },
      });
    expect((await beside("x y")).body.overrides).toEqual(config({ scope: ["x", "y"] }));
    const reset = await beside(null);
    expect([reset.status, reset.body.overrides]).toEqual([200, {}]);
    expect((await effective("scoped"))[scope].value).toEqual(["a", "b"]);
  });

  test.each([
    ["a host", config({ auth: { tokenHost: "https://evil.example" } }), "/overrides/credentials/config/auth/tokenHost"],
    ["the API's address", { api: { baseUrl: "https://evil.example" } }, "/overrides/api/baseUrl"],
    [
      "a client secret",
      config({ client: { client_secret: "hush-hush-secret" } }),
      "/overrides/credentials/config/client/client_secret",
    ],
    [
      "a value that does not fit",
      config({ refresh: { timeoutSeconds: 99 } }),
      "/overrides/credentials/config/refresh/timeoutSeconds",
    ],
    ["a field that is none", config({ scoope: ["a"] }), "/overrides/credentials/config/scoope"],
  ])("are refused with their pointer, and nothing is written: %s", async (_name, overrides, pointer) => {
    await defineFaulty(stack, "guarded", server);
    const refused = await layOver("guarded", overrides);
    expect([refused.status, refused.body.code, refused.body.errors]).toEqual([
      422,
      "invalid_request",
      [{ pointer, detail: expect.any(String) }],
    ]);
    expect((await stack.call("GET", "/environment-integrations/guarded")).body.overrides).toEqual({});
    expect(stack.logs()).not.toContain("hush-hush-secret");
  });

  test("keep a definition from being put that they would not fit", async () => {
    const inputs = [{ name: "shop", label: "Shop" }];
    const auth = { tokenHost: server.origin, tokenPath: "/fitting/token" };
    const definition = { name: "fitting", inputs, credentials: { format: "oauth2", config: { auth } } };
    await stack.call("PUT", "/integrations/fitting", definition);
    expect((await layOver("fitting", config({ params: { token: { shop: "{shop}" } } }))).status).toBe(200);
    const put = await stack.call("PUT", "/integrations/fitting", { ...definition, inputs: [] });
    expect([put.status, put.body.errors[0].pointer]).toEqual([422, "/credentials/config/params/token/shop"]);
  });

  test("of an account do so as well", async () => {
    const inputs = [{ name: "shop", label: "Shop" }];
    const auth = { tokenHost: server.origin, tokenPath: "/fitted/token" };
    const definition = { name: "fitted", inputs, credentials: { format: "oauth2", config: { auth } } };
    await stack.call("PUT", "/integrations/fitted", definition);
    const imported = await stack.call("POST", "/integrated-accounts", {
      integration_name: "fitted",
      tenant_id: "tenant",
      inputs: { shop: "north" },
      credentials: { oauth2: { access_token: "access", refresh_token: "refresh" } },
      overrides: config({ params: { token: { shop: "{shop}" } } }),
    });
    expect(imported.status).toBe(201);
    const put = await stack.call("PUT", "/integrations/fitted", { ...definition, inputs: [] });
    expect([put.status, put.body.errors[0].detail]).toEqual([422, expect.stringContaining("an account")]);
    await stack.call("DELETE", `/integrated-accounts/${imported.body.id}`);
    expect((await stack.call("PUT", "/integrations/fitted", { ...definition, inputs: [] })).status).toBe(200);
  });

  test("of two changes at once both are there", async () => {
    await defineFaulty(stack, "crowded", server);
    const fields = ["bufferSeconds", "timeoutSeconds", "perMinute", "concurrency"];
    const all = await Promise.all(fields.map((field) => layOver("crowded", config({ refresh: { [field]: 10 } }))));
    expect(all.map((one) => one.status)).toEqual([200, 200, 200, 200]);
    const { body } = await stack.call("GET", "/environment-integrations/crowded");
    expect(Object.keys(body.overrides.credentials.config.refresh).toSorted()).toEqual(fields.toSorted());
  });
});

describe("an account's overrides (R64)", () => {
  const nameOf = "ours";
  const importOurs = (overrides: unknown) =>
    stack.call("POST", "/integrated-accounts", {
      integration_name: nameOf,
      tenant_id: "tenant",
      credentials: { oauth2: { access_token: "access", refresh_token: "refresh", expires_in: 3600 } },
      overrides,
    });
  const params = (token: string) => ({ params: { refresh: { audience: token } } });

  beforeAll(async () => {
    await defineFaulty(stack, nameOf, server, { params: { refresh: { audience: "platform", region: "platform" } } });
    const environment = config({ ...params("environment"), options: { headers: { "acme-version": "environment" } } });
    const laid = await layOver(nameOf, environment);
    if (laid.status !== 200) throw new Error(JSON.stringify(laid.body));
  });

  test("win over its environment's, its own alone, and each value is told with its level", async () => {
    const own = await importOurs(config(params("account")));
    const [other] = await importAccounts(stack, nameOf, 1);
    expect(own.status).toBe(201);
    const at = "/credentials/config/params/refresh";
    const { body } = await stack.call("GET", `/integrated-accounts/${own.body.id}`);
    expect(body.effective).toMatchObject({
      [`${at}/audience`]: { value: "account", origin: "account" },
      [`${at}/region`]: { value: "platform", origin: "environment" },
      "/credentials/config/options/headers/acme-version": { value: "environment", origin: "environment" },
    });
    expect(body.overrides).toEqual(config(params("account")));
    for (const [id, audience] of [
      [own.body.id, "account"],
      [other, "environment"],
    ]) {
      expect((await stack.call("POST", `/integrated-accounts/${id}/refresh`)).status).toBe(200);
      const request = server.requests.at(-1);
      expect(request?.form).toMatchObject({ audience, region: "platform" });
      expect(request?.headers["acme-version"]).toBe("environment");
    }
  });

  test("are changed by PATCH, audited without their values, and both of two changes at once are there", async () => {
    const { body: account } = await importOurs({});
    const patch = (overrides: unknown, more = {}) =>
      stack.call("PATCH", `/integrated-accounts/${account.id}`, { overrides, ...more });
    const both = await Promise.all([
      patch(config({ refresh: { bufferSeconds: 90 } })),
      patch(config({ tokenExpiryDuration: 600 }), { metadata: { plan: "gold" } }),
    ]);
    expect(both.map((one) => one.status)).toEqual([200, 200]);
    const { body } = await stack.call("GET", `/integrated-accounts/${account.id}`);
    expect(body.overrides).toEqual(config({ refresh: { bufferSeconds: 90 }, tokenExpiryDuration: 600 }));
    expect([body.metadata, body.effective[buffer]]).toEqual([{ plan: "gold" }, { value: 90, origin: "account" }]);
    const reset = await patch({ credentials: null });
    expect([reset.status, reset.body.overrides, reset.body.effective[buffer]]).toEqual([
      200,
      {},
      { value: 30, origin: "environment" },
    ]);
    expect(await changes(account.id)).toEqual(
      expect.arrayContaining([
        { fields: ["overrides"], overrides: [buffer] },
        { fields: ["metadata", "overrides"], overrides: ["/credentials/config/tokenExpiryDuration"] },
      ]),
    );
  });

  test.each([
    [
      "a host",
      config({ auth: { refreshHost: "https://evil.example" } }),
      "/overrides/credentials/config/auth/refreshHost",
    ],
    ["what accounts share", config({ refresh: { perMinute: 1 } }), "/overrides/credentials/config/refresh/perMinute"],
  ])("are refused with their pointer, at the import and later: %s", async (_name, overrides, pointer) => {
    const imported = await importOurs(overrides);
    const { body: account } = await importOurs({});
    const patched = await stack.call("PATCH", `/integrated-accounts/${account.id}`, { overrides });
    for (const refused of [imported, patched]) {
      expect([refused.status, refused.body.errors]).toEqual([422, [{ pointer, detail: expect.any(String) }]]);
    }
  });

  test("go with a client of its own in one change, which is tried with them", async () => {
    await defineFaulty(stack, "machines", server, {}, "oauth2_client_credentials");
    const client = { client_id: "their-client", client_secret: "their-secret" };
    const imported = await stack.call("POST", "/integrated-accounts", {
      integration_name: "machines",
      tenant_id: "tenant",
      credentials: { oauth2_client_credentials: client },
    });
    const patched = await stack.call("PATCH", `/integrated-accounts/${imported.body.id}`, {
      overrides: {
        credentials: { oauth2_client_credentials: { client_secret: "next-secret" }, config: { scope: ["own"] } },
      },
    });
    expect(patched.status).toBe(200);
    expect(server.requests.at(-1)?.form["scope"]).toBe("own");
    expect(patched.body.overrides).toEqual(config({ scope: ["own"] }));
    expect(patched.body.effective).toMatchObject({
      [scope]: { value: ["own"], origin: "account" },
      "/credentials/config/client/client_id": { value: "their-client", origin: "account" },
      "/credentials/config/client/client_secret": { value: "••••••••", origin: "account" },
    });
    expect(JSON.stringify(patched.body)).not.toContain("next-secret");
  });

  test("are explained to whoever may read accounts, and nothing secret with them (ADR 0025)", async () => {
    const { body: account } = await importOurs(config({ scope: ["own"] }));
    const { key } = await makeKey(stack, "--permissions", "accounts:read");
    const read = await stack.call("GET", `/integrated-accounts/${account.id}`, undefined, { key });
    expect(read.body.effective).toMatchObject({
      [scope]: { value: ["own"], origin: "account" },
      "/credentials/config/client/client_secret": { value: "••••••••" },
    });
    expect(JSON.stringify(read.body)).not.toContain("a-secret-of-the-test");
    expect((await stack.call("GET", "/integrations", undefined, { key })).status).toBe(403);
  });

  test("and what else is told and changed of an account needs no definition that can be read", async () => {
    await defineFaulty(stack, "garbled", server);
    const [id] = await importAccounts(stack, "garbled", 1);
    await stack.database.pool.query(
      "UPDATE integration SET document = '{}', updated_at = clock_timestamp() WHERE name = 'garbled'",
    );
    const found = await stack.call("GET", `/integrated-accounts/${id}`);
    expect([found.status, found.body.effective]).toEqual([200, {}]);
    const patched = await stack.call("PATCH", `/integrated-accounts/${id}`, { metadata: { plan: "gold" } });
    expect([patched.status, patched.body.metadata, patched.body.effective]).toEqual([200, { plan: "gold" }, {}]);
    const listed = (await stack.call("GET", "/integrations")).body.data.find(
      (one: { name: string }) => one.name === "garbled",
    );
    expect(listed).toMatchObject({ label: "garbled", format: null, origin: "environment", connectable: false });
    expect(listed?.problem).toMatch(
      /can't be read by this version \(\/.* is missing.*PUT \/api\/v1\/integrations\/garbled/,
    );
    const links = async (): Promise<unknown> =>
      (await stack.database.pool.query("SELECT count(*)::int AS n FROM link_token")).rows[0];
    const before = await links();
    const body = { tenant_id: "tenant-0", integrated_account_id: id };
    const refused = await stack.call("POST", "/link-tokens", body);
    expect([refused.status, refused.body.code, refused.body.reason]).toEqual([
      502,
      "client_misconfigured",
      "definition_unreadable",
    ]);
    expect(await links()).toEqual(before);
    const ended = await stack.call("DELETE", `/integrated-accounts/${id}`);
    expect([ended.status, ended.body.revocation]).toEqual([200, "failed"]);
  });

  test("reach credentials that were typed: their probe is made with them", async () => {
    const definition = {
      name: "keyed",
      api: { baseUrl: server.origin, probe: { path: "/me" }, headers: { "acme-version": "platform" } },
      credentials: { format: "api_key" },
      authorization: { format: "header", config: { name: "x-key", value: "{api_key}" } },
    };
    expect((await stack.call("PUT", "/integrations/keyed", definition)).status).toBe(201);
    const laid = await layOver("keyed", { api: { headers: { "acme-region": "environment" } } });
    expect([laid.status, laid.body.redirect_uri]).toEqual([200, null]);
    const imported = await stack.call("POST", "/integrated-accounts", {
      integration_name: "keyed",
      tenant_id: "tenant",
      credentials: { api_key: { api_key: "their-key" } },
      overrides: { api: { headers: { "acme-version": "account" } } },
    });
    expect(imported.status).toBe(201);
    expect(server.requests.at(-1)?.headers).toMatchObject({ "acme-version": "account", "acme-region": "environment" });
  });
});
