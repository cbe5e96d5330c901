import { join } from "node:path";
import type { Page } from "@playwright/test";
import { expectAccessible, expectNoSideways, settle } from "./fixtures.ts";

type View = { readonly colorScheme: "light" | "dark"; readonly width: number; readonly height: number };

/** A width is judged as a whole where it comes first; another theme of it changes colours alone. */
const views: readonly View[] = [
  { colorScheme: "light", width: 1280, height: 860 },
  { colorScheme: "dark", width: 1280, height: 860 },
  { colorScheme: "dark", width: 360, height: 740 },
  { colorScheme: "light", width: 360, height: 740 },
];

/** Each theme and each size once, in one way and in the other: two languages of one page see all four between them. */
export const halves: readonly (readonly View[])[] = [
  views.filter(({ colorScheme, width }) => (colorScheme === "light") === width > 640),
  views.filter(({ colorScheme, width }) => (colorScheme === "light") !== width > 640),
];

/** Fails when a page is not accessible, or wider than its window, in either theme, on a desk or on a phone. */
export async function judgeEverywhere(page: Page, name: string, seen: readonly View[] = views): Promise<void> {
  const widths = new Set<number>();
  for (const { colorScheme, width, height } of seen) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height });
    await settle(page);
    await expectNoSideways(page);
    await expectAccessible(page, { what: widths.has(width) ? "colours" : "everything" });
    widths.add(width);
    const shots = process.env.EVERGRANT_SHOTS;
    if (shots !== undefined) {
      await page.screenshot({ path: join(shots, `${name}-${width}-${colorScheme}.png`), fullPage: true });
    }
  }
}
