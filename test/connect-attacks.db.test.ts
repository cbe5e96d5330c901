// What somebody may try at links, callbacks and pages (docs/security-checklist.md, A5 to B11). Nothing of it may reach a provider's
// token endpoint or change a row. Session binding (B4) has session-binding.db.test.ts, the question which account it is (B5)
// approval.db.test.ts, what web gets to see of a token (B3) door.db.test.ts.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { cardWords } from "#api/connect/problem-card-words";
import { connectAsPerson } from "#lab/connect-as-person";
import { labIntegration } from "#scripts/lab-integration";
import { departFrom, type Departure } from "./connect-at.ts";
import { startStack, type Stack } from "./start-stack.ts";

let stack: Stack;
let untouched: Footprint;

interface Footprint {
  readonly tokenRequests: number;
  readonly accounts: unknown;
  readonly events: unknown;
}

beforeAll(async () => {
  // The stack's own requests come from this very machine, those of an attacker from wherever they say.
  stack = await startStack({ env: { EVERGRANT_TRUSTED_PROXIES: "127.0.0.0/8" } });
  await stack.call("PATCH", "/environment", { return_urls: ["https://good.example/done"] });
  await stack.call("PUT", "/integrations/acme-other", labIntegration("acme-other", stack.lab.origin));
  const patched = await stack.call("PATCH", "/environment-integration", {
    integration_name: "acme-other",
    credentials: { oauth2: { config: { client_id: "other-client", client_secret: "secret-of-the-other" } } },
  });
  await stack.lab.registerClient({
    clientId: "other-client",
    clientSecret: "secret-of-the-other",
    redirectUris: [patched.body.redirect_uri],
  });
});
afterAll(async () => await stack[Symbol.asyncDispose]());
beforeEach(async () => {
  untouched = await footprint();
});

const origin = (): string => stack.apis[0]?.origin ?? "";

async function footprint(): Promise<Footprint> {
  const accounts = await stack.database.pool.query(
    "SELECT id, status, credential_version, fence, external_account FROM integrated_account WHERE status <> 'connecting' ORDER BY id",
  );
  const events = await stack.database.pool.query("SELECT id FROM event ORDER BY id");
  return { tokenRequests: stack.lab.stats().token_requests, accounts: accounts.rows, events: events.rows };
}

/** No token request left, and nothing that was active changed. */
const expectUntouched = async (): Promise<void> => expect(await footprint()).toEqual(untouched);

/** Somebody who came back from the provider, and whose answer has not been brought to Evergrant yet. */
async function answered(person: string, tenant: string, link: Readonly<Record<string, string>> = {}) {
  const departure = await departFrom(stack, link["integration_name"] ?? "acme-crm", {
    tenant_id: tenant,
    ...link,
  });
  const { callbackUrl } = await connectAsPerson({ authorizeUrl: departure.authorize.href, person });
  return { ...departure, callback: new URL(callbackUrl) };
}

const bring = async (callback: URL, { cookie }: Pick<Departure, "cookie">): Promise<Response> =>
  await fetch(callback, { headers: { cookie }, redirect: "manual" });
const statusOf = async ({ cookie }: Pick<Departure, "cookie">): Promise<string> => {
  const outcome = await fetch(`${origin()}/api/connect/outcome`, { headers: { cookie } });
  return ((await outcome.json()) as { status: string }).status;
};

async function linkFor(tenant: string, changes: Readonly<Record<string, unknown>> = {}): Promise<URL> {
  const body = { tenant_id: tenant, integration_name: "acme-crm", ...changes };
  const made = await stack.call("POST", "/link-tokens", body);
  if (made.status !== 201) throw new Error(JSON.stringify(made.body));
  return new URL(made.body.url);
}

const press = async (url: URL | string, form: Record<string, string>, headers: Record<string, string> = {}) =>
  await fetch(url, {
    method: "POST",
    body: new URLSearchParams(form),
    headers: { origin: origin(), ...headers },
    redirect: "manual",
  });

