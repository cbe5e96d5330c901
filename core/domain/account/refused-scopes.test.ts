import { describe, expect, it } from "vitest";
import { challengedScopes, newlyRefused } from "./refused-scopes.ts";

const bearer = (rest: string): string => `Bearer realm="api", error="insufficient_scope"${rest}`;

it.each<[string, string | null, readonly string[]]>([
  ["no challenge", null, []],
  ["another error", 'Bearer error="invalid_token", scope="read"', []],
  ["no scope attribute", bearer(""), []],
  ["one scope", bearer(', scope="write"'), ["write"]],
  ["several, one twice", bearer(', scope="read write  read"'), ["read", "write"]],
  ["behind another scheme", `Basic realm="x", ${bearer(', scope="a:b/c"')}`, ["a:b/c"]],
  ["what is no scope", bearer(`, scope="ok b\u00e4d ${"x".repeat(201)}"`), ["ok"]],
])("a challenge with %s", (_name, challenge, scopes) => {
  expect(challengedScopes(challenge)).toEqual(scopes);
});

it("takes no more scopes of a challenge than a real one has", () => {
  const many = Array.from({ length: 50 }, (_, index) => `s${index}`).join(" ");
  expect(challengedScopes(bearer(`, scope="${many}"`))).toHaveLength(20);
});

describe("what a challenge tells of an account (R6)", () => {
  const account = (granted: readonly string[], refused: readonly string[] = []) => ({
    scopesRequested: ["read", "write"],
    scopesGranted: granted,
    scopesRefused: refused,
  });

  it.each<[string, ReturnType<typeof account>, readonly string[], readonly string[]]>([
    ["a granted scope that is not honoured was taken away", account(["read", "write"]), ["read"], ["read"]],
    [
      "so were all of them, where all that is needed was granted",
      account(["read", "write"]),
      ["read", "write"],
      ["read", "write"],
    ],
    ["what was not granted is known to be missing", account(["read"]), ["write"], []],
    ["what was granted is not to blame for what was not", account(["read"]), ["read", "admin"], ["admin"]],
    ["what nobody asked for is missing from now on", account(["read", "write"]), ["admin"], ["admin"]],
    ["and told once", account(["read", "write"], ["read", "admin"]), ["admin", "read"], []],
    ["nothing is told where nothing is named", account(["read"]), [], []],
  ])("%s", (_name, row, named, expected) => {
    expect(newlyRefused(row, named)).toEqual(expected);
  });

  it("is told until twenty are known: an API that names others each time must not fill the row, or tell of each", () => {
    const names = (count: number, from = 0) => Array.from({ length: count }, (_, index) => `s${from + index}`);
    expect(newlyRefused(account(["read"], names(19)), names(20, 100))).toEqual(["s100"]);
    expect(newlyRefused(account(["read"], names(20)), names(20, 100))).toEqual([]);
  });
});
