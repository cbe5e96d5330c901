import { describe, expect, it } from "vitest";
import { readSsoConfig } from "./read-sso-config.ts";

function read(env: Record<string, string>) {
  const problems: string[] = [];
  const config = readSsoConfig(
    (name) => env[name] ?? null,
    (name, text) => problems.push(`${name} ${text}`),
  );
  return { config, problems };
}

const least = {
  EVERGRANT_OIDC_ISSUER: "https://idp.example.com/realms/staff",
  EVERGRANT_OIDC_CLIENT_ID: "evergrant",
  EVERGRANT_OIDC_CLIENT_SECRET: "a secret",
};

describe("the configuration of single sign-on", () => {
  it("is none without an issuer, and says so of what then would count for nothing", () => {
    expect(read({})).toEqual({ config: null, problems: [] });
    expect(read({ EVERGRANT_OIDC_CLIENT_ID: "x" })).toEqual({
      config: null,
      problems: [expect.stringMatching(/^EVERGRANT_OIDC_CLIENT_ID counts only with EVERGRANT_OIDC_ISSUER/)],
    });
  });

  it("needs a client, and has defaults for the rest", () => {
    expect(read(least)).toEqual({
      problems: [],
      config: {
        issuer: "https://idp.example.com/realms/staff",
        clientId: "evergrant",
        clientSecret: "a secret",
        clientAuthentication: "basic",
        scope: "openid profile email",
        label: "single sign-on",
        roles: { claim: "groups", values: new Map() },
      },
    });
    const { problems } = read({ EVERGRANT_OIDC_ISSUER: "https://idp.example.com" });
    expect(problems.map((text) => text.split(" ")[0])).toEqual([
      "EVERGRANT_OIDC_CLIENT_ID",
      "EVERGRANT_OIDC_CLIENT_SECRET",
    ]);
  });

  it.each([
    ["EVERGRANT_OIDC_ISSUER", "idp.example.com"],
    ["EVERGRANT_OIDC_ISSUER", "ftp://idp.example.com"],
    ["EVERGRANT_OIDC_ISSUER", "https://idp.example.com/?a=b"],
    ["EVERGRANT_OIDC_ISSUER", "https://user:password@idp.example.com"],
    ["EVERGRANT_OIDC_SCOPE", "profile email"],
    ["EVERGRANT_OIDC_ROLES", "admin=platform"],
    ["EVERGRANT_OIDC_CLIENT_AUTHENTICATION", "mtls"],
  ])("refuses %s=%s, and never repeats the secret", (name, value) => {
    const { problems } = read({ ...least, [name]: value });
    expect(problems).toEqual([expect.stringContaining(name)]);
    expect(problems.join()).not.toContain("a secret");
  });
});
