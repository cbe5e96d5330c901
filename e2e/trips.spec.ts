import type { Locator, Page } from "@playwright/test";
import { labIntegration } from "#scripts/lab-integration";
import { keyDefinition, startKeyProvider, type KeyProvider } from "#test/start-key-provider";
import { expect, expectAccessible, expectNoSideways, settle, test } from "./fixtures.ts";
import { allow, approve, startOutage, startTripStack, type Outage, type TripStack } from "./trip-stack.ts";

// Whole trips of a customer through the real processes and the lab, and what each of our pages on the way must be.
test.describe.configure({ timeout: 120_000 });

let stack: TripStack;
let outage: Outage;
let keys: KeyProvider;

test.beforeAll(async () => {
  // Several processes and a database start from nothing, on a machine that may be busy.
  test.setTimeout(300_000);
  stack = await startTripStack();
  outage = await startOutage(stack.labOrigin);
  keys = await startKeyProvider();
  const document: any = labIntegration("acme-mail", stack.labOrigin);
  document.label = "Acme Mail";
  Object.assign(document.credentials.config.auth, { tokenHost: outage.origin, authorizeHost: stack.labOrigin });
  await stack.putIntegration(document);
  await stack.call("PUT", "/integrations/acme-keys", keyDefinition("acme-keys", keys.origin, "api_key"));
  await stack.call("PATCH", "/environment-integration", { integration_name: "acme-keys", enabled: true });
});

test.afterAll(async () => {
  await outage?.stop();
  await keys?.close();
  await stack?.stop();
});

const linkOf = async (tenantId: string, more: object = { integration_name: "acme-crm" }): Promise<string> =>
  await stack.makeLink({ tenant_id: tenantId, ...more });

const button = (page: Page, name: string): Locator => page.getByRole("button", { name, exact: true });

/** Our page that says so: accessible, no wider than the window, and with what to do next in sight. */
async function expectOurs(page: Page, heading: string | RegExp, next: Locator): Promise<void> {
  await expect(page.getByRole("heading", { level: 1, name: heading })).toBeVisible();
  expect(new URL(page.url()).origin).toBe(stack.origin);
  await expect(next).toHaveCount(1);
  await expect(next).toBeVisible();
  await settle(page);
  await expectNoSideways(page);
  await expectAccessible(page);
}

/** Where nothing more can be done here, the way to whoever can help. */
const support = (page: Page): Locator => page.getByRole("link", { name: "support@northwind.example" });

/** The account of a tenant that has one. */
async function accountOf(tenantId: string): Promise<any> {
  const accounts = await stack.accountsOf(tenantId);
  expect(accounts).toHaveLength(1);
  return accounts[0];
}

/** From a link for Acme CRM to the page that says it is connected. */
async function connect(page: Page, url: string, person: string, without: readonly string[] = []): Promise<void> {
  await page.goto(url);
  await button(page, "Continue to Acme CRM").click();
  await allow(page, person, without);
  await approve(page);
  await expect(page.getByRole("heading", { name: "Acme CRM is connected to Northwind Reports" })).toBeVisible();
}

const passages = [
  {
    name: "in English on a desk",
    view: { colorScheme: "light", width: 1280, height: 860, locale: "en" },
    words: {
      choose: "What would you like to connect to Northwind Reports?",
      onward: "Continue to Acme Mail",
      question: "Connect this account?",
      yes: "Connect",
      connected: "Acme Mail is connected to Northwind Reports",
      done: "All done. You can close this window.",
    },
  },
  {
    name: "in German on a dark phone",
    view: { colorScheme: "dark", width: 360, height: 740, locale: "de" },
    words: {
      choose: "Was möchten Sie mit Northwind Reports verbinden?",
      onward: "Weiter zu Acme Mail",
      question: "Dieses Konto verbinden?",
      yes: "Verbinden",
      connected: "Acme Mail ist mit Northwind Reports verbunden",
      done: "Alles erledigt. Sie können dieses Fenster schließen.",
    },
  },
] as const;

