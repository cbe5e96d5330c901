import { Secret } from "#core/domain/secret/secret";
import { describe, expect, it } from "vitest";
import { failureResult, oauthError, tokenResult } from "#test/fakes/scripted-authorization-server";
import { createWorld, environmentId, type World } from "#test/fakes/world";
import type { RefreshReason } from "../domain/refresh/decide-refresh.ts";
import { disconnectAccount } from "./disconnect-account.ts";
import { refreshAccount, type RefreshOutcome } from "./refresh-account.ts";
import type { RefreshPorts } from "./refresh-ports.ts";

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function refresh(
  ports: RefreshPorts,
  reason: RefreshReason = "on_demand",
  signal?: AbortSignal,
): Promise<RefreshOutcome> {
  const demand = { reason, minTtlSeconds: null };
  return refreshAccount(ports, { environmentId, accountId: "ia_one", demand, actor: "test" }, signal);
}

async function worldWithAccount(options: Parameters<World["addAccount"]>[0] = {}): Promise<World> {
  const world = await createWorld();
  await world.addAccount(options);
  return world;
}

describe("one account, many callers (R10)", () => {
  it("sends one request for 50 concurrent callers of one process, and gives all its result", async () => {
    const world = await worldWithAccount();
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => refresh(world)));
    expect(world.server.of("refresh")).toHaveLength(1);
    expect(new Set(outcomes.map((one) => one.kind))).toEqual(new Set(["refreshed"]));
    expect(world.accounts.attempts.map((one) => one.result?.waiters)).toEqual([49]);
  });

  it("sends one request for two processes: the second waits on the row and shares the result", async () => {
    const world = await worldWithAccount();
    const release = world.server.hold();
    const first = refresh(world);
    await world.server.nextRequest();
    const second = refresh(world.otherProcess());
    await world.clock.sleeping();
    release();
    expect((await first).kind).toBe("refreshed");
    expect((await world.clock.settle(second)).kind).toBe("refreshed");
    expect(world.server.of("refresh")).toHaveLength(1);
    expect(world.accounts.attempts[0]?.result?.waiters).toBe(1);
  });

  it("shares a failure with the process that waited, instead of asking again or speaking of a cooldown", async () => {
    const world = await worldWithAccount();
    world.server.respondWith(oauthError("temporarily_unavailable", 503));
    const release = world.server.hold();
    const first = refresh(world);
    await world.server.nextRequest();
    const second = refresh(world.otherProcess());
    await world.clock.sleeping();
    release();
    await first;
    expect(await world.clock.settle(second)).toMatchObject({ kind: "failed", attempt: { outcome: "transient" } });
    expect(world.server.of("refresh")).toHaveLength(1);
  });

  it("two accounts refresh in parallel", async () => {
    const world = await createWorld();
    for (const id of ["ia_a", "ia_b"]) await world.addAccount({ id });
    const release = world.server.hold();
    const both = ["ia_a", "ia_b"].map((accountId) =>
      refreshAccount(world, {
        environmentId,
        accountId,
        demand: { reason: "on_demand", minTtlSeconds: null },
        actor: "test",
      }),
    );
    await world.server.nextRequest();
    await tick();
    expect(world.server.of("refresh")).toHaveLength(2);
    release();
    expect((await Promise.all(both)).map((one) => one.kind)).toEqual(["refreshed", "refreshed"]);
  });

  it("gives up waiting after a lease and a little when the other process never finishes", async () => {
    const world = await worldWithAccount();
    const forever = new Date(world.clock.now().getTime() + 3_600_000);
    world.accounts.patch("ia_one", { leaseUntil: forever });
    expect((await world.clock.settle(refresh(world))).kind).toBe("timed_out");
    expect(world.clock.monotonicMs()).toBeGreaterThan(30_000);
    expect(world.clock.monotonicMs()).toBeLessThan(40_000);
    expect(world.server.requests).toEqual([]);
  });

  it("stops waiting at once when its caller leaves", async () => {
    const world = await worldWithAccount();
    world.accounts.patch("ia_one", { leaseUntil: new Date(world.clock.now().getTime() + 20_000) });
    const controller = new AbortController();
    const waiting = refresh(world, "on_demand", controller.signal);
    await world.clock.sleeping();
    controller.abort();
    expect((await waiting).kind).toBe("timed_out");
  });

  it("takes over from a process that died with the lease, and replays its attempt (R12, R20)", async () => {
    const world = await worldWithAccount();
    const dead = await world.accounts.claim({
      environmentId,
      accountId: "ia_one",
      attemptId: "att_dead",
      owner: "dead",
      leaseSeconds: 30,
      reason: "alarm",
      statuses: ["active"],
    });
    expect(dead).not.toBeNull();
    expect((await world.clock.settle(refresh(world))).kind).toBe("refreshed");
    expect(world.accounts.attempts.map((one) => one.result?.outcome)).toEqual(["in_doubt", "refreshed"]);
  });
});

