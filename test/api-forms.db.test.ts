import { request as httpRequest } from "node:http";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { assertProblem } from "./assert-problem.ts";
import { makeKey } from "./make-key.ts";
import { startStack, type Stack } from "./start-stack.ts";

let stack: Stack;
let accountId: string;
let operations: { method: string; path: string }[];

beforeAll(async () => {
  stack = await startStack({ env: { EVERGRANT_RATE_LIMIT: "0" } });
  accountId = (await stack.connect("tenant-a", "ada")).id;
  const { body } = await stack.call("GET", "/openapi.json");
  operations = Object.entries(body.paths as Record<string, object>).flatMap(([path, methods]) =>
    Object.keys(methods)
      .filter((method) => /^(get|put|post|patch|delete)$/.test(method) && !path.startsWith("/proxy/"))
      .map((method) => ({ method: method.toUpperCase(), path })),
  );
  if (operations.length < 15) throw new Error("the document has hardly any operation");
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
});

const filled = (path: string): string =>
  path.replace("{id}", accountId).replace("{name}", "acme-crm").replace("{code}", "conflict");

/** A request as written: its address is not tidied up, its method may be any. */
function send(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string | Buffer,
): Promise<{ status: number; headers: Headers; text: string }> {
  const { hostname, port } = new URL(stack.apis[0]?.origin ?? "");
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { hostname, port, path, method, headers: { authorization: `Bearer ${stack.apiKey}`, ...headers } },
      (response) => {
        if (response.headers["content-type"]?.startsWith("text/event-stream") === true) {
          // It has no end of its own.
          resolve({
            status: response.statusCode ?? 0,
            headers: new Headers(response.headers as Record<string, string>),
            text: "",
          });
          response.destroy();
          return;
        }
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.once("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: new Headers(response.headers as Record<string, string>),
            text: Buffer.concat(chunks).toString(),
          }),
        );
      },
    );
    request.once("error", reject);
    request.end(body);
  });
}

const json = { "content-type": "application/json" };

