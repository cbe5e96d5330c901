import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTcpServer } from "node:net";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { StreamAnswer, StreamRequest } from "#core/ports/provider-streams";
import { createAddressGuard } from "./address-guard.ts";
import { createProviderStreams, type ClosableStreams } from "./provider-streams.ts";

let server: Server;
let origin: string;
let streams: ClosableStreams;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let requests = 0;

beforeAll(async () => {
  server = createServer((request, response) => {
    requests += 1;
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  streams = createProviderStreams(createAddressGuard([{ address: "127.0.0.1", prefix: 32 }]));
});
beforeEach(() => {
  requests = 0;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await streams.close();
});

const never = new AbortController().signal;

const send = (changes: Partial<StreamRequest> = {}, signal: AbortSignal = never): Promise<StreamAnswer> =>
  streams.send(
    { method: "GET", origin, path: "/", headers: [], body: null, bodyBytes: null, clientCertificate: null, ...changes },
    signal,
  );

async function answered(changes: Partial<StreamRequest> = {}, signal: AbortSignal = never) {
  const got = await send(changes, signal);
  if (got.kind !== "answer") throw new Error(JSON.stringify(got));
  return got;
}

async function text(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString("latin1");
}

async function* chunks(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const one of texts) yield Buffer.from(one);
}

/** A server that writes these very bytes. */
async function raw(bytes: string): Promise<{ origin: string; heard: () => string; close: () => void }> {
  let heard = "";
  const tcp = createTcpServer((socket) => {
    socket.on("data", (data) => (heard += data.toString("latin1")));
    socket.on("error", () => {});
    socket.write(Buffer.from(bytes, "latin1"));
  });
  await new Promise<void>((resolve) => tcp.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(tcp.address() as AddressInfo).port}`,
    heard: () => heard,
    close: () => void tcp.close(),
  };
}

describe("the first line and the header", () => {
  it("go out as they are given, with nothing besides but a host and what frames the body", async () => {
    let seen: string[] = [];
    answer = (request, response) => {
      seen = [request.method ?? "", request.url ?? "", ...request.rawHeaders];
      response.end();
    };
    const path = "/a%2Fb//c/?b=2&a=%7E+&&x";
    await answered({
      method: "SEARCH",
      path,
      headers: [
        ["X-One", "1"],
        ["x-one", "2"],
      ],
    });
    const { host } = new URL(origin);
    expect(seen).toEqual(["SEARCH", path, "host", host, "connection", "keep-alive", "X-One", "1", "x-one", "2"]);
  });

  it("come back in their bytes and their order, twice where they were sent twice", async () => {
    const server = await raw(
      "HTTP/1.1 200 OK\r\nX-B: 1\r\nlink: <a>\r\nLink: <b>\r\nX-Name: caf\u00c3\u00a9 \u00e9\r\nContent-Length: 2\r\n\r\nok",
    );
    const { status, headers, body } = await answered({ origin: server.origin });
    expect(status).toBe(200);
    expect(headers).toEqual([
      ["X-B", "1"],
      ["link", "<a>"],
      ["Link", "<b>"],
      ["X-Name", "caf\u00c3\u00a9 \u00e9"],
      ["Content-Length", "2"],
    ]);
    expect(await text(body)).toBe("ok");
    server.close();
  });

  it("what comes before the answer is left out, and so are trailers", async () => {
    const server = await raw(
      "HTTP/1.1 103 Early Hints\r\nLink: <early>\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: x-t\r\n\r\n2\r\nok\r\n0\r\nX-T: 1\r\n\r\n",
    );
    const { status, headers, body } = await answered({ origin: server.origin });
    expect([status, headers.map(([name]) => name)]).toEqual([200, ["Transfer-Encoding", "Trailer"]]);
    expect(await text(body)).toBe("ok");
    server.close();
  });

  it.each([204, 304])("a %d has no body", async (status) => {
    answer = (_request, response) => void response.writeHead(status, { etag: '"x"' }).end();
    const got = await answered();
    expect([got.status, await text(got.body)]).toEqual([status, ""]);
  });

  it("a HEAD has the length of what it leaves out", async () => {
    answer = (_request, response) => void response.writeHead(200, { "content-length": "1000" }).end();
    const got = await answered({ method: "HEAD" });
    expect(got.headers).toContainEqual(["content-length", "1000"]);
    expect(await text(got.body)).toBe("");
  });

  it("a header beyond 64 KiB is an answer that was lost", async () => {
    answer = (_request, response) => void response.writeHead(200, { "x-large": "x".repeat(70_000) }).end();
    expect(await send()).toMatchObject({ kind: "failed", cause: "lost" });
  });

  it("a redirect is an answer", async () => {
    answer = (_request, response) => void response.writeHead(302, { location: "/elsewhere" }).end();
    expect((await answered()).status).toBe(302);
    expect(requests).toBe(1);
  });
});

describe("a body", () => {
  it.each([
    [null, "transfer-encoding"],
    [5, "content-length"],
  ])("of %s bytes is framed by %s", async (bodyBytes, framing) => {
    let seen: IncomingMessage["headers"] = {};
    let said = "";
    answer = (request, response) => {
      seen = request.headers;
      request.on("data", (chunk) => (said += String(chunk)));
      request.on("end", () => response.end());
    };
    await answered({ method: "POST", body: chunks("he", "llo"), bodyBytes });
    expect(Object.keys(seen)).toContain(framing);
    expect(said).toBe("hello");
  });

  it("is not decoded", async () => {
    answer = (_request, response) =>
      void response.writeHead(200, { "content-encoding": "gzip" }).end("not gzip at all");
    expect(await text((await answered()).body)).toBe("not gzip at all");
  });

  it("is read from the provider as fast as its reader takes it, and no faster", async () => {
    let written = 0;
    answer = (request, response) => {
      const chunk = Buffer.alloc(65_536);
      const write = (): void => {
        while (written < 1_000 && !response.destroyed) {
          written += 1;
          if (!response.write(chunk)) return void response.once("drain", write);
        }
        response.end();
      };
      request.resume();
      write();
    };
    const { body } = await answered();
    await sleep(300);
    const atRest = written;
    // What sockets hold, some megabytes; the rest waits at the provider.
    expect(atRest).toBeLessThan(400);
    let bytes = 0;
    for await (const chunk of body) bytes += chunk.length;
    expect(bytes).toBe(1_000 * 65_536);
  });

  it("is taken from its source as fast as the provider takes it, and no faster", async () => {
    let given = 0;
    let release = (): void => {};
    answer = (request, response) => {
      release = () => void request.resume().once("end", () => response.end());
    };
    async function* source(): AsyncGenerator<Uint8Array> {
      for (; given < 1_000; given += 1) yield Buffer.alloc(65_536);
    }
    const answering = answered({ method: "POST", body: source() });
    await sleep(300);
    expect(given).toBeLessThan(400);
    release();
    await answering;
    expect(given).toBe(1_000);
  });

  it("that breaks off is an error, and never an end", async () => {
    answer = (_request, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("half");
      setTimeout(() => response.destroy(), 20);
    };
    await expect(text((await answered()).body)).rejects.toThrow("other side closed");
  });

  it("without a length that ends with a reset is no whole either (RFC 9112 §8)", async () => {
    const tcp = createTcpServer((socket) => {
      socket.on("error", () => {});
      socket.write("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhalf");
      setTimeout(() => socket.resetAndDestroy(), 50);
    });
    await new Promise<void>((resolve) => tcp.listen(0, "127.0.0.1", resolve));
    const { body } = await answered({ origin: `http://127.0.0.1:${(tcp.address() as AddressInfo).port}` });
    await expect(text(body)).rejects.toThrow("ECONNRESET");
    tcp.close();
  });

  it("without a length that ends with the connection is whole", async () => {
    answer = (_request, response) => {
      response.useChunkedEncodingByDefault = false;
      response.shouldKeepAlive = false;
      response.end("all of it");
    };
    const got = await answered();
    expect([got.headers.some(([name]) => /length|transfer/i.test(name)), await text(got.body)]).toEqual([
      false,
      "all of it",
    ]);
  });

  it("whose source breaks is an answer that was lost", async () => {
    answer = (request) => void request.resume();
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from("x");
      throw new Error("gone");
    }
    expect(await send({ method: "POST", body: broken() })).toMatchObject({ kind: "failed", cause: "lost" });
  });
});

