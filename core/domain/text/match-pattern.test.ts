import { readFileSync, readdirSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matchesPattern, patternFault } from "./match-pattern.ts";

describe("a pattern", () => {
  it.each([
    ["[a-z0-9-]+", "acme-1", true],
    ["[a-z0-9-]+", "acme.1", false],
    ["eu|us", "eu", true],
    ["eu|us", "europe", false],
    ["\\u00e9|\\p{Lu}+", "\u00e9", true],
    ["[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "0a1b2c3d-0000-1111-2222-333344445555", true],
    ["https://[a-z]+\\.acme\\.example", "https://eu.acme.example", true],
    ["https://[a-z]+\\.acme\\.example", "https://eu.acme.example.evil.example", false],
    ["[a-z]+", "acme\n", false],
    ["", "", true],
  ])("%o holds the whole of %o: %o", (pattern, text, expected) => {
    expect(patternFault(pattern)).toBeNull();
    expect(matchesPattern(pattern, text)).toBe(expected);
  });

  it.each([
    ["(", "expected a regular expression"],
    ["(?=a)b", "no lookahead"],
    ["(?<!a)b", "no lookahead"],
    ["(a)\\1", "or backreference"],
    ["[a-z]{1,1000}", "expected repetitions of at most 300, found {1000}"],
    ["([a-z]{1,40}){40}", "no nested repetitions of more than 1000"],
    ["[a-z]{0,200}[a-z]{0,200}", "expected a smaller pattern"],
    ["(abcdefgh){100}", "expected a smaller pattern"],
  ])("%o is refused, with words", (pattern, words) => {
    expect(patternFault(pattern)).toContain(words);
  });

  it.each([
    ["(?=e)[a-z]+\\.acme\\.example", "eu.acme.example", true],
    ["(?=e)[a-z]+\\.acme\\.example", "us.acme.example", false],
    ["[a-z0-9-]{1,200}\\.acme\\.example", "eu.acme.example", true],
    ["[a-z0-9-]{1,200}\\.acme\\.example", "eu.acme.example.evil.example", false],
    ["(", "(", false],
  ])("%o of a definition that was stored before still holds %o: %o", (pattern, text, expected) => {
    expect(patternFault(pattern)).not.toBeNull();
    expect(matchesPattern(pattern, text)).toBe(expected);
  });

  it("takes a time that grows with the text alone, whatever it says", () => {
    const text = `${"a".repeat(4095)}!`;
    // Backtracking would need years, and this test would never end.
    for (const pattern of ["(a+)+", "(a|a)*", "(a|aa)+", "([a-z]+)*b", "(.*a){20}", "(\\p{L}{0,140}\\d?)*x"]) {
      expect(matchesPattern(pattern, text)).toBe(false);
    }
  });

  it("says what RegExp says, for every pattern of the catalogue", () => {
    const patterns = cataloguePatterns();
    expect(patterns.length).toBeGreaterThan(10);
    const unit = fc.constantFrom(..."aZ09f.-_/:C \u00e9\n", "https://", ".zoho.com", ".docusign.net", "gusto", "sk_");
    for (const pattern of patterns) {
      expect(patternFault(pattern)).toBeNull();
      const texts = fc.oneof(fc.string({ unit, maxLength: 12 }), fc.stringMatching(new RegExp(`^(?:${pattern})$`)));
      fc.assert(
        fc.property(texts, (text) => {
          expect(matchesPattern(pattern, text)).toBe(new RegExp(`^(?:${pattern})$`, "u").test(text));
        }),
        { numRuns: 60 },
      );
    }
  });
});

function cataloguePatterns(): string[] {
  const directory = new URL("../../../integrations/", import.meta.url);
  const files = readdirSync(directory).filter((name) => name.endsWith(".json") && name !== "schema.json");
  const found = new Set<string>();
  for (const file of files) {
    JSON.parse(readFileSync(new URL(file, directory), "utf8"), (key, value: unknown) => {
      if (key === "pattern" && typeof value === "string") found.add(value);
      return value;
    });
  }
  return [...found];
}
