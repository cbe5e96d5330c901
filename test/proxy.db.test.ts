import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { until } from "./faulty-integration.ts";
import { makeKey } from "./make-key.ts";
import { startStack, type Stack } from "./start-stack.ts";
import {
  callRaw,
  defineProxied,
  importProxied,
  startUpstream,
  type RawAnswer,
  type Upstream,
} from "./start-upstream.ts";

/** More than any other test here moves. */
const mostBytes = 5_000;

let stack: Stack;
let upstream: Upstream;
let id: string;
let accessToken: string;

beforeAll(async () => {
  [stack, upstream] = await Promise.all([
    startStack({ env: { EVERGRANT_PROXY_BODY_BYTES: String(mostBytes) } }),
    startUpstream(),
  ]);
  await defineProxied(stack, upstream, "acme-api", {
    api: { headers: { "X-Api-Version": "7", "x-tenant": "declared" } },
  });
  ({ id, accessToken } = await importProxied(stack, "acme-api", "tenant-a"));
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  await upstream.close();
});
beforeEach(() => {
  upstream.calls = [];
  upstream.answer = (_request, response) => void response.end("ok");
});

const origin = (): string => stack.apis[0]?.origin ?? "";

const call = (
  path: string,
  options: Parameters<typeof callRaw>[2] & { account?: string; key?: string } = {},
): Promise<RawAnswer> => {
  const { account = id, key = stack.apiKey, headers, ...rest } = options;
  const target = `/api/v1/proxy${path}${path.includes("?") ? "&" : "?"}integrated_account_id=${account}`;
  return callRaw(origin(), target, { ...rest, headers: { authorization: `Bearer ${key}`, ...headers } });
};

const problemIn = ({ body }: RawAnswer): any => JSON.parse(body.toString());

function fieldsOf(raw: readonly string[]): [string, string][] {
  return raw.flatMap((name, index) => (index % 2 === 0 ? [[name, raw[index + 1] ?? ""]] : []));
}

describe("where a call goes", () => {
  test.each([
    ["/me", "/v2/me"],
    ["/me/", "/v2/me/"],
    ["", "/v2"],
    ["/a%2Fb%2fc", "/v2/a%2Fb%2fc"],
    ["/a//b/%7Euser/~user", "/v2/a//b/%7Euser/~user"],
    ["/x?b=2&a=1&a=1&q=%20+%2B&&e=", "/v2/x?b=2&a=1&a=1&q=%20+%2B&&e="],
    ["/x?u=http://evil.example/../y", "/v2/x?u=http://evil.example/../y"],
    ["/users/ada@example.com:run", "/v2/users/ada@example.com:run"],
    ["/100%/%zz", "/v2/100%/%zz"],
  ])("as written: %j", async (path, url) => {
    expect((await call(path)).status).toBe(200);
    expect(upstream.calls.map((one) => one.url)).toEqual([url]);
  });

  test.each([
    "//evil.example/x",
    "/\\evil.example",
    "/%5cevil.example",
    "/%2e%2e//evil.example",
    "/..;/x",
    "/a/../../x",
    "/a/%2e%2e/%2E%2e/x",
    "/a%2f..%2fb",
    "/a/%252e%252e/b",
    "/./x",
    "/@evil.example",
    "/http://evil.example",
    "/a%0d%0aHost:x",
    "/a%00",
  ])("a hostile target is refused, and nothing reaches the provider: %j (D1)", async (path) => {
    const answer = await call(path);
    expect([answer.status, problemIn(answer).code]).toEqual([400, "invalid_request"]);
    expect(problemIn(answer).errors[0].pointer).toBe("path");
    expect(upstream.calls).toEqual([]);
  });

  test.each([
    "/api/v1/proxy@evil.example/",
    "/api/v1/proxy.evil.example/x",
    "/api/v1/%70roxy/x",
    "/x/../api/v1/proxy/x",
  ])("what is no path of the proxy is not found: %j", async (target) => {
    const answer = await callRaw(origin(), `${target}?integrated_account_id=${id}`, {
      headers: { authorization: `Bearer ${stack.apiKey}` },
    });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(upstream.calls).toEqual([]);
  });

  test("an absolute target is for proxies of another kind", async () => {
    const answer = await callRaw(origin(), `http://evil.example/api/v1/proxy/x?integrated_account_id=${id}`, {
      headers: { authorization: `Bearer ${stack.apiKey}` },
    });
    expect([answer.status, upstream.calls.length]).toEqual([400, 0]);
  });

  test("a redirect is the caller's, and nobody follows it (D8)", async () => {
    await using canary = { hits: 0, ...(await startUpstream()), [Symbol.asyncDispose]: async () => {} };
    upstream.answer = (_request, response) => void response.writeHead(307, { location: `${canary.origin}/x` }).end();
    const answer = await call("/moved", { method: "POST", body: "x" });
    expect([answer.status, answer.headers.location]).toEqual([307, `${canary.origin}/x`]);
    expect([upstream.calls.length, canary.calls.length]).toEqual([1, 0]);
    await canary.close();
  });
});

