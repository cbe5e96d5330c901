import { connect } from "node:net";
import { existsSync, readFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import type { Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { until } from "./faulty-integration.ts";
import { dumpDatabase, findSecrets } from "./find-secrets.ts";
import { scrape } from "./scrape.ts";
import { startStack, type Stack } from "./start-stack.ts";
import { callRaw, defineProxied, importProxied, startUpstream, type Upstream } from "./start-upstream.ts";

let stack: Stack;
let upstream: Upstream;
let id: string;

beforeAll(async () => {
  const env = {
    EVERGRANT_PROXY_HEADER_SECONDS: "1",
    EVERGRANT_PROXY_IDLE_SECONDS: "1",
    EVERGRANT_PROXY_TOTAL_SECONDS: "120",
    EVERGRANT_PROXY_CONCURRENCY: "3",
  };
  [stack, upstream] = await Promise.all([startStack({ env }), startUpstream()]);
  await defineProxied(stack, upstream, "acme-api");
  ({ id } = await importProxied(stack, "acme-api", "tenant"));
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  await upstream.close();
});
beforeEach(() => {
  upstream.calls = [];
});

const origin = (): string => stack.apis[0]?.origin ?? "";
const target = (path: string, account = id): string => `/api/v1/proxy${path}?integrated_account_id=${account}`;
const authorization = (): string => `Bearer ${stack.apiKey}`;
const call = (path: string, options: Parameters<typeof callRaw>[2] = {}) =>
  callRaw(origin(), target(path), { ...options, headers: { authorization: authorization(), ...options.headers } });

/** A request in the hands of the test, byte by byte. @returns what came back once the connection is closed */
function socketOf(head: string) {
  const { hostname, port } = new URL(origin());
  const socket = connect(Number(port), hostname);
  let heard = "";
  socket.on("data", (data) => (heard += data.toString("latin1")));
  socket.on("error", () => {});
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  socket.write(head);
  return { socket, closed, heard: () => heard };
}

const head = (method: string, path: string, ...fields: string[]): string =>
  [`${method} ${target(path)} HTTP/1.1`, "host: x", `authorization: ${authorization()}`, ...fields, "", ""].join(
    "\r\n",
  );

/** Of the api process; 0 where the system does not tell. */
function residentBytes(): number {
  const file = `/proc/${stack.apis[0]?.process.pid}/status`;
  return existsSync(file) ? Number(/VmRSS:\s+(\d+)/.exec(readFileSync(file, "utf8"))?.[1]) * 1024 : 0;
}

const megabytes = 100;
const chunk = Buffer.alloc(65_536, 7);
/** The garbage of one such body may stand in memory; a process that kept bodies would have grown by another one with the next. */
const flat = megabytes * 0.5;

/** Writes a body as fast as it is taken. */
function pour(into: Writable): void {
  let left = (megabytes * 2 ** 20) / chunk.length;
  const write = (): void => {
    while (left > 0) {
      left -= 1;
      if (!into.write(chunk)) return void into.once("drain", write);
    }
    into.end();
  };
  write();
}

/** The most that the process took while `work` ran, megabytes. */
async function mostDuring(work: () => Promise<void>): Promise<number> {
  let most = 0;
  const watching = setInterval(() => (most = Math.max(most, residentBytes())), 20);
  await work();
  clearInterval(watching);
  return most / 2 ** 20;
}

describe("bodies stream", () => {
  test("down, with the memory of the process flat", async () => {
    upstream.answer = (request, response) => {
      request.resume();
      pour(response);
    };
    const read = (): Promise<void> =>
      new Promise((resolve, reject) => {
        let bytes = 0;
        const headers = { authorization: authorization() };
        const request = httpRequest(origin() + target("/down"), { headers }, (response) => {
          response.on("data", (data: Buffer) => (bytes += data.length));
          response.once("end", () => (bytes === megabytes * 2 ** 20 ? resolve() : reject(new Error(`${bytes} bytes`))));
          response.once("error", reject);
        });
        request.once("error", reject);
        request.end();
      });
    const first = await mostDuring(read);
    expect((await mostDuring(read)) - first).toBeLessThan(flat);
  });

  test("up, with the memory of the process flat", async () => {
    upstream.answer = (request, response) => {
      let got = 0;
      request.on("data", (data: Buffer) => (got += data.length));
      request.on("end", () => response.end(String(got)));
    };
    const write = (): Promise<void> =>
      new Promise((resolve, reject) => {
        const options = { method: "PUT", headers: { authorization: authorization() } };
        const request = httpRequest(origin() + target("/up"), options, (response) => {
          response.setEncoding("utf8").once("data", (got: string) => {
            if (Number(got) === megabytes * 2 ** 20) resolve();
            else reject(new Error(got));
          });
        });
        request.once("error", reject);
        pour(request);
      });
    const first = await mostDuring(write);
    expect((await mostDuring(write)) - first).toBeLessThan(flat);
  });

  test("a provider that is not read from is not read from either", async () => {
    let written = 0;
    upstream.answer = (_request, response) => {
      const write = (): void => {
        while (written < 5_000 && !response.destroyed) {
          written += 1;
          if (!response.write(chunk)) return void response.once("drain", write);
        }
      };
      write();
    };
    const { socket, closed } = socketOf(head("GET", "/slow-reader"));
    socket.pause();
    await until(async () => written > 0);
    // Within a second nothing moves any more, and then the call ends.
    await sleep(900);
    expect(written).toBeLessThan(800);
    socket.resume();
    await closed;
  });
});

describe("nobody stands still for longer than is allowed (D14)", () => {
  test("a provider that does not answer", async () => {
    upstream.answer = (request) => void request.resume();
    const answer = await call("/silent");
    expect([answer.status, JSON.parse(answer.body.toString()).code]).toEqual([504, "provider_timeout"]);
  });

  test("a provider that stops within its answer: the connection breaks, and no part looks like a whole", async () => {
    upstream.answer = (_request, response) => void response.writeHead(200).write("half");
    const { closed, heard } = socketOf(head("GET", "/stops"));
    await closed;
    expect(heard()).toContain("half");
    expect(heard()).not.toMatch(/\r\n0\r\n\r\n$/);
  });

  test("a provider that breaks off within its answer", async () => {
    upstream.answer = (_request, response) => {
      response.writeHead(200, { "content-length": "100" }).write("half");
      setTimeout(() => response.destroy(), 50);
    };
    await expect(call("/breaks")).rejects.toThrow("aborted");
  });

  test("a caller that stops within its request", async () => {
    upstream.answer = (request) => void request.resume();
    const { closed, heard } = socketOf(`${head("POST", "/dribble", "content-length: 100")}x`);
    await closed;
    expect(heard()).toMatch(/^HTTP\/1\.1 408 /);
    expect(heard()).toContain('"code":"invalid_request"');
  });

  test("a caller that goes on slowly is served", async () => {
    upstream.answer = (request, response) => {
      let got = "";
      request.on("data", (chunk: Buffer) => (got += chunk.toString()));
      request.on("end", () => response.end(`got ${got}`));
    };
    const { socket, heard } = socketOf(head("POST", "/slow", "content-length: 4"));
    for (const one of "abcd") {
      await sleep(400);
      socket.write(one);
    }
    await until(async () => heard().includes("got abcd"), 20);
    socket.destroy();
  });
});

test("a caller that leaves ends the request to the provider, before the answer and within it", async () => {
  for (const isWithin of [false, true]) {
    const ended = Promise.withResolvers<void>();
    const arrived = Promise.withResolvers<void>();
    upstream.answer = (request, response) => {
      request.resume();
      response.once("close", () => ended.resolve());
      if (isWithin) response.writeHead(200).write("x");
      arrived.resolve();
    };
    const { socket, heard } = socketOf(head("GET", "/left"));
    await arrived.promise;
    if (isWithin) await until(async () => heard() !== "", 20);
    socket.destroy();
    await ended.promise;
  }
});

test("so many calls of one account are under way at a time, and the next is told to come back", async () => {
  const waiting: (() => void)[] = [];
  upstream.answer = (_request, response) => void waiting.push(() => response.end("ok"));
  const under = [1, 2, 3].map(() => call("/busy"));
  await until(async () => waiting.length === 3, 20);
  const refused = await call("/busy");
  expect([refused.status, refused.headers["retry-after"]]).toEqual([429, "1"]);
  expect(JSON.parse(refused.body.toString())).toMatchObject({ code: "rate_limited", source: "evergrant" });
  expect(upstream.calls).toHaveLength(3);
  for (const one of waiting) one();
  expect((await Promise.all(under)).map(({ status }) => status)).toEqual([200, 200, 200]);
  upstream.answer = (_request, response) => void response.end("ok");
  expect((await call("/busy")).status).toBe(200);
});

test("a refused body is read off, so that its sender hears why", async () => {
  const { heard, socket } = socketOf(`${head("POST", "/../x", "content-length: 200000")}${"x".repeat(200_000)}`);
  await until(async () => heard().includes("invalid_request"), 20);
  expect(heard()).toMatch(/^HTTP\/1\.1 400 /);
  socket.destroy();
});

test("no call reaches the provider once a disconnection was answered (C2)", async () => {
  upstream.answer = (_request, response) => void response.end("ok");
  const account = await importProxied(stack, "acme-api", "leaver");
  let isGone = false;
  let lateAfterAnswer = 0;
  upstream.answer = (_request, response) => {
    if (isGone) lateAfterAnswer += 1;
    response.end("ok");
  };
  const statuses: number[] = [];
  const one = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn += 1) {
      const answer = await callRaw(origin(), target("/x", account.id), { headers: { authorization: authorization() } });
      statuses.push(answer.status);
    }
  };
  const calls = [one(), one(), one()];
  await until(async () => statuses.length > 10, 5);
  await stack.call("DELETE", `/integrated-accounts/${account.id}`);
  isGone = true;
  await Promise.all(calls);
  expect(lateAfterAnswer).toBe(0);
  expect(new Set(statuses)).toEqual(new Set([200, 410]));
});

