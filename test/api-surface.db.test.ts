import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeKey } from "./make-key.ts";
import { openSession } from "./sign-in-as.ts";
import { startStack, type Stack } from "./start-stack.ts";

let stack: Stack;
let accountId: string;

beforeAll(async () => {
  stack = await startStack();
  accountId = (await stack.connect("tenant-a", "ada")).id;
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
});

/** Every route of the API that names an account, from the document that the routes themselves make. */
async function accountRoutes(): Promise<{ method: string; path: string }[]> {
  const { body } = await stack.call("GET", "/openapi.json");
  return Object.entries(body.paths as Record<string, Record<string, unknown>>).flatMap(([path, methods]) =>
    path.includes("/integrated-accounts/{id}")
      ? Object.keys(methods).map((method) => ({ method: method.toUpperCase(), path: path.replace("{id}", accountId) }))
      : [],
  );
}

describe("keys", () => {
  test("of another environment or tenant find nothing, and the answer is the one for an id that does not exist", async () => {
    const staging = await makeKey(stack, "--environment", "staging", "--permissions", "all");
    const other = await makeKey(stack, "--tenants", "tenant-b");
    const elsewhere = await makeKey(stack, "--integrations", "hubspot");
    const routes = await accountRoutes();
    expect(routes.length).toBeGreaterThanOrEqual(6);
    for (const { method, path } of routes) {
      const body = method === "PATCH" ? { metadata: {} } : undefined;
      for (const { key } of [staging, other, elsewhere]) {
        const answer = await stack.call(method, path, body, { key });
        const missing = await stack.call(method, path.replace(accountId, "ia_000000000000000000000000"), body, { key });
        expect(answer.status, `${method} ${path}`).toBe(404);
        expect({ ...answer.body, instance: "" }).toEqual({ ...missing.body, instance: "" });
      }
    }
    for (const { key } of [staging, other, elsewhere]) {
      const list = await stack.call("GET", "/integrated-accounts", undefined, { key });
      expect(list.body.data).toEqual([]);
      expect((await stack.call("GET", "/stats/health", undefined, { key })).body.integrations).toEqual([]);
    }
    const reauthorize = { tenant_id: "tenant-b", integrated_account_id: accountId };
    expect((await stack.call("POST", "/link-tokens", reauthorize, { key: other.key })).status).toBe(404);
    expect((await stack.call("POST", "/link-tokens", { tenant_id: "tenant-a" }, { key: other.key })).status).toBe(403);
  });

  test("can do only what they carry, and the refusal names what is missing", async () => {
    const reader = await makeKey(stack, "--environment", "production", "--permissions", "accounts:read");
    expect((await stack.call("GET", `/integrated-accounts/${accountId}`, undefined, { key: reader.key })).status).toBe(
      200,
    );
    const token = await stack.call("GET", `/integrated-accounts/${accountId}/token`, undefined, { key: reader.key });
    expect(token).toMatchObject({ status: 403, body: { code: "forbidden", permission: "tokens:read" } });
    const refused = await stack.call("DELETE", `/integrated-accounts/${accountId}`, undefined, { key: reader.key });
    expect(refused).toMatchObject({ status: 403, body: { permission: "accounts:write" } });
  });

  test("stand nowhere in the database", async () => {
    const { rows } = await stack.database.pool.query("SELECT k::text AS row FROM api_key k");
    for (const { row } of rows) expect(row).not.toContain(stack.apiKey.slice(4, -6));
  });

  test.each([
    "",
    "Bearer",
    "Bearer evg_short",
    "Basic abc",
    "Bearer evg_4rWyij2Jvtp6WVEn6DEJmUfog589FADEjVIEmb0ZyGF0Iqx1X",
  ])("of a wrong form are refused: %s", async (authorization) => {
    const answer = await stack.call("GET", "/integrated-accounts", undefined, { headers: { authorization } });
    expect(answer).toMatchObject({ status: 401, body: { code: "unauthorized" } });
    expect(answer.headers.get("www-authenticate")).toContain("Bearer");
  });
});

