import { test } from "./pages-fixtures.ts";
for (const path of ["/", "/integrations?q=Nope+nope"]) {
  test(`side ${path}`, async ({ page, stub }) => {
    await page.setViewportSize({ width: 360, height: 740 });
    await page.goto(path);
    await page.waitForTimeout(3000);
    const out = await page.evaluate(() => {
      const w = document.documentElement.clientWidth;
      return [
        document.documentElement.scrollWidth,
        ...[...document.querySelectorAll("*")]
          .filter((e) => e.getBoundingClientRect().right > w + 1)
          .map(
            (e) =>
              `${e.tagName} ${String(e.getAttribute("class")).slice(0, 80)} ${Math.round(e.getBoundingClientRect().right)} ${(e.textContent ?? "").slice(0, 40)}`,
          ),
      ].slice(0, 60);
    });
    console.log(out.join("\n"));
    await page.screenshot({ path: `/tmp/side${path.length}.png`, fullPage: true });
  });
}