describe("a holder that died while the database may still be coming back (R20)", () => {
  /** One process has asked and hears nothing; its lease is over. */
  async function worldWithSilence() {
    const world = await worldWithAccount();
    const release = world.server.hold();
    const first = refresh(world);
    await world.server.nextRequest();
    world.clock.advance(31_000);
    let isSteady = false;
    const other = { ...world.otherProcess(), steadiness: { isSteady: () => isSteady } };
    return { world, release, first, other, steady: () => void (isSteady = true) };
  }

  it("makes the alarm come back in three seconds, without a request", async () => {
    const { world, release, first, other } = await worldWithSilence();
    world.accounts.patch("ia_one", { refreshDueAt: world.clock.now() });
    const until = new Date(world.clock.now().getTime() + 3000);
    expect(await refresh(other, "alarm")).toMatchObject({ kind: "deferred", until });
    expect(world.server.of("refresh")).toHaveLength(1);
    release();
    await first;
  });

  it.each(["on_demand", "forced", "rejected_token"] as const)(
    "makes %s wait, and replay when it is steady",
    async (reason) => {
      const { world, release, first, other, steady } = await worldWithSilence();
      const second = refresh(other, reason);
      await world.clock.sleeping();
      expect(world.server.of("refresh")).toHaveLength(1);
      steady();
      world.clock.advance(1000);
      await world.server.nextRequest();
      expect(world.server.of("refresh").map((one) => one.refreshToken)).toEqual(["refresh-0", "refresh-0"]);
      release();
      expect((await world.clock.settle(second)).kind).toBe("refreshed");
      await world.clock.settle(first);
    },
  );

  it("spares a replay whose answer comes meanwhile", async () => {
    const { world, release, first, other } = await worldWithSilence();
    const second = refresh(other);
    await world.clock.sleeping();
    release();
    expect((await first).kind).toBe("refreshed");
    expect((await world.clock.settle(second)).kind).toBe("refreshed");
    expect(world.server.of("refresh")).toHaveLength(1);
  });

  it("lets a caller go when it never gets steady", async () => {
    const { world, other } = await worldWithSilence();
    expect((await world.clock.settle(refresh(other))).kind).toBe("timed_out");
    expect(world.server.of("refresh")).toHaveLength(1);
  });

  it("finds out by its alarm what became of the attempt, though the token is still fresh", async () => {
    const world = await worldWithAccount({ expiresInSeconds: 3000, ageSeconds: 600 });
    const request = {
      environmentId,
      accountId: "ia_one",
      owner: "dead",
      leaseSeconds: 30,
      statuses: ["active"],
    } as const;
    await world.accounts.claim({ ...request, attemptId: "att_dead", reason: "forced" });
    expect((await refresh(world, "alarm")).kind).toBe("fresh");
    world.clock.advance(31_000);
    expect(await refresh(world, "on_demand")).toMatchObject({ kind: "fresh" });
    expect((await refresh(world, "alarm")).kind).toBe("refreshed");
    expect(world.accounts.attempts.map((one) => one.result?.outcome)).toEqual(["in_doubt", "refreshed"]);
  });
});

