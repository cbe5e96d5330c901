import { expect, test } from "vitest";
import { htmlPattern } from "./html-pattern.ts";

test("a hyphen at the edge of a class is escaped for the v flag of browsers", () => {
  expect(htmlPattern("[a-z0-9-]+")).toBe("[a-z0-9\\-]+");
});

test("a pattern that compiles is left alone", () => {
  expect(htmlPattern("[a-z]{2,5}")).toBe("[a-z]{2,5}");
});

test("a pattern that never compiles is left to the API", () => {
  expect(htmlPattern("(")).toBeUndefined();
  expect(htmlPattern(null)).toBeUndefined();
});
