import { request as httpRequest } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { until } from "./faulty-integration.ts";
import { keyDefinition, startKeyProvider } from "./start-key-provider.ts";
import { startStack, type Stack } from "./start-stack.ts";
import {
  callRaw,
  defineProxied,
  importProxied,
  startUpstream,
  type RawAnswer,
  type Upstream,
} from "./start-upstream.ts";

let stack: Stack;
let upstream: Upstream;

beforeAll(async () => {
  [stack, upstream] = await Promise.all([startStack({ apis: 3 }), startUpstream()]);
  await defineProxied(stack, upstream, "acme-api");
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  await upstream.close();
});
beforeEach(() => {
  upstream.calls = [];
});

const call = (
  id: string,
  options: Parameters<typeof callRaw>[2] & { api?: number; path?: string } = {},
): Promise<RawAnswer> => {
  const { api = 0, path = "/x", headers, ...rest } = options;
  return callRaw(stack.apis[api]?.origin ?? "", `/api/v1/proxy${path}?integrated_account_id=${id}`, {
    ...rest,
    headers: { authorization: `Bearer ${stack.apiKey}`, ...headers },
  });
};

/** Whoever shows one of these is turned away, as a provider does with a token that it has revoked. */
function rejectOnly(...dead: string[]): void {
  upstream.answer = (request, response, { token }) => {
    request.resume();
    if (dead.includes(token)) response.writeHead(401, { "content-type": "application/json" }).end('{"error":"dead"}');
    else response.end("ok");
  };
}

const requests = (): number => stack.lab.stats().token_requests;
const attemptsOf = async (id: string): Promise<any[]> =>
  (await stack.call("GET", `/integrated-accounts/${id}/refresh-attempts`)).body.data;

describe("50 concurrent calls over two processes", () => {
  test("of a token that was revoked: exactly one refresh, 50 answers, and no call is made more than twice", async () => {
    const { id, accessToken } = await importProxied(stack, "acme-api", "revoked");
    rejectOnly(accessToken);
    const before = requests();
    const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => call(id, { api: index % 2 })));
    expect(answers.map(({ status, body }) => `${status} ${body.toString()}`)).toEqual(
      Array.from({ length: 50 }, () => "200 ok"),
    );
    expect(requests() - before).toBe(1);
    expect(upstream.calls.length).toBeLessThanOrEqual(100);
    const attempts = await attemptsOf(id);
    expect(attempts).toHaveLength(1);
    expect(attempts[0]).toMatchObject({ reason: "rejected_token", outcome: "refreshed" });
  });

  test("of an API that always says 401: two requests each at most, one refresh in all, the 401 passed on (D15)", async () => {
    const { id } = await importProxied(stack, "acme-api", "always");
    upstream.answer = (_request, response) =>
      void response.writeHead(401, { "www-authenticate": 'Bearer error="invalid_token"' }).end("no");
    const before = requests();
    const sent = new Map<string, number>();
    const one = async (index: number): Promise<RawAnswer> => {
      const path = `/call-${index}`;
      const answer = await call(id, { api: index % 2, path });
      sent.set(path, upstream.calls.filter(({ url }) => url === `/v2${path}`).length);
      return answer;
    };
    const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => one(index)));
    // Those who come right after hold the new token, also in a process that saw nothing of it.
    const later = await Promise.all([50, 51, 52].map(one));
    const elsewhere = await call(id, { api: 2 });
    for (const { status, body, headers } of [...answers, ...later, elsewhere]) {
      expect([status, body.toString(), headers["www-authenticate"]]).toEqual([
        401,
        "no",
        'Bearer error="invalid_token"',
      ]);
    }
    expect(Math.max(...sent.values())).toBeLessThanOrEqual(2);
    expect(later.map((_, index) => sent.get(`/call-${50 + index}`))).toEqual([1, 1, 1]);
    expect(requests() - before).toBe(1);
    const { body } = await stack.call("GET", `/integrated-accounts/${id}`);
    expect(body).toMatchObject({ status: "active", credential_version: 2 });
  });

  test("of an API that answers 401 to the first call with each token: one refresh, 50 answers", async () => {
    const { id } = await importProxied(stack, "acme-api", "once");
    const seen = new Set<string>();
    upstream.answer = (_request, response, { token }) => {
      const isFirst = !seen.has(token);
      seen.add(token);
      response.writeHead(isFirst ? 401 : 200).end();
    };
    const before = requests();
    const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => call(id, { api: index % 2 })));
    expect(answers).toHaveLength(50);
    expect(requests() - before).toBe(1);
    expect(upstream.calls.length).toBeLessThanOrEqual(52);
  });
});

