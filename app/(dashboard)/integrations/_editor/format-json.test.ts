import { expect, test } from "vitest";
import { formatJson } from "./format-json.ts";

test("says the same, members on lines of their own and short lists on one", () => {
  const value = { a: { b: ["x", 1, null], c: [] }, d: [{ e: true }], f: {}, g: "ü\n" };
  const text = formatJson(value);
  expect(JSON.parse(text)).toEqual(value);
  expect(text).toBe(
    '{\n  "a": {\n    "b": ["x", 1, null],\n    "c": []\n  },\n  "d": [\n    {\n      "e": true\n    }\n  ],\n  "f": {},\n  "g": "ü\\n"\n}',
  );
});

test("breaks a list that does not fit", () => {
  const long = Array.from({ length: 12 }, (_, index) => `a-scope-of-some-length-${index}`);
  expect(formatJson({ scope: long }).split("\n")).toHaveLength(16);
});
