import { expect, it } from "vitest";
import { closestWord } from "./closest-word.ts";

const fields = [
  "tokenHost",
  "tokenPath",
  "authorizeHost",
  "authorizePath",
  "client_id",
  "scope",
  "scopeSeparator",
  "pkce",
];

it.each([
  ["a letter too many", "scopes", "scope"],
  ["a letter too few", "scop", "scope"],
  ["another letter", "scopeSeperator", "scopeSeparator"],
  ["two letters swapped", "pcke", "pkce"],
  ["another case", "tokenhost", "tokenHost"],
  ["another way to join words", "clientId", "client_id"],
  ["hyphens", "token-path", "tokenPath"],
])("understands %s", (_name, word, meant) => {
  expect(closestWord(word, fields)).toBe(meant);
});

it("prefers the nearest", () => {
  expect(closestWord("authorizePaht", fields)).toBe("authorizePath");
});

it.each(["", "x", "redirect", "tokenUrl", "t".repeat(2_000)])("guesses nothing at %j", (word) => {
  expect(closestWord(word, fields)).toBeNull();
});

it("does not take everything for a short word", () => {
  expect(closestWord("b", ["a"])).toBeNull();
});
