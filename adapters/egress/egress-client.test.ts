import { gzipSync } from "node:zlib";
import { createServer as createHttpServer } from "node:http";
import { createServer, type Server, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startFaultServer, type FaultServer } from "#lab/start-fault-server";
import { createAddressGuard } from "./address-guard.ts";
import { createEgressClient, NotSent, type EgressClient } from "./egress-client.ts";
import { EgressRefused } from "./guarded-connector.ts";

/** A listener on loopback that must never hear anything. */
let canary: Server;
let port: number;
let heard: string[] = [];
let fault: FaultServer;
const loopback = createAddressGuard([{ address: "127.0.0.1", prefix: 32 }]);
let closedClient: EgressClient;
let openClient: EgressClient;

beforeAll(async () => {
  canary = createServer((socket: Socket) => {
    heard.push("a connection");
    socket.on("data", (bytes) => heard.push(bytes.toString("latin1")));
    socket.on("error", () => {});
  });
  await new Promise<void>((resolve) => canary.listen(0, "127.0.0.1", resolve));
  ({ port } = canary.address() as AddressInfo);
  fault = await startFaultServer();
  closedClient = createEgressClient(createAddressGuard([]));
  openClient = createEgressClient(loopback);
});
beforeEach(() => {
  heard = [];
});
afterAll(async () => {
  await closedClient.close();
  await openClient.close();
  await fault.close();
  await new Promise((resolve) => canary.close(resolve));
});

const call = (client: EgressClient, url: string) =>
  client.fetch(url, { method: "POST", body: "secret", signal: AbortSignal.timeout(5000) });

describe("without an allow list", () => {
  it.each([
    "http://127.0.0.1:PORT/",
    "https://127.0.0.1:PORT/",
    "http://2130706433:PORT/",
    "http://0x7f.1:PORT/",
    "http://127.1:PORT/",
    "http://[::ffff:127.0.0.1]:PORT/",
    "http://[::1]:PORT/",
    "http://0.0.0.0:PORT/",
    "http://localhost:PORT/",
    "https://localhost:PORT/",
  ])("%s is refused before a byte is sent, indeed before a connection stands", async (template) => {
    await expect(call(closedClient, template.replace("PORT", String(port)))).rejects.toBeInstanceOf(EgressRefused);
    expect(heard).toEqual([]);
  });

  it("reaches nobody through localhost with a dot, whatever the resolver makes of it (D4)", async () => {
    await expect(call(closedClient, `http://localhost.:${port}/`)).rejects.toBeInstanceOf(Error);
    expect(heard).toEqual([]);
  });

  it("has teeth: the canary hears a client that is allowed", async () => {
    const controller = new AbortController();
    const answer = openClient.fetch(`http://127.0.0.1:${port}/`, {
      method: "POST",
      body: "secret",
      signal: controller.signal,
    });
    await new Promise<void>((resolve) => canary.once("connection", (socket) => socket.once("data", () => resolve())));
    controller.abort();
    await expect(answer).rejects.toMatchObject({ name: "AbortError" });
    expect(heard.join("")).toContain("secret");
  });

  it.each([
    ["another protocol", "ftp://example.com/", "is no protocol that is called"],
    ["a file", "file:///etc/passwd", "is no protocol that is called"],
    ["credentials in the address", "https://user:password@example.com/", "must not carry credentials"],
    ["plain http to a public address", "http://1.1.1.1/", "plain http is refused"],
  ])("%s is refused", async (_name, url, message) => {
    await expect(call(closedClient, url)).rejects.toThrow(message);
  });

  it("repeats no credential in its refusal", async () => {
    const refusal = await call(closedClient, "https://user:hunter2@127.0.0.1/").catch((error: unknown) => error);
    expect(String(refusal)).not.toContain("hunter2");
  });
});

