// Numbers out of the JSON reports of Vitest and Playwright. A run that crashed has at least one failure, whatever its report says.
import { existsSync, readFileSync } from "node:fs";
import { relative } from "node:path";
import { stripVTControlCharacters } from "node:util";

/** `failures`: what failed and why, for the end of a log of which somebody may see no more. */
export type Count = { passed: number; failed: number; failures: string[] };

type VitestReport = {
  numPassedTests: number;
  numFailedTests: number;
  testResults: {
    name: string;
    status: string;
    message?: string;
    assertionResults: { status: string; fullName: string; failureMessages?: string[] | null }[];
  }[];
};
type PlaywrightSuite = {
  suites?: PlaywrightSuite[];
  specs?: {
    title: string;
    file: string;
    tests: { status: string; results: { errors?: { message?: string }[] }[] }[];
  }[];
};
type PlaywrightReport = PlaywrightSuite & {
  stats: { expected: number; unexpected: number; flaky: number };
  errors?: { message?: string }[];
};

const MESSAGE_LINES = 12;

export function countVitest(path: string, exitCode: number): Count {
  const report = readReport(path) as VitestReport | null;
  if (report === null) return noReport(exitCode);
  const failedTests: string[] = [];
  // A file that does not load, or whose hooks fail, has no failed test in it.
  const brokenFiles: string[] = [];
  for (const file of report.testResults) {
    const tests = file.assertionResults.filter((test) => test.status === "failed");
    const name = relative(process.cwd(), file.name);
    if (file.status === "failed" && tests.length === 0) brokenFiles.push(told(name, file.message));
    for (const test of tests) failedTests.push(told(`${name} › ${test.fullName}`, test.failureMessages?.[0]));
  }
  const failed = report.numFailedTests + brokenFiles.length;
  return withCrash({ passed: report.numPassedTests, failed, failures: [...failedTests, ...brokenFiles] }, exitCode);
}

export function countPlaywright(path: string, exitCode: number): Count {
  const report = readReport(path) as PlaywrightReport | null;
  if (report === null) return noReport(exitCode);
  const { expected, flaky, unexpected } = report.stats;
  const errors = report.errors ?? [];
  const failures = [...unexpectedOf(report), ...errors.map((error) => told("the run", error.message))];
  return withCrash({ passed: expected + flaky, failed: unexpected + errors.length, failures }, exitCode);
}

function unexpectedOf(suite: PlaywrightSuite): string[] {
  const own = (suite.specs ?? []).flatMap((spec) =>
    spec.tests
      .filter((test) => test.status === "unexpected")
      .map((test) => told(`${spec.file} › ${spec.title}`, test.results.at(-1)?.errors?.[0]?.message)),
  );
  return [...own, ...(suite.suites ?? []).flatMap(unexpectedOf)];
}

function told(what: string, why: string | null | undefined): string {
  const lines = stripVTControlCharacters(why ?? "")
    .trimEnd()
    .split("\n")
    .slice(0, MESSAGE_LINES);
  return [what, ...lines.map((line) => `    ${line}`)].join("\n").trimEnd();
}

const noReport = (exitCode: number): Count => ({
  passed: 0,
  failed: 1,
  failures: [`no report was written (the run ended with code ${exitCode})`],
});

function withCrash(count: Count, exitCode: number): Count {
  if (exitCode === 0 || count.failed > 0) return count;
  return { ...count, failed: 1, failures: [`the run ended with code ${exitCode} after its last test`] };
}

function readReport(path: string): unknown {
  if (!existsSync(path)) return null;
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return null;
  }
}
