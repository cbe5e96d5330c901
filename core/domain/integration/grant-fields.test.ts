import { describe, expect, it } from "vitest";
import { exampleDocument, exampleSource } from "#test/fakes/in-memory-integration-store";
import { DomainError } from "../problem/domain-error.ts";
import { acceptField, checkFields, missingFields, validFields } from "./grant-fields.ts";
import { integrationDocumentSchema } from "./integration-document.ts";
import { resolveIntegration } from "./resolve-integration.ts";

const layer = { clientId: "client-1" };
const instance = {
  name: "instance_url",
  value: "instance_url",
  pattern: "https://[a-z0-9-]+(\\.[a-z0-9-]+)*\\.acme\\.example",
};
const accounts = {
  name: "accounts_server",
  from: "callback",
  value: "`accounts-server`",
  pattern: "https://accounts\\.acme\\.(com|eu)",
};
const team = { name: "team_id", value: "team.id", required: false };

const withFields = exampleDocument({
  api: { baseUrl: "{instance_url}/v2" },
  config: { fields: [instance, team] },
});

describe("a field of a grant", () => {
  it.each<[string, unknown, string | null]>([
    ["text as it is", "https://eu1.acme.example", "https://eu1.acme.example"],
    ["another host", "https://eu1.acme.example.evil.example", null],
    ["another host before it", "https://evil.example/https://x.acme.example", null],
    ["more behind it", "https://eu1.acme.example/path", null],
    ["a line behind it", "https://eu1.acme.example\n", null],
    ["no text", { url: "https://eu1.acme.example" }, null],
    ["nothing", "", null],
  ])("is kept only if all of it is as its pattern says: %s", (_name, value, kept) => {
    expect(acceptField(instance, value)).toBe(kept);
  });

  it.each<[unknown, string | null]>([
    [62_515, "62515"],
    [true, "true"],
    [Number.NaN, "NaN"],
    ["..", null],
    ["a\u0000b", null],
    ["\ud800", null],
    ["x".repeat(501), null],
    [["a"], null],
  ])("without a pattern is any short text: %s", (value, kept) => {
    expect(acceptField({}, value)).toBe(kept);
  });

  it("that was kept under another pattern counts for nothing, and what it forms leads nowhere", () => {
    const kept = { instance_url: "https://eu1.acme.example", gone: "x" };
    expect(validFields(withFields, kept)).toEqual({ instance_url: "https://eu1.acme.example" });
    const changed = exampleDocument({ config: { fields: [{ ...instance, pattern: "https://us1\\.acme\\.example" }] } });
    expect(validFields(changed, kept)).toEqual({});
    expect(missingFields(changed, validFields(changed, kept))).toEqual(["instance_url"]);
  });
});

describe("an import", () => {
  const check = (given: Readonly<Record<string, string>>): unknown => {
    try {
      return checkFields(withFields, given);
    } catch (error) {
      return error instanceof DomainError ? error.errors.map((one) => one.pointer) : error;
    }
  };

  it("brings the fields that addresses name, and may leave out others", () => {
    expect(check({ instance_url: "https://a.acme.example" })).toEqual({ instance_url: "https://a.acme.example" });
    expect(check({ team_id: "T1" })).toEqual(["/fields/instance_url"]);
    expect(check({ instance_url: "https://evil.example", other: "x" })).toEqual([
      "/fields/instance_url",
      "/fields/other",
    ]);
  });
});

