import { afterAll, describe, expect, it } from "vitest";
import type { ResolvedIntegration } from "#core/domain/integration/resolve-integration";
import type { FaultBehaviour } from "#lab/start-fault-server";
import { json, startOAuthEdge } from "#test/start-oauth-edge";

const { fault, clock, edge, integration, lastRequest, close } = await startOAuthEdge();
afterAll(close);

describe("an introspection (RFC 7662)", () => {
  const introspect = async (behaviour: FaultBehaviour, changes: Partial<ResolvedIntegration> = {}) => {
    fault.respondWith(behaviour);
    return await edge().introspect(integration(changes), "the secret", "access-0");
  };
  const epoch = clock.now().getTime() / 1000;

  it("names the token at the introspection endpoint and shows the client", async () => {
    await introspect(json({ active: true }));
    expect(lastRequest()).toMatchObject({
      url: "/introspect",
      headers: { authorization: expect.stringMatching(/^Basic /) },
    });
    expect(lastRequest()?.form).toEqual({ token: "access-0", token_type_hint: "access_token" });
  });

  it.each<[string, unknown, unknown]>([
    [
      "a token that lives",
      { active: true, exp: epoch + 60 },
      { active: true, expiresAt: new Date((epoch + 60) * 1000) },
    ],
    [
      "an end as text",
      { active: true, exp: String(epoch + 60) },
      { active: true, expiresAt: new Date((epoch + 60) * 1000) },
    ],
    ["no end named", { active: true }, { active: true, expiresAt: null }],
    ["an end that has passed", { active: true, exp: epoch - 60 }, { active: true, expiresAt: null }],
    ["a dead token", { active: false }, { active: false, expiresAt: null }],
  ])("tells %s", async (_name, body, expected) => {
    expect(await introspect(json(body))).toEqual({ kind: "introspection", ...(expected as object) });
  });

  it.each<[string, FaultBehaviour, Record<string, unknown>]>([
    ["no verdict", json({ exp: epoch + 60 }), { kind: "unreadable_answer" }],
    ["a verdict in words", json({ active: "yes" }), { kind: "unreadable_answer" }],
    ["an error inside a 200", json({ error: "invalid_client" }), { kind: "oauth_error", error: "invalid_client" }],
    ["nothing", json(null), { kind: "unreadable_answer" }],
    ["an outage", { kind: "html", status: 503 }, { kind: "http_error" }],
    ["a page", { kind: "html", status: 200 }, { kind: "unreadable_answer" }],
    ["a refused client", json({ error: "invalid_client" }, 401), { kind: "oauth_error", error: "invalid_client" }],
    ["a reset", { kind: "reset" }, { kind: "answer_lost" }],
  ])("fails like a token request after %s, and never throws", async (_name, behaviour, failure) => {
    expect(await introspect(behaviour)).toMatchObject({ kind: "failure", failure });
  });

  it("is not made where the integration declares no endpoint, or the environment has no client", async () => {
    const before = fault.requests.length;
    const ask = async (changes: Partial<ResolvedIntegration>) => await introspect(json({ active: true }), changes);
    expect(await ask({ introspectionEndpoint: null })).toMatchObject({ failure: { kind: "own_fault" } });
    expect(await ask({ clientId: null })).toMatchObject({ failure: { kind: "no_client" } });
    expect(fault.requests).toHaveLength(before);
  });

  it("gives up at the deadline", async () => {
    const refreshPolicy = { ...integration().refreshPolicy, timeoutSeconds: 0.05 };
    expect(await introspect({ kind: "hang" }, { refreshPolicy })).toMatchObject({ failure: { kind: "answer_lost" } });
  });
});

describe("a revocation (RFC 7009)", () => {
  const revoke = async (behaviour: FaultBehaviour) => {
    fault.respondWith(behaviour);
    return await edge().revoke(integration(), "s", "refresh-0", "refresh_token");
  };

  it("names the token and its kind at the revocation endpoint", async () => {
    expect(await revoke(json(null))).toEqual({ kind: "revoked" });
    expect(lastRequest()).toMatchObject({
      url: "/revoke",
      form: { token: "refresh-0", token_type_hint: "refresh_token" },
    });
  });

  it.each<[string, FaultBehaviour, Record<string, unknown>]>([
    ["an error", json({ error: "unsupported_token_type" }, 400), { error: "unsupported_token_type" }],
    ["a refused client", json({ error: "invalid_client" }, 401), { error: "invalid_client" }],
    ["an outage", { kind: "html", status: 503 }, { kind: "http_error" }],
    ["a reset", { kind: "reset" }, { kind: "answer_lost" }],
  ])("fails like a token request after %s, and never throws", async (_name, behaviour, failure) => {
    expect(await revoke(behaviour)).toMatchObject({ kind: "failure", failure });
  });
});
