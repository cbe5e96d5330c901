import { describe, expect, it } from "vitest";
import { addLink, callback, comeBack, depart } from "#test/fakes/connect-trip";
import {
  failureResult,
  oauthError,
  tokenResult,
  withAnswer,
  type ServerRequest,
} from "#test/fakes/scripted-authorization-server";
import { caller, createWorld, environmentId, type World } from "#test/fakes/world";
import type { TokenResult } from "../ports/authorization-server.ts";
import { importAccount } from "./import-account.ts";
import { readToken } from "./read-token.ts";
import { refreshAccount } from "./refresh-account.ts";

const step = (when: "connect" | "always") => ({ exchange: { path: "/second", params: { t: "{access_token}" }, when } });

/** First steps get `first`, second ones `second`. */
const answers = (first: TokenResult, second: TokenResult) => (request: ServerRequest) =>
  request.kind === "second_step" ? second : first;

const connect = async (world: World) => {
  const { id } = await addLink(world);
  return await comeBack(world, callback(await depart(world, id)));
};

const refresh = async (world: World, reason: "forced" | "rejected_token" = "forced") =>
  await refreshAccount(world, {
    environmentId,
    accountId: "ia_one",
    demand: { reason, minTtlSeconds: null },
    actor: "test",
  });

describe("a second step when somebody connects", () => {
  it("replaces the token, its life and what else it brings; the refresh token of the first stays where it brings none", async () => {
    const world = await createWorld({ config: step("connect") });
    const end = new Date(world.clock.now().getTime() + 5_000_000_000);
    world.server.respondWith(
      answers(
        tokenResult(world.clock, "short", { scopes: ["a"] }),
        tokenResult(world.clock, "long", { refreshToken: null, expiresAt: end }),
      ),
    );
    const outcome = await connect(world);
    if (outcome.kind !== "connected") throw new Error(outcome.kind);
    expect(world.server.of("second_step")).toMatchObject([{ accessToken: "access-short" }]);
    expect(outcome.account).toMatchObject({ expiresAt: end, scopesGranted: ["a"] });
    expect(await world.storedTokens(outcome.account.id)).toMatchObject({
      accessToken: "access-long",
      refreshToken: "refresh-short",
    });
  });

  it("that fails ends the connection, and the grant of the first step", async () => {
    const world = await createWorld({ config: step("connect") });
    world.server.respondWith(answers(tokenResult(world.clock, "short"), oauthError("server_error", 503)));
    expect(await connect(world)).toMatchObject({ kind: "failed", failure: { code: "provider_error" } });
    expect(world.server.of("revoke")).toMatchObject([{ token: "refresh-short" }]);
  });

  it("brings fields, as the first does", async () => {
    const fields = ["one", "two"].map((name) => ({ name, value: name }));
    const world = await createWorld({ config: { ...step("connect"), fields } });
    const first = withAnswer(tokenResult(world.clock, "x"), { one: "1", two: "of the first" });
    world.server.respondWith(answers(first, withAnswer(tokenResult(world.clock, "y"), { two: "2" })));
    expect(await connect(world)).toMatchObject({ account: { fields: { one: "1", two: "2" } } });
  });

  it("is taken once: a refresh brings the token that is kept", async () => {
    const world = await createWorld({ config: step("connect") });
    await world.addAccount();
    expect(await refresh(world)).toMatchObject({ kind: "refreshed" });
    expect(world.server.of("second_step")).toEqual([]);
  });
});

