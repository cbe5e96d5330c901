import { ids, usualWorld } from "./stub-accounts.ts";
import { expect, expectAccessible, test } from "./pages-fixtures.ts";

test.describe("accounts are found", () => {
  test("by how a word of their name begins, with the keyboard alone", async ({ page }) => {
    await page.goto("/accounts");
    await page.getByRole("searchbox", { name: "Search accounts" }).focus();
    await page.keyboard.type("initech.ex");
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/\/accounts\?search=initech\.ex$/);
    await expect(page.getByRole("row")).toHaveCount(2);
    await page.getByRole("link", { name: "initech", exact: true }).focus();
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(`/accounts/${ids.revoked}`);
    await page.goBack();
    await expect(page.getByRole("searchbox", { name: "Search accounts" })).toHaveValue("initech.ex");
  });

  test("by what is wrong with them, each part of the filter taken away by itself", async ({ page }) => {
    await page.goto("/accounts");
    await page.getByRole("button", { name: "More filters" }).click();
    await page.getByLabel("Scopes missing").check();
    await expect(page).toHaveURL(/scopes_missing=true/);
    await expect(page.getByRole("link", { name: "initech", exact: true })).toBeVisible();
    await page.getByLabel("Token ends").selectOption("Token ends within 24 h");
    await expect(page).toHaveURL(/scopes_missing=true&expires_within=86400/);
    await expectAccessible(page);
    await page.getByRole("link", { name: "Remove the filter Scopes missing" }).click();
    await expect(page).toHaveURL(/\/accounts\?expires_within=86400$/);
    await expect(page.getByRole("link", { name: "northwind" })).toBeVisible();
    await page.getByRole("link", { name: /^Refresh failing/ }).click();
    await expect(page).toHaveURL(/refresh_failing=true&expires_within=86400$/);
    await expect(page.getByRole("link", { name: "northwind" })).toHaveCount(0);
    await page.getByRole("link", { name: "Clear" }).click();
    await expect(page).toHaveURL(/\/accounts\?refresh_failing=true$/);
  });

  test("without losing one's place in the form: focus stays, and what is typed stays as it is typed", async ({
    page,
  }) => {
    await page.goto("/accounts");
    const search = page.getByRole("searchbox");
    const integration = page.getByLabel("Integration");
    await integration.focus();
    await integration.selectOption("HubSpot");
    await search.pressSequentially("con");
    await expect(page).toHaveURL(/integration_name=hubspot/);
    await expect(search).toBeFocused();
    await expect(search).toHaveValue("con");
    await search.press("Enter");
    await expect(page).toHaveURL(/search=con/);
    await expect(search).toBeFocused();
    // The way back leads back in the form, too.
    await page.goBack();
    await page.goBack();
    await expect(page).toHaveURL("/accounts");
    await expect(search).toHaveValue("");
    await expect(integration).toHaveValue("");
  });

  test("in the order that the address names", async ({ page }) => {
    await page.goto("/accounts");
    await page.getByLabel("Order").selectOption("Customer A to Z");
    await expect(page).toHaveURL(/\?sort=tenant_id$/);
    const tenants = usualWorld()
      .accounts.map((account) => account.tenant_id)
      .toSorted();
    await expect(page.getByRole("row").nth(1)).toContainText(tenants[0] ?? "");
    await page.reload();
    await expect(page.getByLabel("Order")).toHaveValue("tenant_id");
  });

  test("in numbers that say where counting ended", async ({ page, stub }) => {
    stub.countMost = 3;
    await page.goto("/accounts?search=example");
    await expect(page.getByRole("link", { name: "All 3+" })).toBeVisible();
    await expect(page.getByRole("link", { name: "Disconnected 1", exact: true })).toBeVisible();
    // By integration they are counted beforehand.
    await page.goto("/accounts?integration_name=salesforce");
    await expect(page.getByRole("link", { name: /^All [\d,]+$/ })).toBeVisible();
  });

  test("or not, and then it is said what is looked at", async ({ page }) => {
    await page.goto("/accounts?search=zzz");
    await expect(page.getByRole("heading", { name: "Nothing begins with “zzz”" })).toBeVisible();
    await page.getByRole("link", { name: "Show all accounts" }).click();
    await expect(page).toHaveURL(/\/accounts$/);
  });
});
