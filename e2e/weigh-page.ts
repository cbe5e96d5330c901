import { gzipSync } from "node:zlib";
import type { Page } from "@playwright/test";

export type Weight = {
  /** Script of files and of the page itself, compressed as what faces the internet does. */
  scriptKilobytes: number;
  scriptFiles: number;
  /** All that came, compressed likewise; fonts are as they are. */
  totalKilobytes: number;
  firstPaintMs: number;
};

/** Opens a page in a browser that has seen nothing of it, and weighs what comes over the wire. */
export async function weighPage(page: Page, url: string): Promise<Weight> {
  const bodies: Promise<{ type: string; body: Buffer }>[] = [];
  page.on("response", (response) => {
    const type = response.request().resourceType();
    bodies.push(response.body().then((body) => ({ type, body })));
  });
  await page.goto(url);
  await page.waitForLoadState("networkidle");
  const inline = await page.evaluate(() => [...document.scripts].map((script) => script.text).join("\n"));
  const firstPaintMs = await page.evaluate(
    () => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? Number.NaN,
  );
  const came = await Promise.all(bodies);
  const scripts = came.filter(({ type }) => type === "script");
  const wire = ({ type, body }: { type: string; body: Buffer }): number =>
    type === "font" ? body.length : gzipSync(body).length;
  const sum = (parts: { type: string; body: Buffer }[]): number => parts.reduce((all, part) => all + wire(part), 0);
  return {
    scriptKilobytes: kilobytes(sum(scripts) + gzipSync(inline).length),
    scriptFiles: scripts.length,
    totalKilobytes: kilobytes(sum(came)),
    firstPaintMs: Math.round(firstPaintMs),
  };
}

function kilobytes(bytes: number): number {
  return Math.round(bytes / 102.4) / 10;
}

/** One line for whoever reads the run. */
export function describeWeight(name: string, weight: Weight): string {
  const { scriptKilobytes, scriptFiles, totalKilobytes, firstPaintMs } = weight;
  return `${name}: script ${scriptKilobytes} KB in ${scriptFiles} files, all ${totalKilobytes} KB, first paint ${firstPaintMs} ms`;
}
