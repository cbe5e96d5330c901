import { describe, expect, it } from "vitest";
import { exampleSource } from "#test/fakes/in-memory-integration-store";
import { typedSource } from "#test/fakes/typed-documents";
import { readDocument } from "./read-document.ts";

function problems(source: unknown): string[] {
  const read = readDocument(source);
  return read.kind === "document" ? [] : read.errors.map(({ pointer, detail }) => `${pointer} ${detail}`);
}

const withConfig = (config: Readonly<Record<string, unknown>>) => exampleSource({ config });
const withApi = (api: Readonly<Record<string, unknown>>) =>
  exampleSource({ api: { baseUrl: "https://api.acme.example", ...api } });

describe("a secret has no place in a definition (invariant 7)", () => {
  it.each<[string, unknown]>([
    ["/credentials/config/params/token/client_secret", withConfig({ params: { token: { client_secret: "s3cret" } } })],
    ["/credentials/config/params/refresh/password", withConfig({ params: { refresh: { password: "s3cret" } } })],
    ["/credentials/config/params/authorize/api-key", withConfig({ params: { authorize: { "api-key": "s3cret" } } })],
    [
      "/credentials/config/options/headers/authorization",
      withConfig({ options: { authorizationMethod: "body", headers: { authorization: "Basic czNjcmV0" } } }),
    ],
    ["/credentials/config/options/headers/x-api-key", withConfig({ options: { headers: { "x-api-key": "s3cret" } } })],
    ["/credentials/config/options/headers/x-auth", withConfig({ options: { headers: { "x-auth": "s3cret" } } })],
    [
      "/credentials/config/exchange/params/client_secret",
      withConfig({ exchange: { path: "/x", params: { client_secret: "s3cret" } } }),
    ],
    [
      "/credentials/config/revocation/body/token",
      withConfig({ revocation: { path: "/x", body: { token: "s3cret" } } }),
    ],
    ["/api/headers/X-Auth-Token", withApi({ headers: { "X-Auth-Token": "s3cret" } })],
    ["/api/headers/cookie", withApi({ headers: { cookie: "session=s3cret" } })],
    ["/api/probe/path", withApi({ probe: { path: "/me?api_key=s3cret" } })],
    [
      "/api/probe/body/auth/1/password",
      withApi({ probe: { path: "/me", body: { auth: ["a", { password: "s3cret" }] } } }),
    ],
    [
      "/api/pagination/params/access_token",
      withApi({
        pagination: { type: "offset", parameter: "offset", items: "data", params: { access_token: "s3cret" } },
      }),
    ],
    [
      "/authorization/config/value",
      typedSource("api_key", { authorization: { format: "header", config: { name: "x-key", value: "s3cret" } } }),
    ],
    [
      "/authorization/config/username",
      typedSource("api_key", { authorization: { format: "basic", config: { username: "a", password: "s3cret" } } }),
    ],
  ])("%s", (pointer, source) => {
    const found = problems(source);
    expect(found).toEqual([
      expect.stringMatching(`^${pointer} a secret has no place in a definition, .+: (?:set|name) `),
    ]);
    expect(found.join()).not.toContain("s3cret");
  });

  it("where its value is one, and its name says so", () => {
    const params = {
      authorize: { token_access_type: "offline" },
      token: { request: "token", expiring: "1", scope: "{scope}" },
    };
    expect(problems(withConfig({ params }))).toEqual([]);
    expect(problems(withConfig({ exchange: { path: "/x", params: { client_secret: "{client_secret}" } } }))).toEqual(
      [],
    );
    const constant = { format: "basic", config: { username: "{api_key}", password: "X" } };
    expect(problems(typedSource("api_key", { authorization: constant }))).toEqual([]);
  });
});

