import { describe, expect, it } from "vitest";
import { failureResult, oauthError, slowDown, tokenResult } from "#test/fakes/scripted-authorization-server";
import { createWorld, environmentId, type World } from "#test/fakes/world";
import { UnreadableDefinition } from "../domain/integration/unreadable-definition.ts";
import { problemOf } from "./account-problem.ts";
import { readToken } from "./read-token.ts";

const read = (world: World, minTtlSeconds: number | null = null) =>
  readToken(world, { environmentId, accountId: "ia_one", minTtlSeconds, actor: "key_test" });

async function worldWithAccount(options: Parameters<World["addAccount"]>[0] = {}): Promise<World> {
  const world = await createWorld();
  await world.addAccount(options);
  return world;
}

const page503 = failureResult({ kind: "http_error", status: 503, isPage: false, retryAfterSeconds: null });

describe("a token read", () => {
  it("serves a token that lives long enough as it is, and asks nobody", async () => {
    const world = await worldWithAccount({ expiresInSeconds: 120, ageSeconds: 3480 });
    expect(await read(world)).toMatchObject({ accessToken: "access-0", credentialVersion: 1, refresh: null });
    expect(world.server.requests).toEqual([]);
  });

  it("serves it also where the stored definition can't be read: only a refresh needs that (invariant 6)", async () => {
    const world = await worldWithAccount({ expiresInSeconds: 120, ageSeconds: 3480 });
    const find = async (_environment: string, name: string): Promise<never> => {
      throw new UnreadableDefinition(name, ["is nothing"]);
    };
    Object.assign(world.integrations, { find });
    expect(await read(world)).toMatchObject({ accessToken: "access-0" });
    expect(await read(world, 3000)).toMatchObject({ accessToken: "access-0", refresh: "failing" });
    world.clock.advance(3_600_000);
    await expect(read(world)).rejects.toMatchObject({ code: "client_misconfigured" });
  });

  it("refreshes first when less than the buffer is left, or than the caller wants (R14)", async () => {
    const world = await worldWithAccount({ expiresInSeconds: 25, ageSeconds: 3575 });
    expect(await read(world)).toMatchObject({ accessToken: "access-1", credentialVersion: 2, refresh: null });
    world.clock.advance(1_000_000);
    expect(await read(world, 3000)).toMatchObject({ accessToken: "access-2" });
  });

  it("serves one refresh to 50 concurrent readers", async () => {
    const world = await worldWithAccount({ expiresInSeconds: -1 });
    const reads = await Promise.all(Array.from({ length: 50 }, () => read(world)));
    expect(new Set(reads.map((one) => one.accessToken.reveal()))).toEqual(new Set(["access-1"]));
    expect(world.server.of("refresh")).toHaveLength(1);
  });

  it("10 simultaneous requests make exactly one provider request and get 10 valid tokens", async () => {
    const world = await worldWithAccount({ expiresInSeconds: -1 });
    const reads = await Promise.all(Array.from({ length: 10 }, () => read(world)));
    expect(world.server.requests).toHaveLength(1);
    expect(reads.map((one) => one.accessToken)).toEqual(Array.from({ length: 10 }, () => "access-1"));
    expect(reads.every((one) => one.expiresAt !== null && one.expiresAt > world.clock.now())).toBe(true);
  });

  it("everybody who waited is counted, those of another process too (R24)", async () => {
    const world = await worldWithAccount({ expiresInSeconds: -1 });
    const release = world.server.hold();
    const here = Array.from({ length: 4 }, () => read(world));
    await world.server.nextRequest();
    const other = world.otherProcess();
    const input = { environmentId, accountId: "ia_one", minTtlSeconds: null, actor: "key_test" };
    const there = Array.from({ length: 3 }, () => readToken(other, input));
    await world.clock.sleeping();
    release();
    await world.clock.settle(Promise.all([...here, ...there]));
    expect(world.accounts.attempts.map((one) => one.result?.waiters)).toEqual([6]);
  });

  it("an on-demand refresh of an expired account without an alarm schedules one", async () => {
    const world = await worldWithAccount({ expiresInSeconds: -1 });
    world.accounts.patch("ia_one", { refreshDueAt: null });
    await read(world);
    const { expiresAt, refreshDueAt } = await world.account();
    const before = ((expiresAt?.getTime() ?? 0) - (refreshDueAt?.getTime() ?? 0)) / 1000;
    expect(before).toBeGreaterThanOrEqual(60);
    expect(before).toBeLessThanOrEqual(180);
  });

  it("gives an account that lost its alarm one, though its token is fresh and is served as it is (R14)", async () => {
    const world = await worldWithAccount({ expiresInSeconds: 3000, ageSeconds: 600 });
    world.accounts.patch("ia_one", { refreshDueAt: null });
    expect((await read(world)).accessToken).toEqual("access-0");
    const { refreshDueAt, credentialVersion } = await world.account();
    expect([refreshDueAt === null, credentialVersion]).toEqual([false, 1]);
    expect(world.server.requests).toEqual([]);
  });

  it("tells which scopes were asked for, granted and are missing (R71)", async () => {
    const world = await worldWithAccount();
    world.server.respondWith(tokenResult(world.clock, "narrow", { scopes: ["openid"] }));
    expect((await read(world)).scopes).toEqual({
      requested: ["contacts.read", "openid"],
      granted: ["openid"],
      missing: ["contacts.read"],
    });
  });

  it("leaves one audit record of who read it (invariant 8)", async () => {
    const world = await worldWithAccount({ expiresInSeconds: 3000 });
    await read(world);
    expect(world.auditLog.records).toEqual([
      expect.objectContaining({
        action: "credential.opened",
        actor: "key_test",
        accountId: "ia_one",
        detail: { field: "token_set", version: 1, purpose: "token_read" },
      }),
    ]);
  });

  it("says limited when the provider's tokens never live as long as asked, and does not refresh at every call", async () => {
    const world = await worldWithAccount({ expiresInSeconds: 3000, ageSeconds: 600 });
    expect((await read(world, 100_000)).refresh).toBe("limited");
    expect(world.server.requests).toEqual([]);
  });
});

