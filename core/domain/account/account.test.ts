import { expect, it } from "vitest";
import { missingScopes } from "./account.ts";

it.each([
  ["nothing is missing when all was granted", ["a", "b"], ["b", "a"], []],
  ["a partial grant names what is missing in the order asked (R6)", ["c", "a", "b"], ["a"], ["c", "b"]],
  ["scopes that were never asked for are not counted", ["a"], ["a", "extra"], []],
])("%s", (_name, scopesRequested, scopesGranted, missing) => {
  expect(missingScopes({ scopesRequested, scopesGranted })).toEqual(missing);
});
