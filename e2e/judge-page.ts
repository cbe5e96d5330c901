import { join } from "node:path";
import type { Page } from "@playwright/test";
import { expectAccessible, expectNoSideways, settle } from "./fixtures.ts";

const views = [
  { colorScheme: "light", width: 1280, height: 860 },
  { colorScheme: "dark", width: 1280, height: 860 },
  { colorScheme: "dark", width: 360, height: 740 },
  { colorScheme: "light", width: 360, height: 740 },
] as const;

/** Fails when a page is not accessible, or wider than its window, in either theme, on a desk or on a phone. */
export async function judgeEverywhere(page: Page, name: string): Promise<void> {
  for (const { colorScheme, width, height } of views) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height });
    await settle(page);
    await expectNoSideways(page);
    await expectAccessible(page);
    const shots = process.env.EVERGRANT_SHOTS;
    if (shots !== undefined) {
      await page.screenshot({ path: join(shots, `${name}-${width}-${colorScheme}.png`), fullPage: true });
    }
  }
}
