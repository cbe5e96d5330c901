import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exampleLogo, makePng } from "./make-png.ts";
import { startStack, type Answer, type Stack } from "./start-stack.ts";

let stack: Stack;
const logo = exampleLogo();
const logoUrl = `data:image/png;base64,${logo.toString("base64")}`;
const digest = createHash("sha256").update(logo).digest("hex");
const accent = { light: "#b45309", dark: "#fbbf24" };

beforeAll(async () => {
  stack = await startStack();
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
});

const origin = (): string => stack.apis[0]?.origin ?? "";
const brand = (branding: object): Promise<Answer> => stack.call("PATCH", "/environment", { branding });
const newLink = async (): Promise<string> =>
  (await stack.call("POST", "/link-tokens", { tenant_id: "t", integration_name: "acme-crm" })).body.url;

describe("the branding of an environment", () => {
  test("is answered as it was set, the logo as an address of our own", async () => {
    const words = { name: "Example", support: "https://example.com/help", privacy_url: "https://example.com/privacy" };
    const answer = await brand({ ...words, accent, logo: logoUrl });
    expect(answer.status).toBe(200);
    expect(answer.body.branding).toEqual({ ...words, accent, logo: `${origin()}/api/connect/logos/${digest}` });
    expect((await stack.call("GET", "/environment")).body).toEqual(answer.body);
    const audit = await stack.database.pool.query(
      "SELECT actor, detail FROM audit_event WHERE action = 'environment.updated' ORDER BY at DESC LIMIT 1",
    );
    expect(audit.rows).toEqual([{ actor: expect.stringMatching(/^key_/), detail: { fields: ["branding"] } }]);
  });

  test("keeps the logo whose address comes back, takes no other address, and loses it with the rest", async () => {
    const { body } = await brand({ logo: logoUrl });
    expect((await brand({ name: "Renamed", logo: body.branding.logo })).body.branding).toEqual({
      name: "Renamed",
      logo: body.branding.logo,
    });
    const other = await brand({ logo: `${origin()}/api/connect/logos/${"0".repeat(64)}` });
    expect(other.body).toMatchObject({ code: "invalid_request", errors: [{ pointer: "/branding/logo" }] });
    expect((await fetch(body.branding.logo)).status).toBe(200);
    expect((await brand({ name: "Plain" })).body.branding).toEqual({ name: "Plain" });
    expect((await fetch(body.branding.logo)).status).toBe(404);
  });

  test.each<[string, object, string, RegExp]>([
    ["a pale colour", { accent: { ...accent, light: "#fde68a" } }, "/branding/accent/light", /1\.2\d:1.*#[0-9a-f]{6}$/],
    ["a dark one on dark", { accent: { ...accent, dark: "#1e293b" } }, "/branding/accent/dark", /1\.2\d:1 .*shade/],
    ["half an accent", { accent: { light: "#0f766e" } }, "/branding/accent/dark", /is missing/],
    ["words for a colour", { accent: { ...accent, dark: "red" } }, "/branding/accent/dark", /six hex digits/],
    ["an unknown field", { colour: "#0f766e" }, "/branding/colour", /not a known field/],
    ["an SVG", { logo: "data:image/svg+xml;base64,PHN2Zy8+" }, "/branding/logo", /SVG is not taken/],
    ["a logo elsewhere", { logo: "https://cdn.example/logo.png" }, "/branding/logo", /as data:image/],
    ["help that is no address", { support: "call us" }, "/branding/support", /e-mail address/],
    ["help in a script", { support: "javascript:alert(1)" }, "/branding/support", /e-mail address/],
    ["a privacy policy without TLS", { privacy_url: "http://example.com" }, "/branding/privacy_url", /https/],
  ])("refuses %s, and changes nothing", async (_, branding, pointer, detail) => {
    const before = (await stack.call("GET", "/environment")).body;
    const answer = await brand(branding);
    expect(answer.status).toBe(422);
    expect(answer.body.errors).toEqual([{ pointer, detail: expect.stringMatching(detail) }]);
    expect((await stack.call("GET", "/environment")).body).toEqual(before);
  });

  test("that an older version stored is read, and shown on the page of a link", async () => {
    const stored = { name: "Old", support: "Ask your account manager", colour: "green" };
    await stack.database.pool.query("UPDATE environment SET branding = $1 WHERE name = 'production'", [stored]);
    expect((await stack.call("GET", "/environment")).body.branding).toEqual(stored);
    const view = await linkView();
    expect(view.product).toEqual({ name: "Old", support: stored.support, privacy_url: null, logo: null, accent: null });
  });
});

async function linkView(): Promise<any> {
  await newLink();
  const { rows } = await stack.database.pool.query("SELECT id FROM link_token ORDER BY created_at DESC LIMIT 1");
  return (await fetch(`${origin()}/api/connect/links/${rows[0]?.id}`)).json();
}

describe("a logo is served", () => {
  test("without a key, by its digest, for good, and as what it is", async () => {
    await brand({ logo: logoUrl });
    const answer = await fetch(`${origin()}/api/connect/logos/${digest}`);
    expect(Buffer.from(await answer.arrayBuffer()).equals(logo)).toBe(true);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "content-type": "image/png",
      "cache-control": "public, max-age=31536000, immutable",
      "x-content-type-options": "nosniff",
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
      "cross-origin-resource-policy": "same-origin",
    });
  });

  test("to both environments that have the same one, until neither has", async () => {
    const staging = await stack.cli("api-keys", "create", "--environment", "staging", "--permissions", "all", "--json");
    const { key } = JSON.parse(staging.stdout) as { key: string };
    await stack.call("PATCH", "/environment", { branding: { logo: logoUrl } }, { key });
    await brand({ logo: `data:image/png;base64,${makePng(2, 2, () => [0, 0, 0, 255]).toString("base64")}` });
    const status = async (): Promise<number> => (await fetch(`${origin()}/api/connect/logos/${digest}`)).status;
    expect(await status()).toBe(200);
    await stack.call("PATCH", "/environment", { branding: {} }, { key });
    expect(await status()).toBe(404);
  });

  test.each(["..%2f..%2fopenapi.json", "' OR true --", "ABCDEF", "0".repeat(63)])(
    "under no other name: %s",
    async (name) => {
      expect((await fetch(`${origin()}/api/connect/logos/${encodeURI(name)}`)).status).toBe(404);
    },
  );
});

