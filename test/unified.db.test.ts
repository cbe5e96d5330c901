// The unified API on the real processes and a real database, over imitations of seven providers that answer with their documented
// samples. What each answers is held against the OpenAPI document.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { imitations, type ProviderImitation } from "#lab/imitations/imitations";
import { startImitation, type RunningImitation } from "#lab/imitations/start-imitation";
import { makeOpenApiDocument } from "#scripts/openapi-document";
import { findFreePort } from "#scripts/ports";
import { makeKey } from "./make-key.ts";
import { createValidators, pointerOf } from "./openapi/validators.ts";
import { startProcess } from "./start-process.ts";
import { startStack, type Answer, type Stack } from "./start-stack.ts";
import { defineProxied, importProxied } from "./start-upstream.ts";
import { imitatedIntegration } from "./unified/imitated-integration.ts";

const document = await makeOpenApiDocument();
const validators = createValidators(document);

type Place = { provider: ProviderImitation; running: RunningImitation; account: string };

let stack: Stack;
const places = new Map<string, Place>();

beforeAll(async () => {
  stack = await startStack();
  for (const [name, imitate] of Object.entries(imitations)) {
    const provider = imitate();
    const running = await startImitation(provider);
    const { api, unified } = imitatedIntegration(name, provider, running.origin);
    await defineProxied(stack, running, name, { api, unified });
    const { id } = await importProxied(stack, name, "tenant-u");
    places.set(name, { provider, running, account: id });
  }
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  await Promise.all([...places.values()].map(({ running }) => running.close()));
});
beforeEach(() => {
  for (const { running } of places.values()) {
    running.calls = [];
    running.intercept = () => null;
  }
});

function at(name: string): Place {
  const place = places.get(name);
  if (place === undefined) throw new Error(`nobody imitates ${name}`);
  return place;
}

type Options = { body?: unknown; query?: Record<string, string>; key?: string; headers?: Record<string, string> };

/** Calls it, and holds the answer against the document. */
async function call(method: string, path: string, account: string, options: Options = {}): Promise<Answer> {
  const query = new URLSearchParams({ integrated_account_id: account, ...options.query });
  const { body, key, headers = {} } = options;
  const answer = await stack.call(method, `/unified/${path}?${query}`, body, {
    headers,
    ...(key === undefined ? {} : { key }),
  });
  const template = `/unified/${path.split("/").slice(0, 2).join("/")}${path.split("/").length > 2 ? "/{id}" : ""}`;
  if (answer.status < 300) {
    const status = String(answer.status);
    const schema = pointerOf(
      "paths",
      template,
      method.toLowerCase(),
      "responses",
      status,
      "content",
      "application/json",
      "schema",
    );
    expect(validators.fault(schema, answer.body), `${method} ${path}`).toBeNull();
  }
  return answer;
}

const contact = { last_name: "Lovelace", emails: [{ address: "ada@example.com", kind: "work" }] };

describe("the same three calls (Shown by 1)", () => {
  test("answer one schema at three CRMs, with only the account's id changing", async () => {
    const all: Answer["body"][] = [];
    for (const name of ["hubspot", "salesforce", "pipedrive"]) {
      const { account } = at(name);
      const list = await call("GET", "crm/contacts", account);
      const id = list.body.result[0].id as string;
      const got = await call("GET", `crm/contacts/${encodeURIComponent(id)}`, account, { query: { raw: "true" } });
      // The one that has a whole name alone takes that.
      const body = name === "pipedrive" ? { name: "Lovelace", emails: contact.emails } : contact;
      const made = await call("POST", "crm/contacts", account, { body });
      expect([list.status, got.status, made.status]).toEqual([200, 200, 201]);
      expect(got.body.result).toEqual(list.body.result[0]);
      expect(got.body.raw).toBeTypeOf("object");
      expect(made.body.result).toMatchObject({ name: "Lovelace", emails: contact.emails });
      all.push(list.body.result[0], got.body.result, made.body.result);
    }
    expect(new Set(all.map((one) => Object.keys(one).join())).size).toBe(1);
  });
});

