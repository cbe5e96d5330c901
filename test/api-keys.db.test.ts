import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createApiKeyStore } from "#adapters/postgres/api-key-store";
import { findFreePort } from "#scripts/ports";
import { startProcess } from "./start-process.ts";
import { makeKey } from "./make-key.ts";
import { startStack, type Answer, type Stack } from "./start-stack.ts";

interface Operation {
  readonly security: readonly Record<string, unknown>[];
}

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({
    apis: 2,
    env: { EVERGRANT_RATE_LIMIT: "100", EVERGRANT_TRUSTED_PROXIES: "127.0.0.1/32,10.0.0.0/8" },
  });
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
});

const read = async (key: string, options: { api?: number; from?: string } = {}): Promise<Answer> =>
  await stack.call("GET", "/environment", undefined, {
    key,
    ...(options.api === undefined ? {} : { api: options.api }),
    ...(options.from === undefined ? {} : { headers: { "x-forwarded-for": options.from } }),
  });

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe("a key", () => {
  test("that is revoked is refused within a second by every process, and stays so (F5)", async () => {
    const { id, key } = await makeKey(stack);
    for (const api of [0, 1, 0, 1]) expect((await read(key, { api })).status).toBe(200);
    // Each has just looked: what it remembers is as young as can be.
    const { rows } = await stack.database.pool.query("SELECT id FROM environment WHERE name = 'production'");
    expect(await createApiKeyStore(stack.database.pool).revoke(rows[0].id, id, "test")).toBe(true);
    const revokedAt = performance.now();
    // By when they began: how long an answer takes is the machine's.
    const lastAccepted = await Promise.all(
      [0, 1].map(async (api) => {
        for (let last = 0; ;) {
          const began = performance.now() - revokedAt;
          if ((await read(key, { api })).status !== 200) return last;
          last = began;
          await wait(20);
        }
      }),
    );
    for (const ms of lastAccepted) expect(ms).toBeLessThan(1_000);
    for (const api of [0, 1]) expect((await read(key, { api })).body.code).toBe("unauthorized");
  });

  test("that is revoked on the command line is the same", async () => {
    const { id, key } = await makeKey(stack);
    expect((await read(key)).status).toBe(200);
    expect((await stack.cli("api-keys", "revoke", id, "--json")).code).toBe(0);
    await wait(1_000);
    for (const api of [0, 1]) expect((await read(key, { api })).status).toBe(401);
    expect((await stack.cli("api-keys", "revoke", id, "--json")).code).toBe(1);
  });

  test("that expires is refused from then on, and the list says when it does and when it was used last (F6)", async () => {
    const { id, key } = await makeKey(stack, "--expires-in", "1", "--name", "for a day");
    expect((await read(key)).status).toBe(200);
    const listed = async () => {
      const { stdout } = await stack.cli("api-keys", "list", "--environment", "production", "--json");
      return (JSON.parse(stdout) as { keys: { id: string }[] }).keys.find((one) => one.id === id) as Record<
        string,
        any
      >;
    };
    const shown = await listed();
    expect(shown).toMatchObject({ environment: "production", name: "for a day", addresses: [], revoked_at: null });
    expect(Date.parse(shown["expires_at"]) - Date.now()).toBeGreaterThan(86_000_000);
    expect(Date.now() - Date.parse(shown["last_used_at"])).toBeLessThan(60_000);
    expect(JSON.stringify(shown)).not.toContain(key.slice(4, -6));
    await stack.database.pool.query("UPDATE api_key SET expires_at = now() WHERE id = $1", [id]);
    await wait(1_000);
    expect(await read(key)).toMatchObject({ status: 401, body: { code: "unauthorized" } });
  });

  test("for some addresses is refused from elsewhere, in clear words, and recorded without flooding the log", async () => {
    const { id, key } = await makeKey(stack, "--addresses", "203.0.113.0/24,2001:db8::/32");
    for (const from of ["203.0.113.9", "2001:db8::7", "6.6.6.6, 203.0.113.9", "203.0.113.9, 10.1.2.3"]) {
      expect((await read(key, { from })).status, from).toBe(200);
    }
    for (const from of ["203.0.114.1", "203.0.113.9, 6.6.6.6", "2001:db9::7", "10.1.2.3"]) {
      const answer = await read(key, { from });
      expect(answer, from).toMatchObject({ status: 403, body: { code: "forbidden" } });
      expect(answer.body.detail).toContain(`not for requests from ${from.split(", ").at(-1)}`);
    }
    expect((await read(key)).body.detail).toContain("from 127.0.0.1");
    expect((await read(key, { from: "unknown" })).body.detail).toContain("does not tell");
    const { rows } = await stack.database.pool.query(
      "SELECT detail FROM audit_event WHERE action = 'api_key.refused' AND target = $1",
      [id],
    );
    expect(rows).toEqual([{ detail: { address: "203.0.114.1" } }]);
  });

  test("for some addresses believes no proxy that is not trusted", async () => {
    const { key } = await makeKey(stack, "--addresses", "203.0.113.0/24");
    const port = await findFreePort();
    const { EVERGRANT_TRUSTED_PROXIES: _proxies, ...env } = stack.env;
    const plain = await startProcess("api/main.ts", { ...env, PORT: String(port) });
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/environment`, {
      headers: { authorization: `Bearer ${key}`, "x-forwarded-for": "203.0.113.9" },
    });
    expect(answer.status).toBe(403);
    await plain.stop();
  });

  test.each(["203.0.113.0/33", "example.com", "203.0.113"])("is not made for %s", async (ranges) => {
    const made = await stack.cli(
      "api-keys",
      "create",
      "--environment",
      "production",
      "--permissions",
      "all",
      "--addresses",
      ranges,
    );
    expect(made).toMatchObject({ code: 2, stderr: expect.stringContaining("--addresses") });
  });
});

test.each(["--tenants", "--integrations", "--addresses"])(
  "no key is made without a limit for an empty %s",
  async (option) => {
    for (const empty of ["", " , "]) {
      const made = await stack.cli(
        "api-keys",
        "create",
        "--environment",
        "production",
        "--permissions",
        "all",
        option,
        empty,
      );
      expect(made).toMatchObject({ code: 2, stderr: expect.stringContaining(`${option} names nothing`) });
    }
  },
);

test("a key that asks too often is told so in every form of the headers, and no other key is (F8)", async () => {
  const [loud, quiet] = await Promise.all([makeKey(stack), makeKey(stack)]);
  const answers: Answer[] = [];
  while (!answers.some((one) => one.status === 429) && answers.length < 3_000) {
    answers.push(...(await Promise.all(Array.from({ length: 100 }, () => read(loud.key)))));
  }
  // 200 at once; what fills up meanwhile comes on top.
  expect(answers.filter((one) => one.status === 200).length).toBeGreaterThanOrEqual(200);
  const refused = answers.find((one) => one.status === 429) as Answer;
  expect(refused.body).toMatchObject({ code: "rate_limited", source: "evergrant", status: 429 });
  expect(Object.fromEntries([...refused.headers].filter(([name]) => /limit|retry/.test(name)))).toEqual({
    "retry-after": "1",
    "ratelimit-limit": "100",
    "ratelimit-remaining": "0",
    "ratelimit-reset": "1",
    ratelimit: '"default";r=0;t=1',
    "ratelimit-policy": '"default";q=100;w=1',
  });
  expect((await read(quiet.key)).status).toBe(200);
  await wait(1_000);
  expect((await read(loud.key)).status).toBe(200);
});

describe("a key that is limited", () => {
  let byTenant: string;
  let byIntegration: string;
  beforeAll(async () => {
    byTenant = (await makeKey(stack, "--tenants", "tenant-a")).key;
    byIntegration = (await makeKey(stack, "--integrations", "acme-crm")).key;
  });

  const client = { credentials: { oauth2: { config: { client_id: "stolen" } } } };
  const endpoint = `/webhook-endpoints/whe_${"0".repeat(24)}`;
  const delivery = `/webhook-deliveries/dlv_${"0".repeat(24)}`;
  const changes: [method: string, path: string, body?: unknown][] = [
    ["PATCH", "/environment", { return_urls: ["https://evil.example/"] }],
    ["PUT", "/integrations/acme-crm", { name: "acme-crm" }],
    ["DELETE", "/integrations/acme-crm"],
    ["POST", "/integration-trials", { name: "acme-crm" }],
    ["POST", "/integrations/acme-crm/checks", {}],
    [
      "POST",
      "/integrations/acme-crm/mappings/try",
      { category: "crm", model: "contacts", mapping: {}, endpoint: "get" },
    ],
    ["PATCH", "/environment-integration", { integration_name: "acme-crm", ...client }],
    ["POST", "/integrations/acme-crm/mass-failure/release"],
    ["POST", "/integrations/acme-crm/mass-failure/confirm"],
    ["POST", "/webhook-endpoints", { url: "https://evil.example/" }],
    ["PATCH", endpoint, { url: "https://evil.example/" }],
    ["DELETE", endpoint],
    ["POST", `${endpoint}/rotate-secret`],
    ["POST", `${endpoint}/test`],
    ["POST", `${endpoint}/replay`, { from: "2026-11-20T10:00:00.000Z" }],
    ["POST", `${delivery}/redeliver`],
    ["POST", "/keys/rewrap", {}],
    ["PATCH", `/keys/rewrap/rwp_${"0".repeat(24)}`, { state: "stopped" }],
    ["POST", "/keys/t1/disable"],
    ["POST", "/keys/t1/enable"],
    ["PUT", "/keys/policy", { policy: "tenant" }],
    ["POST", "/keys/drill"],
    ["PATCH", "/anomaly-policy", { factor: 100 }],
    ["POST", `/anomalies/ano_${"0".repeat(24)}/acknowledge`],
    ["POST", "/api-keys", { name: "Another", permissions: ["accounts:read"] }],
    ["DELETE", `/api-keys/key_${"0".repeat(24)}`],
    ["POST", `/api-keys/key_${"0".repeat(24)}/stop`],
    ["POST", `/api-keys/key_${"0".repeat(24)}/restart`],
  ];

  test.each(changes)("to tenants may not %s %s: it concerns them all", async (method, path, body) => {
    const before = await stack.call("GET", "/environment-integrations/acme-crm");
    const answer = await stack.call(method, path, body, { key: byTenant });
    expect(answer).toMatchObject({ status: 403, body: { code: "forbidden", limited_to: "tenants" } });
    expect(answer.body.detail).toContain("limited to some tenants");
    expect((await stack.call("GET", "/environment-integrations/acme-crm")).body).toEqual(before.body);
  });

  test("to integrations may not change the settings of the environment", async () => {
    expect(await stack.call("PATCH", "/environment", { return_urls: [] }, { key: byIntegration })).toMatchObject({
      status: 403,
      body: { code: "forbidden", limited_to: "integrations" },
    });
  });

  test("to integrations changes those, and no other", async () => {
    const overrides = { integration_name: "acme-crm", overrides: {} };
    expect((await stack.call("PATCH", "/environment-integration", overrides, { key: byIntegration })).status).toBe(200);
    const other = { integration_name: "hubspot", ...client };
    expect((await stack.call("PATCH", "/environment-integration", other, { key: byIntegration })).status).toBe(404);
    const put = await stack.call("PUT", "/integrations/hubspot", { name: "hubspot" }, { key: byIntegration });
    expect(put).toMatchObject({ status: 403, body: { code: "forbidden" } });
    expect((await stack.call("DELETE", "/integrations/hubspot", undefined, { key: byIntegration })).status).toBe(404);
  });

  test("to tenants reads definitions and settings", async () => {
    for (const path of [
      "/environment",
      "/integrations",
      "/integrations/acme-crm",
      "/environment-integrations/acme-crm",
    ]) {
      expect((await stack.call("GET", path, undefined, { key: byTenant })).status, path).toBe(200);
    }
  });

  const withNames = (path: string): string =>
    path
      .replace("{name}", "acme-crm")
      .replace("{kid}", "t1")
      .replace("/keys/rewrap/{id}", `/keys/rewrap/rwp_${"0".repeat(24)}`)
      .replace("/anomalies/{id}", `/anomalies/ano_${"0".repeat(24)}`)
      .replace("/api-keys/{id}", `/api-keys/key_${"0".repeat(24)}`)
      .replace("/webhook-endpoints/{id}", endpoint)
      .replace("/webhook-deliveries/{id}", delivery);

  const decisions = ["approve", "refuse", "withdraw"].map((answer) => `/approvals/{id}/${answer}`);

  test.each(decisions)("may not POST %s, limited or not: a person decides", async (path) => {
    // Whether there is such a request is not told.
    for (const key of [byTenant, stack.apiKey]) {
      expect(await stack.call("POST", path.replace("{id}", "apr_unknown"), undefined, { key })).toMatchObject({
        status: 403,
        body: { code: "approval_forbidden", reason: "not_an_administrator" },
      });
    }
  });

  test("is refused by every route that writes and names no account, unless it is known here", async () => {
    const { body } = await stack.call("GET", "/openapi.json");
    // What is for people alone refuses every key (test/roles/matrix.db.test.ts), and what is open asks for none.
    const writes = Object.entries(body.paths as Record<string, Record<string, Operation>>).flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(([method, { security }]) => method !== "get" && security.some((one) => "apiKey" in one))
        .map(([method]) => `${method.toUpperCase()} ${withNames(path)}`),
    );
    expect(writes.length).toBeGreaterThan(30);
    // They check the tenant that the request or the account names.
    const byTenantThemselves =
      /\/(link-tokens|integrated-accounts|account-runs|connect-sessions|proxy|tenants|unified)\b/;
    const known = new Set(changes.map(([method, path]) => `${method} ${path}`));
    expect(writes.filter((one) => !byTenantThemselves.test(one) && !known.has(one))).toEqual([]);
  });
});
