import { describe, expect, it } from "vitest";
import { exampleSource } from "#test/fakes/in-memory-integration-store";
import { readDocument } from "./read-document.ts";

/** `pointer: detail` of everything that is wrong, the long way to the configuration cut. */
function errorsOf(source: unknown): string[] {
  const read = readDocument(source);
  if (read.kind === "document") return [];
  return read.errors.map(({ pointer, detail }) => `${pointer.replace("/credentials/config", "…")}: ${detail}`);
}

const top = (changes: Readonly<Record<string, unknown>>) => ({ ...exampleSource(), ...changes });
const config = (changes: Readonly<Record<string, unknown>>) => exampleSource({ config: changes });
const auth = (changes: Readonly<Record<string, unknown>>) =>
  config({ auth: { tokenHost: "https://login.acme.example", ...changes } });
const refresh = (changes: Readonly<Record<string, unknown>>) => config({ refresh: changes });

describe("a mistake is told with what was expected, what was found and what to do", () => {
  it.each<[string, unknown, string]>([
    ["a document that is a list", [], ": expected an object, found an empty list"],
    ["a document that is nothing", null, ": expected an object, found null"],
    [
      "a name that is missing",
      { ...top({}), name: undefined },
      "/name: is missing; expected lower case letters, digits and hyphens, at most 63",
    ],
    ["a part that is missing", config({ auth: undefined }), "…/auth: is missing; expected an object"],
    ["a number for a text", top({ label: 5 }), '/label: expected a text, found the number 5; did you mean "5"?'],
    [
      "a text for a number",
      refresh({ concurrency: "2" }),
      '…/refresh/concurrency: expected a whole number from 1 to 10000, or null, found "2"; did you mean 2?',
    ],
    [
      "a text for a boolean",
      auth({ sendsIss: "yes" }),
      '…/auth/sendsIss: expected true or false, found "yes"; did you mean true?',
    ],
    [
      "a text for an object",
      refresh({ rotation: "none" }),
      '…/refresh/rotation: expected an object with rule, graceSeconds, found "none"',
    ],
    [
      "a text for a list",
      top({ sources: "https://a.example" }),
      '/sources: expected a list, each entry an address such as https://example.com/docs, found "https://a.example"; did you mean ["https://a.example"]?',
    ],
    [
      "a text for a map",
      config({ parameterNames: "x" }),
      '…/parameterNames: expected an object of names, each with a text, found "x"',
    ],
    [
      "null where it may be left out",
      config({ fields: null }),
      "…/fields: expected a list, each entry an object with name, from, value, pattern, required, found null; leave it out instead",
    ],
    [
      "a number out of its range",
      refresh({ timeoutSeconds: 99 }),
      "…/refresh/timeoutSeconds: expected a whole number from 1 to 25, found the number 99",
    ],
    [
      "a number that is too small",
      config({ tokenExpiryDuration: 0 }),
      "…/tokenExpiryDuration: expected a whole number from 1 to 3155760000, found the number 0",
    ],
    [
      "half a second",
      refresh({ bufferSeconds: 1.4 }),
      "…/refresh/bufferSeconds: expected a whole number from 0 to 3155760000, found the number 1.4; did you mean 1?",
    ],
    [
      "a text that is too long",
      top({ label: "x".repeat(101) }),
      "/label: expected at most 100 characters, found a text of 101 characters",
    ],
    ["an empty text", config({ scope: [""] }), "…/scope/0: expected at least 1 character, found an empty text"],
    [
      "a list that is too short",
      config({ refresh: { failureRules: [{ id: "a", errors: [], class: "transient", meaning: "m" }] } }),
      "…/refresh/failureRules/0/errors: expected at least 1 entry, found an empty list; leave it out instead",
    ],
    [
      "a pair that is none",
      refresh({ windowSeconds: [60] }),
      "…/refresh/windowSeconds: expected a list of 2, each a whole number from 0 to 3155760000, found [60]",
    ],
    [
      "a pair upside down",
      refresh({ windowSeconds: [180, 60] }),
      "…/refresh/windowSeconds: expected the smaller number first, found [180, 60]",
    ],
    [
      "an enum value that is misspelt",
      config({ options: { authorizationMethod: "haeder" } }),
      '…/options/authorizationMethod: expected one of header, body, none, private_key_jwt, mtls, secret_as_username, found "haeder"; did you mean "header"?',
    ],
    [
      "an enum value of another world",
      config({ pkce: { method: "plain" } }),
      '…/pkce/method: expected one of S256, none, found "plain"',
    ],
    [
      "a kind that is misspelt",
      top({ authorization: { format: "baerer" } }),
      '/authorization/format: expected one of bearer, header, query, basic, expression, found "baerer"; did you mean "bearer"?',
    ],
    [
      "a kind that is missing",
      top({ api: { pagination: { parameter: "after" } } }),
      "/api/pagination/type: is missing; expected one of none, cursor, link, offset, page",
    ],
    [
      "a host with a path",
      auth({ tokenHost: "https://login.acme.example/oauth" }),
      '…/auth/tokenHost: expected an origin such as https://login.example.com: a host and port that exist, without a path, found "https://login.acme.example/oauth"; did you mean "https://login.acme.example"?',
    ],
    [
      "a host without a scheme",
      auth({ tokenHost: "login.acme.example" }),
      '…/auth/tokenHost: expected an origin such as https://login.example.com: a host and port that exist, without a path, found "login.acme.example"; did you mean "https://login.acme.example"?',
    ],
    [
      "a path without its slash",
      auth({ tokenPath: "oauth/token" }),
      '…/auth/tokenPath: expected a path that begins with /, found "oauth/token"; did you mean "/oauth/token"?',
    ],
    [
      "a name in capitals",
      top({ name: "Acme-CRM" }),
      '/name: expected lower case letters, digits and hyphens, at most 63, found "Acme-CRM"; did you mean "acme-crm"?',
    ],
    [
      "an address that is none",
      top({ sources: ["the docs"] }),
      '/sources/0: expected an address such as https://example.com/docs, found "the docs"',
    ],
    [
      "a pattern that is none",
      top({ inputs: [{ name: "a", label: "A", pattern: "(" }] }),
      '/inputs/0/pattern: expected a regular expression, found "("',
    ],
    [
      "a scope that is neither list nor text",
      config({ scope: 5 }),
      '…/scope: expected a text, or a list, each entry a text, found the number 5; did you mean "5"?',
    ],
    [
      "a wrong entry of a list that might be a text",
      config({ scope: ["a", 5] }),
      '…/scope/1: expected a text, found the number 5; did you mean "5"?',
    ],
    [
      "the name of a header in capitals",
      config({ options: { headers: { "X-Version": "1" } } }),
      "…/options/headers/X-Version: its name must be another: expected the name of an HTTP header in lower case",
    ],
    [
      "a member without a name",
      config({ scopeDescriptions: { "": "x" } }),
      "…/scopeDescriptions/: its name must be another: expected at least 1 character",
    ],
    [
      "a default that is no option",
      top({ inputs: [{ name: "a", label: "A", options: [{ value: "x", label: "X" }], default: "y" }] }),
      '/inputs/0/default: expected one of the options, found "y"',
    ],
    [
      "a rule without a condition",
      refresh({ failureRules: [{ id: "a", class: "transient", meaning: "m" }] }),
      "…/refresh/failureRules/0: expected at least one of errors, statuses and descriptionIncludes: a rule without a condition would match everything, found an object",
    ],
    [
      "a template that names nothing",
      auth({ tokenPath: "/{shop}" }),
      "…/auth/tokenPath: {shop} names nothing; declare it in /inputs or remove it",
    ],
  ])("%s", (_name, source, error) => {
    expect(errorsOf(source)).toEqual([error]);
  });
});