describe("whoever leaves", () => {
  it.each(["before the answer", "within its body"])("%s ends the connection to the provider", async (when) => {
    const closed = Promise.withResolvers<void>();
    const arrived = Promise.withResolvers<void>();
    answer = (request, response) => {
      // One of the test before may come late.
      if (request.url !== "/left") return;
      response.once("close", () => closed.resolve());
      if (when === "within its body") response.writeHead(200).write("x");
      arrived.resolve();
      request.resume();
    };
    const leaving = new AbortController();
    const answering = send({ path: "/left" }, leaving.signal);
    await arrived.promise;
    if (when === "within its body") {
      const got = await answering;
      leaving.abort();
      if (got.kind === "answer") await expect(text(got.body)).rejects.toThrow("the caller left");
    } else {
      leaving.abort();
      expect(await answering).toMatchObject({ kind: "failed", cause: "aborted" });
    }
    await closed.promise;
  });

  it("a reader that stops early ends it too", async () => {
    const closed = Promise.withResolvers<void>();
    answer = (_request, response) => {
      response.once("close", () => closed.resolve());
      response.writeHead(200).write("x");
    };
    for await (const _ of (await answered()).body) break;
    await closed.promise;
  });

  it("sends nothing when it had left before", async () => {
    expect(await send({}, AbortSignal.abort())).toMatchObject({ kind: "failed", cause: "aborted" });
    expect(requests).toBe(0);
  });
});

it("whoever leaves before a connection is free has sent nothing", async () => {
  const nowhere = createProviderStreams(createAddressGuard([]), { resolve: () => new Promise(() => {}) });
  const leaving = new AbortController();
  const request = {
    method: "POST",
    origin: "https://api.example",
    path: "/",
    headers: [],
    body: null,
    bodyBytes: null,
  };
  const sending = nowhere.send({ ...request, clientCertificate: null }, leaving.signal);
  leaving.abort();
  expect(await sending).toMatchObject({ kind: "failed", cause: "waiting" });
});

describe("failures are told apart by what may have arrived", () => {
  it.each<[string, Partial<StreamRequest>, string]>([
    ["a host that nothing listens on", { origin: "http://127.0.0.1:1" }, "not_sent"],
    ["an address inside", { origin: "http://10.0.0.1" }, "refused"],
    ["a name of an address inside", { origin: "https://localhost.localdomain.invalid" }, "not_sent"],
    ["a certificate over plain http", { clientCertificate: { certificate: "c", key: "k" } }, "refused"],
    ["a header that can't be written", { headers: [["x", "a\r\nb"]] }, "not_sent"],
    ["a path that can't be written", { path: "/a b" }, "not_sent"],
  ])("%s", async (_name, changes, cause) => {
    expect(await send(changes)).toMatchObject({ kind: "failed", cause });
    expect(requests).toBe(0);
  });

  it("a connection that ends without an answer", async () => {
    answer = (request) => void request.socket.destroy();
    expect(await send()).toMatchObject({ kind: "failed", cause: "lost" });
    // Sent once: whether it was acted on is not known (D15).
    expect(requests).toBe(1);
  });
});
