import { describe, expect, test } from "vitest";
import { lineAndColumn, placeOf, scanText } from "./scan-text.ts";

const told = (text: string) => {
  const { fault } = scanText(text);
  return fault === null ? null : [lineAndColumn(text, fault.at), fault.detail];
};

describe("a text that is JSON", () => {
  const text = '{\n  "a": [1, {"b/c": null}],\n  "d": "x"\n}';
  const { tokens, places, fault } = scanText(text);

  test("has no fault, and a place for everything in it, at its name", () => {
    expect(fault).toBeNull();
    const at = (pointer: string) => lineAndColumn(text, placeOf(places, pointer).from);
    expect(at("")).toEqual({ line: 1, column: 1 });
    expect(at("/a")).toEqual({ line: 2, column: 3 });
    expect(at("/a/0")).toEqual({ line: 2, column: 9 });
    expect(at("/a/1/b~1c")).toEqual({ line: 2, column: 13 });
    expect(at("/d")).toEqual({ line: 3, column: 3 });
  });

  test("has for what is not there the place of what is around it", () => {
    expect(placeOf(places, "/a/1/missing/deeper")).toEqual(placeOf(places, "/a/1"));
    expect(placeOf(new Map(), "/a")).toEqual({ from: 0, to: 1 });
  });

  test("is taken apart without a gap but for white space, names told from texts", () => {
    const joined = tokens.map(({ from, to }) => text.slice(from, to)).join("");
    expect(joined).toBe(text.replaceAll(/\s/g, ""));
    expect(tokens.filter(({ kind }) => kind === "name").map(({ from, to }) => text.slice(from, to))).toEqual([
      '"a"',
      '"b/c"',
      '"d"',
    ]);
  });
});

describe("a text that is none", () => {
  test.each<[string, string, [line: number, column: number], RegExp]>([
    ["nothing", "  \n", [1, 1], /found nothing/],
    ["a comma too many", '{\n  "a": 1,\n}', [3, 1], /remove the comma before }/],
    ["a comma too few", '{\n  "a": 1\n  "b": 2\n}', [3, 3], /expected a comma or }, found a text/],
    ["a name without quotes", "{a: 1}", [1, 2], /name in double quotes, found a/],
    ["single quotes", "{\"a\": 'x'}", [1, 7], /double quotes/],
    ["a comment", '{\n  // x\n  "a": 1\n}', [2, 3], /name in double quotes/],
    ["a comment for a value", '{"a": // x\n1}', [1, 7], /no comments/],
    ["an open text", '{"a": "x\n}', [1, 7], /no end on its line/],
    ["an open object", '{"a": {"b": 1}', [1, 15], /found the end/],
    ["something behind it", "{} {}", [1, 4], /expected the end/],
    ["a word", '{"a": True}', [1, 7], /expected a value, found True/],
    ["a number with a zero before it", '{"a": 012}', [1, 7], /expected a value/],
  ])("is told where it stops: %s", (_, text, [line, column], detail) => {
    expect(told(text)).toEqual([{ line, column }, expect.stringMatching(detail)]);
  });

  test("does not show what stands in a text: it may be a secret", () => {
    expect(JSON.stringify(told('{"a": 1 "client-secret": 2}'))).not.toContain("client-secret");
  });

  test("agrees with JSON.parse on what is JSON", () => {
    const pieces = ["{", "}", "[", "]", ",", ":", '"a"', "1", "-0.5e3", "01", "true", "nul", " "];
    let seed = 7;
    const random = (): number => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
    for (let round = 0; round < 4000; round += 1) {
      const text = Array.from(
        { length: 1 + Math.floor(random() * 9) },
        () => pieces[Math.floor(random() * pieces.length)],
      ).join("");
      expect([text, scanText(text).fault === null]).toEqual([text, isJson(text)]);
    }
  });

  test("is read in a time that grows with it, however often it opens", () => {
    expect(scanText("[".repeat(100_000)).fault?.detail).toContain("deeper");
    expect(scanText('"'.repeat(50_000)).fault).not.toBeNull();
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