describe("while refreshing fails", () => {
  it.each([
    ["the provider is unwell", page503],
    ["its answer was lost", failureResult({ kind: "answer_lost", detail: "ECONNRESET" })],
    ["it asks to slow down", oauthError("slow_down", 429, 60)],
    ["it rejects our client", oauthError("invalid_client", 401)],
  ])("a token that is still valid is served: %s (R19)", async (_name, answer) => {
    const world = await worldWithAccount({ expiresInSeconds: 10 });
    world.server.respondWith(answer);
    expect(await read(world)).toMatchObject({ accessToken: "access-0", refresh: "failing" });
  });

  it("a token that is still valid is served in the cooldown too, without another request", async () => {
    const world = await worldWithAccount({ expiresInSeconds: 10 });
    world.server.respondWith(page503);
    await read(world);
    world.clock.advance(5000);
    expect(await read(world)).toMatchObject({ accessToken: "access-0", refresh: "failing" });
    expect(world.server.of("refresh")).toHaveLength(1);
  });

  it("a token without refresh token is served to its end, marked limited", async () => {
    const world = await worldWithAccount({ expiresInSeconds: 10, refreshToken: null });
    expect(await read(world)).toMatchObject({ accessToken: "access-0", refresh: "limited" });
    world.clock.advance(10_000);
    await expect(read(world)).rejects.toMatchObject({ code: "not_refreshable", status: 422 });
  });

  it("an ended token is not served: the provider's fault becomes a problem", async () => {
    const world = await worldWithAccount({ expiresInSeconds: -1 });
    world.server.respondWith(page503);
    await expect(read(world)).rejects.toMatchObject({ code: "provider_error", status: 502 });
    await expect(read(world)).rejects.toMatchObject({
      code: "provider_unavailable",
      status: 503,
      retryAfterSeconds: 30,
    });
  });

  it("429 with Retry-After reaches the caller and is not retried inline", async () => {
    const world = await worldWithAccount({ expiresInSeconds: -1 });
    world.server.respondWith(oauthError("slow_down", 429, 120));
    const limited = { code: "rate_limited", status: 429, extensions: { source: "provider" } };
    await expect(read(world)).rejects.toMatchObject({ ...limited, retryAfterSeconds: 120 });
    world.clock.advance(20_000);
    await expect(read(world)).rejects.toMatchObject({ ...limited, retryAfterSeconds: 100 });
    expect(world.server.of("refresh")).toHaveLength(1);
  });

  it("a 429 tells everybody who made or joined the request what the provider says of its limit (R23, R73)", async () => {
    const world = await worldWithAccount({ expiresInSeconds: -1 });
    world.server.respondWith(slowDown(120, { limit: 60, remaining: 0, resetSeconds: 30 }));
    const release = world.server.hold();
    const [made, joined] = [read(world), read(world)];
    await world.server.nextRequest();
    const other = readToken(world.otherProcess(), {
      environmentId,
      accountId: "ia_one",
      minTtlSeconds: null,
      actor: "key_test",
    });
    await world.clock.sleeping();
    release();
    const problems = await world.clock.settle(
      Promise.all([made, joined, other].map((one) => one.catch((error: unknown) => error))),
    );
    const rateLimit = { limit: 60, remaining: 0, resetSeconds: 30, windowSeconds: null };
    for (const problem of problems) expect(problem).toMatchObject({ code: "rate_limited", rateLimit });
    // Who comes later is told when to come back, and no limit that nobody told him.
    await expect(read(world)).rejects.toMatchObject({ code: "rate_limited", rateLimit: null });
    expect(world.server.of("refresh")).toHaveLength(1);
  });

  it("a 429 that names its reset alone is left alone until then", async () => {
    const world = await worldWithAccount({ expiresInSeconds: -1 });
    world.server.respondWith(slowDown(null, { remaining: 0, resetSeconds: 600 }));
    await expect(read(world)).rejects.toMatchObject({ code: "rate_limited", retryAfterSeconds: 600 });
    world.clock.advance(599_000);
    await expect(read(world)).rejects.toMatchObject({ code: "rate_limited", retryAfterSeconds: 1 });
    expect(world.server.of("refresh")).toHaveLength(1);
  });

  it("an outage tells no limit, whatever its headers say", async () => {
    const world = await worldWithAccount({ expiresInSeconds: -1 });
    const rateLimit = { limit: 60, remaining: 59, resetSeconds: 30, windowSeconds: null };
    world.server.respondWith(
      failureResult({ kind: "http_error", status: 503, isPage: false, retryAfterSeconds: null, rateLimit }),
    );
    await expect(read(world)).rejects.toMatchObject({ code: "provider_error", rateLimit: null });
    expect(world.accounts.attempts.at(-1)?.result).not.toHaveProperty("rateLimit");
  });

  it.each([
    ["a rejected client", oauthError("invalid_client", 401), "client_misconfigured", 502],
    ["a lost answer", failureResult({ kind: "answer_lost", detail: "ECONNRESET" }), "provider_timeout", 504],
    ["a dead grant", oauthError("invalid_grant"), "needs_reauth", 409],
  ])("%s is told as what it is when no valid token is left", async (_name, answer, code, status) => {
    const world = await worldWithAccount({ expiresInSeconds: -1 });
    world.server.respondWith(answer);
    await expect(read(world)).rejects.toMatchObject({ code, status });
  });
});

