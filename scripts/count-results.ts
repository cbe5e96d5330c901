// Numbers out of the JSON reports of Vitest and Playwright. A run that crashed has at least one failure, whatever its report says.
import { existsSync, readFileSync } from "node:fs";

export type Count = { passed: number; failed: number };

type VitestReport = {
  numPassedTests: number;
  numFailedTests: number;
  testResults: { status: string; assertionResults: { status: string }[] }[];
};
type PlaywrightReport = { stats: { expected: number; unexpected: number; flaky: number }; errors?: unknown[] };

export function countVitest(path: string, exitCode: number): Count {
  const report = readReport(path) as VitestReport | null;
  if (report === null) return { passed: 0, failed: 1 };
  // A file that does not load, or whose hooks fail, has no failed test in it.
  const brokenFiles = report.testResults.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
  ).length;
  return withCrash({ passed: report.numPassedTests, failed: report.numFailedTests + brokenFiles }, exitCode);
}

export function countPlaywright(path: string, exitCode: number): Count {
  const report = readReport(path) as PlaywrightReport | null;
  if (report === null) return { passed: 0, failed: 1 };
  const { expected, flaky, unexpected } = report.stats;
  return withCrash({ passed: expected + flaky, failed: unexpected + (report.errors?.length ?? 0) }, exitCode);
}

function withCrash(count: Count, exitCode: number): Count {
  return exitCode !== 0 && count.failed === 0 ? { ...count, failed: 1 } : count;
}

function readReport(path: string): unknown {
  if (!existsSync(path)) return null;
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return null;
  }
}