test("nothing of a body, a query or a header is stored or logged, nor a token that the provider repeats (R76, D12)", async () => {
  const canaries = [
    "canary-request-body-0001",
    "canary-answer-body-0002",
    "canary-query-value-0003",
    "canary-header-val-0004",
    "canary-path-part-0005",
  ];
  const [sent, answered, query, header, path] = canaries;
  for (const status of [200, 401, 500]) {
    upstream.answer = (request, response) => {
      request.resume();
      response.writeHead(status, { "x-canary": header, "content-type": "application/json" });
      response.end(JSON.stringify({ answered, echoed: request.headers.authorization }));
    };
    const url = `${origin()}${target(`/${path}`)}&q=${query}`;
    const options = {
      method: "POST",
      body: String(sent),
      headers: { authorization: authorization(), "x-mine": String(header) },
    };
    const response = await fetch(url, options);
    // What the provider says is the caller's, even where it repeats the token.
    expect(await response.json()).toMatchObject({ answered, echoed: expect.stringMatching(/^Bearer ./) });
  }
  upstream.answer = (request) => void request.socket.destroy();
  await call(`/${path}`, { method: "POST", body: String(sent) });
  await call(`/${path}/../${path}`);
  const dump = await dumpDatabase(stack.database.pool);
  const secrets = [...canaries, ...stack.lab.issuedTokens(), stack.apiKey];
  expect(findSecrets(secrets, dump.chunks)).toEqual([]);
  expect(stack.logs().length).toBeGreaterThan(500);
  expect(findSecrets(secrets, [Buffer.from(stack.logs())])).toEqual([]);
});