describe("with an allow list", () => {
  it("reaches what is on it", async () => {
    fault.respondWith({ kind: "json", status: 200, body: { ok: true } });
    const response = await call(openClient, `${fault.origin}/x`);
    expect([response.status, await response.json()]).toEqual([200, { ok: true }]);
  });

  it("reaches a name that resolves to it", async () => {
    fault.respondWith({ kind: "json", status: 200, body: {} });
    const response = await call(openClient, fault.origin.replace("127.0.0.1", "localhost"));
    expect(response.status).toBe(200);
    await response.text();
  });

  it.each([301, 302, 303, 307, 308] as const)("follows no %i: nobody hears of it (D8)", async (status) => {
    fault.respondWith({ kind: "redirect", location: `http://127.0.0.1:${port}/`, status });
    const response = await call(openClient, `${fault.origin}/x`);
    expect([response.status, heard]).toEqual([status, []]);
    await response.text();
  });

  it("reads no more than a mebibyte (D14)", async () => {
    fault.respondWith({ kind: "oversized", bytes: 3_000_000 });
    await expect(call(openClient, fault.origin)).rejects.toBeInstanceOf(Error);
    fault.respondWith({ kind: "oversized", bytes: 1_000_000 });
    expect(await (await call(openClient, fault.origin)).text()).toHaveLength(1_000_000);
  });

  it("counts what comes out of decompression: a small answer must not become a large one", async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    const server = createHttpServer((_request, response) => {
      response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" }).end(bomb);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    expect(bomb.length).toBeLessThan(100_000);
    await expect(call(openClient, `http://127.0.0.1:${port}`)).rejects.toThrow("larger than");
    server.close();
    server.closeAllConnections();
  });

  it("stops when its caller's deadline comes", async () => {
    fault.respondWith({ kind: "hang" });
    const answer = openClient.fetch(fault.origin, { method: "POST", signal: AbortSignal.timeout(50) });
    await expect(answer).rejects.toMatchObject({ name: "TimeoutError" });
  });
});

describe("whether a request left", () => {
  /** A client with one connection, and a server that holds the request on it until `release`. */
  async function saturated() {
    const server = await startFaultServer();
    const client = createEgressClient(loopback, { connectionsPerOrigin: 1 });
    const { promise, resolve: release } = Promise.withResolvers<void>();
    server.respondWith([
      { kind: "hold", until: promise },
      { kind: "json", status: 200, body: {} },
    ]);
    const send = (body: string, signal: AbortSignal) => client.fetch(server.origin, { method: "POST", body, signal });
    const first = send("first", AbortSignal.timeout(5000));
    await server.nextRequest();
    const close = async (): Promise<void> => {
      await client.close();
      await server.close();
    };
    return { server, send, first, release, close };
  }

  it("is denied for one whose deadline comes while it waits for a connection, and it never leaves later", async () => {
    const { server, send, first, release, close } = await saturated();
    await expect(send("waiting", AbortSignal.timeout(30))).rejects.toBeInstanceOf(NotSent);
    release();
    await first;
    // Behind it in the same queue: when this one has arrived, the other one had its turn.
    await send("third", AbortSignal.timeout(5000));
    expect(server.requests.map((request) => request.body)).toEqual(["first", "third"]);
    await close();
  });

  it("is denied for a hundred that wait, and no connection is lost by it", async () => {
    const { server, send, first, release, close } = await saturated();
    const deadline = AbortSignal.timeout(30);
    const waiting = await Promise.allSettled(Array.from({ length: 100 }, (_, index) => send(`w${index}`, deadline)));
    expect(waiting.every((one) => one.status === "rejected" && one.reason instanceof NotSent)).toBe(true);
    release();
    await first;
    const later = Array.from({ length: 10 }, (_, index) => send(`later-${index}`, AbortSignal.timeout(5000)));
    expect((await Promise.all(later)).map((response) => response.status)).toEqual(Array(10).fill(200));
    expect(server.requests).toHaveLength(11);
    await close();
  });

  it("is not denied for one that waited and was sent before its deadline came", async () => {
    const { server, send, first, release, close } = await saturated();
    server.respondWith({ kind: "hang" });
    const controller = new AbortController();
    const second = send("second", controller.signal);
    release();
    await first;
    await server.nextRequest();
    controller.abort();
    await expect(second).rejects.toMatchObject({ name: "AbortError" });
    await close();
  });

  it.each([
    ["nobody listens", () => "http://127.0.0.1:9/"],
    ["the name is unknown", () => "https://no-such-host.invalid/"],
    ["TLS fails", () => fault.origin.replace("http:", "https:")],
  ])("is denied where %s", async (_name, url) => {
    await expect(call(openClient, url())).rejects.toBeInstanceOf(NotSent);
  });

  it("can't be told when a kept connection closes on it, so it is not denied", async () => {
    let requests = 0;
    const server = createServer((socket: Socket) => {
      socket.on("error", () => {});
      socket.on("data", () => {
        requests += 1;
        if (requests === 1) socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}");
        else socket.destroy();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    expect((await call(openClient, url)).status).toBe(200);
    const error: unknown = await call(openClient, url).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(NotSent);
    // No second try behind our back: a POST that may have arrived is not repeated.
    expect(requests).toBe(2);
    server.close();
  });
});
