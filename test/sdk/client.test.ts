// The client against a server that answers what the test says: what is sent, what is tried again, what is thrown.
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { readFileSync } from "node:fs";
import { inspect } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Evergrant } from "../../sdk/src/evergrant.ts";
import { EvergrantConnectionError, EvergrantError } from "../../sdk/src/errors.ts";
import { routes } from "../../sdk/src/api-types.ts";
import { makeOpenApiDocument } from "#scripts/openapi-document";
import { sdkTypesPath, writeTypes } from "#scripts/write-sdk-types";

type Reply = { status: number; body?: unknown; headers?: Record<string, string> };
type Seen = { method: string; url: string; headers: IncomingMessage["headers"]; body: string };

const apiKey = "evg_a-key-that-must-not-be-seen";
const problem = (code: string, status: number, members: object = {}): object => ({
  type: `https://connect.example.com/api/v1/problems/${code}`,
  title: code,
  status,
  code,
  detail: "why",
  instance: "urn:evergrant:request:req_1",
  ...members,
});
const refusal = (code: string, status: number, members: object = {}, headers: Record<string, string> = {}): Reply => ({
  status,
  body: problem(code, status, members),
  headers: { "content-type": "application/problem+json", ...headers },
});

let replies: (Reply | "hang")[] = [];
let seen: Seen[] = [];
let url = "";
const server = createServer((request, response) => {
  let body = "";
  request.setEncoding("utf8").on("data", (text: string) => (body += text));
  request.on("end", () => {
    seen.push({ method: request.method ?? "", url: request.url ?? "", headers: request.headers, body });
    const reply = replies.length > 1 ? replies.shift() : replies[0];
    if (reply === undefined || reply === "hang") return;
    response.writeHead(reply.status, { "content-type": "application/json", ...reply.headers });
    response.end(reply.body === undefined ? "" : JSON.stringify(reply.body));
  });
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  replies = [];
  seen = [];
});

const client = (options: Partial<ConstructorParameters<typeof Evergrant>[0]> = {}): Evergrant =>
  new Evergrant({ url: `${url}/`, apiKey, ...options });

async function failureOf(work: Promise<unknown>): Promise<EvergrantError> {
  const error: unknown = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof EvergrantError)) throw new Error("no EvergrantError", { cause: error });
  return error;
}

describe("the types", () => {
  test("are those of the OpenAPI document; otherwise: node scripts/write-sdk-types.ts", async () => {
    expect(readFileSync(sdkTypesPath, "utf8")).toBe(writeTypes(await makeOpenApiDocument()));
  });

  // What needs two people is asked for in the dashboard; a key is refused.
  const ofPeople = ["startRewrap", "disableKey", "enableKey", "setKeyPolicy", "destroyTenantKey"];

  test("have a method for each route that a key may call", () => {
    const text = readFileSync(new URL("../../sdk/src/evergrant.ts", import.meta.url), "utf8");
    const other = readFileSync(new URL("../../sdk/src/get-token.ts", import.meta.url), "utf8");
    const unified = readFileSync(new URL("../../sdk/src/unified.ts", import.meta.url), "utf8");
    const missing = Object.keys(routes).filter((name) => !`${text}${other}${unified}`.includes(`call("${name}"`));
    // What streams is no call: events.stream.
    expect(missing.toSorted()).toEqual([...ofPeople, "streamEvents"].toSorted());
  });
});

