import { expect, it } from "vitest";
import { haveSameScopes, missingScopes } from "./account.ts";

it.each([
  ["nothing is missing when all was granted", ["a", "b"], ["b", "a"], []],
  ["a partial grant names what is missing in the order asked (R6)", ["c", "a", "b"], ["a"], ["c", "b"]],
  ["scopes that were never asked for are not counted", ["a"], ["a", "extra"], []],
])("%s", (_name, scopesRequested, scopesGranted, missing) => {
  expect(missingScopes({ scopesRequested, scopesGranted })).toEqual(missing);
});

it.each<[readonly string[], readonly string[], boolean]>([
  [[], [], true],
  [["a", "b"], ["b", "a"], true],
  [["a", "a"], ["a"], true],
  [["a"], ["a", "b"], false],
  [["a", "b"], ["a"], false],
  [["a"], ["A"], false],
])("%j and %j name the same scopes: %s (RFC 6749 §3.3)", (one, other, isSame) => {
  expect(haveSameScopes(one, other)).toBe(isSame);
});