const whole: [string, string, unknown, unknown][] = [
  ["hubspot", "crm/contacts", { first_name: "Ada" }, { job_title: "Countess" }],
  ["hubspot", "crm/companies", { name: "Engines" }, { industry: "MACHINERY" }],
  ["hubspot", "crm/deals", { name: "Engine no. 2", amount: 12.5 }, { amount: 13 }],
  [
    "zendesk",
    "ticketing/tickets",
    { subject: "Help", description: "It stands.", requester_id: "5" },
    { status: "solved" },
  ],
  [
    "freshdesk",
    "ticketing/tickets",
    { subject: "Help", description: "<b>", requester_email: "a@b.example" },
    { priority: "urgent" },
  ],
  ["bamboohr", "hris/employees", { first_name: "Ada", last_name: "Lovelace" }, { department: "Research" }],
  ["gusto", "hris/employees", { first_name: "Ada", last_name: "Lovelace" }, { personal_email: "ada@home.example" }],
];

describe("every operation, as it is documented", () => {
  test.each(whole)("%s: %s", async (name, path, given, changes) => {
    const { account } = at(name);
    const made = await call("POST", path, account, { body: given });
    expect([made.status, made.body.code]).toEqual([201, undefined]);
    const id = made.body.result.id as string;
    const changed = await call("PATCH", `${path}/${id}`, account, { body: changes });
    expect(changed.body.result).toMatchObject(changes as object);
    expect((await call("GET", `${path}/${id}`, account)).body.result).toEqual(changed.body.result);
    const { body: told } = await stack.call("GET", `/unified/capabilities?integrated_account_id=${account}`);
    const model = told.models.find((one: { model: string }) => one.model === path.split("/")[1]);
    const removed = await call("DELETE", `${path}/${id}`, account);
    if (model.operations.includes("delete")) {
      expect([removed.status, removed.body]).toEqual([200, { result: null, next_cursor: null }]);
      expect((await call("GET", `${path}/${id}`, account)).body).toMatchObject({
        code: "not_found",
        source: "provider",
      });
    } else {
      expect(removed.body).toMatchObject({ code: "unsupported_by_provider", operation: "delete" });
    }
  });

  test("opens the credentials under its own purpose, and leaves its record", async () => {
    const { account } = at("hubspot");
    await call("GET", "crm/contacts", account);
    const { rows } = await stack.database.pool.query<{ purpose: string }>(
      `SELECT detail->>'purpose' AS purpose FROM audit_event WHERE action = 'credential.opened' AND target = $1
        ORDER BY at DESC LIMIT 1`,
      [account],
    );
    expect(rows).toEqual([{ purpose: "unified" }]);
  });
});

describe("a custom field (Shown by 2)", () => {
  const custom = (read: string) => ({ unified: { crm: { contacts: { customFields: { plan: { read } } } } } });
  const pointer = "/unified/crm/contacts/customFields/plan/read";

  test("is added by the environment, changed by the account, and each tells where it comes from", async () => {
    const { account } = at("hubspot");
    const patch = { integration_name: "hubspot", overrides: custom("properties.jobtitle") };
    expect((await stack.call("PATCH", "/environment-integration", patch)).status).toBe(200);
    const first = await call("GET", "crm/contacts", account, { query: { limit: "1" } });
    expect(first.body.result[0].custom_fields).toEqual({ plan: "Engineer" });
    const shown = await stack.call("GET", "/environment-integrations/hubspot");
    expect(shown.body.effective[pointer]).toEqual({ value: "properties.jobtitle", origin: "environment" });

    const overrides = custom("$uppercase(properties.jobtitle)");
    expect((await stack.call("PATCH", `/integrated-accounts/${account}`, { overrides })).status).toBe(200);
    const second = await call("GET", "crm/contacts", account, { query: { limit: "1" } });
    expect(second.body.result[0].custom_fields).toEqual({ plan: "ENGINEER" });
    const { body } = await stack.call("GET", `/integrated-accounts/${account}`);
    expect(body.effective[pointer]).toEqual({ value: "$uppercase(properties.jobtitle)", origin: "account" });
    const { body: told } = await stack.call("GET", `/unified/capabilities?integrated_account_id=${account}`);
    expect(told.models[0].custom_fields).toEqual({ plan: { read: true, create: false, update: false } });
    await stack.call("PATCH", `/integrated-accounts/${account}`, { overrides: { unified: null } });
    await stack.call("PATCH", "/environment-integration", {
      integration_name: "hubspot",
      overrides: { unified: null },
    });
  });

  test.each([
    [{ api: { baseUrl: "https://evil.example" } }, "/overrides/api/baseUrl"],
    [
      { unified: { crm: { contacts: { endpoints: { get: { path: "//evil.example/{id}" } } } } } },
      "/overrides/unified/crm/contacts/endpoints/get/path",
    ],
  ])("never leads to another host: %j", async (overrides, place) => {
    const answer = await stack.call("PATCH", `/integrated-accounts/${at("hubspot").account}`, { overrides });
    expect([answer.status, answer.body.errors[0].pointer]).toEqual([422, place]);
  });
});