describe("an alarm that finds a lease", () => {
  it("does not wait in line: it comes back a second after the lease ends at most", async () => {
    const world = await worldWithAccount();
    const release = world.server.hold();
    const first = refresh(world);
    await world.server.nextRequest();
    world.accounts.patch("ia_one", { refreshDueAt: world.clock.now() });
    const until = new Date(world.clock.now().getTime() + 31_000);
    expect(await refresh(world.otherProcess(), "alarm")).toMatchObject({ kind: "deferred", until });
    release();
    await first;
    expect((await refresh(world.otherProcess(), "alarm")).kind).toBe("fresh");
    expect(world.server.of("refresh")).toHaveLength(1);
  });
});

describe("the double check (R11)", () => {
  it("sends nothing when the claimed row turns out to be fresh", async () => {
    const world = await worldWithAccount();
    const { claim } = world.accounts;
    const soon = new Date(world.clock.now().getTime() + 3_600_000);
    const accounts = {
      ...world.accounts,
      // Somebody refreshes between the decision and the claim.
      claim: (request: Parameters<typeof claim>[0]) => {
        world.accounts.patch("ia_one", { expiresAt: soon });
        return claim(request);
      },
    };
    expect((await world.clock.settle(refresh({ ...world, accounts }))).kind).toBe("fresh");
    expect(world.server.requests).toEqual([]);
    expect(await world.account()).toMatchObject({ leaseUntil: null });
    expect(world.accounts.attempts).toEqual([]);
  });

  it("a forced refresh runs before expiry", async () => {
    const world = await worldWithAccount({ expiresInSeconds: 3500, ageSeconds: 100 });
    expect((await refresh(world)).kind).toBe("fresh");
    expect(await refresh(world, "forced")).toMatchObject({ kind: "refreshed", account: { credentialVersion: 2 } });
    expect(await world.storedTokens()).toMatchObject({ accessToken: "access-1" });
  });

  it("forces once for callers that saw the same version", async () => {
    const world = await worldWithAccount({ expiresInSeconds: 3600, ageSeconds: 0 });
    expect((await refresh(world, "forced")).kind).toBe("refreshed");
    const demand = { reason: "rejected_token", minTtlSeconds: null, seenVersion: 1 } as const;
    const late = await refreshAccount(world, { environmentId, accountId: "ia_one", demand, actor: "proxy" });
    expect(late.kind).toBe("refreshed");
    expect(world.server.of("refresh")).toHaveLength(1);
  });
});

describe("what a refresh leaves behind", () => {
  it("stores the merged token set under a new version, moves the alarm and clears the failure", async () => {
    const world = await worldWithAccount();
    world.accounts.patch("ia_one", { consecutiveFailures: 3, lastError: { code: "x", message: "y", at: new Date(0) } });
    await refresh(world);
    const account = await world.account();
    expect(await world.storedTokens()).toMatchObject({ accessToken: "access-1", refreshToken: "refresh-1" });
    expect(account).toMatchObject({
      status: "active",
      credentialVersion: 2,
      consecutiveFailures: 0,
      lastError: null,
      leaseUntil: null,
      refreshedAt: world.clock.now(),
      refreshTokenRotatedAt: world.clock.now(),
    });
    const before = ((account.expiresAt?.getTime() ?? 0) - (account.refreshDueAt?.getTime() ?? 0)) / 1000;
    expect(before).toBeGreaterThanOrEqual(60);
    expect(before).toBeLessThanOrEqual(180);
  });

  it("keeps the old refresh token when the server omits one (RFC 6749 §6)", async () => {
    const world = await worldWithAccount();
    const rotatedAt = (await world.account()).refreshTokenRotatedAt;
    world.clock.advance(1000);
    world.server.respondWith(tokenResult(world.clock, "new", { refreshToken: null }));
    await refresh(world);
    expect(await world.storedTokens()).toMatchObject({ accessToken: "access-new", refreshToken: "refresh-0" });
    expect(await world.account()).toMatchObject({ hasRefreshToken: true, refreshTokenRotatedAt: rotatedAt });
  });

  it("counts the new token's life from before it was asked for", async () => {
    const world = await worldWithAccount();
    const sentAt = world.clock.now();
    world.server.respondWith(() => {
      world.clock.advance(7000);
      return tokenResult(world.clock, "slow");
    });
    await refresh(world);
    expect((await world.account()).issuedAt).toEqual(sentAt);
  });

  it("tells no event for a refresh of an active account, and one for each reactivation (R31)", async () => {
    const world = await worldWithAccount();
    await refresh(world, "forced");
    world.accounts.patch("ia_one", { status: "needs_reauth", reauthRequiredAt: world.clock.now() });
    const outcome = await refresh(world, "forced");
    expect(outcome).toMatchObject({ kind: "refreshed", account: { status: "active", reauthRequiredAt: null } });
    expect(world.accounts.events.map((one) => one.type)).toEqual([
      "integrated_account:created",
      "integrated_account:reactivated",
    ]);
  });

  it("opens the old token set and the client secret under their records, and seals the new one under its own", async () => {
    const world = await worldWithAccount();
    await refresh(world);
    expect(world.auditLog.records.map((one) => one.action)).toEqual(["secret.opened", "credential.opened"]);
    expect(world.accounts.audit.at(-1)).toMatchObject({ action: "credential.sealed", actor: "test", keyId: "k1" });
  });
});

