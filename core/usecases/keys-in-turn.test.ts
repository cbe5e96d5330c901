import { describe, expect, it } from "vitest";
import { encodeClientKeys, withNewKey } from "../domain/integration/client-keys.ts";
import { resolveIntegration } from "../domain/integration/resolve-integration.ts";
import { exampleDocument } from "#test/fakes/in-memory-integration-store";
import { createScriptedAuthorizationServer, oauthError, tokenResult } from "#test/fakes/scripted-authorization-server";
import { createSteppedClock } from "#test/fakes/stepped-clock";
import type { PrivateJwk } from "../domain/jwk/jwk.ts";
import { createKeysInTurn } from "./keys-in-turn.ts";

const jwk = (kid: string): PrivateJwk => ({ kty: "EC", crv: "P-256", x: "x", y: "y", d: "d", kid, alg: "ES256" });

function setUp(method = "private_key_jwt") {
  const clock = createSteppedClock();
  const document = exampleDocument({ config: { options: { authorizationMethod: method } } });
  const integration = resolveIntegration(document, { clientId: "client-1", scopes: null }, {});
  const inner = createScriptedAuthorizationServer(clock);
  const keys = encodeClientKeys(withNewKey(withNewKey([], jwk("old"), clock.now()), jwk("new"), clock.now()));
  const server = createKeysInTurn({ server: inner, clock });
  /** Which key was shown, request by request. */
  const shown = () => inner.of("refresh").map(({ secret }) => (secret === null ? null : JSON.parse(secret)[0].jwk.kid));
  /** A provider that knows these keys. */
  const knows = (...kids: string[]) =>
    inner.respondWith((request) =>
      kids.includes(JSON.parse(request.secret ?? "")[0].jwk.kid)
        ? tokenResult(clock, "x")
        : oauthError("invalid_client", 401),
    );
  return {
    clock,
    integration,
    inner,
    keys,
    shown,
    knows,
    refresh: () => server.refresh(integration, keys, "r"),
    server,
  };
}

describe("after a rotation", () => {
  it("the new key is shown, and nothing else where the provider knows it", async () => {
    const { refresh, shown, knows } = setUp();
    knows("new", "old");
    expect((await refresh()).kind).toBe("tokens");
    expect(shown()).toEqual(["new"]);
  });

  it("the old one follows where the provider does not know the new one yet", async () => {
    const { refresh, shown, knows } = setUp();
    knows("old");
    expect((await refresh()).kind).toBe("tokens");
    expect(shown()).toEqual(["new", "old"]);
  });

  it("the old one goes first for a minute then, and the new one is tried again after it", async () => {
    const { refresh, shown, knows, clock } = setUp();
    knows("old");
    await refresh();
    await refresh();
    clock.advance(60_000);
    knows("new");
    await refresh();
    expect(shown()).toEqual(["new", "old", "old", "new"]);
  });

  it("what the provider says of the second one is the answer where it knows neither", async () => {
    const { refresh, shown, knows } = setUp();
    knows();
    expect(await refresh()).toMatchObject({ failure: { error: "invalid_client" } });
    expect(shown()).toEqual(["new", "old"]);
  });

  it.each([
    ["a refused grant", oauthError("invalid_grant")],
    ["a lost answer", { kind: "failure", failure: { kind: "answer_lost", detail: "x" }, httpStatus: null } as const],
  ])("nothing is asked twice after %s: the refresh token may be spent", async (_name, answer) => {
    const { refresh, shown, inner } = setUp();
    inner.respondWith(answer);
    await refresh();
    expect(shown()).toEqual(["new"]);
  });

  it("no second key is tried when the deadline is near (invariant 1)", async () => {
    const { refresh, shown, inner, clock } = setUp();
    inner.respondWith(() => {
      clock.advance(18_500);
      return oauthError("invalid_client", 401);
    });
    await refresh();
    expect(shown()).toEqual(["new"]);
  });

  it("the old key is not shown once its week is over", async () => {
    const { refresh, shown, knows, clock } = setUp();
    knows("old");
    clock.advance(7 * 86_400_000);
    await refresh();
    expect(shown()).toEqual(["new"]);
  });

  it("a revocation and an introspection are tried with both", async () => {
    const { server, integration, keys, inner } = setUp();
    inner.failRevocation();
    expect(await server.revoke(integration, keys, "r", "refresh_token")).toBe("failed");
    expect(await server.introspect(integration, keys, "a")).toBeNull();
    expect([inner.of("revoke").length, inner.of("introspect").length]).toEqual([2, 2]);
  });
});

it("hands a plain secret on as it is", async () => {
  const { server, integration, inner } = setUp("header");
  await server.refresh(integration, "plain", "r");
  expect(inner.of("refresh")[0]?.secret).toBe("plain");
});
