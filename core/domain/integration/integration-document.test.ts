import { describe, expect, it } from "vitest";
import { exampleSource } from "#test/fakes/in-memory-integration-store";
import { typedSource } from "#test/fakes/typed-documents";
import {
  describeHosts,
  documentHosts,
  documentScopes,
  integrationDocumentSchema,
  partScopes,
} from "./integration-document.ts";
import { integrationJsonSchema } from "./integration-json-schema.ts";

/** `pointer: message` of everything that is wrong. */
function problems(source: unknown): string[] {
  const parsed = integrationDocumentSchema.safeParse(source);
  if (parsed.success) return [];
  return parsed.error.issues.map((issue) => {
    const keys = issue.code === "unrecognized_keys" ? ` ${issue.keys.join(",")}` : "";
    return `${issue.path.map((part) => `/${String(part)}`).join("")}: ${issue.message}${keys}`;
  });
}

const auth = { tokenHost: "https://login.acme.example" };
const withConfig = (config: Readonly<Record<string, unknown>>) => exampleSource({ config });
const withAuth = (changes: Readonly<Record<string, unknown>>) => withConfig({ auth: { ...auth, ...changes } });

const withRules = (...rules: readonly Readonly<Record<string, unknown>>[]) =>
  withConfig({
    refresh: { failureRules: rules.map((rule) => ({ id: "one", class: "transient", meaning: "m", ...rule })) },
  });
const ruleNumber = (index: number) => ({ id: `rule-${index}`, errors: ["x"] });

/** The example of CONTRACT with the parts that this version supports. */
const contractExample = {
  name: "acme-crm",
  label: "Acme CRM",
  notes: "Notes.",
  sources: ["https://acme.example/docs"],
  inputs: [{ name: "subdomain", label: "Your subdomain", pattern: "[a-z0-9-]+", required: true }],
  api: {
    baseUrl: "https://{subdomain}.acme.example/v2",
    headers: {},
    rateLimit: {},
    pagination: {},
    probe: { path: "/me" },
    errorExpression: "status = 401",
  },
  credentials: {
    format: "oauth2",
    config: {
      client: { client_id: "id", client_secret: "secret" },
      auth: {
        tokenHost: "https://{subdomain}.acme.example",
        tokenPath: "/token",
        authorizeHost: "https://login.acme.example",
        authorizePath: "/authorize",
        refreshPath: "/refresh",
        revokePath: "/revoke",
        introspectPath: "/introspect",
        issuer: "https://login.acme.example",
      },
      scope: ["read"],
      scopeSeparator: " ",
      pkce: { method: "S256" },
      options: { authorizationMethod: "header", bodyFormat: "form" },
      params: { authorize: {}, token: {}, refresh: {} },
      tokenExpiryDuration: 7200,
      expiresInUnit: "auto",
      refresh: {
        windowSeconds: [60, 180],
        bufferSeconds: 30,
        earliestSeconds: null,
        quietHoursUtc: [22, 4],
        timeoutSeconds: 20,
        rotation: { rule: "single_use", graceSeconds: 0 },
        failureRules: [
          {
            id: "token_revoked",
            errors: ["token_revoked"],
            statuses: [400, 499],
            descriptionIncludes: "uninstalled",
            class: "reauthorize",
            meaning: "The app was uninstalled.",
          },
        ],
        concurrency: null,
        perMinute: null,
        massFailure: { accounts: 20, share: 0.2, windowSeconds: 600 },
        retry: { initialSeconds: 10_800, factor: 2, capSeconds: 86_400 },
        idleLifetimeSeconds: null,
        absoluteLifetimeSeconds: null,
        oldAccessTokenDies: false,
        maxGrantsPerUser: null,
      },
    },
  },
  authorization: { format: "bearer", config: { path: "oauth.token.access_token" } },
  unified: {},
};