describe("headers of API calls", () => {
  it.each(["host", "Content-Length", "transfer-encoding", "connection", "te", "proxy-connection", "accept-encoding"])(
    "are not %s, which is the connection's",
    (name) => {
      expect(problems(withApi({ headers: { [name]: "x" } }))).toEqual([
        `/api/headers/${name} ${name} is written by Evergrant; remove it`,
      ]);
      const identity = { path: "/me", headers: { [name.toLowerCase()]: "x" }, id: "id" };
      expect(
        problems(exampleSource({ api: { baseUrl: "https://api.acme.example" }, config: { identity } })),
      ).toHaveLength(1);
    },
  );

  it.each([
    ["no name", "a b", "x", "expected the name of an HTTP header"],
    ["a name with a line break", "a\r\nhost", "x", "expected the name of an HTTP header"],
    ["a value with a line break", "a", "x\r\nhost: evil.example", "expected what a header can carry"],
    ["what is replaced by the account's own", "authorization", "Bearer {access_token}", "authorization is written by"],
  ])("are not %s", (_name, name, value, problem) => {
    const inputs = [{ name: "access_token_1", label: "A" }];
    const source = { ...withApi({ headers: { [name]: value.replace("access_token", "access_token_1") } }), inputs };
    expect(problems(source)).toEqual([expect.stringContaining(problem)]);
  });

  it("are each there once, whatever their case", () => {
    expect(problems(withApi({ headers: { "X-Version": "1", "x-version": "2" } }))).toEqual([
      "/api/headers/x-version x-version stands here twice, since case counts for nothing; remove one",
    ]);
    expect(problems(withApi({ headers: { Accept: "application/json", "content-type": "application/json" } }))).toEqual(
      [],
    );
  });

  it("carry no credentials in a header of the connection", () => {
    const authorization = { format: "header", config: { name: "host", value: "{api_key}" } };
    expect(problems(typedSource("api_key", { authorization }))).toEqual([
      "/authorization/config/name host is written by Evergrant; remove it",
    ]);
  });
});

describe("what a document makes requests of has a bound", () => {
  const many = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`p${index}`, "x"]));

  it.each<[string, unknown]>([
    ["/credentials/config/params/token", withConfig({ params: { token: many } })],
    ["/credentials/config/params/authorize", withConfig({ params: { authorize: many } })],
    ["/credentials/config/options/headers", withConfig({ options: { headers: many } })],
    ["/credentials/config/exchange/params", withConfig({ exchange: { path: "/x", params: many } })],
    ["/credentials/config/revocation/body", withConfig({ revocation: { path: "/x", body: many } })],
    ["/api/headers", withApi({ headers: many })],
  ])("%s has at most 50 entries", (pointer, source) => {
    expect(problems(source)).toEqual([`${pointer} expected at most 50 entries, found 51`]);
  });

  it("no text names more than 20 things", () => {
    const audience = "{scope}".repeat(21);
    expect(problems(withConfig({ params: { token: { audience } } }))).toEqual([
      "/credentials/config/params/token/audience expected at most 20 names in one text, found 21",
    ]);
    expect(problems(withConfig({ params: { token: { audience: "{scope}".repeat(20) } } }))).toEqual([]);
  });

  it("a body is at most 64 KiB long", () => {
    const body = { query: "x".repeat(65_536) };
    expect(problems(withApi({ probe: { path: "/me", body } }))).toEqual([
      expect.stringContaining("/api/probe/body expected a body of at most 65536 characters"),
    ]);
  });
});

describe("a path", () => {
  const inputs = ["a", "b"].map((name) => ({ name, label: name, required: false }));
  it.each(["/x/../token", "/x/./token", "/x/%2e%2E/token", "/x/.{a}/token", "/x/{a}.{b}./token", "/x/.."])(
    "%s has no segment that could leave it",
    (tokenPath) => {
      const auth = { tokenHost: "https://login.acme.example", tokenPath };
      expect(problems(exampleSource({ inputs, config: { auth } }))).toEqual([
        expect.stringContaining("/credentials/config/auth/tokenPath expected no segment of dots alone"),
      ]);
    },
  );

  it.each(["/v1.0/{a}.json", "/x/{a}{b}/token", "/.well-known/token", "/x?at=../.."])("%s is fine", (tokenPath) => {
    const auth = { tokenHost: "https://login.acme.example", tokenPath };
    expect(problems(exampleSource({ inputs, config: { auth } }))).toEqual([]);
  });
});

it("is refused for a pattern that could hold everybody up, wherever it stands", () => {
  const pattern = "(?=a)a";
  const message = "expected a pattern that needs no backtracking";
  const field = { name: "field", value: "x", pattern };
  const fields = [{ name: "key", label: "Key", pattern }];
  const authorization = { format: "query", config: { name: "key", value: "{key}" } };
  expect(problems(exampleSource({ inputs: [{ name: "a", label: "A", pattern }] }))).toEqual([
    expect.stringContaining(`/inputs/0/pattern ${message}`),
  ]);
  expect(problems(withConfig({ fields: [field] }))).toEqual([
    expect.stringContaining(`/credentials/config/fields/0/pattern ${message}`),
  ]);
  expect(problems(typedSource("custom", { config: { fields }, authorization }))).toEqual([
    expect.stringContaining(`/credentials/config/fields/0/pattern ${message}`),
  ]);
});
