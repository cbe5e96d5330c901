import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startStack, type Answer, type Stack } from "./start-stack.ts";
import { defineProxied, importProxied, startUpstream, type Upstream } from "./start-upstream.ts";

let stack: Stack;
let upstream: Upstream;
const accounts = new Map<string, { id: string; accessToken: string }>();

beforeAll(async () => {
  [stack, upstream] = await Promise.all([startStack(), startUpstream()]);
  const pagination = {
    cursor: { type: "cursor", items: "data", next: "paging.after", parameter: "after", params: { archived: "no" } },
    link: { type: "link", items: "data", next: "next" },
    none: { type: "none" },
  };
  for (const [name, pages] of Object.entries(pagination)) {
    await defineProxied(stack, upstream, name, { api: { pagination: pages } });
    accounts.set(name, await importProxied(stack, name, "tenant"));
  }
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  await upstream.close();
});
beforeEach(() => {
  upstream.calls = [];
});

const list = (name: string, path: string, headers: Record<string, string>): Promise<Answer> =>
  stack.call(
    "GET",
    `/proxy${path}${path.includes("?") ? "&" : "?"}integrated_account_id=${accounts.get(name)?.id}`,
    undefined,
    {
      headers,
    },
  );

/** Five pages of two, each large enough that no evaluator hands its items on. */
function answerCursor(failAt = Infinity): void {
  upstream.answer = (request, response) => {
    const after = Number(new URL(request.url ?? "", "http://x").searchParams.get("after") ?? "0");
    if (after >= failAt) {
      response.writeHead(429, { "retry-after": "7" }).end("slow down");
      return;
    }
    const data = [after * 2, after * 2 + 1].map((id) => ({ id, filler: "x".repeat(60_000) }));
    const paging = after < 4 ? { after: String(after + 1) } : {};
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ data, paging }));
  };
}

const ids = (answer: Answer): number[] => answer.body.data.map((one: { id: number }) => one.id);

describe("pages on request (R74)", () => {
  test("all of them, each a call of its own with the rest of the query as written", async () => {
    answerCursor();
    const answer = await list("cursor", "/items?limit=2&q=a%20b", { "evergrant-pages": "all" });
    expect(answer.status).toBe(200);
    expect(ids(answer)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(answer.body).toMatchObject({ pages: 5, next_cursor: null, stopped: null });
    expect(upstream.calls.map(({ url }) => url)).toEqual([
      "/v2/items?limit=2&q=a%20b&archived=no",
      ...[1, 2, 3, 4].map((after) => `/v2/items?limit=2&q=a%20b&archived=no&after=${after}`),
    ]);
    expect(JSON.stringify(upstream.calls)).not.toContain("evergrant-pages");
  });

  test("a page of almost 1 MB is read, and its ids of 64 bits stay what they are", async () => {
    upstream.answer = (_request, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(`{"data":[{"id":12345678901234567890,"filler":"${"x".repeat(990_000)}"}]}`);
    };
    const path = `/proxy/items?integrated_account_id=${accounts.get("link")?.id}`;
    const headers = { authorization: `Bearer ${stack.apiKey}`, "evergrant-pages": "1" };
    const text = await (await fetch(`${stack.apis[0]?.origin}/api/v1${path}`, { headers })).text();
    expect(text.slice(0, 45)).toBe('{"data":[{"id":12345678901234567890,"filler":'.slice(0, 45));
  });

  test("some of them, and the rest by the cursor", async () => {
    answerCursor();
    const first = await list("cursor", "/items", { "evergrant-pages": "2" });
    expect(ids(first)).toEqual([0, 1, 2, 3]);
    const rest = await list("cursor", "/items", {
      "evergrant-pages": "10",
      "evergrant-cursor": first.body.next_cursor,
    });
    expect(ids(rest)).toEqual([4, 5, 6, 7, 8, 9]);
    expect(rest.body.next_cursor).toBeNull();
  });

  test("what came is kept when a later one fails, with its limits and where to go on", async () => {
    answerCursor(2);
    const answer = await list("cursor", "/items", { "evergrant-pages": "all" });
    expect(answer.status).toBe(200);
    expect(ids(answer)).toEqual([0, 1, 2, 3]);
    expect(answer.body.stopped).toEqual({ status: 429 });
    expect(answer.headers.get("retry-after")).toBe("7");
    answerCursor();
    const rest = await list("cursor", "/items", {
      "evergrant-pages": "all",
      "evergrant-cursor": answer.body.next_cursor,
    });
    expect(ids(rest)).toEqual([4, 5, 6, 7, 8, 9]);
  });

  test("a first one that fails is the provider's answer", async () => {
    answerCursor(0);
    const answer = await list("cursor", "/items", { "evergrant-pages": "all" });
    expect([answer.status, answer.body]).toEqual([429, "slow down"]);
  });

  test("a token that dies between two of them is renewed", async () => {
    answerCursor();
    const page = upstream.answer;
    const account = await importProxied(stack, "cursor", "dies");
    accounts.set("cursor-dies", account);
    upstream.answer = (request, response, call) => {
      if (upstream.calls.length > 2 && call.token === account.accessToken) response.writeHead(401).end();
      else page(request, response, call);
    };
    expect(ids(await list("cursor-dies", "/items", { "evergrant-pages": "all" }))).toHaveLength(10);
  });

  test("an address is followed at the integration's own alone: no other host sees the credentials", async () => {
    const canary = await startUpstream();
    for (const [next, stopped] of [
      [`${canary.origin}/v2/items?page=2`, { reason: "other_address" }],
      ["/admin", { reason: "other_address" }],
      ["/v2/items?page=2", null],
    ]) {
      upstream.answer = (request, response) => {
        const isFirst = !(request.url ?? "").includes("page=2");
        response.writeHead(200, { "content-type": "application/json" });
        response.end(JSON.stringify(isFirst ? { data: [{ id: 1 }], next } : { data: [{ id: 2 }] }));
      };
      const answer = await list("link", "/items", { "evergrant-pages": "all" });
      expect(answer.body.stopped).toEqual(stopped);
      expect(ids(answer)).toEqual(stopped === null ? [1, 2] : [1]);
    }
    expect(canary.calls).toEqual([]);
    await canary.close();
  });

  test("a token that the provider writes into the next address stands in no cursor", async () => {
    const { accessToken } = accounts.get("link") ?? { accessToken: "" };
    upstream.answer = (_request, response) => {
      const next = `/v2/items?access_token=${encodeURIComponent(accessToken)}&page=2`;
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ data: [{ id: 1 }], next }));
    };
    const { body } = await list("link", "/items", { "evergrant-pages": "1" });
    const cursor = Buffer.from(String(body.next_cursor), "base64url").toString();
    expect(JSON.parse(cursor)).toEqual(["/items", "page=2"]);
    expect(accessToken.length).toBeGreaterThan(10);
  });

  test.each([
    ["none", { "evergrant-pages": "all" }],
    ["cursor", { "evergrant-pages": "0" }],
    ["cursor", { "evergrant-pages": "101" }],
    ["cursor", { "evergrant-pages": "many" }],
    ["cursor", { "evergrant-cursor": "made-up" }],
    ["cursor", { "evergrant-cursor": Buffer.from('["/../x",null]').toString("base64url") }],
  ])("of %s with %j are refused, and nothing is sent", async (name, headers) => {
    const answer = await list(name, "/items", headers);
    expect([answer.status, answer.body.code]).toEqual([422, "invalid_request"]);
    expect(upstream.calls).toEqual([]);
  });
});