describe("a call", () => {
  test("sends the key, JSON, and the names as they are", async () => {
    replies = [{ status: 200, body: { data: [], next_cursor: null } }];
    await client().accounts.list({ tenant_id: "a/b &c", limit: 5 });
    expect(seen[0]).toMatchObject({ method: "GET", url: "/api/v1/integrated-accounts?tenant_id=a%2Fb+%26c&limit=5" });
    expect(seen[0]?.headers.authorization).toBe(`Bearer ${apiKey}`);
    await client().accounts.get("ia_a/../b");
    expect(seen[1]?.url).toBe("/api/v1/integrated-accounts/ia_a%2F..%2Fb");
    await expect(client().accounts.get("..")).rejects.toThrow(TypeError);
    await expect(client().accounts.get("")).rejects.toThrow(TypeError);
  });

  test("of a POST has an idempotency key of its own, the same when it is tried again", async () => {
    replies = [refusal("database_unavailable", 503, {}, { "retry-after": "0" }), { status: 201, body: {} }];
    const body = { tenant_id: "acme", integration_name: "acme-crm" };
    await client().links.create(body);
    await client().links.create(body, { idempotencyKey: "mine" });
    const keys = seen.map((one) => one.headers["idempotency-key"]);
    expect(keys).toEqual([expect.stringMatching(/^[\w-]{36}$/), keys[0], "mine"]);
    expect(JSON.parse(seen[0]?.body ?? "")).toEqual(body);
  });

  test("is tried again after Retry-After where it changes nothing twice, and not for long", async () => {
    replies = [refusal("rate_limited", 429, { source: "evergrant" }, { "retry-after": "0" })];
    await failureOf(client().stats.health());
    expect(seen).toHaveLength(3);
    await failureOf(client().accounts.update("ia_1", { metadata: {} }));
    await failureOf(client().accounts.disconnect("ia_1"));
    expect(seen).toHaveLength(5);
    replies = [refusal("rate_limited", 429, { source: "provider" }, { "retry-after": "3600" })];
    await failureOf(client().stats.health());
    replies = [refusal("database_unavailable", 503)];
    await failureOf(client().stats.health());
    expect(seen).toHaveLength(7);
  });

  test("walks all pages, and reads no further than is asked for", async () => {
    replies = [
      { status: 200, body: { data: [{ id: "ia_1" }, { id: "ia_2" }], next_cursor: "c 1" } },
      { status: 200, body: { data: [{ id: "ia_3" }], next_cursor: null } },
    ];
    const ids: string[] = [];
    for await (const { id } of client().accounts.iterate({ status: "active" })) ids.push(id);
    expect(ids).toEqual(["ia_1", "ia_2", "ia_3"]);
    expect(seen.map((one) => one.url)).toEqual([
      "/api/v1/integrated-accounts?status=active",
      "/api/v1/integrated-accounts?status=active&cursor=c+1",
    ]);
  });

  test("ends in time, and by its caller's signal with that signal's reason", async () => {
    replies = ["hang"];
    const late = client({ timeoutSeconds: 0.05 }).environment.get();
    await expect(late).rejects.toMatchObject({ name: "EvergrantConnectionError", reason: "timeout" });
    const reason = new Error("enough");
    await expect(client().environment.get({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const nobody = new Evergrant({ url: "http://127.0.0.1:1", apiKey }).environment.get();
    await expect(nobody).rejects.toMatchObject({ reason: "network" });
  });

  test("of something that is not Evergrant says so", async () => {
    replies = [{ status: 502, body: "<h1>Bad Gateway</h1>", headers: { "content-type": "text/html" } }];
    await expect(client().environment.get()).rejects.toMatchObject({ reason: "unexpected_answer" });
  });
});

describe("an error", () => {
  test("carries what its code does, and narrows to it", async () => {
    replies = [refusal("rate_limited", 429, { source: "provider" }, { "retry-after": "77", "ratelimit-limit": "100" })];
    const limited = await failureOf(client().environment.get());
    if (limited.code !== "rate_limited") throw new Error(limited.code);
    expect([limited.retryAfterSeconds, limited.source, limited.limits.limit]).toEqual([77, "provider", 100]);

    const errors = [{ pointer: "/tenant_id", detail: "is missing" }];
    replies = [refusal("invalid_request", 422, { errors })];
    const invalid = await failureOf(client().links.create({ tenant_id: "" }));
    if (invalid.code !== "invalid_request") throw new Error(invalid.code);
    expect(invalid.errors).toEqual(errors);
    expect([invalid.status, invalid.requestId, invalid.message]).toEqual([422, "req_1", "invalid_request: why"]);

    const provider = { status: 400, message: "Property values were not valid" };
    replies = [refusal("provider_rejected", 422, { errors, provider, source: "provider" })];
    const rejected = await failureOf(client().unified("ia_1").crm.contacts.create({ first_name: "Ada" }));
    if (rejected.code !== "provider_rejected") throw new Error(rejected.code);
    expect([rejected.provider, rejected.errors, rejected.source]).toEqual([provider, errors, "provider"]);

    replies = [refusal("provider_forbidden", 403, { provider: { status: 403 }, source: "provider" })];
    const notPermitted = await failureOf(client().unified("ia_1").crm.contacts.get("1"));
    if (notPermitted.code !== "provider_forbidden") throw new Error(notPermitted.code);
    expect(notPermitted.provider).toEqual({ status: 403, message: null });

    replies = [refusal("unsupported_by_provider", 422, { errors, operation: "list" })];
    const unsupported = await failureOf(client().unified("ia_1").crm.contacts.list());
    if (unsupported.code !== "unsupported_by_provider") throw new Error(unsupported.code);
    expect([unsupported.operation, unsupported.errors, unsupported.provider, unsupported.source]).toEqual([
      "list",
      errors,
      null,
      "evergrant",
    ]);

    replies = [refusal("forbidden", 403, { permission: "links:write" })];
    const forbidden = await failureOf(client().links.create({ tenant_id: "x" }));
    expect(forbidden.code === "forbidden" && forbidden.permission).toBe("links:write");
  });

  test("shows no key, however it or the client is printed", async () => {
    replies = [refusal("unauthorized", 401)];
    const refused = await failureOf(client().environment.get());
    const broken: unknown = await new Evergrant({ url: "http://127.0.0.1:1", apiKey }).environment
      .get()
      .catch((error: unknown) => error);
    expect(broken).toBeInstanceOf(EvergrantConnectionError);
    for (const one of [refused, broken, client()]) {
      expect(inspect(one, { depth: 10, showHidden: true })).not.toContain(apiKey);
      expect(JSON.stringify(one) ?? "").not.toContain(apiKey);
    }
  });
});

describe("getToken", () => {
  const token = (expires_in: number | null): Reply => ({
    status: 200,
    body: {
      access_token: "t",
      token_type: "Bearer",
      expires_at: expires_in === null ? null : "2026-11-20T10:00:00.000Z",
      expires_in,
      scopes: { requested: [], granted: [], missing: [] },
      credential_version: 1,
    },
  });

  test("answers a token, what was typed, or that the customer must come back", async () => {
    replies = [token(100)];
    expect(await client().getToken("ia_1", { minTtl: 90 })).toMatchObject({ kind: "token", expiresInSeconds: 100 });
    expect(seen[0]?.url).toBe("/api/v1/integrated-accounts/ia_1/token?min_ttl=90");
    replies = [{ status: 200, body: { credentials: { api_key: "k" }, credential_version: 2 } }];
    expect(await client().getToken("ia_1")).toMatchObject({ kind: "credentials", credentials: { api_key: "k" } });
    const last_error = { code: "reauthorize", message: "invalid_grant", at: "2026-11-20T10:00:00.000Z" };
    replies = [refusal("needs_reauth", 409, { integrated_account_id: "ia_1", last_error })];
    expect(await client().getToken("ia_1")).toEqual({
      kind: "needs_reauth",
      integratedAccountId: "ia_1",
      lastError: last_error,
    });
    replies = [refusal("disconnected", 410)];
    expect((await failureOf(client().getToken("ia_1"))).code).toBe("disconnected");
  });

  test("remembers only where it is told to, and never longer than the token lives", async () => {
    replies = [token(100)];
    const asks = client();
    await asks.getToken("ia_1");
    await asks.getToken("ia_1");
    expect(seen).toHaveLength(2);

    const remembers = client({ tokenCacheSeconds: 60 });
    await remembers.getToken("ia_1");
    const again = await remembers.getToken("ia_1");
    expect(seen).toHaveLength(3);
    expect(again.kind === "token" && (again.expiresInSeconds ?? 0)).toBeLessThan(100);
    await remembers.getToken("ia_1", { minTtl: 200 });
    await remembers.getToken("ia_2");
    remembers.forgetToken("ia_1");
    await remembers.getToken("ia_1");
    expect(seen).toHaveLength(6);

    replies = [token(30)];
    const short = client({ tokenCacheSeconds: 60 });
    await short.getToken("ia_1");
    await short.getToken("ia_1");
    expect(seen).toHaveLength(8);
  });
});

describe("proxy", () => {
  test("sends path and query as they are written, with the account, and streams what it is given", async () => {
    replies = [{ status: 404, body: { error: "of the provider" } }];
    const call = client().proxy("ia_1");
    const body = new ReadableStream({
      start(controller) {
        for (const part of ["one ", "two"]) controller.enqueue(new TextEncoder().encode(part));
        controller.close();
      },
    });
    const answer = await call("/files/a%2Fb/?q=1&q=%20", { method: "PUT", body, headers: { "x-mine": "1" } });
    expect(answer.status).toBe(404);
    expect(await answer.json()).toEqual({ error: "of the provider" });
    expect(seen[0]).toMatchObject({
      method: "PUT",
      url: "/api/v1/proxy/files/a%2Fb/?q=1&q=%20&integrated_account_id=ia_1",
      body: "one two",
    });
    expect(seen[0]?.headers).toMatchObject({ authorization: `Bearer ${apiKey}`, "x-mine": "1" });
    await call("contacts");
    expect(seen[1]?.url).toBe("/api/v1/proxy/contacts?integrated_account_id=ia_1");
  });

  test("throws what Evergrant refuses, and hands over what the provider does in the same form", async () => {
    replies = [refusal("needs_reauth", 409, { integrated_account_id: "ia_1" })];
    expect((await failureOf(client().proxy("ia_1")("/me"))).code).toBe("needs_reauth");
    const theirs = { type: "about:blank", title: "No", status: 409, detail: "theirs" };
    replies = [{ status: 409, body: theirs, headers: { "content-type": "application/problem+json" } }];
    expect(await (await client().proxy("ia_1")("/me")).json()).toEqual(theirs);
  });

  test("ends with its caller's signal, and says when no answer came", async () => {
    replies = ["hang"];
    const reason = new Error("enough");
    await expect(client().proxy("ia_1")("/me", { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const nobody = new Evergrant({ url: "http://127.0.0.1:1", apiKey }).proxy("ia_1");
    await expect(nobody("/me")).rejects.toMatchObject({ name: "EvergrantConnectionError", reason: "network" });
    await expect(nobody("/me", { headers: { "bad name": "x" } })).rejects.toThrow(TypeError);
  });

  test.each(["https://evil.example/x", "//evil.example/x", "/a/../b", "/a/%2e%2E/b", "./x"])(
    "refuses to leave the account's API: %s",
    async (path) => {
      await expect(client().proxy("ia_1")(path)).rejects.toThrow(TypeError);
      expect(seen).toEqual([]);
    },
  );
});