describe("a problem on a page of a customer", () => {
  const asPage = { accept: "text/html" };

  test("is told in the name of the product whose link it was", async () => {
    await brand({ name: "Ada & <b>Co</b>", logo: logoUrl, accent, support: "help@example.com" });
    const url = await newLink();
    const answer = await fetch(url, { method: "POST", headers: { ...asPage, origin: "https://evil.example" } });
    const page = await answer.text();
    expect(answer.status).toBe(403);
    expect(page).toContain("Ada &amp; &lt;b&gt;Co&lt;/b&gt;");
    expect(page).toContain(`src="/api/connect/logos/${digest}"`);
    expect(page).toContain(`--accent: ${accent.light};`);
    expect(page).toContain(`--accent: ${accent.dark};`);
    expect(page).toContain('href="mailto:help@example.com"');
    expect(answer.headers.get("content-security-policy")).toContain("default-src 'none'; img-src 'self'");
    const german = await fetch(url, {
      method: "POST",
      headers: { ...asPage, "accept-language": "de", origin: "null" },
    });
    expect(await german.text()).toMatch(/<html lang="de">[^]*Ada &amp;[^]*Fragen\? <a href="mailto:help@example\.com"/);
  });

  test("also on the way back, where only the browser knows the link; and names nobody to strangers", async () => {
    const click = await fetch(await newLink(), {
      method: "POST",
      body: new URLSearchParams({ integration_name: "acme-crm" }),
      headers: { origin: origin() },
      redirect: "manual",
    });
    const cookie = click.headers.getSetCookie().map((one) => one.split(";")[0]);
    const callback = `${origin()}/oauth/callback/nobody?state=unknown`;
    const known = await fetch(callback, { headers: { ...asPage, cookie: cookie.join("; ") } });
    expect(await known.text()).toContain("Ada &amp;");
    const stranger = await fetch(callback, { headers: asPage });
    expect(stranger.status).toBe(400);
    expect(await stranger.text()).not.toContain("Ada &amp;");
  });
});
