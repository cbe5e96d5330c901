import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exampleDocument } from "#test/fakes/in-memory-integration-store";
import { defaultRefreshPolicy } from "../refresh/refresh-policy.ts";
import { DomainError } from "../problem/domain-error.ts";
import { oauthConfigOf } from "./integration-document.ts";
import { checkInputs, refreshPolicyOf, resolveIntegration } from "./resolve-integration.ts";

const layer = { clientId: "client-1" };
const hosted = exampleDocument({
  inputs: [
    { name: "subdomain", label: "Your subdomain", example: "acme" },
    { name: "region", label: "Region", pattern: "eu|us", required: false },
    { name: "space", label: "Space", required: false },
  ],
  config: {
    auth: {
      tokenHost: "https://{subdomain}.acme.example",
      tokenPath: "/spaces/{space}/token",
      authorizePath: "/authorize",
    },
  },
});

/** `pointer detail` of each refusal. */
function refusals(given: Readonly<Record<string, string>>): string[] {
  try {
    checkInputs(hosted, given);
    return [];
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    expect(error.code).toBe("invalid_request");
    return error.errors.map(({ pointer, detail }) => `${pointer} ${detail}`);
  }
}

describe("an input that forms a host is one DNS label (D2)", () => {
  it.each([
    "evil.com/",
    "evil.com#",
    "evil.com?",
    "a.b@evil",
    "127.0.0.1:80\\",
    "127.0.0.1:80",
    "a.b",
    "a:1",
    "a/b",
    "a@b",
    "a%2eb",
    "a b",
    "-a",
    "a-",
    "ünïcode",
    "a\u3002b",
    "a\nb",
    "a".repeat(64),
  ])("%o is refused, and the field is named", (subdomain) => {
    expect(refusals({ subdomain })).toEqual([expect.stringMatching(/^\/inputs\/subdomain .*for example acme$/)]);
  });

  it.each(["acme", "ACME-1", "a", "9", "a".repeat(63), "  acme  "])("%o is allowed", (subdomain) => {
    expect(refusals({ subdomain })).toEqual([]);
  });

  it("never leads to another registrable domain, whatever is typed", () => {
    const unit = fc.constantFrom(..."aZ9-_./\\#?@:%[]{}\t\n \u3002\uff0e\u00fc\u00ad\u200b");
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 8 }), (subdomain) => {
        if (refusals({ subdomain }).length > 0) return;
        const { tokenEndpoint } = resolveIntegration(hosted, layer, checkInputs(hosted, { subdomain }));
        const url = new URL(tokenEndpoint);
        expect(url.hostname).toMatch(/^[^.]+\.acme\.example$/);
        expect([url.protocol, url.port, url.username, url.search, url.hash]).toEqual(["https:", "", "", "", ""]);
      }),
      { numRuns: 500, examples: [["acme"], ["evil.com/"], ["x@evil.com"]] },
    );
  });
});

describe("checking inputs", () => {
  it("names every wrong one at once", () => {
    expect(refusals({ region: "asia", color: "red" })).toEqual([
      "/inputs/subdomain Your subdomain is needed",
      "/inputs/region Region does not have the expected form",
      "/inputs/color is no input of this integration; leave it out",
    ]);
  });

  it("holds a pattern against the whole value", () => {
    expect(refusals({ subdomain: "a", region: "eu" })).toEqual([]);
    expect(refusals({ subdomain: "a", region: "europe" })).toHaveLength(1);
  });

  it("trims, and leaves out what is empty and not required", () => {
    expect(checkInputs(hosted, { subdomain: " acme ", region: " ", space: "" })).toEqual({ subdomain: "acme" });
  });

  it.each(["a\r\nx-admin: 1", "a\tb", "a\u0000b", "a\u0085b", "a\u2028b"])(
    "refuses control characters, which may begin a header of their own: %j",
    (space) => {
      expect(refusals({ subdomain: "a", space })).toEqual([
        "/inputs/space Space holds a line break or another control character; remove it",
      ]);
    },
  );

  it("refuses more than 200 characters", () => {
    expect(refusals({ subdomain: "a", space: "x".repeat(200) })).toEqual([]);
    expect(refusals({ subdomain: "a", space: "x".repeat(201) })).toHaveLength(1);
  });
});

