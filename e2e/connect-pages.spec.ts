import { createWords } from "../app/connect/words/words.ts";
import { halves, judgeEverywhere } from "./judge-page.ts";
import { expect, expectNoSideways, lookingTest as test } from "./pages-fixtures.ts";
import { links, outcomes } from "./stub-connect.ts";

const states = [
  ...Object.keys(links).map((name) => ({ name: `connect-${name}`, path: `/connect/${name}`, outcome: null })),
  ...Object.keys(outcomes).map((name) => ({ name: `outcome-${name}`, path: "/connect/outcome", outcome: name })),
];

// Tests that share nothing.
test.describe.configure({ mode: "parallel" });

// Of the six, the one that all others are measured by, the one of long words, and the one of another script.
for (const [language, views] of [
  ["en", undefined],
  ["de", halves[0]],
  ["ja", halves[1]],
] as const) {
  for (const { name, path, outcome } of states) {
    test(`${name} in ${language} is accessible and silent in both themes, on a desk and on a phone`, async ({
      page,
      stub,
    }) => {
      stub.outcome = outcome ?? stub.outcome;
      await page.goto(`${path}?lang=${language}`);
      await expect(page.locator("html")).toHaveAttribute("lang", language);
      await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
      await expect(page).toHaveTitle(/\S/);
      await judgeEverywhere(page, `${name}-${language}`, views);
      // At 400 % a desk of 1280 px has 320 left (WCAG 1.4.10).
      await page.setViewportSize({ width: 320, height: 640 });
      await expectNoSideways(page);
    });
  }
}

for (const language of ["fr", "es", "pt"] as const) {
  test(`the form that came again speaks ${language}, and fits a window of 320 px`, async ({ page }) => {
    const words = createWords(language);
    await page.setViewportSize({ width: 320, height: 640 });
    await page.goto(`/connect/rejected?lang=${language}`);
    await expect(page.locator("html")).toHaveAttribute("lang", language);
    const title = words.say("offer.connect", { label: "Acme Desk", product: "Ledgerly" });
    await expect(page.getByRole("heading", { name: title })).toBeVisible();
    await expectNoSideways(page);
  });
}
