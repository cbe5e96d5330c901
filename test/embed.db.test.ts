import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { approveAsPerson } from "#lab/approve-as-person";
import { connectAsPerson } from "#lab/connect-as-person";
import { startStack, type Stack } from "./start-stack.ts";
import { startStandInWeb } from "./stand-in-web.ts";

const web = await startStandInWeb();
const { seen } = web;
let stack: Stack;
const product = "https://app.example.com";
const key = "k".repeat(43);

beforeAll(async () => {
  stack = await startStack({ webOrigin: web.origin });
  await stack.call("PATCH", "/environment", {
    allowed_origins: [product],
    return_urls: ["https://app.example.com/done"],
  });
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  web.close();
});
beforeEach(() => {
  seen.length = 0;
});

const origin = (): string => stack.apis[0]?.origin ?? "";

async function newLink(more: object = {}, options: { key?: string } = {}): Promise<{ url: string; token: string }> {
  const link = { tenant_id: "t", integration_name: "acme-crm", ...more };
  const { body } = await stack.call("POST", "/link-tokens", link, options);
  return { url: body.url, token: body.link_token };
}

const embedded = (url: string, more: Record<string, string> = {}): string =>
  `${url}?${new URLSearchParams({ embed: "popup", key, origin: product, ...more })}`;

