import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { introduction } from "./report-introduction.ts";
import { renderRun } from "./render-report.ts";
import type { ChaosResult } from "./run-chaos.ts";

/** Runs of the same sort replace each other. */
type Sort = "all" | "database" | "none" | "chosen";
const markOf = (sort: Sort): string => `<!-- run: ${sort} -->`;

/** Puts a run into the report, in the place of the last one of its sort. Around the runs the text is ours to write. */
export function writeChaosReport(path: string, result: ChaosResult, at: Date): void {
  const { faults } = result.options;
  const mark = markOf(typeof faults === "string" ? faults : "chosen");
  const before = existsSync(path) ? readFileSync(path, "utf8") : introduction;
  const section = `${mark}\n${renderRun(result, at).trim()}\n`;
  const begin = before.indexOf(mark);
  if (begin < 0) {
    writeFileSync(path, `${before.trimEnd()}\n\n${section}`);
    return;
  }
  const next = before.indexOf("<!-- run:", begin + mark.length);
  const rest = next < 0 ? "" : `\n${before.slice(next)}`;
  writeFileSync(path, `${before.slice(0, begin)}${section}${rest}`);
}
