import { describe, expect, it } from "vitest";
import { decodePageCursor, encodePageCursor, nextTarget, withDefaults } from "./next-target.ts";

const target = { path: "/items", query: "limit=2&after=a" };
const none = { parameters: [], values: [] };
const asked = { origin: "https://api.example", path: "/v2/items?limit=2&after=a" };

describe("the next page", () => {
  it("by a parameter takes the place of the one before, and leaves the rest as written", () => {
    const next = { kind: "parameter", name: "after", value: "b&c=" } as const;
    expect(nextTarget(target, asked, next, none)).toEqual({ path: "/items", query: "limit=2&after=b%26c%3D" });
  });

  const credentials = { parameters: ["token"], values: ["s/cret"] };
  it.each([
    ["https://api.example/v2/items?after=b", { path: "/items", query: "after=b" }],
    ["https://api.example/v2/other/x", { path: "/other/x", query: null }],
    ["/v2/items?after=b", { path: "/items", query: "after=b" }],
    ["?after=b", { path: "/items", query: "after=b" }],
    ["https://api.example/v2/items?token=secret&after=b", { path: "/items", query: "after=b" }],
    // An address that some providers write with the token in it, whichever way it was sent.
    ["https://api.example/v2/items?access_token=s%2Fcret&after=b", { path: "/items", query: "after=b" }],
  ])("by the address %s is below the base address", (url, expected) => {
    expect(nextTarget(target, asked, { kind: "address", url }, credentials)).toEqual(expected);
  });

  it.each([
    "https://evil.example/v2/items",
    "//evil.example/v2/items",
    "http://api.example/v2/items",
    "https://api.example:444/v2/items",
    "https://user@api.example/v2/items",
    "https://api.example/v3/items",
    "https://api.example/v2x/items",
    "../../admin",
    "/v2/%2e%2e/admin",
    "/v2/a%2f..%2f..%2fadmin",
    "https://",
  ])("by the address %s is not followed: the credentials stay where they are", (url) => {
    expect(nextTarget(target, asked, { kind: "address", url }, none)).toBeNull();
  });
});

it("defaults stand behind what the caller says", () => {
  expect(withDefaults("limit=5", { limit: "100", archived: "no" })).toBe("limit=5&archived=no");
  expect(withDefaults(null, {})).toBeNull();
});

it("a cursor leads back to its page, and a made-up one nowhere that a caller may not go", () => {
  expect(decodePageCursor(encodePageCursor(target))).toEqual(target);
  expect(decodePageCursor(encodePageCursor({ path: "", query: null }))).toEqual({ path: "", query: null });
  for (const path of ["/../admin", "//evil.example", "http://evil.example"]) {
    expect(decodePageCursor(encodePageCursor({ path, query: null }))).toBeNull();
  }
  for (const text of ["", "x", "bnVsbA", "W10", "WzEsMl0"]) expect(decodePageCursor(text)).toBeNull();
});
