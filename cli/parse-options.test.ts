import { describe, expect, it } from "vitest";
import { listOf, parseOptions } from "./parse-options.ts";
import { UsageError } from "./usage-error.ts";

const spec = { name: "string", yes: "boolean" } as const;

describe("the options of a command", () => {
  it("are read with their positionals", () => {
    const { values, positionals } = parseOptions(["create", "--name", "x", "--yes", "more"], spec);
    expect([{ ...values }, positionals]).toEqual([{ name: "x", yes: true }, ["create", "more"]]);
  });

  it.each([
    ["an unknown option, which is named", ["--nmae", "x"], "--nmae"],
    ["an option without its value", ["--name"], "--name"],
    ["a value for a switch", ["--yes=1"], "--yes"],
  ])("are refused for %s", (_name, args, named) => {
    const parse = (): unknown => parseOptions(args, spec);
    expect(parse).toThrow(UsageError);
    expect(parse).toThrow(named);
  });
});

it.each([
  [undefined, []],
  ["", []],
  ["a", ["a"]],
  [" a ,,b, ", ["a", "b"]],
])("reads %o as the list %o", (text, list) => {
  expect(listOf(text)).toEqual(list);
});
