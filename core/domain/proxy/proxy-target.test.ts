import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { joinProxyTarget, readProxyTarget } from "./proxy-target.ts";

const read = (written: string) => readProxyTarget(written);
const own = "integrated_account_id=ia_1";

describe("a hostile target is refused (D1)", () => {
  it.each([
    "//evil.example/x",
    "///evil.example",
    "/%2fevil.example",
    "/\\evil.example",
    "/%5cevil.example",
    "/a\\..\\b",
    "/%2e%2e//evil.example",
    "/..",
    "/.",
    "/../x",
    "/a/../b",
    "/a/..",
    "/a/./b",
    "/a/%2e%2e/b",
    "/a/%2E%2e/b",
    "/a/.%2e/b",
    "/a/%2e./b",
    "/a/%2e/b",
    "/a%2f..%2fb",
    "/a%2F%2e%2e%2Fb",
    "/a/%252e%252e/b",
    "/a%252f..%252fb",
    "/a/%25252e%25252e/b",
    "/a/%c0%ae%c0%ae/b",
    "/a/%e0%80%ae./b",
    "/a%c0%af..%c0%afb",
    "/a/%u002e%u002e/b",
    "/..;/x",
    "/a/..;jsessionid=1/b",
    "/a/%2e%2e;/b",
    "/a/..%3b/b",
    "/a/..%3fb",
    "/a/..%23b",
    "/a/%2e%2e%253fb",
    "/a/..%20",
    "/a/%20../b",
    "/a/.%09./b",
    "/a/.%7f./b",
    "/%09/evil.example",
    "/%09@evil.example",
    "/a/%c0%2e%c0%2e/b",
    "/a/%c0%6e./b",
    "/a/%f8%80%80%80%ae./b",
    "/a/%fc%80%80%80%80%ae./b",
    "/a/%f0%80%80%ae%f0%80%80%ae/b",
    "/a%c0%80",
    "/a/\u00c0\u00ae\u00c0\u00ae/b",
    "/a/%uff0e%uff0e/b",
    "/a%uff0f..%uff0fb",
    "/a/%u2025/b",
    "/a%uff3cb",
    "/a/%ef%bc%8e%ef%bc%8e/b",
    "/a%ef%bc%8f..%ef%bc%8fb",
    "/a/%e2%80%a5/b",
    "/a/\u00e2\u0080\u00a5/b",
    "/@evil.example",
    "/%40evil.example",
    "/http://evil.example",
    "/https://evil.example/x",
    "/ftp://evil.example",
    "/a%0d%0aHost:x",
    "/a%0aHost:x",
    "/a%0D",
    "/a%00b",
    "/a%2500b",
    "/a\u0000b",
    "/a\r\nb",
    "/a b",
    "/a#b",
    "evil.example/x",
    "@evil.example/x",
    ":80/x",
    ".evil.example/x",
    "http://evil.example/",
  ])("%j", (path) => {
    expect(read(`${path}?${own}`)).toMatchObject({ kind: "refused", error: { pointer: "path" } });
  });

  it.each(["a=b\r\nHost: x", "a=b c", "a=\u0000", "a#b"])("the query %j", (query) => {
    expect(read(`/x?${query}&${own}`)).toMatchObject({ kind: "refused", error: { pointer: "query" } });
  });
});

