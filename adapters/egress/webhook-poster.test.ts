import type { LookupAddress } from "node:dns";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createRecordingMetrics } from "#test/fakes/recording-metrics";
import { systemClock } from "../system/system-clock.ts";
import { createAddressGuard } from "./address-guard.ts";
import { createWebhookPoster, type WebhookPoster } from "./webhook-poster.ts";

const loopback = createAddressGuard([{ address: "127.0.0.0", prefix: 8 }]);
const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function receiverThat(answer: RequestListener): Promise<{ origin: string; port: number }> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  open.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, port };
}

function poster(guard = loopback, options: Parameters<typeof createWebhookPoster>[2] = {}) {
  const metrics = createRecordingMetrics();
  const made: WebhookPoster = createWebhookPoster(guard, { clock: systemClock, metrics }, options);
  open.push(() => made.close());
  return { post: (url: string) => made.post(url, { "content-type": "application/json" }, "{}"), metrics };
}

describe("a post to a receiver", () => {
  it("tells status, Retry-After and the beginning of the answer", async () => {
    const { origin } = await receiverThat((_request, response) =>
      response.writeHead(503, { "retry-after": "7" }).end("later"),
    );
    expect(await poster().post(`${origin}/hooks?a=1`)).toEqual({
      status: 503,
      error: null,
      retryAfterSeconds: 7,
      response: "later",
    });
  });

  it("follows no redirect", async () => {
    let asked = 0;
    const { origin } = await receiverThat((request, response) => {
      asked += 1;
      response.writeHead(307, { location: `http://${request.headers.host}/elsewhere` }).end();
    });
    expect((await poster().post(origin)).status).toBe(307);
    expect(asked).toBe(1);
  });

  it("reads 1 kB of an answer without end, and closes the connection", async () => {
    const closed = Promise.withResolvers<void>();
    const { origin } = await receiverThat((_request, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write("x".repeat(10_000)), 5);
      response.once("close", () => {
        clearInterval(timer);
        closed.resolve();
      });
    });
    expect(await poster().post(origin)).toMatchObject({ status: 200, response: "x".repeat(1_024) });
    await closed.promise;
  });

  it("ends at its deadline, whether nothing comes or the body drips", async () => {
    const { origin } = await receiverThat((request, response) => {
      if (request.url === "/silent") return;
      response.writeHead(200);
      response.write("x");
    });
    const { post } = poster(loopback, { deadline: 300 });
    const startedMs = performance.now();
    expect(await post(`${origin}/silent`)).toMatchObject({ status: null, error: "no answer within 0.3 s" });
    // It said 200: it has taken it.
    expect(await post(`${origin}/drips`)).toMatchObject({ status: 200, error: null, response: "x" });
    expect(performance.now() - startedMs).toBeLessThan(3_000);
  });

  it("that waits for a connection beyond its deadline is told as late, and not sent afterwards", async () => {
    const asked: string[] = [];
    const { origin } = await receiverThat((request, response) => {
      asked.push(request.url ?? "");
      if (request.url !== "/silent") response.end("ok");
    });
    const { post } = poster(loopback, { deadline: 300, connections: 1 });
    const late = { status: null, error: "no answer within 0.3 s" };
    const [first, second] = await Promise.all([post(`${origin}/silent`), post(`${origin}/waits`)]);
    expect([first, second]).toMatchObject([late, late]);
    // The connection is free again, and what was late is not on it.
    expect((await post(`${origin}/after`)).status).toBe(200);
    expect(asked).toEqual(["/silent", "/after"]);
  });

  it("takes the answer that follows interim ones, and nothing that is no answer", async () => {
    const raw = (text: string) =>
      receiverThat((request) => {
        request.socket.end(text);
      });
    const interim = await raw(
      "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok",
    );
    expect(await poster().post(interim.origin)).toMatchObject({ status: 201, error: null, response: "ok" });
    for (const text of [
      "",
      "not HTTP at all\r\n\r\n",
      "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
      `HTTP/1.1 200 OK\r\nx: ${"y".repeat(40_000)}\r\n\r\n`,
    ]) {
      const { origin } = await raw(text);
      expect(await poster().post(origin), text.slice(0, 20)).toMatchObject({ status: null, error: expect.any(String) });
    }
    // Cut off in its body: it said that it took it.
    const cut = await raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
    expect(await poster().post(cut.origin)).toMatchObject({ status: 200, response: "half" });
  });

  it.each([
    ["a port where nobody listens", "http://127.0.0.1:1/", "the connection was refused"],
    ["a name that is none", "https://nobody.invalid/", "the host's name does not resolve"],
  ])("to %s says why, in words that hold no address of the inside", async (_name, url, error) => {
    const resolve = async (): Promise<readonly LookupAddress[]> =>
      await Promise.reject(Object.assign(new Error("getaddrinfo"), { code: "ENOTFOUND" }));
    expect(await poster(loopback, { resolve }).post(url)).toMatchObject({ status: null, error });
  });

  it("is refused where the address is an inner one, and that is counted", async () => {
    const { post, metrics } = poster(createAddressGuard([]));
    expect(await post("https://10.0.0.1/")).toMatchObject({ error: "10.0.0.1 is not a public address" });
    expect(await post("http://93.184.216.34/")).toMatchObject({ error: "plain http is refused for 93.184.216.34" });
    expect(metrics.told).toEqual([["egressRefused"], ["egressRefused"]]);
  });
});

describe("a name that was public when the endpoint was made (E11)", () => {
  it("is not reached once it resolves to an inner address, and not a byte arrives there", async () => {
    let arrived = 0;
    const inner = await receiverThat((_request, response) => {
      arrived += 1;
      response.end();
    });
    let address = "127.0.0.1";
    // For this test 127.0.0.1 is the public internet and 127.0.0.2 the inside.
    const guard = createAddressGuard([{ address: "127.0.0.1", prefix: 32 }]);
    const { post } = poster(guard, { resolve: async () => [{ address, family: 4 }] });
    const url = `http://receiver.example:${inner.port}/`;
    expect((await post(url)).status).toBe(200);
    address = "127.0.0.2";
    // A connection that stands goes where it was judged to go; the next one is judged anew.
    await until(async () => (await post(url)).status === null);
    expect(await post(url)).toMatchObject({
      status: null,
      error: "receiver.example resolves to no address that may be called",
    });
    const before = arrived;
    await post(url);
    expect(arrived).toBe(before);
  }, 20_000);
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5_000));
}
