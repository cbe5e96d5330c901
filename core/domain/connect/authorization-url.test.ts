import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { exampleDocument } from "#test/fakes/in-memory-integration-store";
import { resolveIntegration } from "../integration/resolve-integration.ts";
import { authorizationUrl, type AuthorizationRequest } from "./authorization-url.ts";

const request: AuthorizationRequest = {
  clientId: "client-1",
  redirectUri: "https://evergrant.example/oauth/callback/abc",
  state: "state-1",
  scopes: ["read", "write"],
  verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
  nonce: null,
};

function urlFor(config: Readonly<Record<string, unknown>> = {}, changes: Partial<AuthorizationRequest> = {}): URL {
  const resolved = resolveIntegration(exampleDocument({ config }), { clientId: "client-1", scopes: null }, {});
  return new URL(authorizationUrl(resolved, { ...request, ...changes }));
}

describe("the authorization request (RFC 6749 §4.1.1)", () => {
  it("carries exactly what the protocol asks for", () => {
    const url = urlFor();
    expect(url.origin + url.pathname).toBe("https://login.acme.example/oauth/authorize");
    expect(Object.fromEntries(url.searchParams)).toEqual({
      response_type: "code",
      client_id: "client-1",
      redirect_uri: "https://evergrant.example/oauth/callback/abc",
      scope: "read write",
      state: "state-1",
      // The example of RFC 7636, appendix B.
      code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
      code_challenge_method: "S256",
    });
  });

  it("challenges with S256 in 43 characters and never shows the verifier", () => {
    const url = urlFor({}, { verifier: "v".repeat(64) });
    const challenge = url.searchParams.get("code_challenge");
    expect(challenge).toHaveLength(43);
    expect(challenge).toBe(createHash("sha256").update("v".repeat(64)).digest("base64url"));
    expect(url.href).not.toContain("vvvv");
  });

  it("leaves the challenge out where the integration turned PKCE off", () => {
    const url = urlFor({}, { verifier: null });
    expect(url.searchParams.has("code_challenge")).toBe(false);
    expect(url.searchParams.has("code_challenge_method")).toBe(false);
  });

  it.each([
    ["a comma", ",", "read,write"],
    ["a plus", "+", "read+write"],
    ["a space", " ", "read write"],
  ])("separates scopes by %s", (_name, scopeSeparator, scope) => {
    expect(urlFor({ scopeSeparator }).searchParams.get("scope")).toBe(scope);
  });

  it("has no scope parameter when no scope is asked for", () => {
    expect(urlFor({ scope: [] }, { scopes: [] }).searchParams.has("scope")).toBe(false);
  });

  it("adds the integration's parameters but lets none replace the protocol's", () => {
    const hostile = {
      access_type: "offline",
      state: "fixed",
      redirect_uri: "https://evil.example",
      client_id: "evil",
      response_type: "token",
      code_challenge_method: "plain",
      code_challenge: "known",
      nonce: "known",
      scope: "everything",
    };
    const url = urlFor({ params: { authorize: hostile } });
    const plain = urlFor();
    plain.searchParams.set("access_type", "offline");
    expect(new Map(url.searchParams)).toEqual(new Map(plain.searchParams));
    for (const name of url.searchParams.keys()) expect(url.searchParams.getAll(name)).toHaveLength(1);
  });

  it("does not let parameters slip in where PKCE and nonce are off", () => {
    const params = { authorize: { code_challenge_method: "plain", nonce: "known" } };
    const url = urlFor({ params }, { verifier: null });
    expect([url.searchParams.has("code_challenge_method"), url.searchParams.has("nonce")]).toEqual([false, false]);
  });

  it("carries the nonce where one was made", () => {
    expect(urlFor({}, { nonce: "nonce-1" }).searchParams.get("nonce")).toBe("nonce-1");
  });
});