test("calls are counted by what became of them, with their bytes and what of their time is ours", async () => {
  const before = await scrape(origin());
  upstream.answer = (request, response) => {
    request.resume();
    request.once("end", () => setTimeout(() => response.end("four"), 200));
  };
  await call("/x", { method: "POST", body: "sixteen bytes ok" });
  await call("/../x");
  upstream.answer = (request) => void request.socket.destroy();
  await call("/x");
  const after = await scrape(origin());
  const grown = (series: string): number => after.value(series) - before.value(series);
  expect(grown('evergrant_proxy_requests_total{outcome="answered",status="2xx"}')).toBe(1);
  expect(grown('evergrant_proxy_requests_total{outcome="refused",status="none"}')).toBe(1);
  expect(grown('evergrant_proxy_requests_total{outcome="failed",status="none"}')).toBe(1);
  expect(grown('evergrant_proxy_bytes_total{direction="out"}')).toBe(16);
  expect(grown('evergrant_proxy_bytes_total{direction="in"}')).toBe(4);
  const ours = grown("evergrant_proxy_overhead_seconds_sum");
  expect(grown("evergrant_proxy_request_seconds_sum") - ours).toBeGreaterThan(0.19);
});

test("every call leaves its record before the credentials are opened, with its purpose", async () => {
  upstream.answer = (_request, response) => void response.end("ok");
  const count = async (): Promise<number> => {
    const { rows } = await stack.database.pool.query(
      "SELECT count(*)::int AS n FROM audit_event WHERE action = 'credential.opened' AND detail->>'purpose' = 'proxy'",
    );
    return rows[0].n;
  };
  const before = await count();
  await call("/x");
  expect((await count()) - before).toBe(1);
});