describe("every problem is one", () => {
  test("of every operation without a key, with a wrong one, and with one that may nothing (F7)", async () => {
    const { key } = await makeKey(stack, "--permissions", "export");
    for (const { method, path } of operations) {
      for (const authorization of ["", "Bearer evg_short", `Bearer ${key}`]) {
        const answer = await send(method, `/api/v1${filled(path)}`, { authorization });
        if (answer.status < 400) continue;
        assertProblem(answer.status, answer.headers, JSON.parse(answer.text));
        expect(answer.status, `${method} ${path}`).toBeLessThan(500);
      }
    }
  });

  test("names what is wrong, also where no place is", async () => {
    const at = async (path: string, body: string, headers = json as Record<string, string>) => {
      const answer = await send("POST", `/api/v1${path}`, headers, body);
      assertProblem(answer.status, answer.headers, JSON.parse(answer.text));
      return [answer.status, JSON.parse(answer.text).errors[0].pointer];
    };
    expect(await at("/link-tokens", "{not json")).toEqual([400, ""]);
    expect(await at("/link-tokens", "[".repeat(65) + "]".repeat(65))).toEqual([422, ""]);
    expect(await at("/link-tokens", "{}", { "content-type": "text/plain" })).toEqual([400, "Content-Type"]);
    expect(await at("/link-tokens", "{}", {})).toEqual([400, "Content-Type"]);
  });

  test("names a hundred wrong fields, and is no longer for more of them", async () => {
    const many = Object.fromEntries(Array.from({ length: 60_000 }, (_, index) => [`field_${index}`, 0]));
    for (const body of [many, { tenant_id: "a", metadata: many }]) {
      const answer = await send("POST", "/api/v1/link-tokens", json, JSON.stringify(body));
      assertProblem(answer.status, answer.headers, JSON.parse(answer.text));
      expect([answer.status, JSON.parse(answer.text).errors.length]).toEqual([422, 100]);
    }
  });

  test("whatever is sent: nothing of it is a failure of ours", async () => {
    const texts = fc.oneof(
      fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.stringify(value)),
      fc
        .dictionary(
          fc.constantFrom(
            "tenant_id",
            "integration_name",
            "credentials",
            "overrides",
            "metadata",
            "expires_in",
            "scopes",
            "name",
            "return_urls",
            "__proto__",
            "constructor",
          ),
          fc.oneof(
            fc.jsonValue({ maxDepth: 3 }),
            fc.constantFrom("", "acme-crm", "\u0000", "\ud800", -1, 1e308, Number.MAX_SAFE_INTEGER),
          ),
        )
        .map((value) => JSON.stringify(value)),
      fc.constantFrom(
        "",
        "{",
        "null",
        "[]",
        '""',
        "0",
        '{"a":1',
        "\ufeff{}",
        '{"__proto__":{"a":1}}',
        `{"tenant_id":"${"x".repeat(100_000)}"}`,
        '"\\ud800"',
        '{"tenant_id":"\\u0000"}',
      ),
      fc.string().map((text) => text),
    );
    const ids = fc.constantFrom(
      accountIdOrWord(),
      "%",
      "%00",
      "%ff",
      "..%2f..%2fx",
      "a".repeat(300),
      "%E2%82%AC",
      "'--",
      "constructor",
      "ia_000000000000000000000000",
    );
    const queries = fc.constantFrom(
      "",
      "?",
      "?limit=NaN",
      "?limit=1e9",
      "?cursor=%ff",
      "?cursor=bnVsbA",
      "?min_ttl=-1",
      "?min_ttl=9e99",
      "?window=0h",
      "?foo=1&foo=2",
      "?%",
      "?tenant_id=%00",
      "?status=x&hold=maybe",
    );
    const types = fc.constantFrom(
      "application/json",
      "application/json; charset=utf-8",
      "text/plain",
      "application/x-www-form-urlencoded",
      "application/merge-patch+json",
      "",
    );
    const operation = fc.integer({ min: 0, max: operations.length - 1 });
    await fc.assert(
      fc.asyncProperty(
        operation,
        texts,
        ids,
        queries,
        types,
        fc.boolean(),
        async (index, text, id, query, type, isPlain) => {
          const { method, path } = operations[index] ?? { method: "GET", path: "/" };
          // The account stays: disconnecting it is no broken input.
          if (method === "DELETE") return;
          const address = isPlain ? filled(path) : path.replaceAll(/\{\w+\}/g, id);
          const sendsBody = method !== "GET";
          const headers = {
            ...(type === "" ? {} : { "content-type": type }),
            ...(sendsBody ? { "idempotency-key": id } : {}),
          };
          const answer = await send(
            method,
            `/api/v1${address}${query}`,
            headers,
            sendsBody ? Buffer.from(text) : undefined,
          );
          expect(answer.status, `${method} ${address}${query} ${text.slice(0, 300)}`).toBeLessThan(500);
          if (answer.status >= 400) assertProblem(answer.status, answer.headers, JSON.parse(answer.text));
        },
      ),
      { numRuns: 400 },
    );
  }, 120_000);
});

function accountIdOrWord(): string {
  return accountId ?? "ia_x";
}

