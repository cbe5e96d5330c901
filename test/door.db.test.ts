import { createServer, request as httpRequest, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startStack, type Stack } from "./start-stack.ts";

// What web gets to see: every request that the door passes on, on a server that only records.
const seen: { method: string; url: string; headers: IncomingHttpHeaders }[] = [];
const web = createServer((request, response) => {
  seen.push({ method: request.method ?? "", url: request.url ?? "", headers: request.headers });
  response.end("a page");
});
let stack: Stack;

beforeAll(async () => {
  await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
  stack = await startStack({ webOrigin: `http://127.0.0.1:${(web.address() as AddressInfo).port}` });
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  web.close();
  web.closeAllConnections();
});

/** A request with its path exactly as written: fetch would tidy it up first. */
function get(path: string, headers: Record<string, string> = {}, method = "GET"): Promise<number> {
  const { hostname, port } = new URL(stack.apis[0]?.origin ?? "");
  return new Promise((resolve, reject) => {
    const request = httpRequest({ hostname, port, path, headers, method }, (response) => {
      response.resume();
      response.once("end", () => resolve(response.statusCode ?? 0));
    });
    request.once("error", reject);
    request.end();
  });
}

test("a link token reaches web in no spelling of its address, and in no header", async () => {
  const { body } = await stack.call("POST", "/link-tokens", { tenant_id: "t", integration_name: "acme-crm" });
  const token: string = body.link_token;
  seen.length = 0;
  for (const path of [
    `/connect/${token}`,
    `/connect/${token}/`,
    `/connect/${token}//`,
    `//connect/${token}`,
    `/connect//${token}`,
    `/CONNECT/${token}`,
    `/connect/${token}/x`,
    `/connect/${token}?a=b`,
    `/accounts?next=/connect/${token}`,
    `/connect/%6c${token.slice(1)}`,
    `/x/../connect/${token}`,
    `/connect/outcome?from=${token}`,
  ]) {
    expect(await get(path, { referer: `https://x.example/connect/${token}`, "next-url": `/connect/${token}` })).toBe(
      200,
    );
  }
  expect(seen).toHaveLength(12);
  expect(JSON.stringify(seen)).not.toContain(token.slice(5));
  expect(seen[0]).toMatchObject({
    url: "/connect/link",
    headers: { "x-evergrant-link": expect.stringMatching(/^lnk_/) },
  });
  expect(seen[0]?.headers["x-evergrant-form-action"]).toBe(`https: ${stack.lab.origin}`);
});

test("what only the door may say, and credentials of programs, are taken out of what comes from outside", async () => {
  seen.length = 0;
  await get("/accounts", {
    "x-evergrant-link": "lnk_forged",
    "x-evergrant-form-action": "https://evil.example",
    "x-nonce": "forged",
    "x-middleware-subrequest": "middleware",
    "x-forwarded-host": "evil.example",
    "x-forwarded-for": "10.0.0.1",
    authorization: `Bearer ${stack.apiKey}`,
    host: "evil.example",
    cookie:
      "a=b; evergrant_theme=dark; evergrant_shortcuts=off; evergrant_first_run_my-env=begun; authjs.session-token=forged; evergrant_browser=forged; evergrant_typed=e30",
  });
  const { headers } = seen[0] ?? { headers: {} };
  expect(Object.keys(headers).filter((name) => /^x-(evergrant|nonce|middleware)|authorization/.test(name))).toEqual([]);
  expect(headers).toMatchObject({
    host: new URL(stack.apis[0]?.origin ?? "").host,
    "x-forwarded-host": new URL(stack.apis[0]?.origin ?? "").host,
    "x-forwarded-for": expect.stringMatching(/^(::ffff:)?127\.0\.0\.1$/),
    cookie: "evergrant_theme=dark; evergrant_shortcuts=off; evergrant_first_run_my-env=begun; evergrant_typed=e30",
  });
});

test("only reads are passed on; an upgrade or an absolute address is not", async () => {
  seen.length = 0;
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"])
    expect(await get("/accounts", {}, method)).toBe(405);
  expect(await get("http://169.254.169.254/latest/meta-data")).toBe(400);
  expect(seen).toEqual([]);
});

test("the id of a link, which web knows, starts nothing without its browser", async () => {
  const { body } = await stack.call("POST", "/link-tokens", { tenant_id: "t", integration_name: "acme-crm" });
  seen.length = 0;
  await get(new URL(body.url).pathname);
  const id = String(seen[0]?.headers["x-evergrant-link"]);
  const origin = stack.apis[0]?.origin ?? "";
  const secret = Buffer.alloc(32, 7).toString("base64url");
  for (const value of [id, `${id}.`, `${id}.${secret}`]) {
    const answer = await fetch(`${origin}/connect/retry`, {
      method: "POST",
      redirect: "manual",
      headers: { origin, cookie: `evergrant_browser=${secret}; evergrant_link=${value}` },
    });
    expect(answer.headers.get("location")).toBe("/connect/outcome");
  }
});
