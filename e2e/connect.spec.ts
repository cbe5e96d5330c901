import { expect, test } from "./pages-fixtures.ts";

test("a connect page works without JavaScript and posts to its own address", async ({ browser, stub }) => {
  const context = await browser.newContext({ javaScriptEnabled: false, baseURL: stub.origin });
  const page = await context.newPage();
  await page.goto("/connect/inputs");
  await expect(page).toHaveTitle("Connect your account to Ledgerly");
  const subdomain = page.getByLabel("Your subdomain");
  await subdomain.fill("Not A Subdomain");
  await page.getByRole("button", { name: "Continue to Zendesk" }).click();
  await expect(page).toHaveURL(/\/connect\/inputs$/);
  expect(stub.changes).toEqual([]);

  await subdomain.fill("acme-inc");
  await page.getByRole("button", { name: "Continue to Zendesk" }).click();
  await expect(page).toHaveURL(/\/connect\/outcome$/);
  expect(stub.changes).toEqual([
    "POST /connect/inputs integration_name=zendesk&inputs.subdomain=acme-inc&inputs.region=",
  ]);
  await context.close();
});

test("nobody leaves for the provider without a click (B7)", async ({ page, stub }) => {
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).origin));
  await page.goto("/connect/open", { waitUntil: "networkidle" });
  await expect(page.getByRole("heading", { name: "Connect Acme CRM to Ledgerly" })).toBeVisible();
  await expect(page).toHaveURL(/\/connect\/open$/);
  expect(new Set(asked)).toEqual(new Set([stub.origin]));
  expect(stub.changes).toEqual([]);
});