describe("an integration document", () => {
  it("may be the example of CONTRACT", () => {
    expect(problems(contractExample)).toEqual([]);
  });

  it("needs a name and a token host and takes the documented default for the rest", () => {
    const least = { name: "least", credentials: { format: "oauth2", config: { auth } } };
    const { credentials, authorization, inputs } = integrationDocumentSchema.parse(least);
    expect(credentials.config).toMatchObject({
      auth: { tokenHost: "https://login.acme.example", tokenPath: "/oauth/token", authorizePath: "/oauth/authorize" },
      scope: [],
      scopeSeparator: " ",
      pkce: { method: "S256" },
      options: { authorizationMethod: "header", bodyFormat: "form" },
      expiresInUnit: "auto",
      refresh: {
        windowSeconds: [60, 180],
        bufferSeconds: 30,
        earliestSeconds: null,
        quietHoursUtc: null,
        timeoutSeconds: 20,
        rotation: { rule: "single_use" },
        failureRules: [],
        retry: { initialSeconds: 10_800, factor: 2, capSeconds: 86_400 },
        massFailure: { accounts: 20, share: 0.2, windowSeconds: 600 },
      },
    });
    expect([authorization.format, inputs]).toEqual(["bearer", []]);
  });

  it("may describe a client that asks for itself (RFC 6749 §4.4)", () => {
    expect(problems(withFormat("oauth2_client_credentials"))).toEqual([]);
  });

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ["an error", { errors: ["token_revoked"] }],
    ["a status", { statuses: [418, 418] }],
    ["words of the description", { descriptionIncludes: "uninstalled" }],
  ])("may carry failure rules by %s", (_name, rule) => {
    expect(problems(withRules(rule))).toEqual([]);
  });

  it.each<[string, unknown, string]>([
    ["at the top", { ...exampleSource(), lable: "x" }, ': Unrecognized key: "lable" lable'],
    ["deep inside", withAuth({ tokenpath: "/x" }), '/credentials/config/auth: Unrecognized key: "tokenpath" tokenpath'],
    [
      "in refresh",
      withConfig({ refresh: { bufferSecond: 3 } }),
      '/credentials/config/refresh: Unrecognized key: "bufferSecond" bufferSecond',
    ],
  ])("is refused for an unknown field %s, which is named", (_name, source, problem) => {
    expect(problems(source)).toEqual([problem]);
  });

  it("is refused by name for what this version can't honour yet (ADR 0012)", () => {
    const revocation = { path: "/end", authorization: "client" };
    expect(problems(withConfig({ options: { authorizationMethod: "mtls" }, revocation }))).toEqual([
      "/credentials/config/revocation/authorization: authorization is not supported by this version yet; leave it out",
    ]);
  });

  it("says how typed credentials are sent and tried", () => {
    const typed = { name: "typed", credentials: { format: "api_key" } };
    expect(problems(typed)).toEqual(
      expect.arrayContaining([
        expect.stringContaining("/authorization/format: expected header, query, basic or expression"),
        expect.stringContaining("/api/probe: expected a harmless call"),
      ]),
    );
  });

  it.each(["api_key", "basic", "custom"] as const)("may say what an end user types (%s)", (format) => {
    expect(problems(typedSource(format))).toEqual([]);
  });

  it("may call what is typed client_id and client_secret, where no token endpoint has a word for it", () => {
    const fields = ["client_id", "client_secret"].map((name) => ({ name, label: name }));
    const authorization = { format: "basic", config: { username: "{client_id}", password: "{client_secret}" } };
    expect(problems(typedSource("custom", { config: { fields }, authorization }))).toEqual([]);
  });

  it.each<[string, unknown, string]>([
    [
      "is sent under a name that nobody types",
      typedSource("api_key", { authorization: { format: "header", config: { name: "x-key", value: "{key}" } } }),
      "/authorization/config/value: {key} names nothing; declare it in /inputs or remove it, or one of {api_key}",
    ],
    [
      "shares its name with an input",
      typedSource("basic", { inputs: [{ name: "username", label: "U" }] }),
      "/inputs/0/name: username is taken; give it another name",
    ],
    [
      "would stand in the path of the identity call",
      typedSource("api_key", { config: { identity: { path: "/keys/{api_key}", id: "id" } } }),
      "/credentials/config/identity/path: {api_key} names nothing; declare it in /inputs or remove it",
    ],
  ])("is refused when what is typed %s", (_name, source, problem) => {
    expect(problems(source)).toEqual([problem]);
  });

  it.each<[string, Readonly<Record<string, unknown>>, string]>([
    ["has no pattern", { name: "domain", value: "domain" }, "must be required and have a pattern"],
    ["may be absent", { name: "domain", value: "domain", pattern: "x", required: false }, "must be required"],
  ])("is refused when a field that forms a host %s", (_name, field, problem) => {
    const source = exampleSource({ api: { baseUrl: "{domain}/v1" }, config: { auth, fields: [field] } });
    expect(problems(source)).toContainEqual(expect.stringContaining(problem));
  });

  it("is refused when an input stands for a whole host: that would be anybody's", () => {
    const inputs = [{ name: "host", label: "Host" }];
    const source = exampleSource({ inputs, api: { baseUrl: "{host}/v1" } });
    expect(problems(source)).toEqual([expect.stringContaining("/api/baseUrl: expected https:// and a host")]);
  });

  it("is refused when one name means two things", () => {
    const inputs = ["shop", "shop", "access_token"].map((name) => ({ name, label: name }));
    expect(problems(exampleSource({ inputs }))).toEqual([
      "/inputs/1/name: shop is taken; give it another name",
      "/inputs/2/name: access_token is taken; give it another name",
    ]);
  });

  it.each([
    ["a path", "https://login.acme.example/oauth"],
    ["a trailing slash", "https://login.acme.example/"],
    ["a query", "https://login.acme.example?x=1"],
    ["a fragment", "https://login.acme.example#x"],
    ["credentials", "https://user@login.acme.example"],
    ["a backslash", "https://login.acme.example\\evil"],
    ["white space", "https://login.acme.example "],
    ["no scheme", "login.acme.example"],
    ["another scheme", "ftp://login.acme.example"],
    ["nothing", ""],
  ])("is refused for a host with %s", (_name, tokenHost) => {
    expect(problems(withAuth({ tokenHost }))).toEqual([
      expect.stringContaining("/credentials/config/auth/tokenHost: "),
    ]);
  });

  it.each([["//evil.example#"], ["token"], ["/to ken"], ["/a\\b"]])("is refused for the path %o", (tokenPath) => {
    expect(problems(withAuth({ tokenPath }))).toEqual([
      expect.stringContaining("/credentials/config/auth/tokenPath: "),
    ]);
  });

  it.each<[string, unknown, string]>([
    [
      "a host",
      withAuth({ tokenHost: "https://{shop}.acme.example" }),
      "/credentials/config/auth/tokenHost: {shop} names nothing",
    ],
    [
      "a path",
      withAuth({ tokenPath: "/{shop}/token" }),
      "/credentials/config/auth/tokenPath: {shop} names nothing; declare it",
    ],
    [
      "the API's address",
      exampleSource({ api: { baseUrl: "https://{shop}.acme.example" } }),
      "/api/baseUrl: {shop} names nothing",
    ],
  ])("is refused when %s names an input that it does not declare", (_name, source, problem) => {
    expect(problems(source)).toEqual([expect.stringContaining(problem)]);
  });

  it.each<[string, unknown]>([
    ["an upper case name", { ...exampleSource(), name: "Acme" }],
    ["a name of 64 characters", { ...exampleSource(), name: "a".repeat(64) }],
    ["a window upside down", withConfig({ refresh: { windowSeconds: [180, 60] } })],
    ["a deadline beyond the lease", withConfig({ refresh: { timeoutSeconds: 30 } })],
    ["no deadline", withConfig({ refresh: { timeoutSeconds: 0 } })],
    ["half a second", withConfig({ refresh: { bufferSeconds: 0.5 } })],
    ["a negative life", withConfig({ tokenExpiryDuration: -1 })],
    ["PKCE plain", withConfig({ pkce: { method: "plain" } })],
    ["an unknown unit", withConfig({ expiresInUnit: "minutes" })],
    ["quiet hours that are none", withConfig({ refresh: { quietHoursUtc: [3, 3] } })],
    ["an hour that no day has", withConfig({ refresh: { quietHoursUtc: [3, 24] } })],
    ["a negative earliest second", withConfig({ refresh: { earliestSeconds: -1 } })],
    ["a share of more than all", withConfig({ refresh: { massFailure: { share: 1.1 } } })],
    ["a mass failure of nobody", withConfig({ refresh: { massFailure: { accounts: 0 } } })],
    ["a mass failure within a moment", withConfig({ refresh: { massFailure: { windowSeconds: 59 } } })],
    ["a failure rule without a condition", withRules({})],
    ["a failure rule whose statuses are upside down", withRules({ statuses: [499, 400] })],
    ["a failure rule with a status that does not exist", withRules({ statuses: [99, 400] })],
    ["a failure rule that lists no errors", withRules({ errors: [] })],
    ["a failure rule of an unknown class", withRules({ errors: ["x"], class: "fatal" })],
    ["a failure rule with an id in capitals", withRules({ errors: ["x"], id: "Revoked" })],
    ["a failure rule that says nothing", withRules({ errors: ["x"], meaning: "" })],
    ["two failure rules of one name", withRules({ errors: ["x"] }, { errors: ["y"] })],
    ["more than 50 failure rules", withRules(...Array.from({ length: 51 }, (_, index) => ruleNumber(index)))],
    ["a pattern that is no regular expression", exampleSource({ inputs: [{ name: "a", label: "A", pattern: "(" }] })],
    ["an input name with a dot", exampleSource({ inputs: [{ name: "a.b", label: "A" }] })],
  ])("is refused for %s", (_name, source) => {
    expect(problems(source)).toHaveLength(1);
  });
});

