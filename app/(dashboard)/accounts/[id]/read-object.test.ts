import { expect, test } from "vitest";
import { patchBetween, readObject } from "./read-object.ts";

test("what was typed is an object, or it is said where it is not", () => {
  expect(readObject('{"plan": "team"}')).toEqual({ plan: "team" });
  expect(readObject('{\n  "plan": team\n}')).toContain("line 2");
  expect(readObject("[]")).toContain("Expected an object");
  expect(readObject("")).toContain("no JSON");
});

test.each([
  [{}, { a: 1 }, { a: 1 }],
  [{ a: 1 }, {}, { a: null }],
  [{ a: 1, b: 2 }, { a: 1, b: 3 }, { b: 3 }],
  [{ a: { b: 1, c: 2 } }, { a: { b: 1 } }, { a: { c: null } }],
  [{ a: { b: 1 } }, { a: { b: 1 } }, {}],
  [{ a: ["x"] }, { a: ["x", "y"] }, { a: ["x", "y"] }],
  [{ a: { b: 1 } }, { a: "x" }, { a: "x" }],
])("%j becomes %j by %j", (before, after, patch) => {
  expect(patchBetween(before, after)).toEqual(patch);
});