describe("hosts that come with a grant", () => {
  const document = exampleDocument({
    api: { baseUrl: "{instance_url}/v2" },
    config: {
      auth: {
        tokenHost: "{accounts_server}",
        authorizeHost: "https://accounts.acme.com",
        tokenPath: "/token",
        refreshHost: "{instance_url}",
        revokePath: "/revoke",
      },
      fields: [instance, accounts],
    },
  });
  const resolve = (fields: Readonly<Record<string, string>>) => resolveIntegration(document, layer, {}, fields);

  it("stand where the field does, as they are", () => {
    const kept = { accounts_server: "https://accounts.acme.eu", instance_url: "https://eu1.acme.example" };
    expect(resolve(kept)).toMatchObject({
      tokenEndpoint: "https://accounts.acme.eu/token",
      refreshEndpoint: "https://eu1.acme.example/token",
      revocationEndpoint: "https://accounts.acme.eu/revoke",
      authorizationEndpoint: "https://accounts.acme.com/oauth/authorize",
    });
  });

  it("are nowhere while the field is unknown, or is not as its pattern says", () => {
    for (const kept of [{}, { accounts_server: "https://accounts.evil.example" }]) {
      expect(URL.canParse(resolve(kept).tokenEndpoint)).toBe(false);
    }
  });

  it("are pinned by name and pattern before they are known (A10)", () => {
    const pinned = resolve({}).pinnedTokenEndpoint;
    expect(pinned).toBe("{accounts_server=https://accounts\\.acme\\.(com|eu)}/token");
    expect(resolve({ accounts_server: "https://accounts.acme.eu" }).pinnedTokenEndpoint).toBe(pinned);
    expect(resolveIntegration(exampleDocument(), layer, {}).pinnedTokenEndpoint).toBe(
      "https://login.acme.example/oauth/token",
    );
  });

  it("may be a part of a host, and stay within it", () => {
    const part = exampleDocument({
      config: {
        auth: { tokenHost: "https://{dc}.acme.example", authorizeHost: "https://acme.example" },
        fields: [{ name: "dc", from: "callback", value: "dc", pattern: ".*" }],
      },
    });
    const tokenEndpoint = (dc: string): string => resolveIntegration(part, layer, {}, { dc }).tokenEndpoint;
    expect(tokenEndpoint("eu1")).toBe("https://eu1.acme.example/oauth/token");
    expect(URL.canParse(tokenEndpoint("evil.example/"))).toBe(false);
  });

  it("carry no credentials, query or fragment, whatever their pattern allows", () => {
    const lax = exampleDocument({
      config: {
        auth: { tokenHost: "{host}", authorizeHost: "https://acme.example" },
        fields: [{ name: "host", from: "callback", value: "h", pattern: ".*" }],
      },
    });
    for (const host of [
      "https://a@evil.example",
      "https://a.example?x",
      "https://a.example#x",
      "ftp://a",
      "a.example",
    ]) {
      expect(URL.canParse(resolveIntegration(lax, layer, {}, { host }).tokenEndpoint), host).toBe(false);
    }
  });
});

describe("a document that names a field before it is known is refused", () => {
  const problems = (config: Readonly<Record<string, unknown>>, format = "oauth2"): string[] =>
    integrationDocumentSchema
      .safeParse(exampleSource({ config, format }))
      .error?.issues.map((issue) => `${issue.path.slice(2).join("/")}: ${issue.message}`) ?? [];
  const auth = { tokenHost: "https://login.acme.example" };

  it.each<[string, Record<string, unknown>, string]>([
    [
      "in the authorization request",
      { auth: { ...auth, authorizeHost: "{accounts_server}" }, fields: [accounts] },
      "auth/authorizeHost: {accounts_server} is known only after the authorization",
    ],
    [
      "in a token host that is the authorization host too",
      { auth: { tokenHost: "{accounts_server}" }, fields: [accounts] },
      "auth/authorizeHost: expected, since the tokenHost will not do",
    ],
    [
      "in a token host, from the answer of that host",
      { auth: { tokenHost: "{instance_url}", authorizeHost: "https://a.example" }, fields: [instance] },
      "auth/tokenHost: {instance_url} is known only after the token request",
    ],
    [
      "from an identity that is not declared",
      { fields: [{ ...team, from: "identity" }] },
      "fields/0/from: there is no identity",
    ],
  ])("%s", (_name, config, problem) => {
    expect(problems({ auth, ...config }).join("\n")).toContain(problem);
  });

  it("in a second step, from the answer of that very step", () => {
    const config = { auth, exchange: { host: "{instance_url}", path: "/x" }, fields: [instance] };
    expect(problems(config).join("\n")).toContain("exchange/host: {instance_url} is known only after this very step");
  });

  it("and so is a second step that would be left out of tokens that are each the first", () => {
    expect(problems({ auth, exchange: { path: "/x" } }, "oauth2_client_credentials")).toEqual([
      "exchange/when: expected always: with oauth2_client_credentials every token is a new one",
    ]);
  });

  it("from a callback that never comes", () => {
    const config = { auth, fields: [{ ...accounts, required: false }] };
    expect(problems(config, "oauth2_client_credentials").join("\n")).toContain("fields/0/from: nobody comes back");
  });
});