describe("what is not hostile goes on as written", () => {
  it.each([
    ["", null],
    ["/", null],
    ["/me", null],
    ["/me/", null],
    ["/a//b", null],
    ["/files/a%2Fb%2fc", null],
    ["/users/ada@example.com", null],
    ["/sites/https%3A%2F%2Fexample.com%2F", null],
    ["/a/...", null],
    ["/a/..b/c..", null],
    ["/a/.well-known/x", null],
    ["/v1;matrix=1/x;y", null],
    ["/100%", null],
    ["/%zz", null],
    ["/caf\u00c3\u00a9", null],
    ["/caf%C3%A9/%E2%80%A6/%ef%bc%8f", null],
    ["/a%09b/what%3f/..x%3f", null],
    ["/%E3%83%95%E3%82%A1%E3%82%A4%E3%83%AB%EF%BC%8E%EF%BD%94%EF%BD%98%EF%BD%94", null],
    ["/a:b", null],
    ["/me", "b=2&a=1&a=1"],
    ["/me", "q=%0d%0a&path=../../x&u=http://evil.example/"],
    ["/me", "a=%7E~+%20&&=&x"],
    ["/me", ""],
  ])("%j with the query %j", (path, query) => {
    const written = query === null ? `${path}?${own}` : `${path}?${query}&${own}`;
    expect(read(written)).toEqual({ kind: "target", target: { accountId: "ia_1", path, query } });
  });

  it.each([
    ["first", `${own}&a=1&b=2`],
    ["in the middle", `a=1&${own}&b=2`],
    ["last", `a=1&b=2&${own}`],
    ["with its name encoded", `a=1&b=2&integrated%5Faccount_id=ia%5f1`],
  ])("our own parameter is taken out %s", (_name, query) => {
    expect(read(`/x?${query}`)).toMatchObject({ target: { accountId: "ia_1", query: "a=1&b=2" } });
  });
});

it.each([
  ["/x", "is missing; name the account that the call is for"],
  ["/x?a=1", "is missing; name the account that the call is for"],
  [`/x?${own}&${own}`, "is given more than once"],
  [`/x?${own}&integrated%5faccount_id=ia_2`, "is given more than once"],
  // A database refuses such a text, and would be blamed for it.
  ["/x?integrated_account_id=ia_1%00", "can't be the id of an account"],
  ["/x?integrated_account_id=", "can't be the id of an account"],
  [`/x?integrated_account_id=${"a".repeat(101)}`, "can't be the id of an account"],
])("the account is named once: %s", (written, detail) => {
  expect(read(written)).toEqual({ kind: "refused", error: { pointer: "integrated_account_id", detail } });
});

describe("joined to the base address", () => {
  it.each([
    ["https://api.example/v2", "/me", null, "/v2/me"],
    ["https://api.example/v2/", "/me/", "a=1", "/v2/me/?a=1"],
    ["https://api.example", "", null, "/"],
    ["https://api.example", "", "a=1", "/?a=1"],
    ["https://api.example/v2", "", "a=1", "/v2?a=1"],
    ["https://api.example/v2", "/a%2Fb//c", null, "/v2/a%2Fb//c"],
  ])("%s and %s (%s)", (base, path, query, expected) => {
    expect(joinProxyTarget(base, { path, query })?.path).toBe(expected);
  });

  it.each([
    ["https://api.example", "@evil.example/"],
    ["https://api.example", ".evil.example/"],
    ["https://api.example", ":81/"],
    ["https://api.example/v2", "/../x"],
    ["https://api.example/v2", "/a\\b"],
    ["https://user@api.example/v2", "/x"],
    ["https://api.example/v2?x", "/x"],
    ["nothing", "/x"],
  ])("%s and %s are refused a second time", (base, path) => {
    expect(joinProxyTarget(base, { path, query: null })).toBeNull();
  });

  it("no path leaves the host and the base path of its integration, whatever it is made of", () => {
    const piece = fc.constantFrom(
      ..."/ . .. // \\ %2e %2E %2f %5c %25 %252e ; ;/ @ : http:// evil.example %0d%0a %00 %c0%ae a b %u002e ?".split(
        " ",
      ),
    );
    const base = "https://api.example/v2/tenant";
    let passed = 0;
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const reading = read(`/${pieces.join("")}?${own}`.replace(/\?.*\?/, "?"));
        if (reading.kind !== "target") return;
        const joined = joinProxyTarget(base, reading.target);
        expect(joined).not.toBeNull();
        const url = new URL((joined?.origin ?? "") + (joined?.path ?? ""));
        expect(url.host).toBe("api.example");
        expect(url.pathname.startsWith("/v2/tenant")).toBe(true);
        passed += 1;
      }),
      { numRuns: 3_000 },
    );
    expect(passed).toBeGreaterThan(100);
  });
});