describe("what stands above validity (invariant 6)", () => {
  it.each([
    ["needs_reauth", "needs_reauth", 409],
    ["connecting", "not_connected", 409],
    ["disconnected", "disconnected", 410],
  ] as const)("no token of a %s account leaves, though it would still work", async (status, code, http) => {
    const world = await worldWithAccount({ expiresInSeconds: 3000 });
    world.accounts.patch("ia_one", { status });
    await expect(read(world)).rejects.toMatchObject({
      code,
      status: http,
      extensions: { integrated_account_id: "ia_one", last_error: null },
    });
    expect(world.auditLog.records).toEqual([]);
  });

  it("no token leaves after the refresh in front of it found the grant dead, though the old one is valid", async () => {
    const world = await worldWithAccount({ expiresInSeconds: 10 });
    world.server.respondWith(oauthError("invalid_grant"));
    await expect(read(world)).rejects.toMatchObject({
      code: "needs_reauth",
      extensions: {
        last_error: { code: "reauthorize", message: "invalid_grant", at: world.clock.now().toISOString() },
      },
    });
  });

  it("no token leaves while the KMS is down (R43)", async () => {
    const world = await worldWithAccount({ expiresInSeconds: 3000 });
    world.keys.setDown("unwrap");
    await expect(read(world)).rejects.toMatchObject({ code: "kms_unavailable", status: 503 });
  });

  it("no token leaves without its audit record (invariant 8)", async () => {
    const world = await worldWithAccount({ expiresInSeconds: 3000 });
    world.auditLog.setDown(true);
    await expect(read(world)).rejects.toMatchObject({ code: "database_unavailable" });
  });

  it("an account of another environment is not found (invariant 10)", async () => {
    const world = await worldWithAccount({ expiresInSeconds: 3000 });
    const input = { environmentId: "env_other", accountId: "ia_one", minTtlSeconds: null, actor: "key_test" };
    await expect(readToken(world, input)).rejects.toMatchObject({ code: "not_found", status: 404 });
  });
});

