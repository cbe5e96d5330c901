import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type FaultServer, startFaultServer } from "./start-fault-server.ts";

let server: FaultServer;

beforeEach(async () => {
  server = await startFaultServer();
});
afterEach(() => server.close());

function ask(signal?: AbortSignal): Promise<Response> {
  const body = new URLSearchParams({ grant_type: "refresh_token", refresh_token: "one" });
  return fetch(server.tokenEndpoint, { method: "POST", body, redirect: "manual", signal: signal ?? null });
}

describe("the fault server", () => {
  it("gives good answers with new tokens each time until it is scripted", async () => {
    const [first, second] = [await (await ask()).json(), await (await ask()).json()];
    expect(first).toMatchObject({ token_type: "Bearer", expires_in: 3600 });
    expect(second.access_token).not.toBe(first.access_token);
  });

  it("records each request with its raw body and its form", async () => {
    await ask();
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]).toMatchObject({
      method: "POST",
      url: "/token",
      body: "grant_type=refresh_token&refresh_token=one",
      form: { grant_type: "refresh_token", refresh_token: "one" },
      headers: { "content-type": "application/x-www-form-urlencoded;charset=UTF-8" },
    });
  });

  it("plays a queue in order and repeats its last behaviour", async () => {
    server.respondWith([
      { kind: "json", status: 429, body: { error: "slow_down" }, headers: { "retry-after": "7" } },
      { kind: "html", status: 503 },
    ]);
    const first = await ask();
    expect([first.status, first.headers.get("retry-after")]).toEqual([429, "7"]);
    const [second, third] = [await ask(), await ask()];
    expect([second.status, third.status]).toEqual([503, 503]);
    expect(third.headers.get("content-type")).toContain("text/html");
  });

  it("answers in words", async () => {
    server.respondWith({ kind: "text", status: 429, body: "Retry later", headers: { "x-left": "0" } });
    const answer = await ask();
    expect([answer.status, answer.headers.get("x-left"), await answer.text()]).toEqual([429, "0", "Retry later"]);
    expect(answer.headers.get("content-type")).toContain("text/plain");
  });

  it("lets a function of the request choose", async () => {
    server.respondWith(({ form }) => ({ kind: "json", status: 400, body: { seen: form["refresh_token"] } }));
    expect(await (await ask()).json()).toEqual({ seen: "one" });
  });

  it("hands out every request once, whether it came before or after the question", async () => {
    await ask();
    const early = await server.nextRequest();
    const late = server.nextRequest();
    await ask();
    expect(server.requests).toEqual([early, await late]);
  });

  it("holds an answer until the test lets it go", async () => {
    const gate = Promise.withResolvers<void>();
    server.respondWith({ kind: "hold", until: gate.promise, answer: { kind: "json", status: 418, body: null } });
    const answer = ask();
    await server.nextRequest();
    gate.resolve();
    expect((await answer).status).toBe(418);
  });

  it("resets the connection after reading the request", async () => {
    server.respondWith({ kind: "reset" });
    await expect(ask()).rejects.toMatchObject({ cause: { code: "ECONNRESET" } });
    expect(server.requests[0]?.form).toMatchObject({ refresh_token: "one" });
  });

  it("closes the connection without reading the body", async () => {
    server.respondWith({ kind: "close_before_reading" });
    await expect(ask()).rejects.toThrow("fetch failed");
    expect(server.requests[0]?.body).toBe("");
  });

  it("never answers, and still closes", async () => {
    server.respondWith({ kind: "hang" });
    const answer = ask();
    await server.nextRequest();
    await Promise.all([expect(answer).rejects.toThrow("fetch failed"), server.close()]);
  });

  it("redirects with 307, which repeats the credentials", async () => {
    server.respondWith({ kind: "redirect", location: "http://127.0.0.1:9/elsewhere" });
    const answer = await ask();
    expect([answer.status, answer.headers.get("location")]).toEqual([307, "http://127.0.0.1:9/elsewhere"]);
  });

  it("drips an answer whose headers come at once", async () => {
    server.respondWith({ kind: "drip", bytesPerSecond: 1 });
    const controller = new AbortController();
    const answer = await ask(controller.signal);
    expect(answer.status).toBe(200);
    const reader = answer.body?.getReader();
    const first = await reader?.read();
    expect(new TextDecoder().decode(first?.value)).toBe("{");
    controller.abort();
  });

  it("sends an answer of the size asked for", async () => {
    server.respondWith({ kind: "oversized", bytes: 3_000_000 });
    const text = await (await ask()).text();
    expect(text).toHaveLength(3_000_000);
    expect(JSON.parse(text)).toMatchObject({ token_type: "Bearer" });
  });

  it("refuses an empty queue", () => {
    expect(() => server.respondWith([])).toThrow("empty queue");
  });
});