describe("who may call", () => {
  test("a key without the permission is told which one", async () => {
    const { key } = await makeKey(stack, "--permissions", "tokens:read");
    const answer = await call("/me", { key });
    expect([answer.status, problemIn(answer)]).toMatchObject([403, { code: "forbidden", permission: "proxy" }]);
    expect(answer.headers["content-type"]).toBe("application/problem+json");
    expect(answer.headers["x-request-id"]).toMatch(/^req_/);
  });

  test.each(["", "Bearer", "Bearer evg_short", "Basic abc"])("nobody calls with %j", async (authorization) => {
    const answer = await call("/me", { headers: { authorization } });
    expect([answer.status, problemIn(answer).code]).toEqual([401, "unauthorized"]);
    expect(answer.headers["www-authenticate"]).toContain("Bearer");
  });

  test("an account of another environment, tenant or integration is one that does not exist", async () => {
    for (const options of [
      ["--environment", "staging"],
      ["--tenants", "tenant-b"],
      ["--integrations", "hubspot"],
    ]) {
      const { key } = await makeKey(stack, ...options);
      const [foreign, missing] = [await call("/me", { key }), await call("/me", { account: "ia_nobody" })];
      expect(foreign.status).toBe(404);
      expect({ ...problemIn(foreign), instance: "" }).toEqual({ ...problemIn(missing), instance: "" });
    }
    expect(upstream.calls).toEqual([]);
  });

  test("the account is named once", async () => {
    for (const target of [
      "/api/v1/proxy/me",
      `/api/v1/proxy/me?integrated_account_id=${id}&integrated_account_id=${id}`,
    ]) {
      const answer = await callRaw(origin(), target, { headers: { authorization: `Bearer ${stack.apiKey}` } });
      expect([answer.status, problemIn(answer).errors[0].pointer]).toEqual([400, "integrated_account_id"]);
    }
  });

  test("TRACE is not passed on: it would show the credentials", async () => {
    const answer = await call("/me", { method: "TRACE" });
    expect([answer.status, problemIn(answer).code]).toEqual([405, "method_not_allowed"]);
    expect(upstream.calls).toEqual([]);
  });

  test("a session from another site's page is refused", async () => {
    const answer = await callRaw(origin(), `/api/v1/proxy/me?integrated_account_id=${id}`, {
      method: "POST",
      headers: { cookie: "authjs.session-token=forged", origin: "https://evil.example" },
    });
    expect([answer.status, upstream.calls.length]).toEqual([401, 0]);
  });
});

