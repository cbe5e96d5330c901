import { describe, expect, it } from "vitest";
import { refresh } from "#test/fakes/refresh-calls";
import { failureResult, tokenResult } from "#test/fakes/scripted-authorization-server";
import { clientSecret, createWorld, environmentId, type AccountOptions, type World } from "#test/fakes/world";
import { readToken } from "./read-token.ts";

const auth = {
  tokenHost: "https://login.acme.example",
  tokenPath: "/oauth/token",
  authorizePath: "/oauth/authorize",
  introspectPath: "/oauth/introspect",
};

/** A provider that never says how long its tokens live, and offers introspection unless told otherwise. */
async function silentWorld(account: AccountOptions = {}, config: Record<string, unknown> = { auth }): Promise<World> {
  const world = await createWorld({ config });
  await world.addAccount(account);
  world.server.respondWith(() => tokenResult(world.clock, "new", { expiresAt: null }));
  return world;
}

const inSeconds = (world: World, seconds: number): Date => new Date(world.clock.now().getTime() + seconds * 1000);

describe("a token whose end nobody told (R17)", () => {
  it("is asked about after it was stored; the end found sets expiry and alarm", async () => {
    const world = await silentWorld();
    const expiresAt = inSeconds(world, 3600);
    let stored: string | undefined;
    const server = {
      ...world.server,
      introspect: async (...asked: Parameters<typeof world.server.introspect>) => {
        stored = (await world.storedTokens())?.accessToken.reveal();
        return await world.server.introspect(...asked);
      },
    };
    world.server.introspectWith({ active: true, expiresAt });
    expect(await refresh({ ...world, server }, "forced")).toMatchObject({ kind: "refreshed", account: { expiresAt } });
    expect(stored).toBe("access-new");
    expect(world.server.of("introspect")).toEqual([
      { kind: "introspect", secret: clientSecret, clientId: "client-of-acme", accessToken: "access-new" },
    ]);
    const { refreshDueAt } = await world.account();
    const before = (expiresAt.getTime() - (refreshDueAt?.getTime() ?? 0)) / 1000;
    expect(before).toBeGreaterThanOrEqual(60);
    expect(before).toBeLessThanOrEqual(180);
  });

  it("is read with the end that was found", async () => {
    const world = await silentWorld();
    const expiresAt = inSeconds(world, 3600);
    world.server.introspectWith({ active: true, expiresAt });
    await refresh(world, "forced");
    const input = { environmentId, accountId: "ia_one", minTtlSeconds: null, actor: "test" };
    expect((await readToken(world, input)).expiresAt).toEqual(expiresAt);
  });

  it.each([
    ["no answer came", failureResult({ kind: "answer_lost", detail: "ECONNRESET" })],
    ["the answer names no end", { active: true, expiresAt: null }],
  ])("keeps its token and has no alarm when %s", async (_name, answer) => {
    const world = await silentWorld();
    world.server.introspectWith(answer);
    expect((await refresh(world, "forced")).kind).toBe("refreshed");
    expect(await world.account()).toMatchObject({ expiresAt: null, refreshDueAt: null, leaseUntil: null });
    expect(await world.storedTokens()).toMatchObject({ accessToken: "access-new" });
  });

  it("keeps its token though asking failed in a way that nobody planned", async () => {
    const world = await silentWorld();
    const server = { ...world.server, introspect: () => Promise.reject(new Error("a bug")) };
    expect((await refresh({ ...world, server }, "forced")).kind).toBe("refreshed");
    expect(await world.storedTokens()).toMatchObject({ accessToken: "access-new" });
    expect(world.log.lines.at(-1)).toMatchObject({ level: "warn" });
  });

  it("keeps its token though the database went away before the end was written", async () => {
    const world = await silentWorld();
    const server = {
      ...world.server,
      introspect: async () => {
        world.accounts.failApplies("before_commit");
        return { kind: "introspection" as const, active: true, expiresAt: inSeconds(world, 3600) };
      },
    };
    expect((await refresh({ ...world, server }, "forced")).kind).toBe("refreshed");
    expect(await world.account()).toMatchObject({ credentialVersion: 2, expiresAt: null });
  });

  it("loses the end that was found to whoever wrote meanwhile", async () => {
    const world = await silentWorld();
    const server = {
      ...world.server,
      introspect: async () => {
        const { fence } = await world.account();
        world.accounts.patch("ia_one", { fence: fence + 1n });
        return { kind: "introspection" as const, active: true, expiresAt: inSeconds(world, 3600) };
      },
    };
    expect((await refresh({ ...world, server }, "forced")).kind).toBe("refreshed");
    expect((await world.account()).expiresAt).toBeNull();
  });

  it("is asked about although a life was learned, and what is told replaces that", async () => {
    const world = await silentWorld({ expiresInSeconds: null, ageSeconds: 7200 });
    world.accounts.patch("ia_one", { learnedLifetimeSeconds: 7200 });
    const expiresAt = inSeconds(world, 900);
    world.server.introspectWith({ active: true, expiresAt });
    const told = { expiresAt, learnedLifetimeSeconds: null };
    expect(await refresh(world, "forced")).toMatchObject({ kind: "refreshed", account: told });
    expect(await world.account()).toMatchObject(told);
    expect(world.server.of("introspect")).toHaveLength(1);
  });

  it("keeps the life that was learned where asking tells nothing", async () => {
    const world = await silentWorld({ expiresInSeconds: null, ageSeconds: 7200 });
    world.accounts.patch("ia_one", { learnedLifetimeSeconds: 7200 });
    await refresh(world, "forced");
    expect(await world.account()).toMatchObject({ learnedLifetimeSeconds: 7200, expiresAt: inSeconds(world, 7200) });
    expect(world.server.of("introspect")).toHaveLength(1);
  });

  it("is asked about too when it was written after its callers had left", async () => {
    const world = await silentWorld();
    const expiresAt = inSeconds(world, 3600);
    world.server.introspectWith({ active: true, expiresAt });
    world.accounts.failApplies(...Array.from({ length: 30 }, () => "before_commit" as const));
    await expect(world.clock.settle(refresh(world, "forced"))).rejects.toMatchObject({ code: "database_unavailable" });
    expect(world.server.of("introspect")).toEqual([]);
    world.accounts.failApplies(null);
    for (let step = 0; step < 100 && (await world.account()).expiresAt?.getTime() !== expiresAt.getTime(); step += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      world.clock.advance(100);
    }
    const account = await world.account();
    expect(account).toMatchObject({ credentialVersion: 2, expiresAt });
    expect(account.refreshDueAt).not.toBeNull();
    expect(world.server.of("introspect")).toMatchObject([{ secret: clientSecret, accessToken: "access-new" }]);
  });

  it("is asked about with the client that the account brought", async () => {
    const world = await silentWorld({ ownClient: { id: "own-client", secret: "own-secret" } });
    await refresh(world, "forced");
    expect(world.server.of("introspect")).toMatchObject([{ secret: "own-secret", clientId: "own-client" }]);
  });

  it("is not asked about where the answer told, or the integration offers no introspection", async () => {
    const told = await silentWorld();
    told.server.respondWith(tokenResult(told.clock, "told"));
    await refresh(told, "forced");
    const silent = await silentWorld({}, {});
    await refresh(silent, "forced");
    expect([told.server.of("introspect"), silent.server.of("introspect")]).toEqual([[], []]);
  });
});
