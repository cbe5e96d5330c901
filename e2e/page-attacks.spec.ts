// What somebody tries on the pages themselves, on the real web process (checklist G2, G3, G6, G9, J2).
import { accessOfPages } from "#test/roles/access";
import { approvalIds } from "./stub-approvals.ts";
import { runIds } from "./stub-account-runs.ts";
import { ids } from "./stub-accounts.ts";
import { apiKeyIds } from "./stub-settings.ts";
import { eventIds, hookIds } from "./stub-webhooks.ts";
import { expect, test } from "./pages-fixtures.ts";

const thingOf: Record<string, string> = {
  "accounts/[id]": ids.revoked,
  "accounts/runs/[id]": Object.values(runIds)[0] ?? "",
  "administrators/[id]": "usr_2",
  "approvals/[id]": approvalIds.hosts,
  "integrations/[name]": "acme-crm",
  "integrations/[name]/check": "acme-crm",
  "integrations/[name]/definition": "acme-crm",
  "integrations/[name]/mapping": "acme-crm",
  "integrations/[name]/values": "acme-crm",
  "settings/api-keys/[id]": Object.values(apiKeyIds)[0] ?? "",
  "webhooks/[id]": hookIds.healthy,
  "webhooks/[id]/edit": hookIds.healthy,
  "webhooks/events/[id]": Object.values(eventIds)[0] ?? "",
};

/** Every page of the dashboard, each with a thing that is there. */
const pages = Object.keys(accessOfPages)
  .filter((page) => page.startsWith("(dashboard)"))
  .map((page) => page.replaceAll(/\/?\([a-z]+\)/g, "").replace(/^\//, ""))
  .map((page) => `/${page.replace(/\[\w+\]/, thingOf[page] ?? "missing")}`);

/** What only somebody who is signed in gets to see: of the shell, and of each page's things. */
const ofShell = /Ada Lovelace|ada@evergrant\.example/gi;
const ofThings =
  /initech|Acme CRM|Grace Hopper|Firefox on Linux|ia_revoked|key_backend|hubspot|salesforce|k2025|Orders of the warehouse|client-of-acme|onboarding\/step-3|link\.example\.com|Northwind Reports|Production backend|Nightly export/i;
const shown = new RegExp(`${ofShell.source}|${ofThings.source}`, "i");

/** Ways in which requests got past what guards pages (CVE-2025-29927, CVE-2026-44573 to 44575). */
const ways: [name: string, change: (path: string) => string, headers: Record<string, string>][] = [
  ["plainly", (path) => path, {}],
  [
    "as the router does",
    (path) => `${path}?_rsc=abcde`,
    { rsc: "1", "next-router-state-tree": "%5B%22%22%2C%7B%7D%5D" },
  ],
  ["as a prefetch", (path) => path, { rsc: "1", "next-router-prefetch": "1" }],
  [
    "as the prefetch of a segment",
    (path) => path,
    { rsc: "1", "next-router-prefetch": "1", "next-router-segment-prefetch": "/_tree" },
  ],
  ["as data", (path) => `${path === "/" ? "/index" : path}.rsc`, {}],
  ["as a segment's data", (path) => `${path === "/" ? "/index" : path}.segments/_tree.segment.rsc`, { rsc: "1" }],
  [
    "as a middleware",
    (path) => path,
    { "x-middleware-subrequest": "middleware:middleware:middleware:middleware:middleware" },
  ],
  [
    "as one that was rewritten",
    (path) => path,
    { "x-middleware-rewrite": "/accounts", "x-matched-path": "/accounts", "x-now-route-matches": "1=accounts" },
  ],
  ["as one of api", (path) => path, { "x-evergrant-visitor": "anybody", "x-evergrant-path": "/accounts" }],
];

test("no page shows anything to whoever is not signed in, however they ask, also right after somebody saw it", async ({
  stub,
  playwright,
}) => {
  // Every page, in every way.
  test.slow();
  expect(pages.filter((page) => page.includes("missing") || page.includes("["))).toEqual([]);
  const browser = await playwright.request.newContext({ baseURL: stub.origin, maxRedirects: 0 });
  const seen: string[] = [];
  // The usual words are examples of the empty form too.
  for (const endpoint of stub.world.webhooks.endpoints) endpoint.description = "Orders of the warehouse";
  for (const page of pages) {
    stub.isSignedIn = true;
    // What the address names, whoever asks knows.
    const asked = page.split("/").find((part) => part.includes("_")) ?? "?";
    const told = (text: string): string => text.replaceAll(asked, "");
    const whole = told(await (await browser.get(page)).text());
    expect(whole, page).toMatch(new RegExp(ofShell.source));
    if (ofThings.test(whole.replaceAll(ofShell, ""))) seen.push(page);
    stub.isSignedIn = false;
    for (const [name, change, headers] of ways) {
      const answer = await browser.get(change(page), { headers });
      expect(told(await answer.text()), `${page} ${name}: ${answer.status()}`).not.toMatch(shown);
    }
  }
  // It is looked for what stands there, on each page and not in its frame alone.
  expect(seen).toEqual(pages);
  await browser.dispose();
});

const open = {
  "/sign-in": "signed out",
  "/invitation": "signed out",
  "/connect/open": "",
  "/connect/outcome": "",
  "/": "",
  "/no/such/page": "",
};

test("every page loads from its own origin alone, and says what else it may", async ({
  page,
  stub,
  faults,
  context,
}) => {
  faults.allow(/404/);
  for (const [path, state] of Object.entries(open)) {
    stub.isSignedIn = state === "";
    const asked: string[] = [];
    page.on("request", (request) => asked.push(new URL(request.url()).origin));
    const answer = await page.goto(path, { waitUntil: "networkidle" });
    expect([...new Set(asked)], path).toEqual([stub.origin]);
    const headers = answer?.headers() ?? {};
    expect(headers, path).toMatchObject({
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "referrer-policy": "no-referrer",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
      "permissions-policy": expect.stringContaining("camera=()"),
      "cache-control": expect.stringContaining("no-store"),
    });
    const policy = headers["content-security-policy"] ?? "";
    for (const part of [
      "default-src 'self'",
      "object-src 'none'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
      "form-action 'self'",
    ]) {
      expect(policy, path).toContain(part);
    }
    expect(policy.match(/script-src ([^;]*)/)?.[1], path).toMatch(
      /^('self' )?'nonce-[\w+/=]{22,}'( 'strict-dynamic')?$/,
    );
    expect(headers, path).not.toHaveProperty("x-powered-by");
    expect(
      (await context.cookies()).filter(({ httpOnly }) => httpOnly),
      path,
    ).toEqual([]);
  }
});