describe("an answer of a provider", () => {
  test("is taken once: the same callback again is refused (A5)", async () => {
    const { callback, ...own } = await answered("ada", "replay");
    expect((await bring(callback, own)).status).toBe(303);
    expect(await statusOf(own)).toBe("approving");
    untouched = await footprint();
    for (let times = 0; times < 3; times += 1) expect((await bring(callback, own)).status).toBe(400);
    await expectUntouched();
    expect(await statusOf(own)).toBe("approving");
  });

  test("brought by a browser that did not set out is refused, and stays the right one's (A5, B5)", async () => {
    const attacker = await answered("alan", "attacker");
    const victim = await answered("grace", "victim");
    untouched = await footprint();
    // The attacker's code and state in the victim's browser; then the victim's in a browser without anything.
    expect((await bring(attacker.callback, victim)).status).toBe(400);
    expect((await bring(victim.callback, { cookie: "" })).status).toBe(400);
    // The attacker's code with the victim's own state is the provider's to refuse: it was given to another challenge (PKCE).
    await expectUntouched();
    const mixed = new URL(victim.callback);
    mixed.searchParams.set("code", attacker.callback.searchParams.get("code") ?? "");
    await bring(mixed, victim);
    expect(await statusOf(victim)).toBe("failed");
    const { accounts, events } = await footprint();
    expect({ accounts, events }).toEqual({ accounts: untouched.accounts, events: untouched.events });
    // Nor did any of it spoil the trip of the one whose answer it was.
    const own = await answered("alan", "attacker");
    expect((await bring(own.callback, own)).status).toBe(303);
  });

  test("of one integration brought to the address of another is refused (A8)", async () => {
    const x = await answered("ada", "mix-up");
    const y = await answered("ada", "mix-up", { integration_name: "acme-other" });
    untouched = await footprint();
    const crossed = new URL(x.callback);
    crossed.pathname = y.callback.pathname;
    expect(crossed.pathname).not.toBe(x.callback.pathname);
    for (const browser of [x, y]) expect((await bring(crossed, browser)).status).toBe(400);
    await expectUntouched();
    expect((await bring(x.callback, x)).status).toBe(303);
  });

  test("leaves the address bar at once, and goes into no Referer (A14)", async () => {
    const { callback, ...own } = await answered("ada", "clean");
    for (const response of [await bring(callback, own), await bring(callback, own)]) {
      expect(response.headers.get("referrer-policy")).toBe("no-referrer");
      expect(response.headers.get("cache-control")).toContain("no-store");
      const shown = `${response.headers.get("location") ?? ""} ${await response.text()}`;
      for (const name of ["code", "state"]) expect(shown).not.toContain(callback.searchParams.get(name) ?? "?");
    }
    const again = await answered("ada", "clean-return", { return_url: "https://good.example/done" });
    const first = await bring(again.callback, again);
    expect([first.status, first.headers.get("location")]).toEqual([303, "/connect/outcome"]);
    const refused = new URL(again.callback);
    refused.searchParams.set("error_description", "<img src=x onerror=alert(1)>");
    const page = await fetch(refused, { headers: { cookie: again.cookie, accept: "text/html" }, redirect: "manual" });
    expect(page.status).toBe(400);
    expect(await page.text()).not.toContain("<img");
    const code = again.callback.searchParams.get("code") ?? "?";
    expect(stack.logs()).not.toContain(code);
  });
});

