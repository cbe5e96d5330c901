import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { defaultFailureRules } from "./classify-token-failure.ts";
import { ruleMeaning } from "./rule-meaning.ts";

it("knows every rule by which an attempt that asked nobody is put down", () => {
  const source = readFileSync(new URL("plan-unasked.ts", import.meta.url), "utf8");
  const rules = [...source.matchAll(/rule: "([^"]+)"/g)].map((found) => found[1] ?? "");
  expect(rules.length).toBeGreaterThan(5);
  expect(rules.filter((rule) => ruleMeaning(rule, []) === null)).toEqual([]);
  expect(ruleMeaning("process.ended", [])).not.toBeNull();
});

it("takes an integration's own word for one of its rules, and says nothing of a rule that is none", () => {
  const [first] = defaultFailureRules;
  if (first === undefined) throw new Error("there are rules");
  expect(ruleMeaning(first.id, [])).toBe(first.meaning);
  expect(ruleMeaning(first.id, [{ ...first, meaning: "As they say." }])).toBe("As they say.");
  expect(ruleMeaning("acme.gone", [])).toBeNull();
});