describe("what is not known is refused", () => {
  test("in the address of every operation", async () => {
    for (const { method, path } of operations) {
      if (/^\/(openapi\.json|problems|integrations\/schema\.json|session|reference)/.test(path)) continue;
      const answer = await send(
        method,
        `/api/v1${filled(path)}?foo=1`,
        json,
        /GET|DELETE/.test(method) ? undefined : "{}",
      );
      expect([400, 422], `${method} ${path}`).toContain(answer.status);
      const { errors } = JSON.parse(answer.text) as { errors: { pointer: string }[] };
      expect(
        errors.map((one) => one.pointer),
        `${method} ${path}`,
      ).toContain("foo");
    }
  });

  test("in the body of a refresh, which takes none or an empty one", async () => {
    const path = `/integrated-accounts/${accountId}/refresh`;
    const version = async (): Promise<number> =>
      (await stack.call("GET", `/integrated-accounts/${accountId}`)).body.credential_version;
    const before = await version();
    for (const body of [{ force: true }, { min_ttl: 5 }]) {
      expect(await stack.call("POST", path, body)).toMatchObject({ status: 422, body: { code: "invalid_request" } });
    }
    expect((await stack.call("POST", path, "force", { headers: { "content-type": "text/plain" } })).status).toBe(400);
    expect(await version()).toBe(before);
    expect((await stack.call("POST", path)).status).toBe(200);
    expect((await stack.call("POST", path, {})).body.credential_version).toBe(before + 2);
    // Many clients name the type of every request.
    const typed = { headers: { "content-type": "application/json" } };
    expect((await stack.call("POST", path, undefined, typed)).body.credential_version).toBe(before + 3);
    const nothing = await stack.call("POST", "/link-tokens", undefined, typed);
    expect(nothing).toMatchObject({ status: 422, body: { errors: [{ pointer: "/tenant_id" }] } });
  });

  test("and a link takes one integration or a list, not both", async () => {
    const both = { tenant_id: "t", integration_name: "acme-crm", integrations: ["acme-crm"] };
    expect(await stack.call("POST", "/link-tokens", both)).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: "/integrations", detail: expect.stringContaining("one of the two") }] },
    });
  });
});

describe("the door of the API", () => {
  test("lets no other origin read, whatever it asks (F13)", async () => {
    const foreign = { origin: "https://evil.example", "access-control-request-method": "GET" };
    for (const { path } of operations) {
      for (const method of ["GET", "OPTIONS"]) {
        const { headers } = await send(method, `/api/v1${filled(path)}`, foreign);
        expect(
          [...headers.keys()].filter((name) => name.startsWith("access-control-")),
          path,
        ).toEqual([]);
        expect(headers.get("cross-origin-resource-policy"), path).toBe("same-origin");
      }
    }
  });

  test("answers methods that an address has not with 405 and those that it has, and TRACE never (F15)", async () => {
    const methods = new Map<string, string[]>();
    for (const { method, path } of operations) methods.set(path, [...(methods.get(path) ?? []), method]);
    // `schema.json` is also a name as the routes of one integration read it, and `counts` an account's id.
    const isAnothers = (asked: string, path: string): boolean =>
      operations.some(
        ({ method, path: other }) =>
          method === asked && other !== path && new RegExp(`^${other.replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(path),
      );
    expect(isAnothers("PUT", "/integrations/schema.json")).toBe(true);
    for (const [path, own] of methods) {
      for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"].filter((one) => !own.includes(one))) {
        if (isAnothers(method, path)) continue;
        const answer = await send(method, `/api/v1${filled(path)}`);
        expect(answer.status, `${method} ${path}`).toBe(405);
        expect(answer.headers.get("allow")?.split(", ").toSorted(), path).toEqual(own.toSorted());
        assertProblem(answer.status, answer.headers, JSON.parse(answer.text));
      }
      const trace = await send("TRACE", `/api/v1${filled(path)}`, { cookie: "a=secret" });
      expect([405, 501], path).toContain(trace.status);
      expect(trace.text).not.toContain("secret");
    }
    for (const path of ["/", "/accounts", "/connect/outcome", "/oauth/callback/x", "/api/auth/session", "/healthz"]) {
      const trace = await send("TRACE", path, { cookie: "a=secret" });
      expect([400, 404, 405, 501], path).toContain(trace.status);
      expect(trace.text).not.toContain("secret");
    }
  });

  test("sends nobody from http to https (F14)", async () => {
    for (const headers of [{}, { "x-forwarded-proto": "http" }, { "upgrade-insecure-requests": "1" }]) {
      expect((await send("GET", "/api/v1/environment", headers)).status).toBe(200);
    }
  });
});
