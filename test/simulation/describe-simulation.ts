import { afterAll, describe, expect, it } from "vitest";
import { simulate } from "./simulation.ts";
import { createStatistics } from "./statistics.ts";

const batches = 5;
const files = 4;

/**
 * One file's share of the simulation, so that vitest's workers share the whole. The seeds are the same every time; others, or one
 * that failed, are chosen by the environment:
 *
 * - `SIMULATION_SEED`: the first seed, of the first file (1)
 * - `SIMULATION_RUNS`: runs of all files together (10,000); with 1 the first file alone runs
 */
export function describeSimulation(file: number): void {
  const firstSeed = Number(process.env["SIMULATION_SEED"] ?? 1);
  const allRuns = Number(process.env["SIMULATION_RUNS"] ?? 10_000);
  const runs = Math.floor(allRuns / files) + (file <= allRuns % files ? 1 : 0);
  const first = firstSeed + (file - 1) * Math.ceil(allRuns / files);
  const statistics = createStatistics();

  describe.skipIf(runs === 0)("accounts, processes and providers in trouble", () => {
    const size = Math.ceil(runs / batches);
    for (let from = first; from < first + runs; from += size) {
      const until = Math.min(from + size, first + runs);
      it(`every guarantee holds with the seeds ${from} to ${until - 1}`, { timeout: 300_000 }, async () => {
        for (let seed = from; seed < until; seed += 1) {
          const { violations, counts } = await simulate({ seed });
          statistics.add(counts);
          if (violations.length > 0) await explain(seed);
        }
      });
    }
    afterAll(() => console.log(`simulation, file ${file}, seeds from ${first}: ${statistics.text()}`));
  });
}

/** The same run again, told line by line. */
async function explain(seed: number): Promise<never> {
  const { violations, history } = await simulate({ seed, isTraced: true });
  const broken = violations.map(({ rule, text }) => `${rule}: ${text}`).join("\n");
  const again = `SIMULATION_SEED=${seed} SIMULATION_RUNS=1 npx vitest run --project unit test/simulation/simulation-1`;
  return expect.fail(`seed ${seed} breaks a guarantee\n${broken}\n\nagain: ${again}\n\n${history.join("\n")}`);
}
