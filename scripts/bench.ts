// npm run bench: what Evergrant reaches on this machine, beside what the machine could do at best. Ratios, not promises.
//   npm run bench                              all of them
//   npm run bench refresh                      one
//   npm run bench -- --quick --json out.json   small sizes; the rounds as JSON
//   npm run bench refresh -- --profile <dir>   CPU profiles of the processes that are measured (slower, so no result)
import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { yesNo, type Benchmark, type Report } from "../bench/benchmark.ts";
import { benchmarkDashboard } from "../bench/dashboard/dashboard.ts";
import { benchmarkProxy } from "../bench/proxy/proxy.ts";
import { benchmarkRefresh } from "../bench/refresh/refresh.ts";
import { benchmarkRewrap } from "../bench/rewrap/rewrap.ts";
import { benchmarkSealing } from "../bench/sealing/sealing.ts";
import { benchmarkSingleFlight } from "../bench/single-flight/single-flight.ts";
import { benchmarkToken } from "../bench/token/token.ts";
import { benchmarkUnified } from "../bench/unified/unified.ts";
import { benchmarkWebhooks } from "../bench/webhooks/webhooks.ts";
import { createSteps, elapsed } from "./progress.ts";
import { stopOnSignals } from "./stop-on-signals.ts";

const BENCHMARKS: Record<string, Benchmark> = {
  refresh: benchmarkRefresh,
  "single-flight": benchmarkSingleFlight,
  token: benchmarkToken,
  proxy: benchmarkProxy,
  unified: benchmarkUnified,
  webhooks: benchmarkWebhooks,
  sealing: benchmarkSealing,
  rewrap: benchmarkRewrap,
  dashboard: benchmarkDashboard,
};

const steps = createSteps();

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: {
      quick: { type: "boolean", default: false },
      json: { type: "string" },
      profile: { type: "string" },
    },
    allowPositionals: true,
  });
  const names = positionals.length > 0 ? positionals : Object.keys(BENCHMARKS);
  const unknown = names.filter((name) => !Object.hasOwn(BENCHMARKS, name));
  if (unknown.length > 0) {
    process.stderr.write(`unknown benchmark ${unknown.join(", ")}; known: ${Object.keys(BENCHMARKS).join(", ")}\n`);
    process.exit(1);
  }
  const profileDirectory = values.profile === undefined ? null : resolve(values.profile);
  if (profileDirectory !== null) mkdirSync(profileDirectory, { recursive: true });

  const startedAt = Date.now();
  const reports: Report[] = [];
  for (const name of names) {
    const benchmark = BENCHMARKS[name];
    if (benchmark !== undefined) reports.push(await benchmark({ isQuick: values.quick, steps, profileDirectory }));
  }
  for (const report of reports) print(report);
  const machine = { model: cpus()[0]?.model ?? "unknown", cores: availableParallelism(), node: process.version };
  steps.say(`\n${machine.cores} cores (${machine.model}), Node ${machine.node}; ${elapsed(startedAt)}`);
  if (values.quick) steps.say("--quick shows that the benchmarks run; its numbers say little.");
  if (values.json !== undefined) {
    const result = { at: new Date().toISOString(), quick: values.quick, machine, reports };
    writeFileSync(values.json, `${JSON.stringify(result, null, 2)}\n`);
  }
  // The channel to bootstrap.mjs would keep us alive.
  process.channel?.unref();
}

function print({ name, results, notes }: Report): void {
  const head = ["measured", "floor", "Evergrant", "target", "reached", ""];
  const rows = results.map((one) => [one.measured, one.floor, one.subject, one.target, one.reached, yesNo(one)]);
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  steps.say(`\n${name}`);
  steps.say(line(head));
  steps.say(widths.map((width) => "─".repeat(width)).join("  "));
  for (const row of rows) steps.say(line(row));
  for (const note of notes) steps.say(note);
}

// Everything that was started ends with this process: its channel to them closes.
stopOnSignals(
  async () => {},
  () => process.exit(130),
);
main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});
