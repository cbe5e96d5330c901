import { simulate } from "./simulation.ts";
import { createStatistics } from "./statistics.ts";
import type { Rule } from "./violation.ts";

/**
 * Looks at many seeds from the command line, and shows what broke: `node test/simulation/survey.ts <first seed> <runs>`;
 * with one run, its whole history. A third argument names rules that are not to be checked, with commas.
 */
const [first = "1", runs = "1", ignored = ""] = process.argv.slice(2);
const byRule = new Map<string, number[]>();
const texts: string[] = [];
const statistics = createStatistics();
const startedMs = performance.now();
for (let seed = Number(first); seed < Number(first) + Number(runs); seed += 1) {
  const { violations, history, counts } = await simulate({
    seed,
    isTraced: runs === "1",
    ignores: ignored.split(",") as Rule[],
  });
  if (runs === "1") console.log(history.join("\n"), counts);
  statistics.add(counts);
  const [violation] = violations;
  if (violation === undefined) continue;
  const seeds = byRule.get(violation.rule) ?? [];
  seeds.push(seed);
  byRule.set(violation.rule, seeds);
  if (seeds.length <= 30) texts.push(`${seed}  ${violation.rule}: ${violation.text}`);
}
console.log(texts.join("\n"));
console.log(statistics.text());
for (const [rule, seeds] of byRule) console.log(rule, seeds.length, seeds.slice(0, 12).join(" "));
console.log(`${((performance.now() - startedMs) / Number(runs)).toFixed(2)} ms a run`);
