import { describe, expect, test } from "vitest";
import { controlOf, readTyped, shownIn, type ValueControl } from "./value-control.ts";

describe("the control of a value", () => {
  test.each<[string, Record<string, unknown>, ValueControl]>([
    [
      "a whole number with bounds",
      { type: "integer", minimum: 0, maximum: 25 },
      { kind: "number", isWhole: true, min: 0, max: 25 },
    ],
    [
      "a number that may be null, and whose bound is that of a double",
      { anyOf: [{ type: "integer", minimum: 1, maximum: 9007199254740991 }, { type: "null" }] },
      { kind: "number", isWhole: true, min: 1, max: null },
    ],
    ["a choice", { type: "string", enum: ["none", "grace"] }, { kind: "choice", options: ["none", "grace"] }],
    ["yes or no", { type: "boolean" }, { kind: "switch" }],
    ["a text", { type: "string", maxLength: 10 }, { kind: "text" }],
    [
      "scopes, as a list or a text",
      { anyOf: [{ type: "string" }, { type: "array", items: { type: "string" } }] },
      { kind: "lines" },
    ],
    ["a pair of numbers", { type: "array", prefixItems: [{ type: "integer" }, { type: "integer" }] }, { kind: "json" }],
    ["rules", { type: "array", items: { type: "object" } }, { kind: "json" }],
  ])("fits %s", (_, schema, control) => {
    expect(controlOf(schema)).toEqual(control);
  });

  test.each<[ValueControl, unknown, string]>([
    [{ kind: "lines" }, ["a", "b"], "a\nb"],
    [{ kind: "json" }, [60, 180], "[\n  60,\n  180\n]"],
    [{ kind: "switch" }, false, "false"],
    [{ kind: "number", isWhole: true, min: null, max: null }, 30, "30"],
    [{ kind: "text" }, "consent", "consent"],
  ])("shows a value and reads it back: %j", (control, value, text) => {
    expect(shownIn(control, value)).toBe(text);
    expect(readTyped(control, text)).toEqual({ kind: "value", value });
  });

  test("says what is no number and no JSON, and sends neither", () => {
    expect(readTyped({ kind: "number", isWhole: true, min: null, max: null }, "")).toMatchObject({ kind: "wrong" });
    expect(readTyped({ kind: "json" }, "{a: 1}")).toMatchObject({ kind: "wrong" });
  });
});