describe("a replay", () => {
  test("sends method, body and Idempotency-Key once more, with the new token", async () => {
    const { id, accessToken } = await importProxied(stack, "acme-api", "replay");
    rejectOnly(accessToken);
    upstream.answer = ((reject) => (request: any, response: any, one: any) => {
      request.on("data", (chunk: Buffer) => (one.body += chunk.toString()));
      request.on("end", () => reject(request, response, one));
    })(upstream.answer);
    const body = "x".repeat(200_000);
    const answer = await call(id, { method: "POST", body, headers: { "idempotency-key": "k" } });
    expect([answer.status, answer.body.toString()]).toEqual([200, "ok"]);
    const [first, second] = upstream.calls;
    expect(upstream.calls).toHaveLength(2);
    expect([second?.method, second?.body === body, first?.body === body]).toEqual(["POST", true, true]);
    expect(second?.rawHeaders).toContain("idempotency-key");
    expect(second?.token).not.toBe(first?.token);
  });

  test("is not made of a body that is too large to be kept; the refresh happens, and the answer is passed on", async () => {
    const { id, accessToken } = await importProxied(stack, "acme-api", "large");
    rejectOnly(accessToken);
    upstream.answer = ((reject) => (request: any, response: any, one: any) => {
      request.resume();
      request.on("end", () => reject(request, response, one));
    })(upstream.answer);
    const answer = await call(id, { method: "PUT", body: "x".repeat(1_000_000) });
    expect([answer.status, answer.body.toString()]).toEqual([401, '{"error":"dead"}']);
    expect(upstream.calls).toHaveLength(1);
    await until(async () => (await attemptsOf(id))[0]?.outcome === "refreshed");
    expect((await call(id)).status).toBe(200);
  });

  test("takes up a body that was still coming when the token was rejected, byte for byte", async () => {
    const { id, accessToken } = await importProxied(stack, "acme-api", "early");
    const rejected = Promise.withResolvers<void>();
    let got = "";
    upstream.answer = (request, response, { token }) => {
      if (token === accessToken) {
        // Not a byte of the body was read, and it is not read off either.
        response.writeHead(401).end();
        setTimeout(() => rejected.resolve(), 5);
        return;
      }
      request.on("data", (chunk: Buffer) => (got += chunk.toString()));
      request.on("end", () => response.end("ok"));
    };
    // More than is kept, in one chunk too many while the token is renewed.
    const parts = ["a", "b", "c", "d", "e"].map((letter) => letter.repeat(60_000));
    const { hostname, port } = new URL(stack.apis[0]?.origin ?? "");
    const answer = Promise.withResolvers<number>();
    const request = httpRequest(
      {
        hostname,
        port,
        method: "POST",
        path: `/api/v1/proxy/x?integrated_account_id=${id}`,
        headers: { authorization: `Bearer ${stack.apiKey}`, "transfer-encoding": "chunked" },
      },
      (response) => answer.resolve(response.resume().statusCode ?? 0),
    );
    request.once("error", answer.reject);
    for (const part of parts.slice(0, 4)) request.write(part);
    await rejected.promise;
    request.write(parts[4]);
    request.end();
    expect(await answer.promise).toBe(200);
    expect(got === parts.join("")).toBe(true);
    expect(upstream.calls).toHaveLength(2);
  });

  test.each([403, 404, 409, 429, 500, 502, 503])("is not made for a %d", async (status) => {
    const { id } = await importProxied(stack, "acme-api", `status-${status}`);
    upstream.answer = (_request, response) => void response.writeHead(status).end("theirs");
    const before = requests();
    const answer = await call(id, { method: "POST", body: "{}" });
    expect([answer.status, answer.body.toString()]).toEqual([status, "theirs"]);
    expect([upstream.calls.length, requests() - before]).toEqual([1, 0]);
  });

  test("is not made for insufficient_scope, which a new token would not mend", async () => {
    const { id } = await importProxied(stack, "acme-api", "scope");
    upstream.answer = (_request, response) =>
      void response.writeHead(401, { "www-authenticate": 'Bearer error="insufficient_scope"' }).end();
    const before = requests();
    expect((await call(id)).status).toBe(401);
    expect([upstream.calls.length, requests() - before]).toEqual([1, 0]);
  });

  test("is not made when a connection ends without an answer: the provider may have acted", async () => {
    const { id } = await importProxied(stack, "acme-api", "broken");
    upstream.answer = (request) => void request.socket.destroy();
    for (const method of ["POST", "GET"]) {
      const answer = await call(id, { method });
      expect([answer.status, JSON.parse(answer.body.toString()).code]).toEqual([502, "provider_error"]);
    }
    expect(upstream.calls).toHaveLength(2);
  });

  test("does not wait for a refresh that fails: the provider's own answer is passed on", async () => {
    const { id, accessToken } = await importProxied(stack, "acme-api", "failing");
    rejectOnly(accessToken);
    for (const grant of stack.lab.grants()) await stack.lab.revokeGrant(grant.grant_id);
    const answer = await call(id);
    expect([answer.status, answer.body.toString()]).toEqual([401, '{"error":"dead"}']);
    const next = await call(id);
    expect([next.status, JSON.parse(next.body.toString()).code]).toEqual([409, "needs_reauth"]);
    expect(upstream.calls).toHaveLength(1);
  });
});

