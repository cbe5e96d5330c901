import { describe, expect, it } from "vitest";
import { typedDocument } from "#test/fakes/typed-documents";
import { apiRequest, isSendable, type DeclaredCall } from "./api-request.ts";
import type { CallValues } from "./authorize-call.ts";

const values: CallValues = {
  credentials: { api_key: "sk_1" },
  inputs: { subdomain: "acme", space: "a/../b?c#d" },
  fields: { instance_url: "https://eu7.acme.example" },
};
const none = { headers: {}, query: {} };
const call: DeclaredCall = { method: "GET", path: "/me" };
const inputs = ["subdomain", "space"].map((name) => ({ name, label: name }));

const requestOf = (api: Readonly<Record<string, unknown>>, changes: Partial<DeclaredCall> = {}, authorization = none) =>
  apiRequest(typedDocument("api_key", { inputs, api }), { ...call, ...changes }, values, authorization);

describe("a declared call", () => {
  it("goes to the API's base URL, with an agent's name and the document's headers", () => {
    const api = { baseUrl: "https://{subdomain}.acme.example/v2/", headers: { "Acme-Version": "2026-01-01" } };
    expect(requestOf(api)).toEqual({
      method: "GET",
      url: "https://acme.acme.example/v2/me",
      headers: { accept: "application/json", "user-agent": "Evergrant", "acme-version": "2026-01-01" },
      body: null,
    });
  });

  it("keeps the query of its path beside the one that lets it in", () => {
    const authorized = { headers: {}, query: { key: "sk 1&x" } };
    expect(requestOf({}, { path: "/me?fields=id,name" }, authorized)?.url).toBe(
      "https://api.acme.example/v2/me?fields=id%2Cname&key=sk+1%26x",
    );
  });

  it("lets an input stand for one part of a path, never for more", () => {
    expect(requestOf({}, { path: "/{space}/me" })?.url).toBe("https://api.acme.example/v2/a%2F..%2Fb%3Fc%23d/me");
  });

  it("goes to a host of its own where the document says so", () => {
    expect(requestOf({}, { host: "https://id.acme.example" })?.url).toBe("https://id.acme.example/me");
  });

  it("goes to the origin that came with the grant", () => {
    expect(requestOf({}, { host: "{instance_url}" })?.url).toBe("https://eu7.acme.example/me");
  });

  it("leaves a header out that names only what is empty, and lays its own over the others", () => {
    const headers = { "x-gone": "{nobody}", "x-mine": "{api_key}", accept: "text/plain" };
    const sent = requestOf({ headers: { "x-mine": "old" } }, { headers });
    expect(sent?.headers).toEqual({ accept: "text/plain", "user-agent": "Evergrant", "x-mine": "sk_1" });
  });

  it("sends a body, and a content type, only where one is declared", () => {
    expect(requestOf({}, { method: "POST" })).toMatchObject({ body: null });
    expect(requestOf({}, { method: "POST" })?.headers).not.toHaveProperty("content-type");
    const withBody = requestOf({}, { method: "POST", body: { query: "{ me { id } }" } });
    expect(withBody).toMatchObject({
      body: '{"query":"{ me { id } }"}',
      headers: { "content-type": "application/json" },
    });
  });

  it("puts no credential into an address", () => {
    expect(requestOf({}, { path: "/keys/{api_key}" })?.url).toBe("https://api.acme.example/v2/keys/");
  });
});

describe("an address", () => {
  const odd = ["constructor", "toString", "a", "b"].map((name) => ({ name, label: name, required: false }));
  const at = (path: string, given: Readonly<Record<string, string>> = {}) =>
    apiRequest(
      typedDocument("api_key", { inputs: odd }),
      { ...call, path },
      { credentials: {}, inputs: given, fields: {} },
      none,
    )?.url;

  it("holds nothing that every object has", () => {
    expect(at("/x/{constructor}/{toString}/y")).toBe("https://api.acme.example/v2/x///y");
    expect(at("/x/{constructor}", { constructor: "mine" })).toBe("https://api.acme.example/v2/x/mine");
  });

  it("is none where a segment becomes dots, which would leave the path", () => {
    expect(at("/x/{a}{b}/t", { a: ".", b: "." })).toBeUndefined();
    expect(at("/x/{a}", { a: "." })).toBeUndefined();
    expect(at("/x/{a}?y=1", { a: ".." })).toBeUndefined();
    expect(at("/x/{a}{b}/t", { a: "...", b: "." })).toBe("https://api.acme.example/v2/x/..../t");
  });
});

it.each([
  ["sk_live_1", true],
  ["päss", true],
  ["a\r\nx-admin: 1", false],
  ["ключ", false],
])("%o in a header: sendable %s", (value, expected) => {
  expect(isSendable({ headers: { "x-key": value } })).toBe(expected);
});
