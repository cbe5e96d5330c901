import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { storedDocument } from "#test/fakes/in-memory-integration-store";
import { resolveIntegration } from "../integration/resolve-integration.ts";
import { authorizationUrl, pushedAuthorizationUrl, type AuthorizationRequest } from "./authorization-url.ts";

const request: AuthorizationRequest = {
  clientId: "client-1",
  redirectUri: "https://evergrant.example/oauth/callback/abc",
  state: "state-1",
  scopes: ["read", "write"],
  verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
  nonce: null,
};

function urlFor(config: Readonly<Record<string, unknown>> = {}, changes: Partial<AuthorizationRequest> = {}): URL {
  const resolved = resolveIntegration(storedDocument({ config }), { clientId: "client-1" }, {});
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

  it("carries its scopes under another name, beside a scope of the integration's own", () => {
    const url = urlFor({ scopeParameter: "user_scope", params: { authorize: { scope: "bot" } } });
    expect([url.searchParams.get("user_scope"), url.searchParams.get("scope")]).toEqual(["read write", "bot"]);
  });

  it("carries the protocol's parameters under the provider's names, and lets nothing take them", () => {
    const parameterNames = { client_id: "app_id", response_type: "kind", redirect_uri: "back", state: "memo" };
    const hostile = { app_id: "evil", client_id: "evil", back: "https://evil.example", memo: "fixed" };
    const plain = urlFor().searchParams;
    const renamed = [...plain].map(([name, value]) => [
      Object.hasOwn(parameterNames, name) ? parameterNames[name as keyof typeof parameterNames] : name,
      value,
    ]);
    const url = urlFor({ parameterNames, params: { authorize: hostile } });
    expect(Object.fromEntries(url.searchParams)).toEqual(Object.fromEntries(renamed));
  });

  it("fills what the integration's parameters name, and leaves out what is empty", () => {
    const authorize = { audience: "{client_id}", wanted: "{scope}", back: "{redirect_uri}", prompt: "consent" };
    const { searchParams } = urlFor({ params: { authorize } });
    expect(searchParams.get("audience")).toBe("client-1");
    expect(searchParams.get("wanted")).toBe("read write");
    expect(searchParams.get("back")).toBe(request.redirectUri);
    expect(urlFor({ params: { authorize } }, { scopes: [] }).searchParams.has("wanted")).toBe(false);
  });

  it("fills inputs, whatever they hold", () => {
    const config = { params: { authorize: { shop: "{shop}", region: "{region}" } } };
    const inputs = ["shop", "region"].map((name) => ({ name, label: name, required: false }));
    const resolved = resolveIntegration(
      storedDocument({ config, inputs }),
      { clientId: "client-1" },
      { shop: "{state}&x=1" },
    );
    const { searchParams } = new URL(authorizationUrl(resolved, request));
    expect([searchParams.get("shop"), searchParams.has("region"), searchParams.has("x")]).toEqual([
      "{state}&x=1",
      false,
      false,
    ]);
  });

  it("keeps the query of the path, and ends with the fragment that the server wants", () => {
    const auth = {
      tokenHost: "https://login.acme.example",
      authorizePath: "/start?flow=install&state=fixed",
      authorizeFragment: "/authorize",
    };
    const url = urlFor({ auth });
    expect([url.searchParams.get("flow"), url.searchParams.getAll("state"), url.hash]).toEqual([
      "install",
      ["state-1"],
      "#/authorize",
    ]);
  });
});

describe("an authorization request that was pushed (RFC 9126 §4)", () => {
  it("leaves the browser client and reference alone, at the same address", () => {
    const config = {
      auth: {
        tokenHost: "https://login.acme.example",
        authorizePath: "/start?flow=install",
        authorizeFragment: "go",
        parPath: "/par",
      },
      parameterNames: { client_id: "app_id" },
      params: { authorize: { prompt: "consent" } },
    };
    const resolved = resolveIntegration(storedDocument({ config }), { clientId: "client-1" }, {});
    expect(resolved.pushedAuthorizationEndpoint).toBe("https://login.acme.example/par");
    expect(pushedAuthorizationUrl(resolved, "client-1", "urn:example:1")).toBe(
      "https://login.acme.example/start?flow=install&app_id=client-1&request_uri=urn%3Aexample%3A1#go",
    );
  });
});