describe("a failure", () => {
  it("invalid_grant ends in needs_reauth, with one event and no alarm", async () => {
    const world = await worldWithAccount();
    world.server.respondWith(oauthError("invalid_grant"));
    expect(await refresh(world)).toMatchObject({ kind: "failed", attempt: { outcome: "reauthorize" } });
    expect(await world.account()).toMatchObject({
      status: "needs_reauth",
      refreshDueAt: null,
      reauthRequiredAt: world.clock.now(),
      lastError: { code: "reauthorize", message: "invalid_grant" },
    });
    expect(await refresh(world)).toMatchObject({ kind: "blocked", cause: "needs_reauth" });
    expect(await refresh(world, "alarm")).toMatchObject({ kind: "blocked", cause: "needs_reauth" });
    expect(world.server.of("refresh")).toHaveLength(1);
    expect(world.accounts.events.map((one) => one.type)).toEqual([
      "integrated_account:created",
      "integrated_account:authentication_error",
    ]);
    expect(world.accounts.events.at(-1)?.lastError).toBe("invalid_grant");
  });

  it("gives a dead account no alarm when a person tries it in vain (R25)", async () => {
    const world = await worldWithAccount();
    world.accounts.patch("ia_one", { status: "needs_reauth", refreshDueAt: null });
    world.server.respondWith(oauthError("temporarily_unavailable", 503));
    await refresh(world, "forced");
    expect(await world.account()).toMatchObject({ status: "needs_reauth", refreshDueAt: null });
    expect(world.accounts.events).toHaveLength(1);
  });

  it.each([
    ["invalid_client", "client_misconfigured"],
    ["temporarily_unavailable", "transient"],
  ])("of the kind %s blames no customer and is tried again in hours", async (error, outcome) => {
    const world = await worldWithAccount();
    world.server.respondWith(oauthError(error));
    expect(await refresh(world)).toMatchObject({ kind: "failed", attempt: { outcome } });
    const { status, refreshDueAt } = await world.account();
    expect(status).toBe("active");
    expect((refreshDueAt?.getTime() ?? 0) - world.clock.now().getTime()).toBeGreaterThan(2 * 3_600_000);
    expect(world.accounts.events).toHaveLength(1);
  });

  it("in doubt is replayed with the same refresh token within seconds, and a verdict then holds (R20)", async () => {
    const world = await worldWithAccount();
    world.server.respondWith(failureResult({ kind: "answer_lost", detail: "ECONNRESET" }));
    expect(await refresh(world)).toMatchObject({ kind: "failed", attempt: { outcome: "in_doubt" } });
    world.clock.advance(10_000);
    world.server.respondWith(oauthError("invalid_grant"));
    expect(await refresh(world, "alarm")).toMatchObject({ kind: "failed", attempt: { outcome: "reauthorize" } });
    expect(world.server.of("refresh").map((one) => one.refreshToken)).toEqual(["refresh-0", "refresh-0"]);
    expect((await world.account()).status).toBe("needs_reauth");
  });
});

