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

test("one of several integrations unfolds to its own form", async ({ page }) => {
  await page.goto("/connect/several");
  await expect(page.getByText("Test environment: staging")).toBeVisible();
  await page.getByText("Acme CRM", { exact: true }).click();
  await expect(page.getByRole("button", { name: "Continue to Acme CRM" })).toBeVisible();
  await page.getByText("Zendesk", { exact: true }).click();
  await expect(page.getByRole("button", { name: "Continue to Zendesk" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Continue to Acme CRM" })).toBeHidden();
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

test("every answer carries a policy of its own, and forms may lead to the provider named by the API", async ({
  page,
}) => {
  const policyOf = async (path: string) => (await page.request.get(path)).headers()["content-security-policy"] ?? "";
  const [first, second] = [await policyOf("/connect/open"), await policyOf("/connect/open")];
  expect(first).not.toBe(second);
  expect(first).toMatch(/script-src 'self' 'nonce-[^']+' 'strict-dynamic';/);
  expect(first).toMatch(/form-action 'self' https:\/\/login\.acme\.example$/);
  expect(await policyOf("/sign-in")).toMatch(/form-action 'self'$/);
  const { "cache-control": cache, "referrer-policy": referrer } = (await page.request.get("/connect/open")).headers();
  expect(cache).toContain("no-store");
  expect(referrer).toBe("no-referrer");
});
