import type { Locator, Page } from "@playwright/test";
import { expect, test } from "./pages-fixtures.ts";

test.describe("a reader whose browser speaks French", () => {
  test.use({ locale: "fr-CA" });

  test("reads French, and whatever they choose from then on, until the outcome", async ({ page, stub }) => {
    await page.goto("/connect/open");
    await expect(page.locator("html")).toHaveAttribute("lang", "fr");
    await expect(page).toHaveTitle("Connecter votre compte à Ledgerly");
    await page.locator("summary", { hasText: "Français" }).click();
    const languages = page.getByRole("navigation", { name: "Langue" });
    await expect(languages.getByRole("link")).toHaveText([
      "English",
      "Deutsch",
      "Français",
      "Español",
      "Português",
      "日本語",
    ]);
    await expect(languages.getByRole("link", { name: "Français" })).toHaveAttribute("aria-current", "true");
    await languages.getByRole("link", { name: "Deutsch" }).click();
    await expect(page).toHaveURL(/\/connect\/open\?lang=de$/);
    await expect(page.getByRole("heading", { name: "Acme CRM mit Ledgerly verbinden" })).toBeVisible();
    await page.getByRole("button", { name: "Weiter zu Acme CRM" }).click();
    await expect(page).toHaveURL(/\/connect\/outcome$/);
    await expect(page.getByRole("heading", { name: "Acme CRM ist mit Ledgerly verbunden" })).toBeVisible();
    await expect(page).toHaveTitle("Verbunden");
    stub.outcome = "access_denied";
    await page.reload();
    await expect(page.getByRole("heading", { name: "Sie haben den Zugriff nicht erlaubt" })).toBeVisible();
  });

  test("reads the integration's own words as they are, and ours in French", async ({ page }) => {
    await page.goto("/connect/inputs");
    await expect(page.getByText("Read your tickets and the conversations in them", { exact: true })).toBeVisible();
    await expect(page.getByText("Voir votre adresse e-mail", { exact: true })).toBeVisible();
    await expect(page.getByText("2 autres autorisations")).toBeVisible();
    await expect(page.getByLabel("Your subdomain")).toBeVisible();
  });

  test("finds the dashboard in English", async ({ page }) => {
    await page.goto("/");
    await expect(page.locator("html")).toHaveAttribute("lang", "en");
  });
});

test("a form that came again begins at its summary, which leads to the field", async ({ page }) => {
  await page.goto("/connect/rejected?lang=de");
  const summary = page.getByRole("alert");
  await expect(summary).toBeFocused();
  await expect(summary).toHaveText(/^Bitte prüfen Sie 1 Angabe/);
  await page.keyboard.press("Tab");
  await expect(summary.getByRole("link", { name: "API token" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("API token", { exact: true })).toBeFocused();
});

test("the summary takes the focus without a script too, and a page that waits goes on", async ({ browser, stub }) => {
  const context = await browser.newContext({ javaScriptEnabled: false, baseURL: stub.origin });
  const page = await context.newPage();
  await page.goto("/connect/unreachable");
  await expect(page.locator("[role=alert]:focus")).toHaveText(/Acme Billing does not answer/);
  stub.outcome = "authorizing";
  await page.goto("/connect/outcome");
  await expect(page.getByRole("heading", { name: "Waiting for Acme CRM" })).toBeVisible();
  stub.outcome = "connected";
  await expect(page.getByRole("heading", { name: "Acme CRM is connected to Ledgerly" })).toBeVisible();
  await context.close();
});

test.describe("under a finger", () => {
  test.use({ hasTouch: true, isMobile: true, viewport: { width: 360, height: 740 } });

  for (const path of ["/connect/inputs", "/connect/several", "/connect/rejected", "/connect/outcome"]) {
    test(`all that can be pressed on ${path} is 44 px high`, async ({ page, stub }) => {
      stub.outcome = "partial";
      await page.goto(`${path}?lang=de`);
      await unfold(page);
      const pressed = page.locator("main").locator("a, button, summary, select, input:not([type=hidden])");
      expect(await pressed.count()).toBeGreaterThan(3);
      expect(await tooSmall(pressed)).toEqual([]);
    });
  }
});

test("nothing moves for longer than 150 ms, and nothing at all where that is not wanted", async ({ page }) => {
  await page.goto("/connect/several");
  const longest = () =>
    page.evaluate(() =>
      Math.max(
        ...[...document.querySelectorAll("body *")].flatMap((element) =>
          getComputedStyle(element)
            .transitionDuration.split(",")
            .map((duration) => Number.parseFloat(duration) * 1000),
        ),
      ),
    );
  expect(await longest()).toBeGreaterThan(0);
  expect(await longest()).toBeLessThanOrEqual(150);
  await page.emulateMedia({ reducedMotion: "reduce" });
  expect(await longest()).toBeLessThan(1);
});

/** Opens whatever is folded, also what lets only one of several be open. */
async function unfold(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (const details of document.querySelectorAll("details")) {
      details.removeAttribute("name");
      details.open = true;
    }
  });
}

/** Links within a sentence are as high as its lines (WCAG 2.5.8); everything else is for a finger. */
async function tooSmall(pressed: Locator): Promise<string[]> {
  return await pressed.evaluateAll((elements) =>
    elements.flatMap((element) => {
      const { height } = element.getBoundingClientRect();
      const isInSentence = element.matches("p > a");
      return height === 0 || height >= 44 || isInSentence ? [] : [`${element.outerHTML.slice(0, 120)}: ${height}`];
    }),
  );
}
