import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { labIntegration } from "#scripts/lab-integration";
import { startStack, type Stack } from "./start-stack.ts";

// What web gets to see of each page, on a server that only records.
const seen: { url: string; headers: IncomingHttpHeaders }[] = [];
const web = createServer((request, response) => {
  seen.push({ url: request.url ?? "", headers: request.headers });
  response.end("a page");
});
let stack: Stack;
let origin: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
  stack = await startStack({ webOrigin: `http://127.0.0.1:${(web.address() as AddressInfo).port}` });
  origin = stack.apis[0]?.origin ?? "";
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  web.close();
  web.closeAllConnections();
});

async function makeLink(locale?: string): Promise<string> {
  const link = { tenant_id: "t", integration_name: "acme-crm", ...(locale === undefined ? {} : { locale }) };
  const { status, body } = await stack.call("POST", "/link-tokens", link);
  expect([status, body]).toMatchObject([201, {}]);
  return new URL(body.url).pathname;
}

/** Opens a page as a browser does. @returns what it speaks, and the language cookie that comes with it */
async function open(path: string, headers: Record<string, string>): Promise<{ language: unknown; cookie: string }> {
  seen.length = 0;
  const answer = await fetch(origin + path, { headers });
  const [cookie = ""] = answer.headers.getSetCookie().filter((one) => one.startsWith("evergrant_language="));
  return { language: seen[0]?.headers["x-evergrant-language"], cookie };
}

const french = { "accept-language": "fr-CA, en;q=0.5" };

describe("the language of a connect page", () => {
  test("is the link's, the browser's, or English", async () => {
    const [german, dutch, none] = [await makeLink("de-AT"), await makeLink("nl"), await makeLink()];
    expect((await open(german, french)).language).toBe("de");
    expect((await open(dutch, french)).language).toBe("fr");
    expect((await open(none, french)).language).toBe("fr");
    expect((await open(none, { "accept-language": "nl" })).language).toBe("en");
    expect((await open("/connect/nonsense", french)).language).toBe("fr");
    expect((await open("/connect/outcome", french)).language).toBe("fr");
  });

  test("is what the reader chose from then on, and the choice stands in no address that web sees", async () => {
    const german = await makeLink("de");
    const chosen = await open(`${german}?lang=ja&check=a`, french);
    expect(chosen.language).toBe("ja");
    expect(seen[0]?.url).toBe("/connect/link?check=a");
    expect(chosen.cookie).toMatch(/^evergrant_language=ja; Max-Age=3600; Path=\/; HttpOnly; SameSite=Lax$/);
    const cookie = chosen.cookie.split(";")[0] ?? "";
    for (const path of [german, "/connect/outcome"]) {
      expect(await open(path, { ...french, cookie })).toEqual({ language: "ja", cookie: "" });
    }
    expect((await open("/connect/outcome?lang=es", { cookie })).language).toBe("es");
    expect(seen[0]?.url).toBe("/connect/outcome");
  });

  test("can't be chosen from outside by a header of ours, nor be one that nobody speaks", async () => {
    const german = await makeLink("de");
    expect((await open(german, { "x-evergrant-language": "fr" })).language).toBe("de");
    for (const path of [`${german}?lang=xx`, `${german}?lang=%22%3E`, `${german}?lang=`]) {
      expect(await open(path, {})).toEqual({ language: "de", cookie: "" });
    }
    expect((await open(german, { cookie: "evergrant_language=tlh" })).language).toBe("de");
    expect((await open("/accounts?lang=de", french)).language).toBeUndefined();
  });

  test("holds at the outcome, by the link that the browser set out on", async () => {
    const german = await makeLink("de");
    const click = await fetch(origin + german, { method: "POST", redirect: "manual", headers: { origin } });
    expect(click.status).toBe(303);
    const cookie = click.headers
      .getSetCookie()
      .map((one) => one.split(";")[0])
      .join("; ");
    expect((await open("/connect/outcome", { ...french, cookie })).language).toBe("de");
    // The provider's answer to another browser: a card that api makes by itself.
    const callback = `/oauth/callback/cb_nobody?state=x&code=y`;
    const card = await fetch(origin + callback, { headers: { ...french, cookie, accept: "text/html" } });
    const text = await card.text();
    expect([card.status, card.headers.get("content-language")]).toEqual([400, "de"]);
    expect(text).toMatch(/<html lang="de">[\s\S]*Hier geht es nicht weiter[\s\S]*gehört zu keiner Verbindung/);
    const stranger = await fetch(origin + callback, { headers: { ...french, accept: "text/html" } });
    expect(await stranger.text()).toContain('<html lang="fr">');
    expect(stranger.headers.get("vary")).toContain("accept-language");
    expect(stranger.headers.get("cache-control")).toBe("no-store");
  });

  test("is that of the card while web is away", async () => {
    const german = await makeLink("de");
    const port = (web.address() as AddressInfo).port;
    web.close();
    web.closeAllConnections();
    const answer = await fetch(origin + german, { headers: { "accept-language": "fr" } });
    const text = await answer.text();
    expect([answer.status, answer.headers.get("content-type")]).toEqual([503, "text/html; charset=utf-8"]);
    expect(answer.headers.get("content-security-policy")).toMatch(
      /^default-src 'none'; img-src 'self'; style-src 'nonce-/,
    );
    expect(text).toContain("Das hat gerade nicht geklappt");
    expect(text).not.toContain(german.slice("/connect/".length));
    expect(await (await fetch(`${origin}/accounts`)).text()).toContain("not available at the moment");
    await new Promise<void>((resolve) => web.listen(port, "127.0.0.1", resolve));
  });
});