const click = (url: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(url, {
    method: "POST",
    body: new URLSearchParams({ integration_name: "acme-crm" }),
    headers: { origin: origin(), ...headers },
    redirect: "manual",
  });

/** The browser that left, back from the provider. */
async function comeBack(away: Response, person: string, cookie = cookieOf(away)): Promise<Response> {
  const { callbackUrl } = await connectAsPerson({ authorizeUrl: away.headers.get("location") ?? "", person });
  return await fetch(callbackUrl, { headers: { cookie }, redirect: "manual" });
}

const outcomeOf = async (cookie: string): Promise<any> =>
  await (await fetch(`${origin()}/api/connect/outcome`, { headers: { cookie } })).json();

const cookieOf = (answer: Response): string =>
  answer.headers
    .getSetCookie()
    .map((one) => one.split(";")[0])
    .join("; ");

/** The time of the session that was begun last is over. */
async function endLatest(): Promise<void> {
  await stack.database.pool.query(
    `UPDATE connect_session SET expires_at = now() - interval '1 second'
      WHERE id = (SELECT id FROM connect_session ORDER BY created_at DESC LIMIT 1)`,
  );
}

async function ask(token: string, { from = product, as = key } = {}): Promise<{ allowed: string | null; body: any }> {
  const answer = await fetch(`${origin()}/api/connect/results`, {
    method: "POST",
    body: new URLSearchParams({ link_token: token, key: as }),
    headers: { origin: from },
  });
  expect(answer.headers.get("cache-control")).toBe("no-store");
  expect(answer.headers.get("vary")).toContain("origin");
  expect(answer.headers.has("access-control-allow-credentials")).toBe(false);
  return { allowed: answer.headers.get("access-control-allow-origin"), body: await answer.json() };
}

describe("the page of a link", () => {
  test("is embedded by an origin on its environment's list, and web is told which and how; the key stays here", async () => {
    const { url } = await newLink();
    for (const mode of ["popup", "frame"]) await fetch(embedded(url, { embed: mode }));
    expect(seen.map((one) => [one["x-evergrant-embed"], one["x-evergrant-opener"]])).toEqual([
      ["popup", product],
      ["frame", product],
    ]);
    expect(JSON.stringify(seen)).not.toContain(key);
  });

  test.each<[string, Record<string, string>]>([
    ["another origin", { origin: "https://evil.example" }],
    ["a longer one", { origin: `${product}.evil.example` }],
    ["one with a path", { origin: `${product}/` }],
    ["one in other letters", { origin: product.toUpperCase() }],
    ["no origin", { origin: "null" }],
    ["any origin", { origin: "*" }],
    ["another header", { origin: `${product}\r\nx-evergrant-link: 1` }],
    ["a short key", { key: "k" }],
    ["another way", { embed: "window" }],
  ])("is not embedded by %s", async (_, more) => {
    const { url } = await newLink();
    expect((await fetch(embedded(url, more))).status).toBe(200);
    expect(seen).toHaveLength(1);
    expect(seen[0]).not.toHaveProperty("x-evergrant-embed");
    expect(seen[0]).not.toHaveProperty("x-evergrant-opener");
  });

  test("is not embedded because a visitor's own header says so", async () => {
    const { url } = await newLink();
    await fetch(url, { headers: { "x-evergrant-embed": "frame", "x-evergrant-opener": "https://evil.example" } });
    expect(seen[0]).not.toHaveProperty("x-evergrant-embed");
  });

  test("of another environment has a list of its own", async () => {
    const made = await stack.cli("api-keys", "create", "--environment", "staging", "--permissions", "all", "--json");
    const staging = { key: (JSON.parse(made.stdout) as { key: string }).key };
    await stack.call("PUT", "/integrations/acme-crm", await integration(), staging);
    const config = { client_id: "x", client_secret: "y" };
    const client = { integration_name: "acme-crm", credentials: { oauth2: { config } } };
    await stack.call("PATCH", "/environment-integration", client, staging);
    const { url, token } = await newLink({}, staging);
    await fetch(embedded(url, { embed: "frame" }));
    expect(seen[0]).not.toHaveProperty("x-evergrant-embed");
    expect((await ask(token)).body).toEqual({ status: "refused", error: "origin_not_allowed" });
  });

  async function integration(): Promise<unknown> {
    return (await stack.call("GET", "/integrations/acme-crm")).body;
  }
});

describe("whoever embeds", () => {
  test("learns that nobody set out, that somebody is away, and what came of it, by ids alone", async () => {
    const { url, token } = await newLink({ return_url: "https://app.example.com/done" });
    expect(await ask(token)).toEqual({ allowed: product, body: { status: "waiting" } });
    const away = await click(embedded(url));
    expect((await ask(token)).body).toEqual({ status: "away" });

    const cookie = cookieOf(away);
    const back = await comeBack(away, "ada");
    expect(back.headers.get("location")).toBe("/connect/outcome");
    // Nothing is connected while the customer is asked which account it is.
    const asked = await outcomeOf(cookie);
    expect(asked).toMatchObject({
      status: "approving",
      opener: { origin: product, result: { status: "away" } },
      return_url: "https://app.example.com/done",
    });
    expect((await ask(token)).body).toEqual(asked.opener.result);

    const said = await approveAsPerson({ origin: origin(), cookie });
    // Not to the product's page, which waits beside this window.
    expect(said?.headers.get("location")).toBe("/connect/outcome");
    const { body } = await ask(token);
    expect(body).toEqual({
      status: "connected",
      connect_session_id: expect.stringMatching(/^cs_/),
      integrated_account_id: expect.stringMatching(/^ia_/),
    });
    expect(await outcomeOf(cookie)).toMatchObject({ opener: { origin: product, result: body }, return_url: null });

    await fetch(`${origin()}/connect/outcome`, { headers: { cookie } });
    expect(seen.at(-1)).toMatchObject({ "x-evergrant-embed": "popup", "x-evergrant-opener": product });
    // Another browser is told of nobody.
    expect(await (await fetch(`${origin()}/api/connect/outcome`)).json()).toMatchObject({ opener: null });
  });

  test("learns the id of a session with binding only once it has ended: whoever made the link and sent it to somebody else could be the first to bring it to the product", async () => {
    const { url, token } = await newLink({
      user_reference: "user-1",
      session_binding: true,
      return_url: "https://app.example.com/done",
    });
    const away = await click(embedded(url));
    expect((await ask(token)).body).toEqual({ status: "away" });
    const back = await comeBack(away, "ada");
    expect((await ask(token)).body).toEqual({ status: "away" });
    expect(await outcomeOf(cookieOf(away))).toMatchObject({
      status: "confirming",
      opener: { result: { status: "away" } },
    });
    expect((await outcomeOf(cookieOf(away))).opener.result).not.toHaveProperty("connect_session_id");

    const id = new URL(back.headers.get("location") ?? "").searchParams.get("connect_session_id");
    await stack.call("POST", `/connect-sessions/${id}/complete`, { tenant_id: "t", user_reference: "user-1" });
    expect((await ask(token)).body).toMatchObject({ status: "connected", connect_session_id: id });
  });

  test("learns that the customer said it was not the right account, and what came of the next try", async () => {
    const { url, token } = await newLink();
    const away = await click(embedded(url));
    const cookie = cookieOf(away);
    await comeBack(away, "ada");
    await approveAsPerson({ origin: origin(), cookie, decision: "decline" });
    const declined = { status: "failed", connect_session_id: expect.stringMatching(/^cs_/), error: "declined" };
    expect((await ask(token)).body).toEqual(declined);
    expect(await outcomeOf(cookie)).toMatchObject({ status: "failed", opener: { origin: product, result: declined } });

    await comeBack(await click(`${origin()}/connect/retry`, { cookie }), "grace", cookie);
    expect((await ask(token)).body.status).toBe("away");
    await approveAsPerson({ origin: origin(), cookie });
    expect((await ask(token)).body.status).toBe("connected");
  });

  test("learns that nobody answered the question in time", async () => {
    const { url, token } = await newLink();
    const away = await click(embedded(url));
    await comeBack(away, "ada");
    expect((await ask(token)).body.status).toBe("away");
    await endLatest();
    const over = { status: "failed", error: "expired" };
    expect((await ask(token)).body).toEqual(over);
    expect(await outcomeOf(cookieOf(away))).toMatchObject({ status: "failed", opener: { result: over } });
  });

  test("has a page in the language that its reader chose in a frame, where no cookie is kept", async () => {
    const { url } = await newLink();
    await fetch(embedded(url, { embed: "frame", lang: "ja" }));
    expect(seen.at(-1)).toMatchObject({ "x-evergrant-embed": "frame", "x-evergrant-language": "ja" });
    const cookie = cookieOf(await click(embedded(url, { embed: "frame", lang: "ja" })));
    await fetch(`${origin()}/connect/outcome`, { headers: { cookie } });
    expect(seen.at(-1)).toMatchObject({ "x-evergrant-embed": "popup", "x-evergrant-language": "ja" });
  });

  test("learns nothing from another origin, by another key or of another link", async () => {
    const { url, token } = await newLink();
    const other = await newLink();
    await click(embedded(url));
    expect(await ask(token, { from: "https://evil.example" })).toEqual({
      allowed: "*",
      body: { status: "refused", error: "origin_not_allowed" },
    });
    expect(await ask(`lt_${"x".repeat(43)}`)).toEqual({
      allowed: "*",
      body: { status: "refused", error: "unknown_link" },
    });
    expect((await ask(token, { as: "o".repeat(43) })).body).toEqual({ status: "waiting" });
    expect((await ask(other.token)).body).toEqual({ status: "waiting" });
    expect((await ask(token)).body.status).toBe("away");
  });

  test("is told no more once the same browser opens the link by itself", async () => {
    const { url, token } = await newLink();
    const cookie = cookieOf(await click(embedded(url)));
    expect((await ask(token)).body.status).toBe("away");
    await click(url, { cookie });
    expect((await ask(token)).body).toEqual({ status: "waiting" });
  });

  test("learns that a trip took too long", async () => {
    const { url, token } = await newLink();
    await click(embedded(url));
    await endLatest();
    expect((await ask(token)).body).toMatchObject({ status: "failed", error: "expired" });
  });

  test("must be on the list when somebody sets out, or nobody does", async () => {
    const { url, token } = await newLink();
    const answer = await click(embedded(url, { origin: "https://evil.example" }));
    expect(answer.status).toBe(403);
    expect(answer.headers.getSetCookie()).toEqual([]);
    const card = await click(embedded(url, { origin: "https://evil.example" }), {
      accept: "text/html",
      "accept-language": "de",
    });
    expect(await card.text()).toContain("Die Website, die diese Seite geöffnet hat, darf sie nicht anzeigen.");
    expect((await ask(token)).body).toEqual({ status: "waiting" });
  });

  test.each(["iframe", "frame", "embed", "object"])("gets no provider's page into its own by %s", async (place) => {
    const { url } = await newLink();
    const answer = await click(embedded(url), { "sec-fetch-dest": place });
    expect(answer.status).toBe(403);
    expect(answer.headers.get("location")).toBeNull();
    expect((await click(embedded(url), { "sec-fetch-dest": "document" })).status).toBe(303);
  });
});

describe("the script", () => {
  test.each(["/connect.js", "/connect.mjs"])(
    "%s is anybody's to load, and is asked for again only when it changed",
    async (path) => {
      const answer = await fetch(origin() + path);
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        "content-type": "text/javascript; charset=utf-8",
        "cache-control": "public, max-age=300, stale-while-revalidate=86400",
        "access-control-allow-origin": "*",
        "cross-origin-resource-policy": "cross-origin",
        "x-content-type-options": "nosniff",
      });
      const etag = answer.headers.get("etag") ?? "";
      const again = await fetch(origin() + path, { headers: { "if-none-match": etag } });
      expect(again.status).toBe(304);
      expect(again.headers.get("cross-origin-resource-policy")).toBe("cross-origin");
      expect((await fetch(origin() + path, { headers: { "if-none-match": '"other"' } })).status).toBe(200);
    },
  );

  test("is a module with an export, and a classic script that leaves one name behind", async () => {
    const text = await (await fetch(`${origin()}/connect.mjs`)).text();
    const exported = (await import(`data:text/javascript,${encodeURIComponent(text)}`)) as object;
    expect(Object.keys(exported)).toEqual(["connect"]);
    const classic = await (await fetch(`${origin()}/connect.js`)).text();
    const page: Record<string, unknown> = {};
    runInNewContext(classic, page);
    expect(page).toEqual({ Evergrant: { connect: expect.any(Function) } });
  });
});

test.each([
  "https://*.example.com",
  "https://app.example.com/",
  "https://a;sandbox",
  "ftp://app.example.com",
  "*",
  "null",
])("%s is no origin that may embed", async (one) => {
  const answer = await stack.call("PATCH", "/environment", { allowed_origins: [one] });
  expect(answer.status).toBe(422);
  expect(answer.body.errors[0].pointer).toBe("/allowed_origins/0");
});
