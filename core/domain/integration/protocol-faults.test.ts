import { describe, expect, it } from "vitest";
import { exampleSource } from "#test/fakes/in-memory-integration-store";
import { readDocument } from "./read-document.ts";

function problems(config: Readonly<Record<string, unknown>>, format = "oauth2"): string[] {
  const read = readDocument(exampleSource({ format, config }));
  return read.kind === "document"
    ? []
    : read.errors.map(({ pointer, detail }) => `${pointer.replace("/credentials/config", "")} ${detail}`);
}

describe("a parameter that Evergrant writes itself is refused and not dropped (ADR 0012)", () => {
  it.each([
    ["authorize", { response_type: "token" }],
    ["authorize", { client_id: "{client_id}" }],
    ["authorize", { redirect_uri: "https://evil.example" }],
    ["authorize", { state: "fixed" }],
    ["authorize", { nonce: "fixed" }],
    ["authorize", { code_challenge: "fixed" }],
    ["authorize", { code_challenge_method: "plain" }],
    ["authorize", { scope: "read" }],
    ["token", { grant_type: "password" }],
    ["token", { code: "{scope}" }],
    ["token", { code_verifier: "{scope}" }],
    ["token", { redirect_uri: "{redirect_uri}" }],
    ["refresh", { grant_type: "password" }],
    ["refresh", { refresh_token: "{scope}" }],
  ])("params.%s %o", (request, parameters) => {
    const [name = ""] = Object.keys(parameters);
    expect(problems({ params: { [request]: parameters } })).toEqual([
      expect.stringContaining(
        `/params/${request}/${name} ${name} is written by Evergrant, and would be dropped here; `,
      ),
    ]);
  });

  it.each<[string, Readonly<Record<string, unknown>>, Readonly<Record<string, unknown>>]>([
    ["the client in the body", { options: { authorizationMethod: "body" } }, { client_id: "{client_id}" }],
    ["an assertion", { options: { authorizationMethod: "private_key_jwt" } }, { client_assertion_type: "x" }],
    ["a parameter under another name", { parameterNames: { code: "auth_code" } }, { auth_code: "{scope}" }],
  ])("%s", (_name, config, token) => {
    expect(problems({ ...config, params: { token } })).toEqual([expect.stringContaining("is written by Evergrant")]);
  });

  it("unless it has no place of its own in that request", () => {
    const params = {
      token: { scope: "{scope}", client_id: "{client_id}", audience: "acme" },
      refresh: { scope: "{scope}", redirect_uri: "{redirect_uri}" },
    };
    expect(problems({ params })).toEqual([]);
    expect(problems({ scopeParameter: "user_scope", params: { authorize: { scope: "bot" } } })).toEqual([]);
    expect(problems({ params: { authorize: { response_mode: "query" } } })).toEqual([]);
  });

  it("also where a client asks for itself, and nobody is sent to a page", () => {
    const format = "oauth2_client_credentials";
    expect(problems({ params: { token: { scope: "read" } } }, format)).toEqual([
      expect.stringContaining("/params/token/scope scope is written by Evergrant"),
    ]);
    for (const request of ["authorize", "refresh"]) {
      expect(problems({ params: { [request]: { prompt: "consent" } } }, format)).toEqual([
        `/params/${request} is never sent with oauth2_client_credentials; say it in params.token, or remove it`,
      ]);
    }
    const assertion = { claims: { iss: "{client_id}" } };
    expect(problems({ assertion, params: { token: { scope: "{scope}" } } }, format)).toEqual([]);
  });
});

describe("what comes back is read where Evergrant reads it", () => {
  it.each(["form_post", "fragment", "{client_id}"])("response_mode %s is refused", (mode) => {
    expect(problems({ params: { authorize: { response_mode: mode } } })).toEqual([
      "/params/authorize/response_mode expected response_mode query: Evergrant reads the query of a callback alone",
    ]);
  });

  it("also in the address", () => {
    const auth = { tokenHost: "https://login.acme.example", authorizePath: "/authorize?response_mode=form_post" };
    expect(problems({ auth })).toEqual([expect.stringContaining("/auth/authorizePath expected response_mode query")]);
  });

  it.each(["state", "error", "error_description", "iss"])("the code is not called %s", (code) => {
    expect(problems({ callback: { code } })).toEqual([expect.stringContaining(`/callback/code ${code} has a meaning`)]);
  });
});

describe("other names of parameters", () => {
  it.each<[string, Readonly<Record<string, unknown>>, string]>([
    ["misspelt", { parameterNames: { clientid: "x" } }, "did you mean client_id?"],
    ["none that is sent", { parameterNames: { audience: "x" } }, "audience is no parameter that Evergrant sends"],
    ["one that another has", { parameterNames: { client_id: "state" } }, "state stands for two parameters"],
    ["two of one name", { parameterNames: { code: "x", code_verifier: "x" } }, "x stands for two parameters"],
    ["the scope under a name that is taken", { scopeParameter: "state" }, "/scopeParameter state stands for two"],
    ["the scope named twice", { scopeParameter: "a", parameterNames: { scope: "b" } }, "is said by scopeParameter"],
  ])("are refused: %s", (_name, config, problem) => {
    expect(problems(config)).toEqual([expect.stringContaining(problem)]);
  });

  it("may be swapped, and may be the same in requests that are not one", () => {
    expect(problems({ parameterNames: { client_id: "client_secret", client_secret: "client_id" } })).toEqual([]);
    expect(problems({ parameterNames: { code: "token" } })).toEqual([]);
  });
});

describe("tokens that are bound to a key (options.dpop)", () => {
  const bound = { options: { dpop: true } };
  it.each([
    ["an identity call", { identity: { path: "/me", host: "https://api.acme.example", id: "id" } }, "/identity/path"],
    ["a revocation with the token", { revocation: { path: "/end" } }, "/revocation/authorization"],
  ])("are of no use to %s, which is refused", (_name, config, pointer) => {
    expect(problems({ ...bound, ...config })).toEqual([
      expect.stringContaining(`${pointer} calls the API with a token`),
    ]);
    expect(problems(config)).toEqual([]);
  });

  it("may tell who was connected in the token answer", () => {
    expect(problems({ ...bound, identity: { id: "sub" } })).toEqual([]);
  });
});
