// npm test: types, lint, format, unit and database tests, the web build, browser tests; the last line counts them all.
//   npm test -- --only unit,database     some stages alone
//   npm test -- core/domain              Vitest alone, on matching files
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { buildWebIfStale } from "./build.ts";
import { countPlaywright, countVitest, type Count } from "./count-results.ts";
import { findChromium } from "./find-chromium.ts";
import { createSteps } from "./progress.ts";
import { stopOnSignals } from "./stop-on-signals.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const bin = (name: string): string => join(root, "node_modules", name);
const reports = mkdtempSync(join(tmpdir(), "evergrant-results-"));
const steps = createSteps();
const aborted = new AbortController();
let running: ChildProcess | null = null;
let isStopping = false;

type Run = { code: number; output: string };

/** Each stage is a process group of its own, so that nothing it left behind outlives it. */
function run(
  file: string,
  args: string[],
  options: { env?: Record<string, string>; shown?: boolean } = {},
): Promise<Run> {
  if (isStopping) return Promise.resolve({ code: 130, output: "interrupted" });
  const child = spawn(process.execPath, [file, ...args], {
    cwd: root,
    detached: true,
    stdio: ["ignore", options.shown ? "inherit" : "pipe", options.shown ? "inherit" : "pipe"],
    env: {
      ...process.env,
      NODE_ENV: "test",
      NEXT_TELEMETRY_DISABLED: "1",
      NODE_COMPILE_CACHE: join(reports, "compiled"),
      ...options.env,
    },
  });
  running = child;
  let output = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (output += text));
  return new Promise((resolve) => {
    child.once("error", (error) => resolve({ code: 1, output: String(error) }));
    child.once("close", (code, signal) => {
      running = null;
      signalGroup(child, "SIGKILL");
      resolve({ code: code ?? 1, output: signal ? `${output}\nended by ${signal}` : output });
    });
  });
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal);
  } catch {
    // Nobody left in it.
  }
}

async function check(label: string, file: string, args: string[]): Promise<Count> {
  return steps
    .step(label, async () => {
      const { code, output } = await run(file, args);
      if (code !== 0) throw new Error(output);
      return { passed: 1, failed: 0, failures: [] };
    })
    .catch((error: unknown) => failure(label, error));
}

function failure(label: string, error: unknown): Count {
  if (!isStopping) steps.say(error instanceof Error ? error.message.trimEnd() : String(error));
  return { passed: 0, failed: 1, failures: [label] };
}

async function vitest(label: string, args: string[]): Promise<Count> {
  steps.say(`${label} …`);
  const report = join(reports, `vitest-${label.replaceAll(/\W+/g, "-")}.json`);
  const { code } = await run(
    bin("vitest/vitest.mjs"),
    ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`, ...args],
    { shown: true },
  );
  const count = countVitest(report, code);
  steps.say(`${count.failed === 0 ? "✓" : "✗"} ${label}: ${count.passed} passed, ${count.failed} failed`);
  return count;
}

async function browser(): Promise<Count> {
  if (!existsSync(join(root, "e2e/playwright.config.ts")))
    return failure("browser tests", new Error("e2e/playwright.config.ts is missing"));
  const found = await steps.step("Chromium found", findChromium).catch((error: unknown) => failure("Chromium", error));
  if (typeof found !== "string") return found;
  steps.say("browser tests …");
  const report = join(reports, "playwright.json");
  const { code } = await run(bin("@playwright/test/cli.js"), ["test", "--config", "e2e/playwright.config.ts"], {
    shown: true,
    env: { EVERGRANT_CHROMIUM: found, EVERGRANT_E2E_JSON: report },
  });
  const count = countPlaywright(report, code);
  steps.say(`${count.failed === 0 ? "✓" : "✗"} browser tests: ${count.passed} passed, ${count.failed} failed`);
  return count;
}

const STAGES: Record<string, () => Promise<Count>> = {
  types: () => check("types", bin("typescript/lib/tsc.js"), ["--noEmit"]),
  lint: () => check("lint", bin("oxlint/bin/oxlint"), []),
  format: () => check("format", bin("oxfmt/bin/oxfmt"), ["--check"]),
  unit: () => vitest("unit tests", ["--project", "unit"]),
  database: () => vitest("database tests", ["--project", "db"]),
  build: () =>
    steps
      .step("dashboard built", () => buildWebIfStale(aborted.signal))
      // Counted only when it fails: there is nothing to check in a build that is fresh.
      .then(
        () => ({ passed: 0, failed: 0, failures: [] }),
        (error: unknown) => failure("dashboard build", error),
      ),
  browser,
};

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ options: { only: { type: "string" } }, allowPositionals: true });
  const names = values.only?.split(",") ?? Object.keys(STAGES);
  const unknown = names.filter((name) => !(name in STAGES));
  if (unknown.length > 0)
    throw new Error(`unknown stage ${unknown.join(", ")}; known: ${Object.keys(STAGES).join(", ")}`);

  const total: Count = { passed: 0, failed: 0, failures: [] };
  const add = (count: Count): void => {
    total.passed += count.passed;
    total.failed += count.failed;
    total.failures.push(...count.failures);
  };
  if (positionals.length > 0) add(await vitest("tests", positionals));
  else
    for (const name of names)
      if (!isStopping) add((await STAGES[name]?.()) ?? failure(name, new Error("unknown stage")));
  // The stopping ends the process by itself, and a part of the tests is no result.
  if (isStopping) return;
  rmSync(reports, { recursive: true, force: true });
  // Again at the end: a long log is read from there, or only its end is kept.
  for (const one of total.failures) process.stdout.write(`✗ ${one}\n`);
  process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`);
  process.exitCode = total.failed === 0 ? 0 : 1;
  // The channel to bootstrap.mjs would keep us alive.
  process.channel?.unref();
}

async function stop(): Promise<void> {
  isStopping = true;
  aborted.abort();
  const child = running;
  if (child !== null) {
    const gone = new Promise((resolve) => child.once("close", resolve));
    // What Playwright and Vitest tidy up after.
    signalGroup(child, "SIGINT");
    const patience = setTimeout(() => signalGroup(child, "SIGKILL"), 8_000);
    await gone;
    clearTimeout(patience);
  }
  rmSync(reports, { recursive: true, force: true });
  process.exit(130);
}

stopOnSignals(stop, () => running && signalGroup(running, "SIGKILL"));
main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