describe("a stale writer (invariant 3)", () => {
  it("changes nothing after a re-authorization that came while it asked, and its attempt says so", async () => {
    const world = await worldWithAccount();
    const release = world.server.hold();
    const late = refresh(world);
    await world.server.nextRequest();
    const reauthorized = await world.credentialsChange(await world.account(), {
      accessToken: new Secret("access-user"),
      refreshToken: new Secret("refresh-user"),
      tokenType: "Bearer",
      expiresAt: new Date(world.clock.now().getTime() + 3_600_000),
      issuedAt: world.clock.now(),
      scopes: [],
      clientSecret: null,
    });
    expect(await world.accounts.apply(reauthorized)).not.toBeNull();
    release();
    expect((await world.clock.settle(late)).kind).toBe("refreshed");
    expect(await world.storedTokens()).toMatchObject({ accessToken: "access-user", refreshToken: "refresh-user" });
    expect(world.accounts.attempts.map((one) => one.result?.outcome)).toEqual(["superseded"]);
    // Where grants are families, ending the late one could end the new one.
    expect(world.server.of("revoke")).toEqual([]);
  });

  it("does not mark a re-authorized account dead because the old grant was rejected", async () => {
    const world = await worldWithAccount();
    world.server.respondWith(oauthError("invalid_grant"));
    const release = world.server.hold();
    const late = refresh(world);
    await world.server.nextRequest();
    const { scopesGranted: scopes } = await world.account();
    const tokenSet = {
      accessToken: new Secret("a"),
      refreshToken: new Secret("r"),
      tokenType: "Bearer",
      expiresAt: null,
      issuedAt: world.clock.now(),
      scopes,
      clientSecret: null,
    };
    await world.accounts.apply(await world.credentialsChange(await world.account(), tokenSet));
    release();
    await world.clock.settle(late);
    expect((await world.account()).status).toBe("active");
    expect(world.accounts.events).toHaveLength(1);
  });

  it("ends the token that arrives after a disconnect at the provider (C3)", async () => {
    const world = await worldWithAccount();
    const release = world.server.hold();
    const late = refresh(world);
    await world.server.nextRequest();
    await disconnectAccount(world, { environmentId, accountId: "ia_one", actor: "test" });
    release();
    await world.clock.settle(late);
    expect(world.server.of("revoke").map((one) => one.token)).toEqual(["refresh-0", "refresh-1"]);
    expect(await world.storedTokens()).toBeNull();
    expect(await world.account()).toMatchObject({ status: "disconnected", refreshDueAt: null });
  });
});