for (const { name, view, words } of passages) {
  test(`from the choice of two to a connected account, ${name}`, async ({ page }) => {
    const tenant = `whole-${view.locale}`;
    await page.emulateMedia({ colorScheme: view.colorScheme });
    await page.setViewportSize(view);
    await page.goto(await linkOf(tenant, { integrations: ["acme-crm", "acme-mail"], locale: view.locale }));
    await expectOurs(page, words.choose, page.getByText("Acme CRM", { exact: true }));
    await expectOurs(page, words.choose, page.getByText("Acme Mail", { exact: true }));
    await page.getByText("Acme Mail", { exact: true }).click();
    await expectOurs(page, words.choose, button(page, words.onward));
    await button(page, words.onward).click();
    await allow(page);
    await expectOurs(page, words.question, button(page, words.yes));
    await expect(page.getByText("Hedy Lamarr")).toBeVisible();
    expect(await accountOf(tenant)).toMatchObject({ status: "connecting" });
    await button(page, words.yes).click();
    await expectOurs(page, words.connected, page.getByText(words.done));
    await expect(page.getByText("Hedy Lamarr")).toBeVisible();
    expect(await accountOf(tenant)).toMatchObject({ status: "active", external_account: { id: "hedy" } });
  });
}

test("who denied at the provider is told so, and may try again", async ({ page }) => {
  await page.goto(await linkOf("denied"));
  await expectOurs(page, "Connect Acme CRM to Northwind Reports", button(page, "Continue to Acme CRM"));
  await button(page, "Continue to Acme CRM").click();
  await page.getByRole("button", { name: "Hedy Lamarr" }).click();
  await button(page, "Deny").click();
  await expectOurs(page, "You did not allow access", button(page, "Go back and try again"));
  await button(page, "Go back and try again").click();
  await allow(page);
  await approve(page);
  await expectOurs(page, /is connected to/, page.getByText("You can close this window"));
  expect(await accountOf("denied")).toMatchObject({ status: "active" });
});

test("who left out a permission reads what will not work, and a link for just that one repairs it", async ({
  page,
}) => {
  await page.goto(await linkOf("partial"));
  await button(page, "Continue to Acme CRM").click();
  await allow(page, "Hedy Lamarr", ["Change your contacts"]);
  const missing = page.getByRole("listitem").filter({ hasText: "Add and change your data in Acme CRM" });
  await expectOurs(page, "Connect this account?", button(page, "Connect"));
  await expect(missing).toBeVisible();
  await approve(page);
  await expectOurs(page, /is connected to/, button(page, "Go back and allow them"));
  await expect(missing).toBeVisible();
  const { id, scopes } = await accountOf("partial");
  expect(scopes.missing).toEqual(["write"]);
  const missingOfToken = async () => (await stack.call("GET", `/integrated-accounts/${id}/token`)).body.scopes.missing;
  expect(await missingOfToken()).toEqual(["write"]);

  await page.goto(await linkOf("partial", { integrated_account_id: id, scopes: ["write"] }));
  await expectOurs(page, "Reconnect Acme CRM to Northwind Reports", button(page, "Continue to Acme CRM"));
  await button(page, "Continue to Acme CRM").click();
  await allow(page);
  await expectOurs(page, "Acme CRM is connected again", page.getByText("You can close this window"));
  await expect(missing).toHaveCount(0);
  expect(await accountOf("partial")).toMatchObject({ id, status: "active", scopes: { missing: [] } });
  expect(await missingOfToken()).toEqual([]);
});

test("who sees an account that is not theirs says so, and takes another one", async ({ page }) => {
  await page.goto(await linkOf("declined"));
  await button(page, "Continue to Acme CRM").click();
  await allow(page, "Ada Lovelace");
  await expectOurs(page, "Connect this account?", button(page, "Not my account, use another one"));
  await button(page, "Not my account, use another one").click();
  await expectOurs(page, "Nothing was connected", button(page, "Go back and try again"));
  await button(page, "Go back and try again").click();
  await allow(page, "Grace Hopper");
  await approve(page);
  await expectOurs(page, /is connected to/, page.getByText("You can close this window"));
  const active = (await stack.accountsOf("declined")).filter(({ status }) => status === "active");
  expect(active).toEqual([expect.objectContaining({ external_account: expect.objectContaining({ id: "grace" }) })]);
});

test("a link that was used, has expired or never was says what to do instead", async ({ page }) => {
  const used = await linkOf("used");
  await connect(page, used, "Hedy Lamarr");
  await page.goto(used);
  await expectOurs(page, "This link has been used", support(page));
  await expect(page.getByText("ask Northwind Reports for a new link")).toBeVisible();

  const expired = await linkOf("expired");
  await stack.sql("UPDATE link_token SET expires_at = now() - interval '1 minute' WHERE tenant_id = $1", ["expired"]);
  await page.goto(expired);
  await expectOurs(page, "This link has expired", support(page));
  await expect(page.getByText("Ask Northwind Reports for a new link")).toBeVisible();

  await page.goto(expired.slice(0, -1));
  // Nobody knows whose link it is, so there is nobody to write to.
  await expectOurs(page, "This link does not work", page.getByText("Open the whole link again"));
});

