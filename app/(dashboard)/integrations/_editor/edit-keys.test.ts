import { describe, expect, test } from "vitest";
import { breakLine, indent, outdent, type Edit } from "./edit-keys.ts";

/** `|` stands for the cursor, two of them for a selection. */
function after(drawn: string, key: (text: string, from: number, to: number) => Edit): string {
  const from = drawn.indexOf("|");
  const to = drawn.lastIndexOf("|") - (drawn.lastIndexOf("|") === from ? 0 : 1);
  const text = drawn.replaceAll("|", "");
  const edit = key(text, from, to);
  const next = text.slice(0, edit.from) + edit.text + text.slice(edit.to);
  const cut = [next.slice(0, edit.start), next.slice(edit.start, edit.end), next.slice(edit.end)];
  return edit.start === edit.end ? `${cut[0]}|${cut[2]}` : cut.join("|");
}

describe("a key in the editor", () => {
  test.each([
    ['{\n  "a": 1,|\n}', '{\n  "a": 1,\n  |\n}'],
    ["{|}", "{\n  |\n}"],
    ['  "a": [|', '  "a": [\n    |'],
    ["|", "\n|"],
  ])("breaks a line and goes on where it began: %j", (before, then) => {
    expect(after(before, breakLine)).toBe(then);
  });

  test.each([
    ["a|b", "a  |b"],
    ["x\n|a\nb|\nc", "x\n  |a\n  b|\nc"],
  ])("goes one step in: %j", (before, then) => {
    expect(after(before, indent)).toBe(then);
  });

  test.each([
    ["    a|", "  a|"],
    ["|a", "|a"],
    ["|  a\n    b|", "|a\n  b|"],
  ])("goes one step out, and not further: %j", (before, then) => {
    expect(after(before, outdent).replaceAll("|", "")).toBe(then.replaceAll("|", ""));
  });
});
