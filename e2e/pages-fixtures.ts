import { join } from "node:path";
import type { Page } from "@playwright/test";
import { expectAccessible, settle, test as base } from "./fixtures.ts";
import { startStubApi, type StubApi } from "./stub-api.ts";
import { startWeb } from "./start-web.ts";

/** One stub and one web process for all page tests; every test begins in the usual world. */
export const test = base.extend<{ stub: StubApi; baseURL: string }, { running: StubApi }>({
  running: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads the parameter's shape
    async ({}, use) => {
      const stub = await startStubApi();
      const web = await startWeb(stub.origin);
      stub.passOnTo(web.origin);
      await use(stub);
      await web.stop();
      await stub.stop();
    },
    { scope: "worker" },
  ],
  stub: [
    async ({ running }, use) => {
      running.reset();
      await use(running);
    },
    { auto: true },
  ],
  baseURL: async ({ running }, use) => {
    await use(running.origin);
  },
});

/**
 * For tests that only look at pages: one tab for all of a worker, as a reader has who goes from page to page. What a new one costs
 * with each test, two processes and all scripts compiled anew, axe's among them, is as much as to look. A test begins without
 * cookies, which are all that the pages keep; after one that failed Playwright starts another worker.
 */
export const lookingTest = test.extend<{ page: Page }, { tab: Page }>({
  tab: [
    async ({ browser, running }, use) => {
      // Without transitions a theme is judged by its colours, not by a moment between two.
      const context = await browser.newContext({ baseURL: running.origin, reducedMotion: "reduce" });
      await use(await context.newPage());
      await context.close();
    },
    { scope: "worker" },
  ],
  page: async ({ tab }, use) => {
    await tab.context().clearCookies();
    await tab.emulateMedia({ colorScheme: "light" });
    await tab.setViewportSize({ width: 1280, height: 720 });
    await use(tab);
    // Nothing of this page goes on into the next test. A path of the same origin that is no page: for another origin, be it a
    // blank page, the browser would start another process.
    await tab.goto("/healthz");
  },
});

/** Light as a whole, and the colours in dark, as the page stands. `name`: of the picture, where pictures are wanted. */
export async function expectAccessibleInBothThemes(page: Page, name: string): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    // Without transitions a theme is judged by its colours, not by a moment between two.
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await settle(page);
    await expectAccessible(page, { what: colorScheme === "light" ? "everything" : "colours" });
    const shots = process.env.EVERGRANT_SHOTS;
    if (shots !== undefined) await page.screenshot({ path: join(shots, `${name}-${colorScheme}.png`) });
  }
}

export { expect, expectAccessible, expectNoSideways, settle } from "./fixtures.ts";