describe("before anything is sent", () => {
  it("does not send after a pause of 30 s under its lease: it gives up and begins anew (W6)", async () => {
    const world = await worldWithAccount();
    let paused = 0;
    world.accounts.afterClaim(() => {
      paused += 1;
      if (paused > 1) return;
      expect(world.server.requests).toEqual([]);
      world.clock.advance(30_000);
    });
    const answer = refresh(world);
    await world.clock.sleeping();
    expect(world.server.requests).toEqual([]);
    expect((await world.account()).leaseUntil).toBeNull();
    expect((await world.clock.settle(answer)).kind).toBe("refreshed");
    expect(paused).toBe(2);
  });

  it("does not send after its machine was suspended under the lease, though the monotonic clock stood still (W6)", async () => {
    const world = await worldWithAccount();
    let claims = 0;
    world.accounts.afterClaim(() => {
      claims += 1;
      if (claims === 1) world.clock.suspend(30_000);
    });
    expect((await world.clock.settle(refresh(world))).kind).toBe("refreshed");
    expect([claims, world.server.of("refresh").length]).toEqual([2, 1]);
  });

  it("leaves the refresh token unspent when the KMS makes no data key, and takes no lease (R43)", async () => {
    const world = await worldWithAccount();
    const { fence } = await world.account();
    world.keys.setDown("wrap");
    await expect(refresh(world)).rejects.toMatchObject({ code: "kms_unavailable" });
    expect(world.server.requests).toEqual([]);
    expect(await world.account()).toMatchObject({ fence, leaseUntil: null });
  });

  it("leaves the refresh token unspent and the account free when the KMS fails after the claim", async () => {
    const world = await worldWithAccount();
    world.accounts.afterClaim(() => world.keys.setDown("unwrap"));
    await expect(refresh(world)).rejects.toMatchObject({ code: "kms_unavailable" });
    expect(world.server.requests).toEqual([]);
    expect(await world.account()).toMatchObject({ leaseUntil: null, status: "active", consecutiveFailures: 0 });
    world.accounts.afterClaim(null);
    world.keys.setDown(null);
    expect((await refresh(world)).kind).toBe("refreshed");
  });

  it("does not send when no audit record of the opening can be made durable (invariant 8)", async () => {
    const world = await worldWithAccount();
    world.auditLog.setDown(true);
    await expect(refresh(world)).rejects.toMatchObject({ code: "database_unavailable" });
    expect(world.server.requests).toEqual([]);
  });

  it("knows nothing of accounts of other environments (invariant 10)", async () => {
    const world = await worldWithAccount();
    const demand = { reason: "forced", minTtlSeconds: null } as const;
    const input = { environmentId: "env_other", accountId: "ia_one", demand, actor: "test" };
    expect(await refreshAccount(world, input)).toEqual({ kind: "not_found" });
  });
});

describe("the database fails at the commit (R20, invariant 2)", () => {
  it("keeps the answer on disk, retries, and removes it once it is written", async () => {
    const world = await worldWithAccount();
    world.accounts.failApplies("before_commit", "before_commit");
    const answer = refresh(world);
    while (world.spool.entries.size === 0) await new Promise((resolve) => setImmediate(resolve));
    expect((await world.clock.settle(answer)).kind).toBe("refreshed");
    expect(world.spool.entries.size).toBe(0);
    expect(await world.storedTokens()).toMatchObject({ refreshToken: "refresh-1" });
    expect(world.server.of("refresh")).toHaveLength(1);
  });

  it("counts a commit whose answer was lost as done, with one version and one event", async () => {
    const world = await worldWithAccount();
    world.accounts.failApplies("after_commit");
    expect(await world.clock.settle(refresh(world))).toMatchObject({
      kind: "refreshed",
      account: { credentialVersion: 2 },
    });
    expect(world.accounts.events).toHaveLength(1);
    expect(world.spool.entries.size).toBe(0);
  });

  it("writes an answer that waits on disk before anybody spends the old refresh token again", async () => {
    const world = await worldWithAccount();
    world.accounts.failApplies(...Array.from({ length: 30 }, () => "before_commit" as const));
    await expect(world.clock.settle(refresh(world))).rejects.toMatchObject({ code: "database_unavailable" });
    expect(world.spool.entries.size).toBe(1);
    // The lease runs out and the database comes back before this process tries again.
    world.accounts.failApplies(null);
    world.accounts.patch("ia_one", { leaseUntil: null });
    const other = { ...world.otherProcess(), clock: world.clock };
    expect((await world.clock.settle(refresh(other))).kind).toBe("refreshed");
    expect(world.server.of("refresh").map((one) => one.refreshToken)).toEqual(["refresh-0"]);
    expect(await world.storedTokens()).toMatchObject({ refreshToken: "refresh-1" });
  });

  it("spools nothing in the clear", async () => {
    const world = await worldWithAccount();
    world.accounts.failApplies("before_commit");
    const answer = refresh(world);
    await world.clock.sleeping();
    const spooled = JSON.stringify([...world.spool.entries.values()], (_key, value: unknown) =>
      typeof value === "bigint"
        ? value.toString()
        : value instanceof Uint8Array
          ? Buffer.from(value).toString("latin1")
          : value,
    );
    expect(spooled).not.toMatch(/access-1|refresh-1/);
    await world.clock.settle(answer);
  });
});
