import { describe, expect, it } from "vitest";
import { authorizationSchema } from "./authorization-schema.ts";
import { authorizeCall, fillText, type CallValues } from "./authorize-call.ts";

const values: CallValues = {
  credentials: { access_token: "at-1", api_key: "sk_1", username: "ada", password: "pä:ss" },
  inputs: { subdomain: "acme" },
  fields: { portal: "62515" },
};
const authorized = (authorization: unknown, evaluated?: unknown) =>
  authorizeCall(authorizationSchema.parse(authorization), values, evaluated);

describe("credentials on a call", () => {
  it.each<[string, unknown, unknown]>([
    [
      "as a bearer token (RFC 6750 §2.1)",
      { format: "bearer" },
      { headers: { authorization: "Bearer at-1" }, query: {} },
    ],
    [
      "in a header of its own",
      { format: "header", config: { name: "x-acme-key", value: "Token {api_key}" } },
      { headers: { "x-acme-key": "Token sk_1" }, query: {} },
    ],
    [
      "in the query",
      { format: "query", config: { name: "key", value: "{api_key}" } },
      { headers: {}, query: { key: "sk_1" } },
    ],
    [
      "as user name and password, in UTF-8 (RFC 7617 §2)",
      { format: "basic" },
      { headers: { authorization: `Basic ${Buffer.from("ada:pä:ss").toString("base64")}` }, query: {} },
    ],
    [
      "as user name alone",
      { format: "basic", config: { username: "{api_key}", password: "" } },
      { headers: { authorization: `Basic ${Buffer.from("sk_1:").toString("base64")}` }, query: {} },
    ],
    [
      "with an input beside it",
      { format: "basic", config: { username: "{subdomain}/{username}", password: "x" } },
      { headers: { authorization: `Basic ${Buffer.from("acme/ada:x").toString("base64")}` }, query: {} },
    ],
  ])("%s", (_name, authorization, expected) => {
    expect(authorized(authorization)).toEqual(expected);
  });

  const expression = { format: "expression", config: { expression: "…" } };

  it("as an expression says, header names in lower case", () => {
    const evaluated = { headers: { "X-Key": "k" }, query: { account: "1" } };
    expect(authorized(expression, evaluated)).toEqual({ headers: { "x-key": "k" }, query: { account: "1" } });
    expect(authorized(expression, { query: { a: "b" } })).toEqual({ headers: {}, query: { a: "b" } });
  });

  it.each<[string, unknown]>([
    ["nothing", undefined],
    ["a text", "x-key: k"],
    ["a list", [{ headers: {} }]],
    ["a number where a text must stand", { headers: { "x-key": 1 } }],
    ["a name that no header has", { headers: { "x key\r\n": "k" } }],
    ["headers that are none", { headers: ["x"] }],
  ])("not at all where an expression yields %s", (_name, evaluated) => {
    expect(authorized(expression, evaluated)).toBeNull();
  });
});

describe("templates", () => {
  it.each<[string, string | null]>([
    ["as it is", "as it is"],
    ["{portal}/{subdomain}", "62515/acme"],
    ["{nobody}", null],
    ["Token {nobody}", null],
    ["{nobody}{portal}", "62515"],
    ["{toString}", null],
  ])("%s", (template, expected) => {
    expect(fillText(template, values)).toBe(expected);
  });
});