test("one of several integrations unfolds to its own form", async ({ page }) => {
  await page.goto("/connect/several");
  await expect(page.getByText("Test environment: staging")).toBeVisible();
  await page.getByText("Acme CRM", { exact: true }).click();
  await expect(page.getByRole("button", { name: "Continue to Acme CRM" })).toBeVisible();
  await page.getByText("Zendesk", { exact: true }).click();
  await expect(page.getByRole("button", { name: "Continue to Zendesk" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Continue to Acme CRM" })).toBeHidden();
});

test("a form for a key works without JavaScript, and what is secret is hidden and not remembered", async ({
  browser,
  stub,
}) => {
  const context = await browser.newContext({ javaScriptEnabled: false, baseURL: stub.origin });
  const page = await context.newPage();
  await page.goto("/connect/key");
  const key = page.getByLabel("API key", { exact: true });
  await expect(key).toHaveAttribute("type", "password");
  await expect(key).toHaveAttribute("autocomplete", "off");
  await expect(page.getByRole("button", { name: "Show API key" })).toHaveCount(0);
  await key.fill("pk_1");
  await page.getByRole("button", { name: "Connect Acme Billing" }).click();
  expect(stub.changes).toEqual([]);
  await key.fill("sk_live_1");
  await page.getByRole("button", { name: "Connect Acme Billing" }).click();
  await expect(page).toHaveURL(/\/connect\/outcome$/);
  expect(stub.changes).toEqual(["POST /connect/key integration_name=acme-keys&credentials.api_key=sk_live_1"]);
  await context.close();
});

test("a key is shown while its eye is pressed, and hidden again before it leaves", async ({ page }) => {
  await page.goto("/connect/key");
  const key = page.getByLabel("API key", { exact: true });
  await key.fill("sk_live_1");
  const eye = page.getByRole("button", { name: "Show API key" });
  await eye.click();
  await expect(key).toHaveAttribute("type", "text");
  await expect(eye).toHaveAttribute("aria-pressed", "true");
  // The page stays, as it does while the provider is asked.
  await page.locator("form").evaluate((form) => form.addEventListener("submit", (event) => event.preventDefault()));
  await page.getByRole("button", { name: "Connect Acme Billing" }).click();
  await expect(key).toHaveAttribute("type", "password");
  await expect(page.getByRole("button", { name: "Checking with Acme Billing…" })).toBeDisabled();
});

test("a rejected form comes again at the field, with what was typed and is no secret", async ({ page }) => {
  await page.goto("/connect/rejected");
  await expect(page.getByLabel("Your subdomain")).toHaveValue("northwind");
  await expect(page.getByLabel("Region")).toHaveValue("eu");
  await expect(page.getByLabel("E-mail address")).toHaveValue("ada@northwind.example");
  const token = page.getByLabel("API token", { exact: true });
  await expect(token).toHaveValue("");
  await expect(token).toHaveAttribute("aria-invalid", "true");
  await expect(token).toHaveAccessibleDescription(
    /^Acme Desk did not accept this\. .* Acme Desk says: HTTP 401, invalid_token: the token was deleted/,
  );
});

test("a form that leads to a provider comes again with what was typed, and says of each field what is wrong", async ({
  page,
}) => {
  await page.goto("/connect/wronginputs");
  await expect(page.getByRole("alert")).toHaveText(/^2 entries need another look/);
  const subdomain = page.getByRole("textbox", { name: "Your subdomain" });
  await expect(subdomain).toHaveValue("Northwind Traders");
  await expect(subdomain).toHaveAccessibleDescription(/^This does not have the expected form\./);
  await expect(page.getByRole("textbox", { name: "Region" })).toHaveValue("Europe");
});

test("what is to be chosen is offered, with the usual choice made", async ({ page }) => {
  await page.goto("/connect/login");
  const region = page.getByLabel("Region");
  await expect(region).toHaveValue("us");
  await region.selectOption("Europe");
  await expect(region).toHaveValue("eu");
});

test("what will be asked for stands there in the integration's own words, before anybody leaves", async ({ page }) => {
  await page.goto("/connect/inputs");
  for (const words of [
    "Read your tickets and the conversations in them",
    "See your tickets, users and other data, without changing anything",
  ]) {
    await expect(page.getByRole("listitem").filter({ hasText: words })).toBeVisible();
  }
  await page.getByText("2 more permissions").click();
  await expect(page.getByText("Act in the name of other people of your company", { exact: true })).toBeVisible();
  await expect(page.getByText("users:impersonate")).toHaveCount(0);
});

test("the form that failed is the one that is open", async ({ page }) => {
  await page.goto("/connect/unreachable");
  await expect(page.getByRole("alert").filter({ hasText: "Acme Billing does not answer" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Continue to Acme CRM" })).toBeHidden();
});

test("a form that was sent too often says how long it rests", async ({ page }) => {
  await page.goto("/connect/toooften");
  await expect(page.getByText("this form rests for 7 minutes")).toBeVisible();
  await expect(page.getByRole("button", { name: /^Connect/ })).toHaveCount(0);
});

test("a failed trip offers the way back by post", async ({ page, stub }) => {
  stub.outcome = "access_denied";
  await page.goto("/connect/outcome");
  const form = page.locator("form");
  await expect(form).toHaveAttribute("action", "/connect/retry");
  await expect(form).toHaveAttribute("method", "post");
  await expect(page.getByRole("link", { name: "Back to Ledgerly" })).toBeVisible();
});

test("a page that waits goes on by itself", async ({ page, stub }) => {
  stub.outcome = "authorizing";
  await page.goto("/connect/outcome");
  await expect(page.getByRole("heading", { name: "Waiting for Acme CRM" })).toBeVisible();
  stub.outcome = "connected";
  await expect(page.getByRole("heading", { name: "Acme CRM is connected to Ledgerly" })).toBeVisible();
});

test("what the product has not confirmed yet is called connected by nobody, and the way on is the product's page", async ({
  page,
  stub,
}) => {
  stub.outcome = "confirming";
  await page.goto("/connect/outcome");
  await expect(page.getByRole("heading", { name: "Go back to Ledgerly to finish" })).toBeVisible();
  await expect(page.getByText("Nothing is connected yet.")).toBeVisible();
  await expect(page.getByRole("link", { name: "Continue to Ledgerly" })).toHaveAttribute(
    "href",
    /[?&]connect_session_id=cs_1$/,
  );
  stub.outcome = "binding_failed";
  await expect(page.getByRole("heading", { name: "Ledgerly expected somebody else" })).toBeVisible();
  await expect(page.getByRole("button")).toHaveCount(0);
});

test("which account it is stands there before anything is connected, and either answer is posted with its session", async ({
  browser,
  stub,
}) => {
  const context = await browser.newContext({ javaScriptEnabled: false, baseURL: stub.origin });
  const page = await context.newPage();
  stub.outcome = "approving";
  await page.goto("/connect/outcome");
  await expect(
    page.getByText("You are about to connect admin@northwind.example of Acme CRM to Ledgerly."),
  ).toBeVisible();
  await expect(page.getByText("Nothing is connected yet.")).toBeVisible();
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  await page.goto("/connect/outcome");
  await page.getByRole("button", { name: "Not my account, use another one" }).click();
  expect(stub.changes).toEqual([
    "POST /connect/approve connect_session_id=cs_1",
    "POST /connect/decline connect_session_id=cs_1",
  ]);
  stub.outcome = "approving_untold";
  await page.goto("/connect/outcome");
  await expect(page.getByText(/Acme CRM does not tell which account it is/)).toBeVisible();
  await expect(page.getByText("Add and change contacts and deals")).toBeVisible();
  stub.outcome = "declined";
  await page.goto("/connect/outcome");
  await expect(page.getByRole("heading", { name: "Nothing was connected" })).toBeVisible();
  await expect(page.locator("form")).toHaveAttribute("action", "/connect/retry");
  await context.close();
});

test("every answer carries a policy of its own, and forms may lead to the provider named by the API", async ({
  page,
}) => {
  const policyOf = async (path: string) => (await page.request.get(path)).headers()["content-security-policy"] ?? "";
  const [first, second] = [await policyOf("/connect/open"), await policyOf("/connect/open")];
  expect(first).not.toBe(second);
  expect(first).toMatch(/script-src 'nonce-[^']+';/);
  expect(first).toMatch(/form-action 'self' https:\/\/login\.acme\.example$/);
  const signIn = await policyOf("/sign-in");
  expect(signIn).toMatch(/script-src 'self' 'nonce-[^']+' 'strict-dynamic';/);
  expect(signIn).toMatch(/form-action 'self'$/);
  const { "cache-control": cache, "referrer-policy": referrer } = (await page.request.get("/connect/open")).headers();
  expect(cache).toContain("no-store");
  expect(referrer).toBe("no-referrer");
});
