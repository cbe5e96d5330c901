import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { AxeBuilder } from "@axe-core/playwright";
import { expect, test as base, type ConsoleMessage, type Page } from "@playwright/test";

/**
 * What went wrong in the browser while a test looked elsewhere. `allow` names what a test provokes on purpose; `watch` looks at
 * one more page.
 */
export type Faults = { allow: (pattern: RegExp) => void; watch: (page: Page) => Promise<void> };

export const test = base.extend<{ faults: Faults }>({
  faults: [
    async ({ page }, use) => {
      const seen: string[] = [];
      const allowed: RegExp[] = [];
      const endings: (() => Promise<void>)[] = [];
      const watch: Faults["watch"] = async (one) => {
        const note = (message: ConsoleMessage): void => {
          if (message.type() !== "error" && message.type() !== "warning") return;
          seen.push(`console: ${message.text()} ${message.location().url}`);
        };
        const noteUncaught = (error: Error): void => void seen.push(`uncaught: ${error.message}`);
        one.on("console", note);
        one.on("pageerror", noteUncaught);
        const script = await one.addInitScript(() => {
          document.addEventListener("securitypolicyviolation", (event) => {
            console.error(`CSP ${event.effectiveDirective} blocked ${event.blockedURI}`);
          });
        });
        endings.push(async () => {
          one.off("console", note);
          one.off("pageerror", noteUncaught);
          if (!one.isClosed()) await script.dispose();
        });
      };
      await watch(page);
      await use({ allow: (pattern) => allowed.push(pattern), watch });
      // A page that the next test goes on with is watched by that one.
      for (const end of endings) await end();
      const faults = seen.filter((fault) => !allowed.some((pattern) => pattern.test(fault)));
      expect(faults, "errors in the browser").toEqual([]);
    },
    { auto: true },
  ],
});

/** Half as long as what AxeBuilder brings, and as it is compiled anew in each document, half as slow to load. */
const axeSource = readFileSync(
  createRequire(createRequire(import.meta.url).resolve("@axe-core/playwright")).resolve("axe-core/axe.min.js"),
  "utf8",
);

const wcag = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
/** Of those rules all that look at colours. */
const colourRules = ["color-contrast", "link-in-text-block"];

/**
 * Fails when axe finds something against WCAG 2.2 AA, with the element and what to do.
 *
 * @param parts of a long page, to look at these alone
 * @param what `colours`: what a theme changes, of a page whose everything else is known at this width
 */
export async function expectAccessible(
  page: Page,
  { parts = [], what = "everything" }: { parts?: readonly string[]; what?: "everything" | "colours" } = {},
): Promise<void> {
  // axe runs in the page itself and would not look into a frame.
  expect(page.frames(), "frames").toHaveLength(1);
  // To load axe costs more than to run it: a document that has it needs it no second time.
  const isLoaded = await page.evaluate(() => "axe" in window);
  const axe = parts
    .reduce((builder, part) => builder.include(part), new AxeBuilder({ page, axeSource: isLoaded ? ";" : axeSource }))
    .setLegacyMode()
    .options({ resultTypes: ["violations"] })
    // Base UI's guards hand the focus on at the edge of a popup: hidden, and focusable on purpose.
    .exclude("[data-base-ui-focus-guard]");
  // Popups are drawn beside the page, outside of its landmarks.
  const { violations } = await (
    what === "everything" ? axe.withTags(wcag).disableRules(["region"]) : axe.withRules(colourRules)
  ).analyze();
  const found = violations.flatMap((violation) =>
    violation.nodes.map((node) => `${violation.id}: ${node.target.join(" ")} ${node.failureSummary ?? ""}`),
  );
  expect(found, "accessibility violations").toEqual([]);
}

/**
 * A new theme or width is drawn, and what it set going has come to its end: a colour that its parent passes on changes after the
 * parent's, so the end of some transitions is the beginning of others. What is folded away has none that ends.
 */
export async function settle(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const isSeenToChange = (one: Animation): boolean =>
      one instanceof CSSTransition &&
      one.effect instanceof KeyframeEffect &&
      one.effect.target?.checkVisibility() === true;
    do {
      for (let frame = 0; frame < 2; frame += 1) await new Promise((resolve) => requestAnimationFrame(resolve));
    } while (document.getAnimations().some(isSeenToChange));
  });
}

/** Fails when the page is wider than the window. */
export async function expectNoSideways(page: Page): Promise<void> {
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow, "pixels to scroll sideways").toBeLessThanOrEqual(0);
}

export { expect } from "@playwright/test";