test.each([
  [403, 'status = 403 and body.code = "EXPIRED" ? {"error": "invalid_token"}', "application/json"],
  [500, 'status = 500 and $contains(body, "EXPIRED") ? {"error": "invalid_token"}', "text/plain"],
  [200, 'body.code = "EXPIRED" ? {"error": "invalid_token"}', "application/json; charset=utf-8"],
])(
  "the sign that the integration declares, in a %d, causes one refresh and one replay",
  async (status, errorExpression, type) => {
    const name = `sign-${status}`;
    await defineProxied(stack, upstream, name, { api: { errorExpression } });
    const { id, accessToken } = await importProxied(stack, name, "tenant");
    const signs = type === "text/plain" ? "token EXPIRED" : '{"code": "EXPIRED"}';
    upstream.answer = (_request, response, { token }) => {
      const isDead = token === accessToken;
      response.writeHead(isDead ? status : 200, { "content-type": type, "content-length": isDead ? signs.length : 12 });
      response.end(isDead ? signs : '{"code":"OK"}'.slice(0, 12));
    };
    const answer = await call(id);
    expect([answer.status, answer.body.toString()]).toEqual([200, '{"code":"OK"']);
    expect(upstream.calls).toHaveLength(2);
    // The same words about something else, in another status, are none.
    expect((await attemptsOf(id)).map(({ reason }) => reason)).toEqual(["rejected_token"]);
  },
);

test("a stream of events is not held back, whatever its integration wants to read", async () => {
  await defineProxied(stack, upstream, "events", {
    api: { errorExpression: 'body.x = 1 ? {"error": "invalid_token"}' },
  });
  const { id } = await importProxied(stack, "events", "tenant");
  let finish = (): void => {};
  upstream.answer = (_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write("data: 1\n\n");
    finish = () => response.end("data: 2\n\n");
  };
  const response = await fetch(`${stack.apis[0]?.origin}/api/v1/proxy/events?integrated_account_id=${id}`, {
    headers: { authorization: `Bearer ${stack.apiKey}` },
  });
  const reader = response.body?.getReader();
  const first = await reader?.read();
  expect(Buffer.from(first?.value ?? []).toString()).toBe("data: 1\n\n");
  finish();
  expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe("data: 2\n\n");
});

test("a rejection that never ends keeps nobody from the replay", async () => {
  const { id, accessToken } = await importProxied(stack, "acme-api", "endless");
  upstream.answer = (_request, response, { token }) => {
    if (token === accessToken) response.writeHead(401, { "content-length": "10" }).write("half");
    else response.end("ok");
  };
  const began = performance.now();
  expect((await call(id)).body.toString()).toBe("ok");
  // A body that stops is given up after thirty seconds; this waited for no such thing.
  expect(performance.now() - began).toBeLessThan(20_000);
});

test("what somebody typed is probed when a call with it is rejected, and the answer is passed on (R4)", async () => {
  const provider = await startKeyProvider();
  await stack.call("PUT", "/integrations/typed", keyDefinition("typed", provider.origin, "api_key"));
  provider.keys.set("sk_one", "one");
  const { body } = await stack.call("POST", "/integrated-accounts", {
    integration_name: "typed",
    tenant_id: "typed",
    credentials: { api_key: { api_key: "sk_one" } },
  });
  expect((await call(body.id, { path: "/me" })).status).toBe(200);
  expect(provider.calls.at(-1)?.["x-api-key"]).toBe("sk_one");
  provider.keys.delete("sk_one");
  const answer = await call(body.id, { path: "/me" });
  expect([answer.status, JSON.parse(answer.body.toString()).code]).toEqual([401, "bad_key"]);
  await until(async () => (await stack.call("GET", `/integrated-accounts/${body.id}`)).body.status === "needs_reauth");
  await provider.close();
});