describe("headers (D11)", () => {
  test("the provider gets the account's credentials and the caller's own headers, and nothing of the way between", async () => {
    const answer = await call("/echo", {
      method: "POST",
      body: "{}",
      headers: {
        cookie: "authjs.session-token=s; a=b",
        "proxy-authorization": "Basic eA==",
        "x-forwarded-for": "10.0.0.1",
        "x-forwarded-host": "evil.example",
        forwarded: "for=10.0.0.1",
        te: "trailers",
        connection: "keep-alive, x-hop",
        "x-hop": "1",
        "keep-alive": "timeout=5",
        upgrade: "h2c",
        expect: "100-continue",
        "Idempotency-Key": "k-1",
        "Accept-Encoding": "gzip, br",
        "If-None-Match": '"e"',
        Range: "bytes=0-1",
        "Content-Type": "application/json",
        "X-Tenant": "mine",
        "x-dup": ["1", "2"],
      },
    });
    expect([answer.status, answer.body.toString()]).toEqual([200, "ok"]);
    const [seen] = upstream.calls;
    expect(fieldsOf(seen?.rawHeaders ?? [])).toEqual([
      ["host", new URL(upstream.origin).host],
      ["connection", "keep-alive"],
      ["Idempotency-Key", "k-1"],
      ["Accept-Encoding", "gzip, br"],
      ["If-None-Match", '"e"'],
      ["Range", "bytes=0-1"],
      ["Content-Type", "application/json"],
      ["X-Tenant", "mine"],
      ["x-dup", "1"],
      ["x-dup", "2"],
      ["user-agent", "Evergrant"],
      ["x-api-version", "7"],
      ["authorization", `Bearer ${accessToken}`],
      ["content-length", "2"],
    ]);
    expect(seen?.body).toBe("{}");
  });

  test("the caller gets the provider's headers as they are, less those that are about its host or its connection", async () => {
    upstream.answer = (_request, response) => {
      const fields = {
        "Content-Type": "text/html",
        "Content-Encoding": "gzip",
        "Content-Length": "7",
        ETag: 'W/"1"',
        Link: ["<a>", "<b>"],
        "Set-Cookie": "a=b",
        "Strict-Transport-Security": "max-age=1",
        "Access-Control-Allow-Origin": "*",
        "Alt-Svc": "h3",
        "Clear-Site-Data": "*",
        "Content-Security-Policy": "x",
        "X-Frame-Options": "ALLOW",
        "Cache-Control": "private",
        "X-Request-Id": "theirs",
      };
      response.writeHead(418, fields);
      response.end("no gzip");
    };
    const answer = await call("/page");
    expect(answer.status).toBe(418);
    expect(answer.body.toString()).toBe("no gzip");
    const fields = fieldsOf(answer.rawHeaders).filter(([name]) => !["Date", "Connection", "Keep-Alive"].includes(name));
    expect(fields.map(([name, value]) => [name, name === "x-request-id" ? "" : value])).toEqual([
      ["Content-Type", "text/html"],
      ["Content-Encoding", "gzip"],
      ["Content-Length", "7"],
      ["ETag", 'W/"1"'],
      ["Link", "<a>"],
      ["Link", "<b>"],
      ["Cache-Control", "private"],
      ["x-provider-request-id", "theirs"],
      ["x-content-type-options", "nosniff"],
      ["referrer-policy", "no-referrer"],
      ["cross-origin-resource-policy", "same-origin"],
      ["x-frame-options", "DENY"],
      ["content-security-policy", "default-src 'none'; frame-ancestors 'none'; sandbox"],
      ["x-request-id", ""],
    ]);
  });

  test("a body in another transfer coding is refused: what undoes it is not passed on", async () => {
    const answer = await call("/x", { method: "POST", headers: { "transfer-encoding": "gzip, chunked" } });
    expect([answer.status, problemIn(answer).errors[0].pointer]).toEqual([400, "transfer-encoding"]);
    expect(upstream.calls).toEqual([]);
  });

  test.each([204, 304, 200])("HEAD and answers without a body come through: %d", async (status) => {
    upstream.answer = (_request, response) =>
      void response.writeHead(status, { etag: '"x"', "content-length": status === 200 ? "9" : "0" }).end();
    const answer = await call("/x", { method: status === 200 ? "HEAD" : "GET" });
    expect([answer.status, answer.headers.etag, answer.body.length]).toEqual([status, '"x"', 0]);
    if (status === 200) expect(answer.headers["content-length"]).toBe("9");
  });

  test.each([
    ["header", { format: "header", config: { name: "x-token", value: "Token {access_token}" } }, "x-token"],
    ["query", { format: "query", config: { name: "access token", value: "{access_token}" } }, "query"],
    [
      "expression",
      { format: "expression", config: { expression: '{"headers": {"x-e": credentials.access_token}}' } },
      "x-e",
    ],
  ])(
    "credentials are sent as the definition says: %s, whatever the caller sends",
    async (format, authorization, where) => {
      await defineProxied(stack, upstream, `by-${format}`, { authorization });
      const account = await importProxied(stack, `by-${format}`, "tenant-a");
      await call("/x?a=1&access%20token=mine&access+token=mine", {
        account: account.id,
        headers: { "x-token": "mine", "X-E": "mine" },
      });
      const [seen] = upstream.calls;
      if (where === "query") {
        expect(seen?.url).toBe(`/v2/x?a=1&access%20token=${encodeURIComponent(account.accessToken)}`);
      } else {
        const values = fieldsOf(seen?.rawHeaders ?? []).filter(([name]) => name.toLowerCase() === where);
        expect(values).toEqual([[where, expect.stringContaining(account.accessToken)]]);
      }
    },
  );
});

