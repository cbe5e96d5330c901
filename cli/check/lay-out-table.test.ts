import { expect, it } from "vitest";
import { layOutTable, wrap } from "./lay-out-table.ts";

it("a table is as wide as what stands in it, and no wider than the terminal", () => {
  const groups = [
    { rows: [["1", "short", "a cell of many words that has to go on"]], note: ["and what is said of it"] },
  ];
  expect(layOutTable(["", "One", "Two"], groups, 80)).toBe(
    ["   One    Two", "1  short  a cell of many words that has to go on", "   and what is said of it"].join("\n"),
  );
  expect(layOutTable(["", "One", "Two"], groups, 32).split("\n")).toEqual([
    "   One    Two",
    "1  short  a cell of many words",
    "          that has to go on",
    "   and what is said of it",
  ]);
});

it.each<[string, number, string[]]>([
  ["", 10, [""]],
  ["one two three", 7, ["one two", "three"]],
  ["abcdefghij k", 4, ["abcd", "efgh", "ij k"]],
])("%j wraps at %i", (text, width, lines) => {
  expect(wrap(text, width)).toEqual(lines);
});