function withFormat(format: string): Record<string, unknown> {
  return { name: "x", credentials: { format, config: { auth } } };
}

it.each<[string, string | string[], string, string[]]>([
  ["a list", ["a", "b c"], " ", ["a", "b c"]],
  ["one string with spaces", " a  b ", " ", ["a", "b"]],
  ["one string with commas", "a, b,c", ",", ["a", "b", "c"]],
  ["an empty string", "", " ", []],
])("scopes may be written as %s", (_name, scope, scopeSeparator, scopes) => {
  expect(documentScopes({ scope, scopeSeparator })).toEqual(scopes);
});

describe("the hosts that credentials may travel to (invariant 12)", () => {
  it("are told apart by what travels there, in lower case", () => {
    expect(documentHosts(integrationDocumentSchema.parse(contractExample))).toEqual({
      tokens: "https://{subdomain}.acme.example",
      authorization: "https://login.acme.example",
      API: "https://{subdomain}.acme.example",
    });
    const shouting = integrationDocumentSchema.parse(withAuth({ tokenHost: "https://LOGIN.acme.example" }));
    expect(documentHosts(shouting)["tokens"]).toBe("https://login.acme.example");
  });

  it("are not the same when two of them swap their roles", () => {
    const [one, other] = ["https://a.example", "https://b.example"];
    const before = integrationDocumentSchema.parse(withAuth({ tokenHost: one, authorizeHost: other }));
    const swapped = integrationDocumentSchema.parse(withAuth({ tokenHost: other, authorizeHost: one }));
    expect(describeHosts(before)).not.toBe(describeHosts(swapped));
  });
});

it("is described by a JSON Schema 2020-12 that forbids unknown fields too", () => {
  expect(integrationJsonSchema()).toMatchObject({
    $schema: "https://json-schema.org/draft/2020-12/schema",
    additionalProperties: false,
    required: ["name", "credentials"],
  });
});

it.each([
  [" ", "read a,b write", ["read", "a,b", "write"]],
  [",", "read, write,all", ["read", "write", "all"]],
  ["+", "read+write", ["read", "write"]],
])(
  "scopes that somebody gives in one text are parted as the definition parts them (%o)",
  (scopeSeparator, text, scopes) => {
    expect(partScopes(integrationDocumentSchema.parse(exampleSource({ config: { scopeSeparator } })), text)).toEqual(
      scopes,
    );
  },
);
