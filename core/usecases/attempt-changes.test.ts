import { describe, expect, it } from "vitest";
import { failureResult, oauthError, tokenResult } from "#test/fakes/scripted-authorization-server";
import { createWorld, environmentId, type AccountOptions, type World } from "#test/fakes/world";
import { refreshPolicyOf } from "../domain/integration/resolve-integration.ts";
import type { RefreshReason } from "../domain/refresh/decide-refresh.ts";
import { successChange } from "./attempt-changes.ts";
import { refreshAccount } from "./refresh-account.ts";

const refresh = (world: World, reason: RefreshReason) =>
  refreshAccount(world, {
    environmentId,
    accountId: "ia_one",
    demand: { reason, minTtlSeconds: null },
    actor: "test",
  });

/** A provider that never says how long its tokens live; the present one is `ageSeconds` old. */
async function silentWorld(ageSeconds: number, options: AccountOptions = {}): Promise<World> {
  const world = await createWorld();
  await world.addAccount({ expiresInSeconds: null, ageSeconds, ...options });
  world.server.respondWith(() => tokenResult(world.clock, "new", { expiresAt: null }));
  return world;
}

const lifeOf = async (world: World): Promise<number | null> => {
  const { expiresAt, issuedAt } = await world.account();
  return expiresAt === null || issuedAt === null ? null : (expiresAt.getTime() - issuedAt.getTime()) / 1000;
};

describe("the life of a token that nobody told, learned from its rejection (R17)", () => {
  it("is its age then, and the next token gets it as its end, with an alarm", async () => {
    const world = await silentWorld(7200);
    await refresh(world, "rejected_token");
    const { learnedLifetimeSeconds, refreshDueAt, expiresAt } = await world.account();
    expect([learnedLifetimeSeconds, await lifeOf(world)]).toEqual([7200, 7200]);
    expect(refreshDueAt).not.toBeNull();
    expect(await world.storedTokens()).toMatchObject({ expiresAt });
  });

  it("is the shortest age at which one was rejected", async () => {
    const world = await silentWorld(7200);
    const learned: (number | null)[] = [];
    for (const laterSeconds of [0, 5000, 7000, 300]) {
      world.clock.advance(laterSeconds * 1000);
      await refresh(world, "rejected_token");
      learned.push((await world.account()).learnedLifetimeSeconds);
    }
    expect(learned).toEqual([7200, 5000, 5000, 300]);
  });

  it.each([
    [59, null],
    [60, 60],
    [61, 61],
  ])("is not learned from one that was rejected within a minute: after %i s %s", async (age, learned) => {
    const world = await silentWorld(age);
    await refresh(world, "rejected_token");
    expect((await world.account()).learnedLifetimeSeconds).toBe(learned);
    expect(await lifeOf(world)).toBe(learned);
  });

  it.each(["forced", "alarm", "on_demand"] as const)("is not learned from a refresh that is %s", async (reason) => {
    const world = await silentWorld(7200);
    // An alarm and a caller need a reason to come.
    world.accounts.patch("ia_one", {
      refreshDueAt: world.clock.now(),
      expiresAt: reason === "on_demand" ? world.clock.now() : null,
    });
    expect((await refresh(world, reason)).kind).toBe("refreshed");
    expect((await world.account()).learnedLifetimeSeconds).toBeNull();
  });

  it("is kept by every refresh after it, whatever its reason", async () => {
    const world = await silentWorld(7200);
    await refresh(world, "rejected_token");
    await refresh(world, "forced");
    expect([(await world.account()).learnedLifetimeSeconds, await lifeOf(world)]).toEqual([7200, 7200]);
  });

  it("is forgotten once the provider tells", async () => {
    const world = await silentWorld(7200);
    await refresh(world, "rejected_token");
    world.server.respondWith(tokenResult(world.clock, "told"));
    await refresh(world, "forced");
    expect([(await world.account()).learnedLifetimeSeconds, await lifeOf(world)]).toEqual([null, 3600]);
  });

  it("is not learned where the end was known", async () => {
    const world = await silentWorld(600, { expiresInSeconds: 3000 });
    await refresh(world, "rejected_token");
    expect(await world.account()).toMatchObject({ learnedLifetimeSeconds: null, expiresAt: null });
  });

  it("is forgotten with the grant it was learned of", async () => {
    const world = await silentWorld(7200);
    await refresh(world, "rejected_token");
    const account = await world.account();
    const tokenSet = { ...(await world.storedTokens()), expiresAt: null } as Parameters<
      typeof world.credentialsChange
    >[1];
    await world.accounts.apply(await world.credentialsChange(account, tokenSet));
    expect((await world.account()).learnedLifetimeSeconds).toBeNull();
  });
});