describe("a held account (R26)", () => {
  const hold = { reason: "mass_failure", at: new Date(0) } as const;

  it("serves its token while it is valid, and asks nobody", async () => {
    const world = await worldWithAccount({ expiresInSeconds: 10 });
    world.accounts.patch("ia_one", { hold });
    expect(await read(world)).toMatchObject({ accessToken: "access-0", refresh: "failing" });
    expect(world.server.requests).toEqual([]);
  });

  it("says held when none is left", async () => {
    const world = await worldWithAccount({ expiresInSeconds: -1 });
    world.accounts.patch("ia_one", { hold });
    await expect(read(world)).rejects.toMatchObject({ code: "held", status: 409 });
    expect(world.server.requests).toEqual([]);
  });

  it("gets no alarm from being read", async () => {
    const world = await worldWithAccount({ expiresInSeconds: 3000, ageSeconds: 600 });
    world.accounts.patch("ia_one", { hold, refreshDueAt: null });
    expect(await read(world)).toMatchObject({ accessToken: "access-0" });
    expect((await world.account()).refreshDueAt).toBeNull();
  });
});

describe("while the endpoint is left alone", () => {
  const until = (world: World) => new Date(world.clock.now().getTime() + 7500);

  it("an open circuit is told as the provider's trouble, with the time of its next probe (R22)", async () => {
    const world = await worldWithAccount({ expiresInSeconds: -1 });
    const circuits = {
      ...world.circuits,
      admit: async () => ({ kind: "refused", cause: "circuit_open", until: until(world) }) as const,
    };
    const refused = readToken(
      { ...world, circuits },
      { environmentId, accountId: "ia_one", minTtlSeconds: null, actor: "k" },
    );
    await expect(refused).rejects.toMatchObject({ code: "provider_unavailable", status: 503, retryAfterSeconds: 8 });
    expect(world.server.requests).toEqual([]);
  });

  it.each(["circuit_open", "budget"] as const)("a token that is still valid is served: %s (R19)", async (cause) => {
    const world = await worldWithAccount({ expiresInSeconds: 20 });
    const circuits = {
      ...world.circuits,
      admit: async () => ({ kind: "refused", cause, until: until(world) }) as const,
    };
    const input = { environmentId, accountId: "ia_one", minTtlSeconds: null, actor: "k" };
    const served = await world.clock.settle(readToken({ ...world, circuits }, input));
    expect(served).toMatchObject({ accessToken: "access-0", refresh: "failing" });
    expect(world.server.requests).toEqual([]);
  });

  it("a budget that stays used up is ours, and says so (R21, R23)", async () => {
    const world = await createWorld({ config: { refresh: { perMinute: 300 } } });
    await world.addAccount({ expiresInSeconds: -1 });
    const circuits = {
      ...world.circuits,
      admit: async () => ({ kind: "refused", cause: "budget", until: until(world) }) as const,
    };
    const refused = readToken(
      { ...world, circuits },
      { environmentId, accountId: "ia_one", minTtlSeconds: null, actor: "k" },
    );
    await expect(world.clock.settle(refused)).rejects.toMatchObject({
      code: "rate_limited",
      status: 429,
      rateLimit: { limit: 300, remaining: 0, windowSeconds: 60 },
      extensions: { source: "evergrant" },
    });
    expect(world.clock.monotonicMs()).toBeLessThan(12_000);
  });
});

