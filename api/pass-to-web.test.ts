import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { createWebPass } from "./pass-to-web.ts";

const servers: Server[] = [];
/** Keeps its connections, as browsers do. */
const browser = new Agent({ keepAlive: true });

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function listen(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

/** A door that passes everything on to `web`, and what it logged. */
async function doorBefore(web: (request: IncomingMessage, response: ServerResponse) => void) {
  const port = await listen(createServer(web));
  const warnings: string[] = [];
  const pass = createWebPass({
    webOrigin: `http://127.0.0.1:${port}`,
    publicUrl: "https://evergrant.example",
    log: { info: () => {}, warn: (_fields, message) => void warnings.push(message), error: () => {} },
    passOf: async () => null,
  });
  const door = await listen(createServer((request, response) => pass(request, response)));
  return { door, warnings };
}

function send(port: number, method = "GET", body = ""): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        host: "127.0.0.1",
        port,
        method,
        path: "/accounts",
        agent: browser,
        headers: { "content-length": body.length },
      },
      (answer) => {
        let text = "";
        answer.on("data", (chunk) => (text += String(chunk)));
        answer.once("end", () => resolve({ status: answer.statusCode ?? 0, text }));
        answer.once("error", reject);
      },
    );
    request.once("error", reject);
    request.end(body);
  });
}

/** Answers the first request on each connection, and breaks the connection at the second, as a server does that has just closed an idle one. */
function breakingKept(seen: string[]) {
  const used = new WeakSet<Socket>();
  return (request: IncomingMessage, response: ServerResponse): void => {
    seen.push(request.method ?? "");
    if (used.has(request.socket)) request.socket.destroy();
    else response.end("a page");
    used.add(request.socket);
  };
}

test("asks again on a connection of its own when web closed the idle one in the same moment", async () => {
  const seen: string[] = [];
  const { door, warnings } = await doorBefore(breakingKept(seen));
  expect(await send(door)).toEqual({ status: 200, text: "a page" });
  expect(await send(door)).toEqual({ status: 200, text: "a page" });
  expect(seen).toHaveLength(3);
  expect(warnings).toEqual([]);
});

test("sends nothing twice that has a body or changes something", async () => {
  const seen: string[] = [];
  const { door } = await doorBefore(breakingKept(seen));
  for (const [method, body] of [
    ["POST", ""],
    ["GET", "a body"],
  ] as const) {
    seen.length = 0;
    expect(await send(door)).toMatchObject({ status: 200 });
    expect(await send(door, method, body)).toMatchObject({ status: 503 });
    expect(seen).toEqual(["GET", method]);
  }
});

test("asks once more, not for ever", async () => {
  let tries = 0;
  const { door, warnings } = await doorBefore((request) => {
    tries += 1;
    request.socket.destroy();
  });
  expect(await send(door)).toMatchObject({ status: 503, text: expect.stringContaining("not available") });
  expect(tries).toBe(2);
  expect(warnings).toEqual(["web did not answer"]);
});

test("an answer that broke off half way is not begun anew", async () => {
  let tries = 0;
  const { door } = await doorBefore((request, response) => {
    tries += 1;
    response.writeHead(200, { "content-length": "100" });
    response.write("half a page", () => request.socket.destroy());
  });
  await expect(send(door)).rejects.toThrow(/aborted|socket hang up|ECONNRESET/);
  expect(tries).toBe(1);
});