describe("a list of 10,000 records (Shown by 3)", () => {
  test("pages through with each record once, one page of the provider's for each of ours", async () => {
    const { account, provider, running } = at("zendesk");
    provider.of["tickets"]?.fill(10_000);
    const seen = new Set<string>();
    let cursor: string | null = null;
    let pages = 0;
    do {
      const query: Record<string, string> = { limit: "100", ...(cursor === null ? {} : { cursor }) };
      const { body, status } = await call("GET", "ticketing/tickets", account, { query });
      expect(status).toBe(200);
      for (const { id } of body.result as { id: string }[]) seen.add(id);
      cursor = body.next_cursor as string | null;
      pages += 1;
    } while (cursor !== null);
    expect([seen.size, pages, running.calls.length]).toEqual([10_000, 100, 100]);
    provider.of["tickets"]?.fill(1);
  });
});

describe("problems (Shown by 4)", () => {
  test("of the provider come with its words for the caller, and in no log", async () => {
    const body = { emails: [{ address: "not-an-address-of-canary", kind: "work" }] };
    const answer = await call("POST", "crm/contacts", at("hubspot").account, { body });
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({
      code: "provider_rejected",
      source: "provider",
      errors: [{ pointer: "email", detail: "Email address not-an-address-of-canary is invalid" }],
      provider: { status: 400, message: "Property values were not valid" },
    });
    expect(stack.logs()).not.toContain("canary");
  });

  test("a limit comes with its headers, and a good answer with what is left", async () => {
    const { account, running } = at("hubspot");
    const headers = { "x-hubspot-ratelimit-max": "110", "x-hubspot-ratelimit-remaining": "0" };
    running.intercept = () => ({ status: 429, headers: { ...headers, "retry-after": "7" }, body: {} });
    const limited = await call("GET", "crm/contacts", account);
    expect([limited.status, limited.body.code, limited.body.source]).toEqual([429, "rate_limited", "provider"]);
    expect(limited.headers.get("retry-after")).toBe("7");
    expect(limited.headers.get("ratelimit-remaining")).toBe("0");
    expect(running.calls).toHaveLength(1);
    running.intercept = () => ({
      status: 200,
      headers: { ...headers, "x-hubspot-ratelimit-remaining": "9" },
      body: { results: [] },
    });
    expect((await call("GET", "crm/contacts", account)).headers.get("ratelimit-remaining")).toBe("9");
  });

  test("a rejected token is renewed at the lab, and the call sent once more with the new one", async () => {
    const { running } = at("salesforce");
    const { id, accessToken } = await importProxied(stack, "salesforce", "tenant-dies");
    running.intercept = ({ authorization }) =>
      authorization === `Bearer ${accessToken}` ? { status: 401, body: [{ errorCode: "INVALID_SESSION_ID" }] } : null;
    expect((await call("POST", "crm/companies", id, { body: { name: "Engines" } })).status).toBe(201);
    expect(running.calls.map(({ method }) => method)).toEqual(["POST", "POST", "GET"]);
  });

  test("what a mapping lacks is told before anything is sent", async () => {
    const { account, running } = at("pipedrive");
    const answer = await call("GET", "crm/contacts", account, { query: { email: "a@b.example" } });
    expect([answer.status, answer.body.code, answer.body.errors[0].pointer]).toEqual([
      422,
      "unsupported_by_provider",
      "email",
    ]);
    expect((await call("GET", "ticketing/tickets", account)).body.code).toBe("unsupported_by_provider");
    expect(running.calls).toEqual([]);
  });
});