describe("input", () => {
  test("that is wrong is refused field by field, and nothing is half written", async () => {
    const before = await stack.database.pool.query("SELECT count(*)::int AS n FROM integrated_account");
    const answer = await stack.call("POST", "/integrated-accounts", {
      integration_name: "acme-crm",
      tenant_id: "",
      credentials: { oauth2: { access_token: "a", expires_in: -5, scope: 7 } },
      status: "active",
    });
    expect(answer.status).toBe(422);
    expect(answer.headers.get("content-type")).toContain("application/problem+json");
    const pointers = answer.body.errors.map((one: { pointer: string }) => one.pointer);
    expect(pointers).toEqual(
      expect.arrayContaining(["/tenant_id", "/credentials/oauth2/expires_in", "/credentials/oauth2/scope", "/status"]),
    );
    const after = await stack.database.pool.query("SELECT count(*)::int AS n FROM integrated_account");
    expect(after.rows).toEqual(before.rows);
  });

  test.each([
    ["an empty object", {}],
    ["an unknown field", { tenant_id: "t", integration_name: "acme-crm", tenant: "x" }],
    ["a life beyond seven days", { tenant_id: "t", integration_name: "acme-crm", expires_in: 604_801 }],
    ["an integration that does not exist", { tenant_id: "t", integration_name: "nothing-here" }],
  ])("of a link with %s is refused", async (_name, body) => {
    const answer = await stack.call("POST", "/link-tokens", body);
    expect(answer).toMatchObject({ status: 422, body: { code: "invalid_request" } });
    expect(answer.body.errors.length).toBeGreaterThan(0);
  });

  test("that is no JSON, too large, of another method, or a broken cursor has its own answer", async () => {
    expect((await stack.call("POST", "/link-tokens", "{not json")).status).toBe(400);
    const large = await stack.call("POST", "/link-tokens", { tenant_id: "x".repeat(1_100_000) });
    expect(large).toMatchObject({ status: 413, body: { code: "payload_too_large" } });
    const method = await stack.call("PUT", `/integrated-accounts/${accountId}`, {});
    expect(method).toMatchObject({ status: 405, body: { code: "method_not_allowed" } });
    expect(method.headers.get("allow")).toBe("GET, PATCH, DELETE");
    expect((await stack.call("GET", "/integrated-accounts?cursor=nonsense")).status).toBe(400);
    expect((await stack.call("GET", "/integrated-accounts?limit=100000")).status).toBe(422);
    expect((await stack.call("GET", "/nothing-here")).status).toBe(404);
  });

  test("with a NUL character, which PostgreSQL can't store, is refused and not a failure of ours", async () => {
    const nul = String.fromCodePoint(0);
    const link = await stack.call("POST", "/link-tokens", { tenant_id: `a${nul}b`, integration_name: "acme-crm" });
    expect(link.status).toBe(422);
    const patched = await stack.call("PATCH", `/integrated-accounts/${accountId}`, { metadata: { a: `x${nul}` } });
    expect(patched.status).toBe(422);
    expect((await stack.call("GET", "/integrated-accounts?tenant_id=a%00b")).status).toBe(422);
    expect((await stack.call("GET", `/integrated-accounts/ia_%00`)).status).toBe(404);
  });
});