describe("what a person reads who tried an account in vain that waits for its customer (R24, R25)", () => {
  it.each([
    ["an outage", failureResult({ kind: "http_error", status: 503, isPage: false, retryAfterSeconds: null })],
    ["a 429", oauthError("slow_down", 429, 600)],
    ["a rejected client", oauthError("invalid_client", 401)],
    ["a lost answer", failureResult({ kind: "answer_lost", detail: "ECONNRESET" })],
    ["a dead grant", oauthError("invalid_grant")],
  ])("promises no retry and no token to serve, since neither comes: %s", async (_name, answer) => {
    const world = await createWorld();
    await world.addAccount({ expiresInSeconds: 3000, ageSeconds: 600 });
    world.accounts.patch("ia_one", { status: "needs_reauth", refreshDueAt: null });
    world.server.respondWith(answer);
    const outcome = await refresh(world, "forced");
    const attempt = outcome.kind === "failed" ? outcome.attempt : null;
    expect(attempt?.nextAttemptAt).toBeNull();
    expect(attempt?.explanation).toMatch(/Nothing is (scheduled|retried)/);
    expect(attempt?.explanation).not.toMatch(/again|is served/);
    expect(world.accounts.attempts.at(-1)?.result).toEqual(attempt);
    expect((await world.account()).refreshDueAt).toBeNull();
  });
});

describe("what an answer leaves behind", () => {
  it("sets no alarm sooner than two seconds, though the provider's tokens have ended when they come", async () => {
    const world = await silentWorld(3600, { expiresInSeconds: -1 });
    world.server.respondWith(() =>
      tokenResult(world.clock, "short", { expiresAt: new Date(world.clock.now().getTime() + 500) }),
    );
    await refresh(world, "forced");
    const { refreshDueAt } = await world.account();
    expect((refreshDueAt?.getTime() ?? 0) - world.clock.now().getTime()).toBeGreaterThanOrEqual(2000);
  });

  it.each([
    ["fewer scopes than before", ["openid"], true],
    ["the same in another order", ["openid", "contacts.read"], false],
    ["none named: they stay as they were (RFC 6749 §6)", null, false],
  ])("tells when it grants other scopes: %s (R6)", async (_name, scopes, isTold) => {
    const world = await silentWorld(3600);
    world.server.respondWith(() => tokenResult(world.clock, "new", { scopes }));
    // The second time they are no news any more.
    for (let time = 0; time < 2; time += 1) expect((await refresh(world, "forced")).kind).toBe("refreshed");
    expect(world.accounts.events.slice(1)).toEqual(
      isTold
        ? [expect.objectContaining({ type: "integrated_account:scopes_changed", sequence: 2, lastError: null })]
        : [],
    );
  });

  it("is measured against the row that it goes on top of, not the one that was claimed", async () => {
    const world = await silentWorld(3600);
    const request = { environmentId, accountId: "ia_one", attemptId: "att_one", owner: "test", leaseSeconds: 30 };
    const claim = await world.accounts.claim({ ...request, reason: "alarm", statuses: ["active"] });
    const previous = await world.storedTokens();
    const result = tokenResult(world.clock, "new");
    if (claim === null || previous === null || result.kind !== "tokens") throw new Error("nothing to change");
    const policy = refreshPolicyOf(world.document);
    const sentAt = world.clock.now();
    const context = { claim, reason: "alarm", actor: "test", policy, circuitKey: "ckt", sentAt, joined: 0 } as const;
    const onto = { credentialVersion: 7, scopesGranted: ["late"] };
    const dataKey = await world.vault.prepare(environmentId);
    expect(successChange(world, { ...context, spreadSeconds: 0 }, { result, previous, dataKey, onto })).toMatchObject({
      ifVersion: 7,
      expectedScopes: ["late"],
      set: { credentialVersion: 8, refreshDelayedAt: null },
    });
  });

  it("names the endpoint that was asked, so that the account is recalled when that recovers (R22)", async () => {
    const world = await silentWorld(3600);
    const keys: unknown[] = [];
    const accounts = {
      ...world.accounts,
      apply: (change: Parameters<typeof world.accounts.apply>[0]) => {
        keys.push(change.set.circuitKey);
        return world.accounts.apply(change);
      },
    };
    const demand = { reason: "forced", minTtlSeconds: null } as const;
    const input = { environmentId, accountId: "ia_one", demand, actor: "test" };
    await refreshAccount({ ...world, accounts }, input);
    world.server.respondWith(oauthError("temporarily_unavailable", 503));
    await refreshAccount({ ...world, accounts }, input);
    expect(new Set(keys).size).toBe(1);
    expect(String(keys[0])).toMatch(/^ckt_/);
  });
});
