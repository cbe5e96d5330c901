import fc from "fast-check";
import { expect, test } from "vitest";
import { exampleSource } from "#test/fakes/in-memory-integration-store";
import { bracedNames, fillBraced } from "./document-parts.ts";
import { readDocument } from "./read-document.ts";

test.each([
  ["{a}.x.{b_1}", ["a", "b_1"]],
  ["{a{b}}", ["a{b"]],
  ["{}{ }", ["", " "]],
  ["} {a} {b", ["a"]],
  ["none", []],
])("%s names %j", (text, names) => expect(bracedNames(text)).toEqual(names));

test("whatever the text, it is what an expression for braces finds in all of it", () => {
  const texts = fc.array(fc.constantFrom("{", "}", "a", "/", "é"), { maxLength: 30 }).map((parts) => parts.join(""));
  fc.assert(
    fc.property(texts, (text) => {
      expect(bracedNames(text)).toEqual(Array.from(text.matchAll(/\{([^}]*)\}/g), ([, name]) => name));
      expect(fillBraced(text, (name) => `<${name}>`)).toBe(text.replaceAll(/\{([^}]*)\}/g, "<$1>"));
    }),
  );
});

const long = 300_000;
test.each<[string, Record<string, unknown>]>([
  ["a base address", { api: { baseUrl: `https://api.acme.example/${"{".repeat(long)}` } }],
  ["a header", { api: { baseUrl: "https://api.acme.example", headers: { "x-a": "{".repeat(long) } } }],
  ["a pattern", { inputs: [{ name: "region", label: "Region", pattern: "a.".repeat(long / 2) }] }],
  ["an expression", { api: { baseUrl: "https://api.acme.example", errorExpression: "a.".repeat(long / 2) } }],
])("%s as long as a body is refused in less than a second", (_, changes) => {
  const startedMs = performance.now();
  expect(readDocument({ ...exampleSource(), ...changes }).kind).toBe("faulty");
  expect(performance.now() - startedMs).toBeLessThan(1_000);
});