test("a form that leads to a provider comes again with what was typed, in that browser alone, until it has led there", async () => {
  const lab = labIntegration("acme-shops", stack.lab.origin);
  const shop = { name: "shop", label: "Shop", pattern: "[a-z-]+", example: "north" };
  const inputs = [shop, { name: "region", label: "Region", required: false }];
  expect((await stack.call("PUT", "/integrations/acme-shops", { ...lab, inputs })).status).toBe(201);
  const oauth2 = { config: { client_id: "any", client_secret: "any" } };
  const client = { integration_name: "acme-shops", credentials: { oauth2 } };
  expect((await stack.call("PATCH", "/environment-integration", client)).status).toBe(200);
  const made = await stack.call("POST", "/link-tokens", { tenant_id: "t", integration_name: "acme-shops" });
  const path = new URL(made.body.url).pathname;

  const send = async (typed: string, cookie: string): Promise<{ location: string; cookies: string[] }> => {
    const fields = { integration_name: "acme-shops", "inputs.shop": typed, "inputs.region": "日本 & <b>" };
    const headers = { origin, cookie };
    const request = { method: "POST", redirect: "manual", headers, body: new URLSearchParams(fields) } as const;
    const answer = await fetch(origin + path, request);
    return { location: answer.headers.get("location") ?? "", cookies: answer.headers.getSetCookie() };
  };
  const attemptFor = async (cookie: string): Promise<unknown> => {
    await open(path, { cookie });
    const id = String(seen[0]?.headers["x-evergrant-link"]);
    const view = await fetch(`${origin}/api/connect/links/${id}`, { headers: { cookie } });
    return ((await view.json()) as { attempt: unknown }).attempt;
  };

  const first = await send("North Shop", "");
  expect(first.location).toBe(`${path}?check=shop`);
  expect(first.cookies.join()).toMatch(/^evergrant_typed=[\w-]+; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/);
  const cookie = first.cookies[0]?.split(";")[0] ?? "";
  expect(await attemptFor(cookie)).toEqual({
    integration_name: "acme-shops",
    typed: { shop: "North Shop", region: "日本 & <b>" },
    code: "invalid",
    detail: null,
    fields: [{ name: "shop", message: "Shop does not have the expected form, for example north", fault: "form" }],
  });
  expect(await attemptFor("")).toBeNull();

  const second = await send("north", cookie);
  expect(new URL(second.location).origin).toBe(stack.lab.origin);
  expect(second.cookies.filter((one) => one.startsWith("evergrant_typed=; Max-Age=0"))).toHaveLength(1);
});

test.each(["de_DE", "d", "deutsch!", "", "x".repeat(36)])(
  "a link with the locale %j is refused, and told what is spoken",
  async (locale) => {
    const { status, body } = await stack.call("POST", "/link-tokens", { tenant_id: "t", locale });
    expect([status, body.code]).toEqual([422, "invalid_request"]);
    expect(body.errors).toMatchObject([
      { pointer: "/locale", detail: expect.stringMatching(/en, de, fr, es, pt, ja/) },
    ]);
  },
);