describe("an unknown field", () => {
  it.each<[string, unknown, string]>([
    [
      "that is misspelt is told what it was meant to be",
      top({ lable: "x", label: undefined }),
      "/lable: is no field here; did you mean label?",
    ],
    [
      "in another spelling",
      config({ scope_separator: "," }),
      "…/scope_separator: is no field here; did you mean scopeSeparator?",
    ],
    [
      "that was meant to be one that is needed is one mistake, not two",
      config({ auth: { tokenhost: "https://a.example" } }),
      "…/auth/tokenhost: is no field here; did you mean tokenHost, which is missing?",
    ],
    [
      "beside the one that it was meant to be",
      config({ scopes: ["a"] }),
      "…/scopes: is no field here; remove it: scope, which it may stand for, is there already",
    ],
    [
      "that belongs elsewhere is told where",
      config({ tokenHost: "https://a.example" }),
      "…/tokenHost: is no field here; it belongs in /credentials/config/auth",
    ],
    [
      "that nothing is like is told what there is",
      config({ callback: { redirect: "x" } }),
      "…/callback/redirect: is no field here; remove it; the fields here are code",
    ],
    [
      "with a slash in its name",
      config({ callback: { "a/b~c": "x" } }),
      "…/callback/a~1b~0c: is no field here; remove it; the fields here are code",
    ],
  ])("%s", (_name, source, error) => {
    expect(errorsOf(source)).toEqual([error]);
  });
});

it("has none of the words of the parser's library in any of its errors", () => {
  const source = {
    name: 1,
    label: [],
    sources: {},
    inputs: [{}, 1],
    api: 5,
    credentials: { format: "oauth2", config: { auth: {}, scope: null, refresh: [] } },
    authorization: null,
  };
  const all = errorsOf(source).join("\n");
  expect(all).not.toMatch(/Invalid|received|Unrecognized|Too (?:small|big)|undefined/);
  expect(errorsOf(source).every((one) => /: (?:expected|is missing; expected) ./.test(one))).toBe(true);
});

describe("what may be a secret", () => {
  const secret = "hush";
  it.each<[string, unknown]>([
    ["a client secret of another type", config({ client: { client_secret: [secret] } })],
    ["a client that is no object", config({ client: secret })],
    ["a client id of another type", config({ client: { client_id: { [`x`]: secret } } })],
    ["a field of the client that is misspelt", config({ client: { client_secert: secret } })],
    ["a header", config({ options: { headers: { authorization: [secret] } } })],
    ["a parameter", config({ params: { authorize: { key: [secret] } } })],
    ["a secret in a wrong place", config({ client_secret: secret })],
    ["a value under a name that says so", config({ scope: { password: secret } })],
  ])("is not shown in an error: %s", (_name, source) => {
    const errors = errorsOf(source);
    expect(errors).toHaveLength(1);
    expect(errors.join()).not.toContain(secret);
  });

  it("has teeth: what is none is shown", () => {
    expect(errorsOf(config({ pkce: { method: secret } })).join()).toContain(secret);
  });
});

it("answers a document with many thousand mistakes at once", () => {
  const sources = Array.from({ length: 20_000 }, (_, index) => index);
  const many = Object.fromEntries(sources.map((index) => [`field${index}`, 1]));
  expect(errorsOf(top({ sources })).length).toBeLessThanOrEqual(200);
  expect(errorsOf({ ...top({}), ...many }).length).toBeLessThanOrEqual(200);
});
