import { expect, test } from "vitest";
import { isId } from "./is-id.ts";
import type { IdShape } from "./mapping-schema.ts";

test.each<[IdShape | undefined, string[], string[]]>([
  [{ form: "any" }, ["describe", "ada@example.com"], []],
  [undefined, ["describe", "7", "a/b"], []],
  [{ form: "digits" }, ["7", "9007199254740993"], ["", "0", "00", "07", "describe", "-1", "1.5", "１", "7 "]],
  [
    { form: "letters_and_digits", lengths: [15, 18] },
    ["003000000000001", "003000000000001AAA"],
    ["describe", "00300000000000", "003000000000001-AA"],
  ],
  [
    { form: "uuid" },
    ["ca0fcc71-4a4f-4a5e-9b7e-1e8a5ef3b1c2", "CA0FCC71-4A4F-4A5E-9B7E-1E8A5EF3B1C2"],
    ["ca0fcc714a4f4a5e9b7e1e8a5ef3b1c2", "jobs", "ca0fcc71-4a4f-4a5e-9b7e-1e8a5ef3b1c2/jobs"],
  ],
])("%j", (shape, ids, others) => {
  expect(ids.filter((one) => !isId(one, shape))).toEqual([]);
  expect(others.filter((one) => isId(one, shape))).toEqual([]);
});
