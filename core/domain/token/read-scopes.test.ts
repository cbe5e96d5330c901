import { describe, expect, it } from "vitest";
import { readScopes, withImpliedScopes } from "./read-scopes.ts";

describe("the scopes of an answer", () => {
  it.each<[string, unknown, string, string[] | null]>([
    ["by space (RFC 6749 §3.3)", "read write", " ", ["read", "write"]],
    ["by comma, although the integration separates otherwise", "read,write", " ", ["read", "write"]],
    ["by comma and space", "read, write", ",", ["read", "write"]],
    ["by the integration's own separator", "read+write", "+", ["read", "write"]],
    ["by line", "read\nwrite\r\n", " ", ["read", "write"]],
    ["as a list", ["read", "write"], " ", ["read", "write"]],
    ["as a list of lists in text", ["read write", "admin"], " ", ["read", "write", "admin"]],
    ["named twice", "read read", " ", ["read"]],
    ["none", "", " ", null],
    ["an empty list", [], " ", null],
    ["no text", 7, " ", null],
    ["a list of no texts", [{ name: "read" }, null], " ", null],
    ["absent", undefined, " ", null],
    ["with what no database stores", "re\u0000ad", " ", ["re", "ad"]],
  ])("%s", (_name, value, separator, scopes) => {
    expect(readScopes(value, separator)).toEqual(scopes);
  });
});

describe("scopes that contain others", () => {
  const implies = { admin: ["write"], write: ["read"], loop: ["admin", "loop"] };

  it("bring what they contain, and what that contains", () => {
    expect(withImpliedScopes(["admin"], implies)).toEqual(["admin", "write", "read"]);
    expect(withImpliedScopes(["loop", "read"], implies)).toEqual(["loop", "read", "admin", "write"]);
  });

  it("are nothing that a name of JavaScript's own could be", () => {
    expect(withImpliedScopes(["constructor", "__proto__"], implies)).toEqual(["constructor", "__proto__"]);
  });
});