describe("where a browser is led afterwards", () => {
  test.each([
    "https://evil.example",
    "//evil.example/done",
    "https://good.example@evil.example/done",
    "https://good.example.evil.example/done",
    "https://good.example/done/../evil",
    "https://good.example/done?next=//evil.example",
    "https://good.example\\@evil.example/done",
    "http://good.example/done",
    "https://good.example:8443/done",
    "HTTPS://GOOD.example/done",
    "javascript:alert(1)//good.example/done",
  ])("is never %s (A15)", async (returnUrl) => {
    const made = await stack.call("POST", "/link-tokens", {
      tenant_id: "redirects",
      integration_name: "acme-crm",
      return_url: returnUrl,
    });
    expect([made.status, made.body.errors[0].pointer]).toEqual([422, "/return_url"]);
    await expectUntouched();
  });

  test("is nobody's to choose but the one's who made the link (A15, B2)", async () => {
    const url = await linkFor("redirects");
    const tampered = new URL(`${url.href}?return_url=https://evil.example&tenant_id=other&integration=acme-other`);
    const click = await press(tampered, {
      integration_name: "acme-crm",
      return_url: "https://evil.example",
      tenant_id: "other",
      user_reference: "somebody",
    });
    const authorize = new URL(click.headers.get("location") ?? "", origin());
    expect(authorize.origin).toBe(stack.lab.origin);
    expect(authorize.href).not.toContain("evil.example");
    const { rows } = await stack.database.pool.query(
      "SELECT l.tenant_id, l.return_url, a.tenant_id AS of FROM link_token l JOIN integrated_account a ON a.id = l.account_id WHERE l.tenant_id = 'redirects'",
    );
    expect(rows).toEqual([{ tenant_id: "redirects", return_url: null, of: "redirects" }]);
    // An integration that the link does not offer.
    const other = await press(url, { integration_name: "acme-other" });
    expect(other.headers.get("location")).toBe(url.pathname);
    await expectUntouched();
  });

  test("and the redirect URI comes from no header (A7)", async () => {
    const click = await press(
      await linkFor("hosts"),
      { integration_name: "acme-crm" },
      { "x-forwarded-host": "evil.example", forwarded: "host=evil.example", "x-forwarded-proto": "https" },
    );
    const authorize = new URL(click.headers.get("location") ?? "");
    expect(new URL(authorize.searchParams.get("redirect_uri") ?? "").origin).toBe(origin());
  });
});

describe("a link that re-authorizes", () => {
  test("brings back the account that it names and no other, and makes none (A18, B6)", async () => {
    const account = await stack.connect("again", "hedy");
    untouched = await footprint();
    const url = await linkFor("again", { integration_name: undefined, integrated_account_id: account.id });
    const other = await press(url, { integration_name: "acme-other" });
    expect(other.headers.get("location")).toBe(url.pathname);
    await expectUntouched();
    expect(await stack.walk(url.href, "katherine")).toMatchObject({
      status: "failed",
      failure: { code: "external_account_mismatch" },
    });
    const { accounts, events } = await footprint();
    expect({ accounts, events }).toEqual({ accounts: untouched.accounts, events: untouched.events });
    const { body } = await stack.call("GET", "/integrated-accounts?tenant_id=again");
    expect(body.data).toMatchObject([{ id: account.id, external_account: { id: "hedy" }, credential_version: 1 }]);
    // The grant of the wrong one has ended at the provider, and the right one's has not.
    const live = stack.lab.grants().filter((one) => one.status === "live");
    expect(live.map((one) => one.person)).toContain("hedy");
    expect(live.filter((one) => one.person === "katherine")).toEqual([]);
    // For another tenant there is no such account.
    const foreign = await stack.call("POST", "/link-tokens", {
      tenant_id: "not-again",
      integrated_account_id: account.id,
    });
    expect(foreign.status).toBe(404);
  });
});