describe("who may", () => {
  test("needs the permission unified, and sees accounts within its limits alone", async () => {
    const { account, running } = at("hubspot");
    const [proxy, other, own] = await Promise.all([
      makeKey(stack, "--permissions", "proxy"),
      makeKey(stack, "--permissions", "unified", "--tenants", "tenant-other"),
      makeKey(stack, "--permissions", "unified", "--tenants", "tenant-u"),
    ]);
    expect((await call("GET", "crm/contacts", account, { key: proxy.key })).body).toMatchObject({
      code: "forbidden",
      permission: "unified",
    });
    expect((await call("GET", "crm/contacts", account, { key: other.key })).status).toBe(404);
    expect(running.calls).toEqual([]);
    expect((await call("GET", "crm/contacts", account, { key: own.key })).status).toBe(200);
    const through = await stack.call(
      "GET",
      `/proxy/crm/v3/objects/contacts?integrated_account_id=${account}`,
      undefined,
      { key: own.key },
    );
    expect(through.status).toBe(403);
  });

  test("says where an account's calls go may call there anyway", async () => {
    const { account, running } = at("hubspot");
    const overrides = {
      unified: { crm: { contacts: { endpoints: { list: { path: "/crm/v3/objects/secrets-canary" } } } } },
    };
    const [writer, proxying] = await Promise.all([
      makeKey(stack, "--permissions", "accounts:write,unified"),
      makeKey(stack, "--permissions", "accounts:write,unified,proxy"),
    ]);
    const imported = {
      integration_name: "hubspot",
      tenant_id: "tenant-u",
      credentials: { oauth2: { access_token: "of-nobody" } },
      overrides,
    };
    const tries: [string, string, unknown][] = [
      ["PATCH", `/integrated-accounts/${account}`, { overrides }],
      ["POST", "/integrated-accounts", imported],
    ];
    for (const [method, path, body] of tries) {
      const refused = await stack.call(method, path, body, { key: writer.key });
      expect([refused.status, refused.body.code, refused.body.permission]).toEqual([403, "forbidden", "proxy"]);
    }
    await call("GET", "crm/contacts", account, { key: writer.key });
    expect(running.calls.map(({ path }) => path.includes("canary"))).toEqual([false]);
    const may = (path: string | null) => ({
      overrides: { unified: { crm: { contacts: { endpoints: { list: { path } } } } } },
    });
    for (const path of ["/crm/v3/objects/contacts", null]) {
      const answer = await stack.call("PATCH", `/integrated-accounts/${account}`, may(path), { key: proxying.key });
      expect(answer.status).toBe(200);
    }
  });
});