test("who signs in with another account changes nothing; with the right one it is the same account again", async ({
  page,
}) => {
  await connect(page, await linkOf("again"), "Hedy Lamarr");
  const before = await accountOf("again");
  await page.goto(await linkOf("again", { integrated_account_id: before.id }));
  await expectOurs(page, "Reconnect Acme CRM to Northwind Reports", button(page, "Continue to Acme CRM"));
  await expect(page.getByText("Please sign in as Hedy Lamarr")).toBeVisible();
  await button(page, "Continue to Acme CRM").click();
  await allow(page, "Alan Turing");
  await expectOurs(page, "That was a different account", button(page, "Go back and try again"));
  expect(await accountOf("again")).toEqual(before);
  await button(page, "Go back and try again").click();
  await allow(page);
  await expectOurs(page, "Acme CRM is connected again", page.getByText("You can close this window"));
  const { id, external_account } = before;
  const credential_version = before.credential_version + 1;
  expect(await accountOf("again")).toMatchObject({ id, external_account, credential_version, status: "active" });
});

test("while the provider does not answer the page says so, and the same link works afterwards", async ({ page }) => {
  await page.goto(await linkOf("down", { integration_name: "acme-mail" }));
  await button(page, "Continue to Acme Mail").click();
  await outage.begin();
  await allow(page);
  await expectOurs(page, "Acme Mail does not answer", button(page, "Go back and try again"));
  expect((await stack.accountsOf("down")).filter(({ status }) => status === "active")).toEqual([]);
  await outage.end();
  await button(page, "Go back and try again").click();
  await allow(page);
  await approve(page);
  await expectOurs(page, "Acme Mail is connected to Northwind Reports", page.getByText("You can close this window"));
  expect(await accountOf("down")).toMatchObject({ status: "active" });
});

test("the way back in another browser ends on a page, and no code is redeemed; the link works there too", async ({
  page,
  browser,
  faults,
}) => {
  const url = await linkOf("elsewhere");
  await page.goto(url);
  const setOut = page.waitForRequest(`${stack.labOrigin}/auth?**`);
  await button(page, "Continue to Acme CRM").click();
  const authorizeUrl = (await setOut).url();

  const context = await browser.newContext();
  const other = await context.newPage();
  await faults.watch(other);
  faults.allow(/status of 400/);
  const before = await stack.countTokenRequests();
  await other.goto(authorizeUrl);
  await allow(other);
  const next = other.getByText("Open the link that you were given again, in this browser, and start over.");
  await expectOurs(other, "This can’t be continued", next);
  expect(await stack.countTokenRequests()).toBe(before);
  expect((await stack.accountsOf("elsewhere")).filter(({ status }) => status === "active")).toEqual([]);

  await connect(other, url, "Hedy Lamarr");
  expect(await accountOf("elsewhere")).toMatchObject({ status: "active" });
  await context.close();
});

test("a wrong key is refused by the provider's own word, and the right one connects", async ({ page, faults }) => {
  faults.allow(/status of 4\d\d/);
  keys.keys.set("sk_right", "acme");
  await page.goto(await linkOf("typed", { integration_name: "acme-keys" }));
  const send = button(page, "Connect Acme Keys");
  await expectOurs(page, "Connect Acme Keys to Northwind Reports", send);
  const key = page.getByLabel("API key", { exact: true });
  await key.fill("sk_wrong");
  await send.click();
  await expect(page.getByText("Acme Keys did not accept this.")).toBeVisible();
  await expectOurs(page, "Connect Acme Keys to Northwind Reports", send);
  await expect(key).toHaveValue("");
  await key.fill("sk_right");
  await send.click();
  await expectOurs(page, /Acme Keys is connected to/, page.getByText("You can close this window"));
  await expect(page.getByText("acme Ltd")).toBeVisible();
  expect(keys.calls.map((headers) => headers["x-api-key"])).toEqual(["sk_wrong", "sk_right"]);
  expect(await accountOf("typed")).toMatchObject({ status: "active", external_account: { id: "acme" } });
});