describe("an integration document", () => {
  const valid = {
    name: "salesforce-eu",
    credentials: {
      format: "oauth2",
      config: {
        auth: {
          tokenHost: "https://login.salesforce.com",
          tokenPath: "/services/oauth2/token",
          authorizePath: "/services/oauth2/authorize",
        },
        scope: ["api", "refresh_token"],
        pkce: { method: "S256" },
        options: { authorizationMethod: "header", bodyFormat: "form" },
        tokenExpiryDuration: 7200,
      },
    },
    authorization: { format: "bearer", config: { path: "oauth.token.access_token" } },
  };

  test("in the published shape is put, read back, replaced and removed", async () => {
    expect((await stack.call("PUT", "/integrations/salesforce-eu", valid)).status).toBe(201);
    expect((await stack.call("PUT", "/integrations/salesforce-eu", valid)).status).toBe(200);
    expect((await stack.call("GET", "/integrations/salesforce-eu")).body).toMatchObject(valid);
    expect((await stack.call("DELETE", "/integrations/salesforce-eu")).status).toBe(204);
    expect((await stack.call("GET", "/integrations/salesforce-eu")).status).toBe(404);
  });

  test("has its schema published for everybody, the one of the repository, with a word about each field", async () => {
    const response = await fetch(`${stack.apis[0]?.origin}/api/v1/integrations/schema.json`);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toContain("json");
    expect(await response.json()).toEqual(JSON.parse(await readFile("integrations/schema.json", "utf8")));
    expect((await stack.call("GET", "/integrations/schema.json")).body).toMatchObject({
      $schema: "https://json-schema.org/draft/2020-12/schema",
      properties: { inputs: { description: expect.any(String) } },
    });
  });

  test("that is not valid is refused with a pointer for each error", async () => {
    const broken = structuredClone(valid) as Record<string, any>;
    broken["credentials"].config.auth.tokenHost = "login.salesforce.com/path";
    broken["credentials"].config.pcke = { method: "S256" };
    const answer = await stack.call("PUT", "/integrations/salesforce-eu", broken);
    expect(answer.status).toBe(422);
    expect(answer.body.errors.map((one: { pointer: string }) => one.pointer)).toEqual(
      expect.arrayContaining(["/credentials/config/auth/tokenHost", "/credentials/config/pcke"]),
    );
    expect(answer.body.errors.map((one: { detail: string }) => one.detail)).toEqual([
      expect.stringContaining('did you mean "https://login.salesforce.com"?'),
      expect.stringContaining("pkce"),
    ]);
  });

  test("that says something twice, or under a name that parsers lose, is refused with the place of it", async () => {
    const text = JSON.stringify(valid).replace('"scope":', '"scope":["a"],"scope":');
    const lost = JSON.stringify(valid).replace('"scope":', '"params":{"token":{"__proto__":"x"}},"scope":');
    const put = async (body: string) => await stack.call("PUT", "/integrations/salesforce-eu", body);
    expect([await put(text), await put(lost)]).toMatchObject([
      { status: 422, body: { errors: [{ pointer: "/credentials/config/scope" }] } },
      { status: 422, body: { errors: [{ pointer: "/credentials/config/params/token/__proto__" }] } },
    ]);
    expect((await stack.call("GET", "/integrations/salesforce-eu")).status).toBe(404);
  });

  test("gets its environment's scopes in one text, parted as it parts them", async () => {
    const commas = structuredClone(valid) as Record<string, any>;
    Object.assign(commas, { name: "salesforce-commas" });
    Object.assign(commas["credentials"].config, { scopeSeparator: "," });
    expect((await stack.call("PUT", "/integrations/salesforce-commas", commas)).status).toBe(201);
    const patch = async (name: string, scope: string) => {
      const credentials = { oauth2: { config: { scope } } };
      const { body } = await stack.call("PATCH", "/environment-integration", { integration_name: name, credentials });
      return body.effective["/credentials/config/scope"].value;
    };
    expect(await patch("salesforce-commas", "a,b, c")).toEqual(["a", "b", "c"]);
    await stack.call("PUT", "/integrations/salesforce-spaces", { ...valid, name: "salesforce-spaces" });
    expect(await patch("salesforce-spaces", "a,b c")).toEqual(["a,b", "c"]);
  });

  test("and any other body is refused in words for people, not in the parser's", async () => {
    const answer = await stack.call("POST", "/link-tokens", { expires_in: "soon" });
    expect(answer).toMatchObject({
      status: 422,
      body: {
        errors: expect.arrayContaining([
          { pointer: "/tenant_id", detail: "is missing; expected a text" },
          { pointer: "/expires_in", detail: "expected a number, found a text" },
        ]),
      },
    });
  });

  test("can't move live credentials to another host", async () => {
    const { body } = await stack.call("GET", "/integrations/acme-crm");
    body.credentials.config.auth.tokenHost = "https://elsewhere.example";
    const answer = await stack.call("PUT", "/integrations/acme-crm", body);
    expect(answer).toMatchObject({ status: 409, body: { code: "conflict" } });
  });

  test("with a client has its secret sealed at once and never shows it", async () => {
    const secret = "a-client-secret-that-must-not-be-seen";
    const withClient = structuredClone(valid) as Record<string, any>;
    withClient["name"] = "salesforce-own";
    withClient["credentials"].config.client = { client_id: "an-id", client_secret: secret };
    const put = await stack.call("PUT", "/integrations/salesforce-own", withClient);
    expect(put.status).toBe(201);
    const view = await stack.call("GET", "/environment-integrations/salesforce-own");
    expect(view.body.effective["/credentials/config/client/client_id"]).toEqual({
      value: "an-id",
      origin: "environment",
    });
    expect(view.body.effective["/credentials/config/client/client_secret"].origin).toBe("environment");
    const { rows } = await stack.database.pool.query(
      "SELECT i::text || (SELECT string_agg(e::text, '') FROM environment_integration e) AS all FROM integration i",
    );
    expect(JSON.stringify([put.body, view.body, rows])).not.toContain(secret);
  });
});