describe("a POST that comes again with its idempotency key", () => {
  test("makes one record, is read anew, and nothing of it is stored but its id", async () => {
    const { account, running } = at("zendesk");
    const headers = { "idempotency-key": '"of-the-ticket"' };
    const body = { subject: "stored-nowhere-canary", description: "It stands.", requester_id: "5" };
    const first = await call("POST", "ticketing/tickets", account, { body, headers });
    const again = await call("POST", "ticketing/tickets", account, { body, headers });
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.body).toEqual(first.body);
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect(running.calls.map(({ method }) => method)).toEqual(["POST", "GET"]);
    const other = await call("POST", "ticketing/tickets", account, { body: { ...body, subject: "Other" }, headers });
    expect(other.status).toBe(422);
    const { rows } = await stack.database.pool.query<{ all: string }>(
      "SELECT coalesce(string_agg(t::text, ' '), '') AS all FROM audit_event t",
    );
    expect(rows[0]?.all).not.toContain("canary");
  });

  const ticket = (subject: string) => ({ subject, description: "It stands.", requester_id: "5" });
  const posts = (): number => at("zendesk").running.calls.filter(({ method }) => method === "POST").length;

  test("that was refused made nothing, and runs again", async () => {
    const headers = { "idempotency-key": '"of-the-refusal"' };
    const { account } = at("zendesk");
    const body = { subject: "No description" };
    const first = await call("POST", "ticketing/tickets", account, { body, headers });
    expect([first.status, first.body.code, posts()]).toEqual([422, "provider_rejected", 1]);
    expect((await call("POST", "ticketing/tickets", account, { body, headers })).body.code).toBe("provider_rejected");
    expect(posts()).toBe(2);
    // And may be mended under the same key.
    expect((await call("POST", "ticketing/tickets", account, { body: ticket("Mended"), headers })).status).toBe(201);
  });

  test("after a limit runs again, and makes one", async () => {
    const headers = { "idempotency-key": '"of-the-limit"' };
    const { account, running } = at("zendesk");
    running.intercept = () => ({ status: 429, headers: { "retry-after": "1" }, body: {} });
    expect((await call("POST", "ticketing/tickets", account, { body: ticket("Later"), headers })).status).toBe(429);
    running.intercept = () => null;
    expect((await call("POST", "ticketing/tickets", account, { body: ticket("Later"), headers })).status).toBe(201);
    expect(posts()).toBe(2);
  });

  test.each([
    ["failed", { status: 500, body: {} }],
    ["waited too long", { status: 408, body: {} }],
    ["answered what nobody can read", { status: 201, headers: { "content-type": "text/html" }, body: "<html>" }],
  ])("sends nothing again where the provider %s: it may have made the record", async (what, answer) => {
    const headers = { "idempotency-key": `"of-what-${what.slice(0, 6)}"` };
    const { account, running } = at("zendesk");
    running.intercept = ({ method }) => (method === "POST" ? answer : null);
    const first = await call("POST", "ticketing/tickets", account, { body: ticket("Once"), headers });
    expect([first.status, posts()]).toEqual([502, 1]);
    running.intercept = () => null;
    for (const _ of [1, 2]) {
      const again = await call("POST", "ticketing/tickets", account, { body: ticket("Once"), headers });
      expect(again).toMatchObject({
        status: 502,
        body: { code: "provider_error", detail: expect.stringMatching(/Nothing is sent again|would make another/) },
      });
    }
    expect(posts()).toBe(1);
  });

  test("sends nothing again where its caller left meanwhile", async () => {
    const { account, running } = at("zendesk");
    const arrived = Promise.withResolvers<void>();
    running.intercept = ({ method }) => {
      if (method === "POST") arrived.resolve();
      return null;
    };
    running.delay = 1_500;
    const leaving = new AbortController();
    const url = `${stack.apis[0]?.origin}/api/v1/unified/ticketing/tickets?integrated_account_id=${account}`;
    const sent = {
      authorization: `Bearer ${stack.apiKey}`,
      "content-type": "application/json",
      "idempotency-key": '"of-who-left"',
    };
    const body = JSON.stringify(ticket("Left"));
    const gone = fetch(url, { method: "POST", headers: sent, body, signal: leaving.signal }).catch(() => null);
    await arrived.promise;
    leaving.abort();
    await gone;
    running.delay = 0;
    const again = async (): Promise<Answer> =>
      await call("POST", "ticketing/tickets", account, {
        body: ticket("Left"),
        headers: { "idempotency-key": '"of-who-left"' },
      });
    await expect.poll(async () => (await again()).status, { timeout: 20_000 }).toBe(502);
    expect((await again()).body.detail).toMatch(/Nothing is sent again/);
    expect(posts()).toBe(1);
  });

  test("finds the record that was made, where its caller left while it was read back", async () => {
    const { account, running } = at("bamboohr");
    const arrived = Promise.withResolvers<void>();
    running.intercept = ({ method }) => {
      running.delay = method === "GET" ? 1_500 : 0;
      if (method === "GET") arrived.resolve();
      return null;
    };
    const body = { first_name: "Ada", last_name: "Byron" };
    const headers = { "idempotency-key": '"of-who-left-after"' };
    const leaving = new AbortController();
    const gone = fetch(`${stack.apis[0]?.origin}/api/v1/unified/hris/employees?integrated_account_id=${account}`, {
      method: "POST",
      headers: { ...headers, authorization: `Bearer ${stack.apiKey}`, "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: leaving.signal,
    }).catch(() => null);
    await arrived.promise;
    leaving.abort();
    await gone;
    running.intercept = () => null;
    running.delay = 0;
    await expect
      .poll(async () => (await call("POST", "hris/employees", account, { body, headers })).status, { timeout: 20_000 })
      .toBe(201);
    const again = await call("POST", "hris/employees", account, { body, headers });
    expect(again.body.result).toMatchObject(body);
    expect(running.calls.filter(({ method }) => method === "POST")).toHaveLength(1);
  });

  test("sends nothing again where the process that sent it was killed", async () => {
    const { account, running } = at("zendesk");
    const headers = { "idempotency-key": '"of-who-was-killed"' };
    const arrived = Promise.withResolvers<void>();
    running.intercept = ({ method }) => {
      if (method === "POST") arrived.resolve();
      return null;
    };
    running.delay = 60_000;
    const port = await findFreePort();
    const other = await startProcess("api/main.ts", {
      ...stack.env,
      DATABASE_URL: stack.database.urlAs("api"),
      PORT: String(port),
    });
    const first = fetch(`http://127.0.0.1:${port}/api/v1/unified/ticketing/tickets?integrated_account_id=${account}`, {
      method: "POST",
      headers: { ...headers, authorization: `Bearer ${stack.apiKey}`, "content-type": "application/json" },
      body: JSON.stringify(ticket("Killed")),
    }).catch(() => null);
    await arrived.promise;
    await other.kill();
    await first;
    running.delay = 0;
    // Whoever died gives its key back when its lease is over.
    await stack.database.pool.query("UPDATE idempotency_record SET lease_until = now() WHERE lease_until IS NOT NULL");
    // One that gets nowhere meanwhile forgets nothing of it.
    const breakMapping = async (overrides: unknown): Promise<void> => {
      const unified = { ticketing: { tickets: { endpoints: { create: { query: overrides } } } } };
      expect((await stack.call("PATCH", `/integrated-accounts/${account}`, { overrides: { unified } })).status).toBe(
        200,
      );
    };
    await breakMapping({ broken: "$error('no')" });
    const between = await call("POST", "ticketing/tickets", account, { body: ticket("Killed"), headers });
    expect(between.status).toBe(502);
    await breakMapping({ broken: null });
    for (const _ of [1, 2, 3]) {
      const again = await call("POST", "ticketing/tickets", account, { body: ticket("Killed"), headers });
      expect([again.status, again.body.code]).toEqual([502, "provider_error"]);
      // Told once, however often it is asked.
      expect(again.body.detail.match(/The first request with this Idempotency-Key/g)).toHaveLength(1);
    }
    expect(posts()).toBe(1);
  });

  test("runs again where the provider refused it with a status of success", async () => {
    const { account, running } = at("hubspot");
    const headers = { "idempotency-key": '"of-the-success"' };
    const body = { last_name: "Of the success" };
    running.intercept = () => ({ status: 200, body: { category: "MISSING_SCOPES" } });
    const first = await call("POST", "crm/contacts", account, { body, headers });
    expect([first.status, first.body.code]).toEqual([403, "provider_forbidden"]);
    running.intercept = () => null;
    expect((await call("POST", "crm/contacts", account, { body, headers })).status).toBe(201);
  });
});

test("calls are counted by model, operation and what became of them", async () => {
  const { account, running } = at("gusto");
  await call("GET", "hris/employees", account);
  running.intercept = () => ({ status: 500, body: {} });
  expect((await call("GET", "hris/employees", account)).status).toBe(502);
  const text = await (await fetch(`${stack.apis[0]?.origin}/metrics`)).text();
  expect(text).toContain(
    'evergrant_unified_requests_total{model="hris/employees",operation="list",outcome="answered"}',
  );
  expect(text).toMatch(
    /evergrant_unified_requests_total\{model="hris\/employees",operation="list",outcome="failed"\} [1-9]/,
  );
});
