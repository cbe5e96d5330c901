import type { Page } from "@playwright/test";
import { expect, expectAccessible, expectAccessibleInBothThemes, expectNoSideways, test } from "./pages-fixtures.ts";
import { ids } from "./stub-accounts.ts";

const field = (page: Page) => page.getByRole("combobox", { name: "Search or do something" });
const options = (page: Page) => page.getByRole("listbox").getByRole("option");
const highlighted = (page: Page) => page.getByRole("listbox").locator("[data-highlighted]");

test.describe("the command palette", () => {
  test("opens by keys, leads by arrows and Enter, and gives the focus back", async ({ page }) => {
    await page.goto("/accounts");
    const search = page.getByRole("complementary").getByRole("button", { name: /^Search or do/ });
    await search.focus();
    await page.keyboard.press("Control+k");
    await expect(field(page)).toBeFocused();
    await expect(highlighted(page)).toHaveCount(1);
    await expectAccessibleInBothThemes(page, "palette");
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await expect(search).toBeFocused();

    await search.click();
    await field(page).fill("audit");
    await expect(highlighted(page)).toContainText("Audit log");
    await expect(field(page)).toHaveAttribute("aria-activedescendant", /.+/);
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/\/audit$/);
    await expect(page.getByRole("dialog")).toHaveCount(0);
  });

  test("asks nobody before something is typed, and then once for what is", async ({ page, stub }) => {
    Object.assign(stub.world.accounts[0] ?? {}, { tenant_id: "acme" });
    await page.goto("/");
    const asked: string[] = [];
    page.on("request", (request) => {
      const { pathname, search } = new URL(request.url());
      if (pathname.startsWith("/api/v1/") && pathname !== "/api/v1/events/stream") asked.push(pathname + search);
    });
    await page.keyboard.press("Control+k");
    await expect(field(page)).toBeFocused();
    expect(asked).toEqual([]);
    await field(page).fill("acme");
    const accounts = page.getByRole("group", { name: "Accounts" });
    await expect(accounts.getByRole("option")).not.toHaveCount(1);
    await expect(accounts.getByRole("option").first()).toHaveText(/^Accounts of customer acme/);
    // What was highlighted stays so when the answer comes.
    await expect(highlighted(page)).toHaveCount(1);
    await expect(page.getByRole("group", { name: "Integrations" })).toContainText("Acme CRM");
    expect(asked.toSorted()).toEqual(["/api/v1/integrated-accounts?search=acme&limit=6", "/api/v1/integrations"]);
    await accounts.getByRole("option").nth(1).click();
    await expect(page).toHaveURL(/\/accounts\/ia_/);
  });

  test("opens a thing by its id without asking for it", async ({ page }) => {
    await page.goto("/audit");
    await page.keyboard.press("Control+k");
    await field(page).fill(ids.revoked);
    await expect(options(page)).toHaveText([`Open account ${ids.revoked}`]);
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(new RegExp(`/accounts/${ids.revoked}$`));
  });

  test("presses what the page offers, and nothing that it does not", async ({ page, stub }) => {
    await page.goto(`/accounts/${ids.active}`);
    await page.keyboard.press("Control+k");
    await field(page).fill("disconn");
    await expect(page.getByRole("group", { name: "On this page" }).getByRole("option")).toHaveText([/^Disconnect/]);
    await page.keyboard.press("Enter");
    await expect(page.getByRole("alertdialog")).toBeVisible();
    await page.keyboard.press("Escape");

    stub.role = "support";
    await page.reload();
    await page.keyboard.press("Control+k");
    await expect(field(page)).toBeFocused();
    await expect(page.getByRole("option", { name: /^Disconnect/ })).toHaveCount(0);
    await expect(page.getByRole("option", { name: /^Make an API key/ })).toHaveCount(0);
    await expect(page.getByRole("option", { name: /^Audit log/ })).toHaveCount(0);
    await expect(page.getByRole("option", { name: /^Webhooks/ })).toHaveCount(1);
  });

  test("changes the theme and the environment", async ({ page }) => {
    await page.goto("/accounts");
    await page.keyboard.press("Control+k");
    await field(page).fill("dark");
    await page.keyboard.press("Enter");
    await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await page.keyboard.press("Control+k");
    await field(page).fill("staging");
    await expect(highlighted(page)).toHaveText("Look at Staging");
    await page.keyboard.press("Enter");
    await expect
      .poll(async () => (await page.context().cookies()).find(({ name }) => name === "evergrant_environment")?.value)
      .toBe("staging");
  });

  test("says that there is nothing, and fits a phone", async ({ page }) => {
    await page.setViewportSize({ width: 360, height: 740 });
    await page.goto("/accounts");
    await page.getByRole("button", { name: "Search or do something" }).click();
    await expectNoSideways(page);
    await expectAccessibleInBothThemes(page, "palette-phone");
    await field(page).fill("!");
    await expect(options(page)).not.toHaveCount(0);
    await page.getByRole("button", { name: "Close" }).click();
    await expect(page.getByRole("dialog")).toHaveCount(0);
  });
});

test.describe("single keys", () => {
  test("lead to pages, and are listed", async ({ page }) => {
    await page.goto("/");
    await page.keyboard.press("g");
    await page.keyboard.press("a");
    await expect(page).toHaveURL(/\/accounts$/);
    await page.keyboard.press("?");
    const list = page.getByRole("dialog", { name: "Keyboard shortcuts" });
    await expect(list).toContainText("Audit log");
    await expectAccessibleInBothThemes(page, "shortcuts");
    // A dialog has the keys while it is open.
    await page.keyboard.press("g");
    await page.keyboard.press("s");
    await expect(page).toHaveURL(/\/accounts$/);
    await page.keyboard.press("Escape");
    await expect(list).toHaveCount(0);
  });

  test("are letters while somebody types", async ({ page }) => {
    await page.goto("/settings");
    const url = page.getByLabel("Add a return URL");
    await url.pressSequentially("ga?gs");
    await expect(url).toHaveValue("ga?gs");
    await expect(page).toHaveURL(/\/settings$/);
    await expect(page.getByRole("dialog")).toHaveCount(0);
  });

  test("do nothing once they are turned off, and the palette still opens", async ({ page }) => {
    await page.goto("/accounts");
    await page.keyboard.press("?");
    await page.getByLabel(/^Keys that are pressed alone/).uncheck();
    await page.getByRole("button", { name: "Done" }).click();
    await page.keyboard.press("g");
    await page.keyboard.press("w");
    await page.keyboard.press("?");
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await page.reload();
    await page.keyboard.press("g");
    await page.keyboard.press("w");
    await page.keyboard.press("Control+k");
    await expect(field(page)).toBeFocused();
    await expect(page).toHaveURL(/\/accounts$/);
    await field(page).fill("shortcuts");
    await page.keyboard.press("Enter");
    await page.getByLabel(/^Keys that are pressed alone/).check();
    await page.getByRole("button", { name: "Done" }).click();
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await page.keyboard.press("g");
    await page.keyboard.press("w");
    await expect(page).toHaveURL(/\/webhooks$/);
    await expectAccessible(page);
  });

  test("lead nowhere that whoever looks may not see", async ({ page, stub }) => {
    stub.role = "support";
    await page.goto("/accounts");
    await page.keyboard.press("g");
    await page.keyboard.press("l");
    await page.keyboard.press("?");
    await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).not.toContainText("Audit log");
    await expect(page).toHaveURL(/\/accounts$/);
  });
});