describe("a token that ends while its caller waits (R19, invariant 6)", () => {
  const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  /** What the caller gets, and after how many seconds. */
  async function served(world: World, ports: Parameters<typeof readToken>[0] = world) {
    const startedMs = world.clock.monotonicMs();
    const input = { environmentId, accountId: "ia_one", minTtlSeconds: null, actor: "key_test" };
    const token = await world.clock.settle(readToken(ports, input));
    return { token, seconds: Math.round((world.clock.monotonicMs() - startedMs) / 1000) };
  }

  it("is served before it ends, while another process holds the lease and never finishes", async () => {
    const world = await worldWithAccount({ expiresInSeconds: 25, ageSeconds: 3575 });
    world.accounts.patch("ia_one", { leaseUntil: new Date(world.clock.now().getTime() + 3_600_000) });
    const { token, seconds } = await served(world);
    expect(token).toMatchObject({ accessToken: "access-0", refresh: "failing" });
    expect(seconds).toBe(20);
    expect(world.server.requests).toEqual([]);
  });

  it("is served before it ends, while the budget stays used up", async () => {
    const world = await worldWithAccount({ expiresInSeconds: 10 });
    const until = new Date(world.clock.now().getTime() + 60_000);
    const admit = async () => ({ kind: "refused", cause: "budget", until }) as const;
    const { token, seconds } = await served(world, { ...world, circuits: { ...world.circuits, admit } });
    expect(token).toMatchObject({ accessToken: "access-0", refresh: "failing" });
    expect(seconds).toBe(5);
  });

  it("is served while the provider takes its time, and the refresh goes on without its caller", async () => {
    const world = await worldWithAccount({ expiresInSeconds: 15, ageSeconds: 3585 });
    const release = world.server.hold();
    const { token, seconds } = await served(world);
    expect(token).toMatchObject({ accessToken: "access-0", credentialVersion: 1, refresh: "failing" });
    expect(seconds).toBe(10);
    expect((await world.account()).attempt).not.toBeNull();
    release();
    while ((await world.account()).credentialVersion === 1) await tick();
    expect(await world.storedTokens()).toMatchObject({ accessToken: "access-1", refreshToken: "refresh-1" });
    expect(world.server.of("refresh")).toHaveLength(1);
  });

  it("is served, and a refresh that fails for us after that is written down", async () => {
    const world = await worldWithAccount({ expiresInSeconds: 15, ageSeconds: 3585 });
    const release = world.server.hold();
    expect((await served(world)).token).toMatchObject({ accessToken: "access-0" });
    world.accounts.failApplies(...Array.from({ length: 30 }, () => "before_commit" as const));
    release();
    const left = "a refresh failed after its caller left";
    for (let step = 0; step < 300 && !world.log.lines.some((one) => one.message === left); step += 1) {
      await tick();
      world.clock.advance(100);
    }
    expect(world.log.lines).toContainEqual(expect.objectContaining({ level: "warn", message: left }));
  });

  it("is not waited for where it has moments left only: whoever comes then gets the new one", async () => {
    const world = await worldWithAccount({ expiresInSeconds: 4 });
    world.server.respondWith(() => {
      world.clock.advance(6000);
      return tokenResult(world.clock, "new");
    });
    expect((await served(world)).token).toMatchObject({ accessToken: "access-new", refresh: null });
  });
});

it("names a time to come back when waiting for another process took too long", async () => {
  const world = await worldWithAccount();
  const problem = problemOf({ kind: "timed_out", account: await world.account() }, world.clock.now());
  expect(problem).toMatchObject({ code: "provider_timeout", retryAfterSeconds: 5 });
});
