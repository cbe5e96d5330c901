import { serve } from "@hono/node-server";
import type { AddressInfo } from "node:net";
import { expect, expectAccessible, expectNoSideways, settle, test } from "./fixtures.ts";
import { appWithoutPorts } from "../scripts/openapi-document.ts";

// These pages need nothing behind them: no database, and no web.
let origin = "";
let close: () => void;

test.beforeAll(async () => {
  const address = await new Promise<AddressInfo>((resolve) => {
    const server = serve(
      { fetch: appWithoutPorts("https://connect.example.com").fetch, hostname: "127.0.0.1", port: 0 },
      resolve,
    );
    close = () => server.close();
  });
  origin = `http://127.0.0.1:${address.port}`;
});
test.afterAll(() => close());

for (const { size, colorScheme } of [
  { size: { width: 1440, height: 900 }, colorScheme: "light" },
  { size: { width: 360, height: 780 }, colorScheme: "dark" },
] as const) {
  test.describe(`the API reference, ${colorScheme}, ${size.width} px wide`, () => {
    test.use({ viewport: size, colorScheme });

    test("is found by its route, unfolds what a body takes, and leads to a problem's page", async ({ page }) => {
      await page.goto(`${origin}/api/v1/reference`);
      if (size.width < 860) await page.getByText("All routes", { exact: true }).click();
      await page.getByRole("link", { name: "POST Import account" }).click();
      await expect(page).toHaveURL(/#importAccount$/);
      const route = page.getByRole("article", { name: "Import existing credentials" });
      await expect(route.getByRole("heading", { name: "Import existing credentials" })).toBeInViewport();
      await route.getByText("Fields of credentials").click();
      await route.getByText("Fields of oauth2", { exact: true }).click();
      await expect(route.getByText("Without it the account can't be refreshed.")).toBeVisible();
      await expect(route.getByRole("region", { name: "A token set: importAccount" })).toContainText("curl -X POST");
      await expectNoSideways(page);
      await settle(page);
      await expectAccessible(page, {
        parts: [".bar", ".side", ".small-menu", ".intro", "#importAccount", "#problems"],
      });

      await route.getByText(/^Problems: /).click();
      await route.getByRole("link", { name: "rate_limited" }).click();
      await expect(page.getByRole("heading", { level: 1 })).toHaveText("rate_limited: Too many requests");
      await expect(page.getByRole("cell", { name: "ratelimit-remaining" }).first()).toBeVisible();
      await expectNoSideways(page);
      await expectAccessible(page);
    });
  });
}

test("keeps the theme that was chosen in the dashboard", async ({ page, context }) => {
  await context.addCookies([{ name: "evergrant_theme", value: "dark", url: origin }]);
  await page.emulateMedia({ colorScheme: "light" });
  await page.goto(`${origin}/api/v1/problems/needs_reauth`);
  expect(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme)).toBe("dark");
});
