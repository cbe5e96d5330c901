import { expect, test } from "vitest";
import { contentSecurityPolicy, formTargets, otherHeaders, readEmbed } from "./security-headers.ts";

test("form targets are origins, each once", () => {
  expect(formTargets("https://login.example https://login.example http://127.0.0.1:4000")).toEqual([
    "https://login.example",
    "http://127.0.0.1:4000",
  ]);
});

test.each([
  "https://a.example/path",
  "javascript:alert(1)",
  "*",
  "'unsafe-inline'",
  "https://a.example;script-src",
  "https://*",
])("%s is no form target", (origin) => expect(formTargets(origin)).toEqual([]));

test("no form target can add a directive", () => {
  const policy = contentSecurityPolicy("n", formTargets("https://a.example; script-src *"), { isDevelopment: false });
  expect(policy.match(/script-src /g)).toHaveLength(1);
  expect(policy.endsWith("form-action 'self'")).toBe(true);
});

test("only development may evaluate code or put styles into the page", () => {
  expect(contentSecurityPolicy("n", [], { isDevelopment: false })).not.toContain("unsafe-eval");
  expect(contentSecurityPolicy("n", [], { isDevelopment: false })).toContain("style-src 'self' 'nonce-n'");
  expect(contentSecurityPolicy("n", [], { isDevelopment: true })).toContain("unsafe-eval");
});

test("a page with scripts of our own alone loads none, not even from us", () => {
  const policy = contentSecurityPolicy("n", [], { isDevelopment: false, ownScriptsOnly: true });
  expect(policy).toContain("; script-src 'nonce-n';");
});

const origin = "https://app.example";

test("a page is framed by nobody, and tied to no other window, unless the API says who embeds it", () => {
  for (const embed of [null, { mode: "popup", origin }] as const) {
    expect(contentSecurityPolicy("n", [], { isDevelopment: false, embed })).toContain("frame-ancestors 'none';");
    expect(otherHeaders(embed)["x-frame-options"]).toBe("DENY");
  }
  expect(otherHeaders(null)["cross-origin-opener-policy"]).toBe("same-origin");
  expect(otherHeaders({ mode: "popup", origin })["cross-origin-opener-policy"]).toBe("unsafe-none");
});

test("a page in a frame may stand in that origin's pages alone", () => {
  const embed = { mode: "frame", origin } as const;
  expect(contentSecurityPolicy("n", [], { isDevelopment: false, embed })).toContain(`frame-ancestors ${origin};`);
  expect(otherHeaders(embed)).not.toHaveProperty("x-frame-options");
  expect(otherHeaders(embed)).toMatchObject({ "x-content-type-options": "nosniff", "referrer-policy": "no-referrer" });
});

test("who embeds is an origin, letter by letter", () => {
  const read = (value: string | undefined, mode = "frame") =>
    readEmbed({ "x-evergrant-embed": mode, "x-evergrant-opener": value });
  expect(read(origin)).toEqual({ mode: "frame", origin });
  for (const value of [
    undefined,
    "",
    "*",
    "null",
    `${origin}/`,
    `${origin} *`,
    "https://*.example",
    "https://a;b",
    `${origin}; script-src *`,
    "https:",
  ]) {
    expect(read(value), String(value)).toBeNull();
  }
  expect(read(origin, "window")).toBeNull();
});
