import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { ApiRequest } from "#core/domain/integration/api-request";
import { createAddressGuard } from "../egress/address-guard.ts";
import { createEgressClient, type EgressClient } from "../egress/egress-client.ts";
import { systemClock } from "../system/system-clock.ts";
import { createProviderApi } from "./provider-api.ts";

let server: Server;
let origin: string;
let egress: EgressClient;
const seen: { method: string | undefined; url: string | undefined; headers: IncomingHttpHeaders; body: string }[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += String(chunk)));
    request.on("end", () => {
      const { method, url, headers } = request;
      seen.push({ method, url, headers, body });
      if (url === "/text")
        response.writeHead(418, { "x-limit": ["1", "2"], "retry-after": "7" }).end("<h1>teapot</h1>");
      else if (url === "/moved") response.writeHead(302, { location: "/text" }).end();
      else if (url === "/broken") response.destroy();
      else if (url === "/silent") return;
      else if (url === "/empty") response.writeHead(204).end();
      else response.writeHead(200, { "content-type": "application/json" }).end('{"id": 7}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  egress = createEgressClient(createAddressGuard([{ address: "127.0.0.1", prefix: 32 }]));
});
afterAll(async () => {
  await egress.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const call = (path: string, changes: Partial<ApiRequest> = {}, deadlineSeconds = 5) =>
  createProviderApi({ egress, clock: systemClock }).call(
    { method: "GET", url: `${origin}${path}`, headers: { "x-api-key": "k" }, body: null, ...changes },
    deadlineSeconds,
  );

it("sends what it is given and reads JSON", async () => {
  const answer = await call("/me?a=1", { method: "POST", body: '{"query":"x"}' });
  expect(answer).toMatchObject({ kind: "answer", status: 200, body: { id: 7 } });
  expect(seen.at(-1)).toMatchObject({ method: "POST", url: "/me?a=1", body: '{"query":"x"}' });
  expect(seen.at(-1)?.headers["x-api-key"]).toBe("k");
});

it("sends neither a body nor a content type where none is given", async () => {
  await call("/me");
  expect(seen.at(-1)?.headers).not.toHaveProperty("content-type");
  expect(seen.at(-1)?.body).toBe("");
});

it("hands on what is no JSON as the text that it is, with its headers", async () => {
  expect(await call("/text")).toMatchObject({
    kind: "answer",
    status: 418,
    body: "<h1>teapot</h1>",
    headers: { "x-limit": "1, 2" },
    retryAfterSeconds: 7,
  });
  expect(await call("/empty")).toMatchObject({ kind: "answer", status: 204, body: null });
});

it("follows no redirect: credentials stay at the host that they are for", async () => {
  const before = seen.length;
  expect(await call("/moved")).toMatchObject({ kind: "answer", status: 302 });
  expect(seen).toHaveLength(before + 1);
});

it.each<[string, string, number, string]>([
  ["an answer that breaks off", "/broken", 5, "answer_lost"],
  ["an answer that does not come in time", "/silent", 1.5, "answer_lost"],
])("tells %s apart", async (_name, path, deadline, cause) => {
  // A connection that stands: on a busy machine the deadline may pass before there is one, and nothing is sent then.
  await call("/me");
  expect(await call(path, {}, deadline)).toMatchObject({ kind: "failed", cause });
});

it.each<[string, string, string]>([
  ["a host that nothing listens on", "http://127.0.0.1:1/", "not_sent"],
  ["an address inside", "http://10.0.0.1/", "egress_refused"],
])("tells %s apart, without sending", async (_name, url, cause) => {
  expect(await call("", { url })).toMatchObject({ kind: "failed", cause });
});