describe("a second step after each refresh", () => {
  const failing = async (second: TokenResult, options: Parameters<World["addAccount"]>[0] = {}, config = {}) => {
    const world = await createWorld({ config: { ...step("always"), ...config } });
    await world.addAccount(options);
    world.server.respondWith(answers(tokenResult(world.clock, "first"), second));
    return world;
  };
  const down = oauthError("server_error", 503);

  it("brings the token that is kept, beside the refresh token of the first", async () => {
    const world = await failing(down);
    world.server.respondWith(
      answers(tokenResult(world.clock, "first"), tokenResult(world.clock, "second", { refreshToken: null })),
    );
    expect(await refresh(world)).toMatchObject({ kind: "refreshed" });
    expect(await world.storedTokens()).toMatchObject({ accessToken: "access-second", refreshToken: "refresh-first" });
  });

  it("that fails loses no refresh token: the new one is stored, and tried again within minutes", async () => {
    const world = await failing(down);
    expect(await refresh(world)).toMatchObject({ kind: "failed", attempt: { outcome: "transient", httpStatus: 503 } });
    expect(await world.storedTokens()).toMatchObject({ accessToken: "access-0", refreshToken: "refresh-first" });
    const account = await world.account();
    expect(account).toMatchObject({ status: "active", credentialVersion: 2, doubts: 0, consecutiveFailures: 1 });
    expect(account.refreshTokenRotatedAt).toEqual(world.clock.now());
    const seconds = ((account.refreshDueAt?.getTime() ?? 0) - world.clock.now().getTime()) / 1000;
    expect(seconds).toBeGreaterThan(50);
    expect(seconds).toBeLessThan(70);
    expect(world.accounts.attempts.at(-1)?.result?.explanation).toContain("its refresh token is kept");
    // The next attempt goes on from there.
    world.server.respondWith(answers(tokenResult(world.clock, "again"), tokenResult(world.clock, "second")));
    world.clock.advance(120_000);
    expect(await refresh(world)).toMatchObject({ kind: "refreshed" });
    expect(world.server.of("refresh").map((one) => one.refreshToken)).toEqual(["refresh-0", "refresh-first"]);
    expect(await world.storedTokens()).toMatchObject({ accessToken: "access-second" });
    expect(await world.account()).toMatchObject({ consecutiveFailures: 0, lastError: null });
  });

  it("that fails leaves a token that is still valid where it is (R19)", async () => {
    const world = await failing(down, { expiresInSeconds: 600, ageSeconds: 3000 });
    await refresh(world);
    expect(
      await readToken(world, { environmentId, accountId: "ia_one", minTtlSeconds: null, actor: "test" }),
    ).toMatchObject({ accessToken: "access-0" });
  });

  it("that fails ends the token from before where the provider kills it, or somebody saw it rejected", async () => {
    for (const [reason, config] of [
      ["rejected_token", {}],
      ["forced", { refresh: { oldAccessTokenDies: true } }],
    ] as const) {
      const world = await failing(down, { expiresInSeconds: 600, ageSeconds: 3000 }, config);
      await refresh(world, reason);
      expect((await world.account()).expiresAt, reason).toEqual(world.clock.now());
    }
  });

  it("whose answer is lost leaves nothing in doubt: no refresh token hangs on it", async () => {
    const world = await failing(failureResult({ kind: "answer_lost", detail: "timeout" }));
    await refresh(world);
    expect(await world.account()).toMatchObject({ status: "active", doubts: 0, doubtedAt: null });
  });

  it("that is refused for good needs the customer", async () => {
    const world = await failing(oauthError("invalid_grant"));
    expect(await refresh(world)).toMatchObject({ kind: "failed", account: { status: "needs_reauth" } });
    expect(await world.storedTokens()).toMatchObject({ refreshToken: "refresh-first" });
    expect(world.accounts.events.at(-1)?.type).toBe("integrated_account:authentication_error");
  });

  it("is not begun when the lease leaves no time for it", async () => {
    const world = await failing(down);
    world.server.respondWith((request) => {
      if (request.kind === "refresh") world.clock.advance(28_000);
      return tokenResult(world.clock, "first");
    });
    await refresh(world);
    expect(world.server.of("second_step")).toEqual([]);
    expect(await world.storedTokens()).toMatchObject({ refreshToken: "refresh-first" });
  });
});

it("client credentials take it for every token", async () => {
  const world = await createWorld({ format: "oauth2_client_credentials", config: step("always") });
  world.server.respondWith(answers(tokenResult(world.clock, "first"), tokenResult(world.clock, "second")));
  const account = await importAccount(world, caller, {
    integrationName: "acme-crm",
    tenantId: "tenant",
    credentials: { format: "oauth2_client_credentials", clientId: "own", clientSecret: "s" },
    inputs: {},
    externalAccount: null,
    metadata: {},
  });
  expect(await world.storedTokens(account.id)).toMatchObject({ accessToken: "access-second", refreshToken: null });
  world.server.respondWith(answers(tokenResult(world.clock, "third"), tokenResult(world.clock, "fourth")));
  await refreshAccount(world, {
    environmentId,
    accountId: account.id,
    demand: { reason: "forced", minTtlSeconds: null },
    actor: "test",
  });
  expect(await world.storedTokens(account.id)).toMatchObject({ accessToken: "access-fourth" });
});