describe("a session of the dashboard", () => {
  const signIn = async (email: string, role: string): Promise<string> => {
    const session = await openSession(stack, email, role);
    expect(session).toMatch(/HttpOnly/i);
    expect(session).toMatch(/SameSite=Lax/i);
    return session.split(";")[0] ?? "";
  };

  test("goes through the same API by the same rules, and a change must come from our own pages", async () => {
    const origin = stack.apis[0]?.origin ?? "";
    const cookie = await signIn("op@example.com", "owner");
    const me = await fetch(`${origin}/api/v1/session`, { headers: { cookie } });
    expect(await me.json()).toMatchObject({
      user: { email: "op@example.com", role: "owner" },
      environment: "production",
    });
    const list = await fetch(`${origin}/api/v1/integrated-accounts`, { headers: { cookie } });
    expect(((await list.json()) as { data: unknown[] }).data.length).toBeGreaterThan(0);
    const staging = await fetch(`${origin}/api/v1/integrated-accounts`, {
      headers: { cookie: `${cookie}; evergrant_environment=staging` },
    });
    expect(((await staging.json()) as { data: unknown[] }).data).toEqual([]);
    // A provider may change something on a GET, so even that comes from our own pages (or from nobody's).
    const proxied = async (site: string): Promise<number> => {
      const address = `${origin}/api/v1/proxy/x?integrated_account_id=ia_nobody`;
      return (await fetch(address, { headers: { cookie, "sec-fetch-site": site } })).status;
    };
    const sites = ["same-origin", "none", "same-site", "cross-site"];
    expect(await Promise.all(sites.map(proxied))).toEqual([404, 404, 403, 403]);
    const change = async (headers: Record<string, string>): Promise<number> => {
      const answer = await fetch(`${origin}/api/v1/integrated-accounts/${accountId}/refresh`, {
        method: "POST",
        headers: { cookie, ...headers },
      });
      return answer.status;
    };
    expect(await change({ origin: "https://evil.example" })).toBe(403);
    expect(await change({})).toBe(403);
    expect(await change({ origin })).toBe(200);
    // A page is of one environment; another window of the browser may have switched since.
    expect(await change({ origin, "evergrant-environment": "production" })).toBe(200);
    const other = await fetch(`${origin}/api/v1/webhooks`, {
      method: "POST",
      headers: {
        cookie: `${cookie}; evergrant_environment=production`,
        origin,
        "content-type": "application/json",
        "evergrant-environment": "staging",
      },
      body: JSON.stringify({ url: "https://example.com/hook" }),
    });
    expect(other.status).toBe(409);
    expect(await other.json()).toMatchObject({
      code: "conflict",
      reason: "other_environment",
      detail: expect.stringMatching(/staging.*production.*Nothing was done/),
    });
    await stack.database.pool.query("UPDATE admin_user SET disabled_at = now()");
    expect((await fetch(`${origin}/api/v1/session`, { headers: { cookie } })).status).toBe(401);
  });

  test("of a support user shows states, and neither a token nor a change", async () => {
    const origin = stack.apis[0]?.origin ?? "";
    const cookie = await signIn("support@example.com", "support");
    const call = async (method: string, path: string): Promise<{ status: number; body: any }> => {
      const answer = await fetch(`${origin}/api/v1/integrated-accounts/${accountId}${path}`, {
        method,
        headers: { cookie, origin },
      });
      return { status: answer.status, body: await answer.json() };
    };
    expect((await call("GET", "")).status).toBe(200);
    const token = await call("GET", "/token");
    expect(token).toMatchObject({ status: 403, body: { permission: "tokens:read" } });
    expect(JSON.stringify(token.body)).not.toContain("access_token");
    expect(await call("POST", "/refresh")).toMatchObject({ status: 403, body: { permission: "accounts:write" } });
    expect((await call("DELETE", "")).status).toBe(403);
  });
});

describe("the door", () => {
  test("says 503 in plain words when web is away, while the API goes on", async () => {
    const origin = stack.apis[0]?.origin ?? "";
    const page = await fetch(`${origin}/accounts`);
    expect(page.status).toBe(503);
    expect(await page.text()).toContain("pages of Evergrant are not available");
    expect((await fetch(`${origin}/readyz`)).status).toBe(200);
  });

  test("shows a person a page and a program a problem when an answer of a provider does not fit", async () => {
    const address = `${stack.apis[0]?.origin}/oauth/callback/x?state=a&code=b`;
    const page = await fetch(address, { headers: { accept: "text/html" } });
    expect(page.status).toBe(400);
    expect(page.headers.get("content-type")).toContain("text/html");
    expect(await page.text()).toContain("start over");
    const problem = await fetch(address);
    expect(problem.status).toBe(400);
    expect(await problem.json()).toMatchObject({ code: "invalid_request" });
  });

  test("opens a page of the documentation for every problem code", async () => {
    const { problemCodes } = await import("#core/domain/problem/domain-error");
    for (const code of Object.keys(problemCodes)) {
      const page = await fetch(`${stack.apis[0]?.origin}/api/v1/problems/${code}`);
      expect(page.status, code).toBe(200);
      expect(page.headers.get("content-type")).toContain("text/markdown");
      expect(await page.text(), code).toMatch(new RegExp(`^# \`${code}\``));
      const shown = await fetch(page.url, { headers: { accept: "text/html,*/*" } });
      expect(shown.headers.get("content-security-policy")).toMatch(/^default-src 'none'; style-src 'nonce-/);
      expect(await shown.text(), code).toContain(`<h1><code>${code}</code>`);
    }
  });
});
