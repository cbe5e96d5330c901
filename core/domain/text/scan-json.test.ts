import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findPlace, lineAndColumn, scanJson, toPointer, type JsonPlace } from "./scan-json.ts";

const text = `{
  "name": "acme",
  "list": [1, {"a/b~": null}],
  "empty": {}
}`;

function placesOf(source: string): ReadonlyMap<string, JsonPlace> {
  const scan = scanJson(source);
  if (scan.kind === "fault") throw new Error(scan.detail);
  return scan.places;
}

function lineOf(source: string, pointer: string): string {
  const { line, column } = lineAndColumn(source, findPlace(placesOf(source), pointer));
  return `${line}:${column}`;
}

describe("a JSON text", () => {
  it.each([
    ["the whole", "", "1:1"],
    ["a member, by its name", "/name", "2:3"],
    ["an entry", "/list/0", "3:12"],
    ["a member whose name is escaped (RFC 6901)", "/list/1/a~1b~0", "3:16"],
    ["what is missing, by what it is missing in", "/empty/nothing/deep", "4:3"],
    ["what is missing in the whole", "/nothing", "1:1"],
  ])("tells where %s is", (_name, pointer, place) => {
    expect(lineOf(text, pointer)).toBe(place);
  });

  it("counts lines however they end", () => {
    expect(lineOf('{\r\n"a": 1,\r"b": 2}', "/b")).toBe("3:1");
  });

  it("tells which member stands there twice, which JSON.parse keeps to itself", () => {
    expect(scanJson('{"a": 1, "b": {"c": 1, "c": 2}}')).toMatchObject({ repeated: [{ pointer: "/b/c", at: 23 }] });
  });

  it("is read as JSON.parse reads it, whatever its names are", () => {
    const scan = scanJson('{"__proto__": {"x": 1}, "constructor": 2}');
    expect(scan).toMatchObject({ kind: "json" });
    expect(Object.keys((scan as { value: object }).value)).toEqual(["__proto__", "constructor"]);
  });

  it("has a place for everything in it", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), (source) => {
        const places = placesOf(source);
        visit(JSON.parse(source), [], (path) => expect(places.has(toPointer(path))).toBe(true));
      }),
    );
  });

  it("is taken for JSON exactly where JSON.parse takes it", () => {
    const marks = fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      '"',
      "\\",
      "'",
      "/",
      "-",
      ".",
      "0",
      "e",
      "n",
      " ",
      "\n",
      "\u0000",
    );
    const broken = fc.tuple(fc.json({ maxDepth: 3 }), fc.nat(), fc.nat(2), marks);
    fc.assert(
      fc.property(broken, ([source, position, cut, mark]) => {
        const at = position % (source.length + 1);
        const changed = source.slice(0, at) + mark + source.slice(at + cut);
        expect(scanJson(changed).kind).toBe(isJson(changed) ? "json" : "fault");
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("what is no JSON", () => {
  it.each([
    ["nothing", "", "1:1", "expected a value, found the end of the text"],
    ["a comma too many", '{\n  "a": 1,\n}', "2:9", "nothing follows this comma; remove it"],
    ["a comma too few", '{\n  "a": 1\n  "b": 2\n}', "3:3", 'expected a comma or }, found "'],
    ["a brace that is missing", '{\n  "a": [1]\n', "3:1", "expected } for the { of line 1, found the end of the text"],
    ["a name without quotes", "{ a: 1 }", "1:3", 'expected the name of a member in double quotes ("), found a'],
    ["a text in single quotes", "{ \"a\": 'b' }", "1:8", 'expected a value; text stands in double quotes (")'],
    ["a text without quotes", '{ "a": b }', "1:8", 'expected a value; text stands in double quotes (")'],
    ["a text without an end", '{ "a": "b }', "1:8", 'this text has no end; close it with "'],
    [
      "a line break in a text",
      '{ "a": "b\nc" }',
      "1:10",
      "a line break or control character inside a text; write \\n or the like",
    ],
    [
      "an escape that is none",
      '{ "a": "\\d" }',
      "1:9",
      "this is no escape that JSON knows; a backslash itself is written \\\\",
    ],
    ["a comment", '{\n  // why\n  "a": 1 }', "2:3", "JSON has no comments; remove it"],
    ["another language's true", '{ "a": True }', "1:8", "expected true, in lower case"],
    ["another language's null", '{ "a": None }', "1:8", "expected null, in lower case"],
    [
      "a leading zero",
      '{ "a": 08 }',
      "1:8",
      "this is no number as JSON writes it: no leading zero or plus, digits on both sides of the point",
    ],
    ["a colon that is missing", '{ "a" 1 }', "1:7", "expected a colon after the name, found 1"],
    ["something after the end", "{} {}", "1:4", "expected the end of the text, found {"],
    ["an invisible character", '{ "a":\u00a01 }', "1:7", "expected a value, found the character U+00A0"],
    ["a control character", '{ "a":\u0001 }', "1:7", "expected a value, found the character U+0001"],
    ["a text that is nested without end", "[".repeat(100_000), "1:202", "nested deeper than 200 levels"],
  ])("is refused where it goes wrong: %s", (_name, source, place, detail) => {
    const scan = scanJson(source);
    if (scan.kind === "json") throw new Error("it is JSON");
    const { line, column } = lineAndColumn(source, scan.at);
    expect([`${line}:${column}`, scan.detail]).toEqual([place, detail]);
  });

  it("is not quoted: it may hold a secret", () => {
    const scan = scanJson('{ "client_secret": "hush-hush\n" }');
    expect(JSON.stringify(scan)).not.toContain("hush");
    expect(JSON.stringify(scanJson('{ "client_secret": hush-hush }'))).not.toContain("hush");
  });
});

function isJson(source: string): boolean {
  try {
    JSON.parse(source);
    return true;
  } catch {
    return false;
  }
}

function visit(value: unknown, path: PropertyKey[], see: (path: PropertyKey[]) => void): void {
  see(path);
  if (typeof value !== "object" || value === null) return;
  for (const [key, one] of Object.entries(value)) visit(one, [...path, key], see);
}