describe("what is typed", () => {
  const asked = exampleDocument({
    inputs: [
      { name: "shop", label: "Shop", prefix: "https://", suffix: ".shop.example" },
      {
        name: "region",
        label: "Region",
        options: [
          { value: "eu", label: "Europe" },
          { value: "us-east.2", label: "United States" },
        ],
        default: "eu",
      },
    ],
    config: { auth: { tokenHost: "https://{shop}.{region}.acme.example" } },
  });

  it.each(["https://north.shop.example", "HTTPS://north.Shop.example/", "north.shop.example", "north"])(
    "may have its prefix and its suffix around it: %s",
    (shop) => {
      expect(checkInputs(asked, { shop })).toEqual({ shop: "north", region: "eu" });
    },
  );

  it("is the default where nothing was typed", () => {
    expect(checkInputs(asked, { shop: "north", region: " " })).toEqual({ shop: "north", region: "eu" });
  });

  it("is one of the options where there are some, which may be several labels of a host", () => {
    expect(checkInputs(asked, { shop: "north", region: "us-east.2" })).toMatchObject({ region: "us-east.2" });
    for (const region of ["us-east.3", "Europe", "eu.evil.example"]) {
      expect(() => checkInputs(asked, { shop: "north", region })).toThrow(
        expect.objectContaining({
          errors: [{ pointer: "/inputs/region", fault: "choice", detail: "Region must be one of eu, us-east.2" }],
        }),
      );
    }
  });
});

describe("what stands around what is typed", () => {
  const source = (input: Readonly<Record<string, unknown>>) =>
    exampleDocument({ inputs: [{ name: "site", label: "Your site", example: "acme", ...input }] });
  const read = (input: Readonly<Record<string, unknown>>, typed: string): string => {
    try {
      return checkInputs(source(input), { site: typed })["site"] ?? "(nothing)";
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      return error.errors.map((one) => one.detail).join();
    }
  };
  const around = { prefix: "https://", suffix: ".acme.example" };

  it.each([
    ["north", "north"],
    ["https://north.acme.example", "north"],
    ["HTTPS://North.ACME.example/", "North"],
    ["  https://north.acme.example//  ", "north"],
    ["north.acme.example", "north"],
    ["https://north", "north"],
    ["north.acme.example.evil", "north.acme.example.evil"],
    ["https://", "Your site is needed"],
    [".acme.example", "Your site is needed"],
  ])("%o is taken for %o, without what stands around it", (typed, expected) => {
    expect(read(around, typed)).toBe(expected);
  });

  it("loses a prefix once, and nothing where none is declared", () => {
    expect(read({ prefix: "a" }, "aab")).toBe("ab");
    expect(read({}, "https://north/")).toBe("https://north/");
  });

  it("is checked without what stood around it", () => {
    expect(read({ ...around, pattern: "[a-z]+" }, "https://north.acme.example")).toBe("north");
    expect(read({ ...around, pattern: "[a-z]+" }, "https://n0rth.acme.example")).toBe(
      "Your site does not have the expected form, for example acme",
    );
  });

  it.each([
    ["", "eu"],
    ["  ", "eu"],
    ["us", "us"],
  ])("%o is %o where there is a default", (typed, expected) => {
    expect(read({ default: "eu" }, typed)).toBe(expected);
    expect(read({ default: "eu", required: false }, typed)).toBe(expected);
  });

  it("is one of the choices, to the letter, where there are some", () => {
    const options = ["eu", "us"].map((value) => ({ value, label: value.toUpperCase() }));
    expect(["eu", "us"].map((typed) => read({ options }, typed))).toEqual(["eu", "us"]);
    for (const typed of ["EU", "eu,us", "asia"]) {
      expect(read({ options }, typed)).toBe("Your site must be one of eu, us");
    }
    expect(read({ options, default: "us" }, "")).toBe("us");
    expect(() => source({ options, default: "asia" })).toThrow("expected one of the options");
  });
});

describe("a path", () => {
  const document = exampleDocument({
    inputs: ["constructor", "toString", "a", "b"].map((name) => ({ name, label: name, required: false })),
    config: { auth: { tokenHost: "https://login.acme.example", tokenPath: "/x/{a}{b}/{constructor}/{toString}/t" } },
  });

  it("holds nothing that every object has", () => {
    expect(resolveIntegration(document, layer, { a: "1" }).tokenEndpoint).toBe("https://login.acme.example/x/1///t");
  });

  it("is not left by what is put together of it", () => {
    expect(() => resolveIntegration(document, layer, { a: ".", b: "." })).toThrow(/makes a path that leads elsewhere/);
    expect(() => checkInputs(document, { a: "." })).toThrow(DomainError);
  });
});

