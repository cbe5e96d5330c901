import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { countPlaywright, countVitest } from "./count-results.ts";

const directory = mkdtempSync(join(tmpdir(), "evergrant-count-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function report(content: unknown): string {
  const path = join(directory, "report.json");
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

const green = { numPassedTests: 3, numFailedTests: 0, testResults: [{ status: "passed", assertionResults: [] }] };

test("counts what passed and failed", () => {
  expect(countVitest(report(green), 0)).toEqual({ passed: 3, failed: 0 });
  expect(countPlaywright(report({ stats: { expected: 4, unexpected: 1, flaky: 1 } }), 1)).toEqual({
    passed: 5,
    failed: 1,
  });
});

test.each([
  ["a file that does not load", { ...green, testResults: [{ status: "failed", assertionResults: [] }] }, 1],
  ["a crash after the last test", green, 1],
  ["a report cut short", "{", 0],
])("%s is a failure", (_name, content, code) => {
  expect(countVitest(report(content), code).failed).toBe(1);
});

test("a run without a report is a failure", () => {
  expect(countVitest(join(directory, "none.json"), 0)).toEqual({ passed: 0, failed: 1 });
  expect(countPlaywright(join(directory, "none.json"), 0)).toEqual({ passed: 0, failed: 1 });
});
