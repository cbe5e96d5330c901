import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";
import { countPlaywright, countVitest } from "./count-results.ts";

const directory = mkdtempSync(join(tmpdir(), "evergrant-count-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function report(content: unknown): string {
  const path = join(directory, "report.json");
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

const green = {
  numPassedTests: 3,
  numFailedTests: 0,
  testResults: [{ name: resolve("a.test.ts"), status: "passed", assertionResults: [] }],
};

test("counts what passed", () => {
  expect(countVitest(report(green), 0)).toEqual({ passed: 3, failed: 0, failures: [] });
  expect(countPlaywright(report({ stats: { expected: 4, unexpected: 0, flaky: 1 } }), 0)).toEqual({
    passed: 5,
    failed: 0,
    failures: [],
  });
});

test("names each test of Vitest that failed, and why, without colours", () => {
  const assertionResults = [
    { status: "failed", fullName: "a group is green", failureMessages: ["\u001b[31mred\u001b[39m\n  at here"] },
    { status: "passed", fullName: "another" },
  ];
  const testResults = [{ name: resolve("test/a.test.ts"), status: "failed", assertionResults }];
  expect(countVitest(report({ numPassedTests: 1, numFailedTests: 1, testResults }), 1)).toEqual({
    passed: 1,
    failed: 1,
    failures: ["test/a.test.ts › a group is green\n    red\n      at here"],
  });
});

test("names each browser test that failed, in whatever group it stands, and what failed the run", () => {
  const spec = (title: string, status: string) => ({
    title,
    file: "pages.spec.ts",
    tests: [{ status, results: [{ errors: [{ message: "unlike" }] }] }],
  });
  const content = {
    stats: { expected: 4, unexpected: 1, flaky: 0 },
    suites: [{ specs: [spec("well", "expected")], suites: [{ specs: [spec("is shown", "unexpected")] }] }],
    errors: [{ message: "no server" }],
  };
  expect(countPlaywright(report(content), 1)).toEqual({
    passed: 4,
    failed: 2,
    failures: ["pages.spec.ts › is shown\n    unlike", "the run\n    no server"],
  });
});

test.each<[string, unknown, number, string]>([
  [
    "a file that does not load",
    {
      ...green,
      testResults: [{ name: resolve("a.test.ts"), status: "failed", message: "gone", assertionResults: [] }],
    },
    1,
    "a.test.ts\n    gone",
  ],
  ["a crash after the last test", green, 1, "the run ended with code 1 after its last test"],
  ["a report cut short", "{", 0, "no report was written (the run ended with code 0)"],
])("%s is a failure", (_name, content, code, failure) => {
  expect(countVitest(report(content), code)).toMatchObject({ failed: 1, failures: [failure] });
});

test("a run without a report is a failure", () => {
  const failures = ["no report was written (the run ended with code 0)"];
  expect(countVitest(join(directory, "none.json"), 0)).toEqual({ passed: 0, failed: 1, failures });
  expect(countPlaywright(join(directory, "none.json"), 0)).toEqual({ passed: 0, failed: 1, failures });
});