describe("a resolved integration", () => {
  it("escapes an input in a path, so that it stays one segment", () => {
    const { tokenEndpoint } = resolveIntegration(hosted, layer, { subdomain: "acme", space: "a/../b?c#d" });
    expect(tokenEndpoint).toBe("https://acme.acme.example/spaces/a%2F..%2Fb%3Fc%23d/token");
  });

  it("uses the token host for what names no host of its own", () => {
    const resolved = resolveIntegration(hosted, layer, { subdomain: "acme", space: "s" });
    expect(resolved.authorizationEndpoint).toBe("https://acme.acme.example/authorize");
    expect(resolved.refreshEndpoint).toBe(resolved.tokenEndpoint);
    expect(resolved.revocationEndpoint).toBeNull();
    expect(resolved.introspectionEndpoint).toBeNull();
  });

  it("uses the hosts and paths that are named", () => {
    const auth = {
      tokenHost: "https://token.example",
      tokenPath: "/t",
      authorizeHost: "https://login.example",
      authorizePath: "/a",
      refreshPath: "/r",
      revokePath: "/x",
      introspectPath: "/i",
      issuer: "https://login.example",
    };
    expect(resolveIntegration(exampleDocument({ config: { auth } }), layer, {})).toMatchObject({
      authorizationEndpoint: "https://login.example/a",
      tokenEndpoint: "https://token.example/t",
      refreshEndpoint: "https://token.example/r",
      revocationEndpoint: "https://token.example/x",
      introspectionEndpoint: "https://token.example/i",
      issuer: "https://login.example",
    });
  });

  it("takes the environment's scopes over the document's (R6)", () => {
    const document = exampleDocument({ config: { scope: "a b" } });
    expect(resolveIntegration(document, layer, {}).scopes).toEqual(["a", "b"]);
  });

  it.each([
    ["header", "header"],
    ["body", "body"],
    ["none", "none"],
  ])("authenticates the client by %s", (authorizationMethod, expected) => {
    const document = exampleDocument({ config: { options: { authorizationMethod } } });
    expect(resolveIntegration(document, layer, {}).clientAuthentication).toBe(expected);
  });

  it("keeps the provider's deadline below the lease (invariant 1)", () => {
    const document = exampleDocument();
    const config = oauthConfigOf(document);
    if (config === null) throw new Error("the example has a token endpoint");
    // As if the schema allowed it.
    const slow = { ...config, refresh: { ...config.refresh, timeoutSeconds: 600 } };
    const policy = refreshPolicyOf({ ...document, credentials: { format: "oauth2", config: slow } });
    expect(policy.timeoutSeconds).toBe(25);
  });

  it("has the default policy where the document says nothing about refreshing", () => {
    expect(refreshPolicyOf(exampleDocument())).toEqual(defaultRefreshPolicy);
  });

  it("carries every wish of the document into the policy", () => {
    const massFailure = { accounts: 5, share: 0.5, windowSeconds: 60 };
    const refresh = { earliestSeconds: 30, quietHoursUtc: [22, 4], concurrency: 3, perMinute: 60, massFailure };
    expect(refreshPolicyOf(exampleDocument({ config: { refresh } }))).toMatchObject({
      earliestSeconds: 28,
      quietHoursUtc: [22, 4],
      budget: { concurrency: 3, perMinute: 60 },
      massFailure,
    });
  });

  it("names its own failure rules after itself, so that no default rule bears the same name", () => {
    const rule = { errors: ["token_revoked"], statuses: [400, 499], class: "reauthorize", meaning: "Uninstalled." };
    const words = { descriptionIncludes: "try later", class: "transient", meaning: "Busy." };
    const failureRules = [
      { id: "rfc6749.invalid_grant", ...rule },
      { id: "busy", ...words },
    ];
    expect(refreshPolicyOf(exampleDocument({ config: { refresh: { failureRules } } })).failureRules).toEqual([
      { id: "acme-crm.rfc6749.invalid_grant", ...rule },
      { id: "acme-crm.busy", ...words },
    ]);
  });

  it("asks with the client alone, and uses nothing up, where the format says so (RFC 6749 §4.4)", () => {
    const refresh = { rotation: { rule: "family_revocation" } };
    const document = exampleDocument({ config: { refresh } });
    expect(refreshPolicyOf(document)).toMatchObject({
      grant: "refresh_token",
      rotation: { rule: "family_revocation" },
    });
    const asClient = exampleDocument({ format: "oauth2_client_credentials", config: { refresh } });
    const resolved = resolveIntegration(asClient, layer, {});
    expect(resolved.format).toBe("oauth2_client_credentials");
    expect(resolved.refreshPolicy).toMatchObject({ grant: "client_credentials", rotation: { rule: "none" } });
  });

  it.each([
    ["finds out what expires_in counts", {}, "auto"],
    ["takes the document's word for it", { expiresInUnit: "milliseconds" }, "milliseconds"],
  ])("%s", (_name, config, expected) => {
    expect(resolveIntegration(exampleDocument({ config }), layer, {}).expiresInUnit).toBe(expected);
  });

  it("carries graceSeconds only where there is a grace", () => {
    const withRule = (rotation: unknown) =>
      refreshPolicyOf(exampleDocument({ config: { refresh: { rotation } } })).rotation;
    expect(withRule({ rule: "grace", graceSeconds: 60 })).toEqual({ rule: "grace", graceSeconds: 60 });
    expect(withRule({ rule: "none", graceSeconds: 60 })).toEqual({ rule: "none" });
  });
});
