import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { connectAsPerson } from "#lab/connect-as-person";
import { startStack, type Answer, type Stack } from "./start-stack.ts";
import { startStandInWeb } from "./stand-in-web.ts";

const web = await startStandInWeb();
const { seen } = web;
const ownHost = "link.product.example";
const own = `http://${ownHost}`;
let stack: Stack;
let staging: { key: string };

beforeAll(async () => {
  stack = await startStack({ webOrigin: web.origin });
  const made = await stack.cli("api-keys", "create", "--environment", "staging", "--permissions", "all", "--json");
  staging = { key: (JSON.parse(made.stdout) as { key: string }).key };
  await put({ connect_url: own });
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  web.close();
});
beforeEach(() => {
  seen.length = 0;
});

const origin = (): string => stack.apis[0]?.origin ?? "";
const put = (settings: object, options = {}): Promise<Answer> => stack.call("PATCH", "/environment", settings, options);

type Seen = { status: number; location: string | null; cookie: string; headers: IncomingHttpHeaders; body: string };

/** A request to the door under whatever name its Host says. */
async function at(
  host: string,
  path: string,
  { method = "GET", headers = {}, body }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Seen> {
  const { hostname, port } = new URL(origin());
  return await new Promise((resolve, reject) => {
    const request = httpRequest({ hostname, port, path, method, headers: { host, ...headers } }, (response) => {
      const { statusCode = 0, headers: answered } = response;
      const cookie = (answered["set-cookie"] ?? []).map((one) => one.split(";")[0]).join("; ");
      const location = answered.location ?? null;
      text(response).then((read) => {
        resolve({ status: statusCode, location, cookie, headers: answered, body: read });
      }, reject);
    });
    request.once("error", reject);
    request.end(body);
  });
}

const click = (host: string, path: string, headers: Record<string, string>): Promise<Seen> =>
  at(host, path, {
    method: "POST",
    body: "integration_name=acme-crm",
    headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
  });

async function newPath(tenantId = "t"): Promise<string> {
  const { body } = await stack.call("POST", "/link-tokens", { tenant_id: tenantId, integration_name: "acme-crm" });
  return new URL(body.url).pathname;
}

test("links lead to the product's own name, and pages are served there", async () => {
  const { body } = await stack.call("POST", "/link-tokens", { tenant_id: "t", integration_name: "acme-crm" });
  expect(body.url).toMatch(/^http:\/\/link\.product\.example\/connect\/lt_/);
  expect((await at(ownHost, new URL(body.url).pathname)).body).toBe("a page");
  expect(seen[0]?.["x-evergrant-link"]).toMatch(/^lnk_/);
  // As it was before, too: links that are out go on.
  await at(new URL(origin()).host, new URL(body.url).pathname);
  expect(seen[1]?.["x-evergrant-link"]).toBe(seen[0]?.["x-evergrant-link"]);
});

test("a customer sets out under the product's name, comes back over ours, and the redirect URI is ours alone", async () => {
  const path = await newPath("own-name");
  const away = await click(ownHost, path, { origin: own });
  expect(away.status).toBe(303);
  const authorize = new URL(away.location ?? "");
  expect(authorize.searchParams.get("redirect_uri")).toMatch(new RegExp(`^${origin()}/oauth/callback/`));

  const { callbackUrl } = await connectAsPerson({ authorizeUrl: authorize.href, person: "ada" });
  // The browser has no cookie of ours under our own name.
  const exchanges = stack.lab.stats().code_exchanges;
  const over = await fetch(callbackUrl, { redirect: "manual" });
  expect(over.status).toBe(303);
  expect(over.headers.get("referrer-policy")).toBe("no-referrer");
  const back = new URL(over.headers.get("location") ?? "");
  expect(back.origin).toBe(own);
  expect(back.pathname).toBe(new URL(callbackUrl).pathname.replace("/callback/", "/return/"));
  expect(back.search).toBe(new URL(callbackUrl).search);
  expect(stack.lab.stats().code_exchanges).toBe(exchanges);

  // Who has the address and not the cookie gets nothing, and is sent round no more.
  const stranger = await at(ownHost, back.pathname + back.search);
  expect([stranger.status, stranger.location]).toEqual([400, null]);
  const home = await at(ownHost, back.pathname + back.search, { headers: { cookie: away.cookie } });
  expect([home.status, home.location]).toEqual([303, "/connect/outcome"]);
  expect(stack.lab.stats().code_exchanges).toBe(exchanges + 1);
  // The question is asked, and answered, under the product's name: by its own pages alone, and by the browser that set out.
  const { rows } = await stack.database.pool.query("SELECT id FROM connect_session ORDER BY created_at DESC LIMIT 1");
  const answer = (word: string, headers: Record<string, string>) =>
    at(ownHost, `/connect/${word}`, {
      method: "POST",
      body: `connect_session_id=${rows[0]?.id}`,
      headers: { "content-type": "application/x-www-form-urlencoded", cookie: away.cookie, ...headers },
    });
  for (const word of ["approve", "decline"]) {
    for (const from of [origin(), "http://evil.example", "null"]) {
      expect((await answer(word, { origin: from })).status, `${word} ${from}`).toBe(403);
    }
    expect((await answer(word, { origin: own, cookie: "" })).status).toBe(400);
    expect((await answer(word, { origin: own, "sec-fetch-dest": "iframe" })).status).toBe(403);
  }
  expect((await stack.call("GET", "/integrated-accounts?tenant_id=own-name")).body.data).toEqual([
    expect.objectContaining({ status: "connecting" }),
  ]);
  const said = await answer("approve", { origin: own });
  expect([said.status, said.location]).toEqual([303, "/connect/outcome"]);
  const { data } = (await stack.call("GET", "/integrated-accounts?tenant_id=own-name")).body;
  expect(data).toEqual([expect.objectContaining({ status: "active" })]);
  // Once.
  const again = await at(ownHost, back.pathname + back.search, { headers: { cookie: away.cookie } });
  expect(again.status).toBe(400);
});

test("whoever set out under our name comes back there, whatever the environment's own name is", async () => {
  const path = await newPath("our-name");
  const away = await click(new URL(origin()).host, path, { origin: origin() });
  const { callbackUrl } = await connectAsPerson({ authorizeUrl: away.location ?? "", person: "grace" });
  const back = await fetch(callbackUrl, { headers: { cookie: away.cookie }, redirect: "manual" });
  expect(back.headers.get("location")).toBe("/connect/outcome");
});

test("a customer who says no under the product's name may try again there", async () => {
  const away = await click(ownHost, await newPath("says-no"), { origin: own });
  const { callbackUrl } = await connectAsPerson({ authorizeUrl: away.location ?? "", person: "ada" });
  const { pathname, search } = new URL(callbackUrl);
  await at(ownHost, pathname.replace("/callback/", "/return/") + search, { headers: { cookie: away.cookie } });
  const { rows } = await stack.database.pool.query("SELECT id FROM connect_session ORDER BY created_at DESC LIMIT 1");
  const form = { method: "POST", body: `connect_session_id=${rows[0]?.id}` };
  const headers = { "content-type": "application/x-www-form-urlencoded", cookie: away.cookie, origin: own };
  expect((await at(ownHost, "/connect/decline", { ...form, headers })).location).toBe("/connect/outcome");
  const left = await stack.database.pool.query("SELECT failure FROM connect_session WHERE id = $1", [rows[0]?.id]);
  expect(left.rows).toEqual([{ failure: expect.objectContaining({ code: "declined" }) }]);
  expect((await click(ownHost, "/connect/retry", headers)).location).toContain(stack.lab.origin);
});

test("a product that has not said its name is called by the host that its customer sees", async () => {
  await at(ownHost, await newPath());
  await at(new URL(origin()).host, await newPath());
  expect(seen.map((one) => one["x-evergrant-host"])).toEqual([ownHost, new URL(origin()).hostname]);
  const card = await at(ownHost, await newPath(), {
    method: "POST",
    headers: { accept: "text/html", "sec-fetch-site": "cross-site" },
  });
  expect([card.status, card.body]).toEqual([403, expect.stringContaining(`<span>${ownHost}</span>`)]);
});

test("a link of another environment is not known under the product's name", async () => {
  const integration = (await stack.call("GET", "/integrations/acme-crm")).body;
  await stack.call("PUT", "/integrations/acme-crm", integration, staging);
  const config = { client_id: "x", client_secret: "y" };
  const client = { integration_name: "acme-crm", credentials: { oauth2: { config } } };
  await stack.call("PATCH", "/environment-integration", client, staging);
  const link = { tenant_id: "t", integration_name: "acme-crm" };
  const { body } = await stack.call("POST", "/link-tokens", link, staging);
  expect(body.url).toMatch(new RegExp(`^${origin()}/connect/`));
  const { pathname } = new URL(body.url);
  await at(ownHost, pathname);
  expect(seen[0]?.["x-evergrant-link"]).toBe("none");
  expect((await click(ownHost, pathname, { origin: own })).location).toBe("/connect/outcome");
});

test.each([
  "/",
  "/sign-in",
  "/api/v1/session",
  "/api/auth/csrf",
  "/api/v1/integrated-accounts",
  "/readyz",
  "/oauth/callback/x",
])("under the product's name there is no %s", async (path) => {
  const headers = { authorization: `Bearer ${stack.apiKey}` };
  expect((await at(ownHost, path, { headers })).status).toBe(404);
  expect(seen).toEqual([]);
});

test("whether the process lives is told under whatever Host, also while the database hangs", async () => {
  // The names that are known are looked up again by then.
  await new Promise((resolve) => setTimeout(resolve, 5_100));
  const client = await stack.database.pool.connect();
  try {
    await client.query("BEGIN; LOCK TABLE environment IN ACCESS EXCLUSIVE MODE");
    const startedAt = performance.now();
    expect((await at("10.0.0.7:3000", "/healthz")).status).toBe(200);
    // A statement is given up after ten seconds; this waited for none.
    expect(performance.now() - startedAt).toBeLessThan(8_000);
  } finally {
    await client.query("ROLLBACK");
    client.release();
  }
});

test("a Host that nobody set is in no address that we make, and its forms are refused", async () => {
  const path = await newPath();
  for (const host of ["evil.example", `${ownHost}.evil.example`, `evil.example:80`, `${ownHost}:8080`]) {
    const page = await at(host, path);
    expect(JSON.stringify([page, seen.at(-1)])).not.toContain("evil.example");
    const sent = await click(host, path, { origin: `http://${host}` });
    expect(sent.status, host).toBe(403);
    const forwarded = { "x-forwarded-host": "evil.example", forwarded: "host=evil.example" };
    const away = await click(host, path, { "sec-fetch-site": "same-origin", ...forwarded });
    expect(away.location).toContain(encodeURIComponent(`${origin()}/oauth/callback/`));
    expect(JSON.stringify(away)).not.toContain("evil.example");
  }
});

test("a form of another name is refused under the product's own, also one of ours", async () => {
  const path = await newPath();
  for (const from of [origin(), "http://evil.example", `http://${ownHost}:8080`, "null"]) {
    expect((await click(ownHost, path, { origin: from, "sec-fetch-site": "cross-site" })).status, from).toBe(403);
  }
});

test.each<[string, unknown, string]>([
  ["Evergrant's own address", "OURS", "is Evergrant's public address"],
  ["another scheme", "https://link.product.example", "begins with http://"],
  ["a path", "http://link.product.example/connect", "without a path"],
  ["a pattern", "http://*.product.example", "without a path"],
])("%s is refused as a name of a product's own", async (_, url, detail) => {
  const answer = await put({ connect_url: url === "OURS" ? origin() : url });
  expect(answer.status).toBe(422);
  expect(answer.body.errors).toEqual([{ pointer: "/connect_url", detail: expect.stringContaining(detail) }]);
});

test("a name leads to one environment; taken back, links lead to ours again", async () => {
  const taken = await put({ connect_url: own, reauth_links_in_events: true }, staging);
  expect([taken.status, taken.body.code]).toEqual([409, "conflict"]);
  expect((await stack.call("GET", "/environment", undefined, staging)).body).toMatchObject({
    connect_url: null,
    reauth_links_in_events: false,
  });
  expect((await put({ branding: { name: "Kept" } })).body.connect_url).toBe(own);
  expect((await put({ connect_url: null })).body.connect_url).toBeNull();
  const { body } = await stack.call("POST", "/link-tokens", { tenant_id: "t", integration_name: "acme-crm" });
  expect(body.url).toMatch(new RegExp(`^${origin()}/connect/`));
});
