import { expect, test } from "vitest";
import { contentSecurityPolicy, formTargets } from "./security-headers.ts";

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