describe("the token of a link", () => {
  test("is exchanged by POST for cookies, and goes on in no address, header or log (B3)", async () => {
    const url = await linkFor("tokens");
    const token = url.pathname.split("/").at(-1) ?? "?";
    const click = await press(url, { integration_name: "acme-crm" });
    expect(click.status).toBe(303);
    expect(click.headers.get("referrer-policy")).toBe("no-referrer");
    expect(click.headers.get("cache-control")).toBe("no-store");
    const cookies = click.headers.getSetCookie();
    expect(cookies).toHaveLength(2);
    for (const cookie of cookies) expect(cookie).toMatch(/; Path=\/; HttpOnly; SameSite=Lax$/);
    expect(JSON.stringify([...click.headers])).not.toContain(token);
    expect(stack.logs()).not.toContain(token);
    await expectUntouched();
  });

  test("is used up by no number of GETs and HEADs, and by no form of another site (B11, R94)", async () => {
    const url = await linkFor("previews");
    for (const method of ["GET", "HEAD", "GET", "OPTIONS", "PUT"]) await fetch(url, { method, redirect: "manual" });
    const foreign = await press(url, { integration_name: "acme-crm" }, { origin: "https://evil.example" });
    expect(foreign.status).toBe(403);
    const { rows } = await stack.database.pool.query(
      "SELECT l.used_at, l.account_id, (SELECT count(*)::int FROM connect_session s WHERE s.link_token_id = l.id) AS sessions FROM link_token l WHERE l.tenant_id = 'previews'",
    );
    expect(rows).toEqual([{ used_at: null, account_id: null, sessions: 0 }]);
    await expectUntouched();
    expect((await stack.walk(url.href, "grace")).status).toBe("connected");
  });
});

describe("a crowd at the door (B10)", () => {
  const guess = (): string =>
    `${origin()}/connect/lt_${Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64url")}`;
  const from = (address: string): Record<string, string> => ({ "x-forwarded-for": address });

  test("that tries tokens out is told to wait, and others are not", async () => {
    const answers: Response[] = [];
    for (let times = 0; times < 200; times += 1) answers.push(await press(guess(), {}, from("203.0.113.7")));
    const refused = answers.filter((one) => one.status === 429);
    expect(refused.length).toBeGreaterThan(100);
    expect(answers[0]?.status).toBe(303);
    for (const one of refused) expect(Number(one.headers.get("retry-after"))).toBeGreaterThan(0);
    // A link that exists is refused there like one that does not, and works from anywhere else.
    await stack.call("PATCH", "/environment", { branding: { name: "Example", support: "help@example.com" } });
    const url = await linkFor("crowd", { locale: "de" });
    const form = { integration_name: "acme-crm" };
    const pages = new Set<string>();
    const crowd = (to: URL | string): Promise<Response[]> =>
      Promise.all(Array.from({ length: 30 }, () => press(to, form, { ...from("203.0.113.7"), accept: "text/html" })));
    for (const to of [url, guess(), ...["retry", "approve", "decline"].map((path) => `${origin()}/connect/${path}`)]) {
      const limited = (await crowd(to)).filter((one) => one.status === 429);
      expect(limited.length).toBeGreaterThan(0);
      const page = (await limited[0]?.text()) ?? "";
      expect(page).toContain(cardWords.en.reasons.too_often);
      pages.add(page.replaceAll(/nonce="[^"]+"|<small>[^<]+/g, ""));
    }
    // In the same words too, whosever link it is and whatever it is to be read in.
    expect(pages.size).toBe(1);
    expect((await press(url, form, from("198.51.100.9"))).headers.get("location")).toContain(stack.lab.origin);
    await expectUntouched();
  });

  test("that begins one link again and again is told to wait, from wherever it comes", async () => {
    const url = await linkFor("again-and-again");
    const form = { integration_name: "acme-crm" };
    const answers: number[] = [];
    for (let times = 0; times < 30; times += 1) {
      answers.push((await press(url, form, from(`198.51.100.${times + 10}`))).status);
    }
    expect(answers.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => 303));
    expect(answers.filter((one) => one === 429).length).toBeGreaterThanOrEqual(5);
    const { rows } = await stack.database.pool.query(
      "SELECT count(*)::int AS sessions FROM connect_session s JOIN link_token l ON l.id = s.link_token_id WHERE l.tenant_id = 'again-and-again'",
    );
    expect(rows[0].sessions).toBe(answers.filter((one) => one === 303).length);
    await expectUntouched();
  });
});