describe("a provider's limits reach the caller (R73)", () => {
  test.each<[string, Record<string, string>]>([
    ["x-ratelimit-*", { "x-ratelimit-limit": "100", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "30" }],
    ["ratelimit-*", { "ratelimit-limit": "100", "ratelimit-remaining": "0", "ratelimit-reset": "30" }],
    ["structured", { "RateLimit-Policy": '"p";q=100;w=60', RateLimit: '"p";r=0;t=30' }],
    ["Retry-After", { "x-ratelimit-limit": "100", "x-ratelimit-remaining": "0", "Retry-After": "30" }],
  ])("a 429 with %s", async (_name, told) => {
    upstream.answer = (_request, response) => void response.writeHead(429, told).end("slow down");
    const answer = await call("/x");
    expect(answer.status).toBe(429);
    expect(answer.body.toString()).toBe("slow down");
    expect(answer.headers).toMatchObject({
      "ratelimit-limit": "100",
      "ratelimit-remaining": "0",
      "ratelimit-reset": "30",
      ratelimit: '"default";r=0;t=30',
      "retry-after": "30",
    });
    expect(answer.headers["ratelimit-policy"]).toMatch(/^"default";q=100/);
    // What it said itself is there as well.
    for (const [name, value] of Object.entries(told)) {
      if (/^(?:x-|retry)/i.test(name)) expect(answer.headers[name.toLowerCase()]).toBe(value);
    }
    // And nobody asked again.
    expect(upstream.calls).toHaveLength(1);
  });

  test("what is left is told with every answer, and no wait while something is", async () => {
    upstream.answer = (_request, response) =>
      void response
        .writeHead(200, { "x-ratelimit-limit": "9", "x-ratelimit-remaining": "3", "x-ratelimit-reset": "5" })
        .end();
    const { headers } = await call("/x");
    expect(headers).toMatchObject({ "ratelimit-remaining": "3", ratelimit: '"default";r=3;t=5' });
    expect(headers).not.toHaveProperty("retry-after");
  });
});

describe("a body of more bytes than the operator allows (D14)", () => {
  test("is not sent where its length is told", async () => {
    const answer = await call("/x", { method: "POST", body: "x".repeat(mostBytes + 1) });
    expect([answer.status, problemIn(answer).code]).toEqual([413, "payload_too_large"]);
    expect(upstream.calls).toEqual([]);
    expect((await call("/x", { method: "POST", body: "x".repeat(mostBytes) })).status).toBe(200);
  });

  test("comes to no end at the provider where its length is not told", async () => {
    const ended: string[] = [];
    upstream.answer = (request, response) => {
      request.resume();
      request.once("error", () => ended.push("broken"));
      request.once("end", () => ended.push("whole"));
      response.once("close", () => ended.push("closed"));
    };
    const answer = await fetch(`${origin()}/api/v1/proxy/x?integrated_account_id=${id}`, {
      method: "POST",
      headers: { authorization: `Bearer ${stack.apiKey}` },
      body: new Blob(["x".repeat(mostBytes + 1)]).stream(),
      duplex: "half",
    } as RequestInit);
    expect([answer.status, await answer.json()]).toEqual([413, expect.objectContaining({ code: "payload_too_large" })]);
    await until(async () => upstream.calls.length === 0 || ended.includes("closed"));
    expect(ended).not.toContain("whole");
  });

  test("is not passed on where the provider tells its length, but for a HEAD, which has none", async () => {
    upstream.answer = (_request, response) => void response.end("x".repeat(mostBytes + 1));
    const answer = await call("/x");
    expect([answer.status, problemIn(answer).code]).toEqual([502, "provider_error"]);
    upstream.answer = (_request, response) =>
      void response.writeHead(200, { "content-length": String(mostBytes + 1) }).end();
    expect((await call("/x", { method: "HEAD" })).headers["content-length"]).toBe(String(mostBytes + 1));
  });

  test("breaks off where it does not", async () => {
    upstream.answer = (_request, response) => {
      response.write("x".repeat(mostBytes));
      setTimeout(() => response.end("x"), 50);
    };
    await expect(call("/x")).rejects.toThrow("aborted");
  });
});

test("the route stands in the OpenAPI document", async () => {
  const { body } = await stack.call("GET", "/openapi.json");
  expect(Object.keys(body.paths["/proxy/{path}"])).toEqual(expect.arrayContaining(["get", "post", "delete", "head"]));
});
