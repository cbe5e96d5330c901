import { describe, expect, it } from "vitest";
import { page503, refresh } from "#test/fakes/refresh-calls";
import { failureResult, oauthError, tokenResult } from "#test/fakes/scripted-authorization-server";
import { createWorld, type World } from "#test/fakes/world";
import type { TokenResult } from "../ports/authorization-server.ts";
import { problemOf } from "./account-problem.ts";

describe("the breaker of an endpoint (R22)", () => {
  const accounts = ["ia_a", "ia_b", "ia_c", "ia_d", "ia_e"];

  async function worldWithOpenCircuit(): Promise<World> {
    const world = await createWorld();
    for (const id of [...accounts, "ia_six", "ia_seven"]) await world.addAccount({ id, expiresInSeconds: -1 });
    world.server.respondWith(page503);
    for (const id of accounts) await refresh(world, "on_demand", id);
    expect(world.circuits.news).toEqual(["opened"]);
    return world;
  }

  it("keeps the others away after five failures in a row, before they take a lease", async () => {
    const world = await worldWithOpenCircuit();
    const { fence } = await world.account("ia_six");
    for (const reason of ["on_demand", "rejected_token", "forced"] as const) {
      const outcome = await refresh(world, reason, "ia_six");
      expect(outcome).toMatchObject({ kind: "blocked", cause: "circuit_open" });
      expect(outcome.kind === "blocked" && outcome.until !== null && outcome.until > world.clock.now()).toBe(true);
    }
    world.accounts.patch("ia_six", { refreshDueAt: world.clock.now() });
    expect(await refresh(world, "alarm", "ia_six")).toMatchObject({ kind: "blocked", cause: "circuit_open" });
    expect(world.server.of("refresh")).toHaveLength(5);
    expect(await world.account("ia_six")).toMatchObject({ fence, consecutiveFailures: 0, leaseUntil: null });
  });

  it("is not opened by accounts whose inputs can't be sent: one tenant's typing would stop all the others", async () => {
    const world = await createWorld();
    for (const id of [...accounts, "ia_six"]) await world.addAccount({ id, expiresInSeconds: -1 });
    world.server.respondWith(
      failureResult({ kind: "unsendable", detail: "the header x-shop would hold a line break" }),
    );
    for (const id of accounts) {
      const outcome = await refresh(world, "on_demand", id);
      expect(outcome).toMatchObject({ kind: "failed", attempt: { rule: "request.unsendable" } });
    }
    expect(world.circuits.news).toEqual([]);
    expect(await world.account("ia_a")).toMatchObject({
      status: "active",
      lastError: { code: "client_misconfigured" },
    });
    world.server.respondWith(tokenResult(world.clock, "well"));
    expect((await refresh(world, "on_demand", "ia_six")).kind).toBe("refreshed");
  });

  it.each([
    ["the guard refuses an address", { kind: "egress_refused", detail: "10.0.0.1 is private" }, "client_misconfigured"],
    ["a client can't prove itself", { kind: "client_unusable", detail: "no private key" }, "client_misconfigured"],
    ["there is no client", { kind: "no_client" }, "client_misconfigured"],
    ["something of ours is away", { kind: "own_fault", detail: "expressions can't be evaluated: busy" }, "transient"],
  ] as const)("is not opened where %s: the provider was not asked", async (_, failure, code) => {
    const world = await createWorld();
    for (const id of [...accounts, "ia_six"]) await world.addAccount({ id, expiresInSeconds: -1 });
    world.server.respondWith(failureResult(failure));
    for (const id of accounts) expect((await refresh(world, "on_demand", id)).kind).toBe("failed");
    expect(world.circuits.news).toEqual([]);
    expect(await world.account("ia_a")).toMatchObject({ status: "active", lastError: { code } });
    world.server.respondWith(tokenResult(world.clock, "well"));
    expect((await refresh(world, "on_demand", "ia_six")).kind).toBe("refreshed");
  });

  it("tells a fault of ours as ours, logs it, and tries again within minutes", async () => {
    const world = await createWorld();
    await world.addAccount({ expiresInSeconds: -1 });
    world.server.respondWith(failureResult({ kind: "own_fault", detail: "expressions can't be evaluated: busy" }));
    const outcome = await refresh(world, "on_demand", "ia_one");
    if (outcome.kind !== "failed") throw new Error(outcome.kind);
    const { explanation, nextAttemptAt } = outcome.attempt;
    expect(explanation).toMatch(
      /of Evergrant's own .* neither the provider nor the grant is in question\..* Tried again in \d+ s/,
    );
    expect(Number(nextAttemptAt) - Number(world.clock.now())).toBeLessThan(70_000);
    expect(world.log.lines).toMatchObject([{ level: "error", message: expect.stringContaining("by a fault of ours") }]);
    expect(problemOf(outcome, world.clock.now())).toMatchObject({
      code: "provider_unavailable",
      detail: expect.stringContaining("The provider was not asked"),
    });
  });

  it("lets one probe pass when its time has come, and the others once that is answered", async () => {
    const world = await worldWithOpenCircuit();
    world.clock.advance(12_000);
    world.server.respondWith(tokenResult(world.clock, "back"));
    const release = world.server.hold();
    const probe = refresh(world, "on_demand", "ia_six");
    await world.server.nextRequest();
    expect(await refresh(world, "on_demand", "ia_seven")).toMatchObject({ kind: "blocked", cause: "circuit_open" });
    release();
    expect((await probe).kind).toBe("refreshed");
    expect(world.circuits.news).toEqual(["opened", "closed"]);
    expect((await refresh(world, "on_demand", "ia_seven")).kind).toBe("refreshed");
  });

  it("stays open after a probe in vain, for longer", async () => {
    const world = await worldWithOpenCircuit();
    world.clock.advance(12_000);
    expect((await refresh(world, "on_demand", "ia_six")).kind).toBe("failed");
    const next = await refresh(world, "on_demand", "ia_seven");
    const pause =
      next.kind === "blocked" && next.until !== null ? next.until.getTime() - world.clock.now().getTime() : 0;
    expect(pause).toBeGreaterThanOrEqual(20_000);
    expect(pause).toBeLessThanOrEqual(24_000);
  });

  it("closes at a word about the grant too: the endpoint is back", async () => {
    const world = await worldWithOpenCircuit();
    world.clock.advance(12_000);
    world.server.respondWith(oauthError("invalid_grant"));
    expect(await refresh(world, "on_demand", "ia_six")).toMatchObject({ account: { status: "needs_reauth" } });
    expect(world.circuits.news).toEqual(["opened", "closed"]);
  });

  it("is one for each client: an account with its own is not kept away", async () => {
    const world = await worldWithOpenCircuit();
    await world.addAccount({ id: "ia_own", ownClient: { id: "own-client", secret: "own-secret" } });
    world.server.respondWith(tokenResult(world.clock, "own"));
    expect((await refresh(world, "on_demand", "ia_own")).kind).toBe("refreshed");
    expect(world.server.of("refresh").at(-1)).toMatchObject({ clientId: "own-client", secret: "own-secret" });
    expect(await refresh(world, "on_demand", "ia_six")).toMatchObject({ kind: "blocked" });
  });

  it("that can't be told costs no answer", async () => {
    const world = await worldWithOpenCircuit();
    world.clock.advance(12_000);
    world.server.respondWith(tokenResult(world.clock, "back"));
    const circuits = { ...world.circuits, report: () => Promise.reject(new Error("the database is away")) };
    expect((await refresh({ ...world, circuits }, "on_demand", "ia_six")).kind).toBe("refreshed");
    expect(world.log.lines.at(-1)).toMatchObject({ level: "error", message: "the circuit could not be told" });
  });

  it("counts an answer to a request that was let through before the first failure", async () => {
    const world = await createWorld();
    await world.addAccount({ id: "ia_slow", refreshToken: "refresh-slow" });
    for (const id of accounts) await world.addAccount({ id });
    const slow = Promise.withResolvers<TokenResult>();
    world.server.respondWith((request) =>
      request.kind === "refresh" && request.refreshToken === "refresh-slow" ? slow.promise : page503,
    );
    const answered = refresh(world, "on_demand", "ia_slow");
    await world.server.nextRequest();
    for (const id of accounts.slice(1)) await refresh(world, "on_demand", id);
    slow.resolve(tokenResult(world.clock, "slow"));
    expect((await answered).kind).toBe("refreshed");
    await refresh(world, "on_demand", "ia_a");
    expect(world.circuits.news).toEqual([]);
    expect(world.circuits.keys().map((key) => world.circuits.circuit(key).failures)).toEqual([1]);
  });

  it.each<[string, (world: World) => Promise<unknown>]>([
    [
      "the KMS failed",
      async (world) => {
        world.keys.setDown("wrap");
        await expect(refresh(world, "on_demand", "ia_six")).rejects.toMatchObject({ code: "kms_unavailable" });
        world.keys.setDown(null);
      },
    ],
    [
      "another process won the claim",
      async (world) => {
        const ports = { ...world, accounts: { ...world.accounts, claim: async () => null } };
        const outcome = await world.clock.settle(refresh(ports, "on_demand", "ia_six"));
        expect(outcome).toMatchObject({ kind: "blocked", cause: "circuit_open" });
      },
    ],
    [
      "its account turned out to be fresh",
      async (world) => {
        const soon = new Date(world.clock.now().getTime() + 3_600_000);
        const claim: typeof world.accounts.claim = (request) => {
          world.accounts.patch("ia_six", { expiresAt: soon });
          return world.accounts.claim(request);
        };
        const ports = { ...world, accounts: { ...world.accounts, claim } };
        expect((await world.clock.settle(refresh(ports, "on_demand", "ia_six"))).kind).toBe("fresh");
      },
    ],
  ])("lets another probe pass two seconds after one that asked nothing: %s", async (_name, probe) => {
    const world = await worldWithOpenCircuit();
    world.clock.advance(12_000);
    const asked = world.server.of("refresh").length;
    await probe(world);
    expect(world.server.of("refresh")).toHaveLength(asked);
    expect(await refresh(world, "on_demand", "ia_seven")).toMatchObject({ kind: "blocked", cause: "circuit_open" });
    world.clock.advance(2_000);
    world.server.respondWith(tokenResult(world.clock, "back"));
    expect((await refresh(world, "on_demand", "ia_seven")).kind).toBe("refreshed");
    expect(world.circuits.news).toEqual(["opened", "closed"]);
  });
});

describe("the budget of a client (R21)", () => {
  const config = { refresh: { concurrency: 1 } };

  async function worldWithWork() {
    const world = await createWorld({ config });
    for (const id of ["ia_one", "ia_two"]) await world.addAccount({ id, expiresInSeconds: -1 });
    const release = world.server.hold();
    const first = refresh(world);
    await world.server.nextRequest();
    return { world, release, first };
  }

  it("makes scheduled work come back, without a lease or a request", async () => {
    const { world, release, first } = await worldWithWork();
    world.accounts.patch("ia_two", { refreshDueAt: world.clock.now() });
    const outcome = await refresh(world, "alarm", "ia_two");
    expect(outcome).toMatchObject({ kind: "deferred", account: { leaseUntil: null } });
    expect(outcome.kind === "deferred" && outcome.until > world.clock.now()).toBe(true);
    expect(world.server.of("refresh")).toHaveLength(1);
    release();
    await first;
  });

  it.each(["on_demand", "forced", "rejected_token"] as const)(
    "makes %s wait for a place, and go on",
    async (reason) => {
      const { world, release, first } = await worldWithWork();
      const second = refresh(world.otherProcess(), reason, "ia_two");
      await world.clock.sleeping();
      expect(world.server.of("refresh")).toHaveLength(1);
      release();
      await first;
      expect((await world.clock.settle(second)).kind).toBe("refreshed");
      expect(world.server.of("refresh")).toHaveLength(2);
    },
  );

  it("gives its place back whatever comes of the attempt", async () => {
    const world = await createWorld({ config });
    await world.addAccount();
    world.keys.setDown("wrap");
    await expect(refresh(world)).rejects.toMatchObject({ code: "kms_unavailable" });
    world.keys.setDown(null);
    world.server.respondWith(page503);
    expect((await refresh(world)).kind).toBe("failed");
    world.server.respondWith(tokenResult(world.clock, "new"));
    expect((await refresh(world, "forced")).kind).toBe("refreshed");
  });

  it("lets a caller go who waited ten seconds in vain", async () => {
    const { world, release, first } = await worldWithWork();
    const second = await world.clock.settle(refresh(world, "on_demand", "ia_two"));
    expect(second).toMatchObject({ kind: "blocked", cause: "budget" });
    expect(world.clock.monotonicMs()).toBeGreaterThanOrEqual(10_000);
    expect(world.clock.monotonicMs()).toBeLessThan(12_000);
    release();
    await first;
  });
});

describe("the mass-disconnect guard (R26)", () => {
  const config = { refresh: { massFailure: { accounts: 2, share: 0.2, windowSeconds: 600 } } };

  async function worldWithMassFailure(): Promise<World> {
    const world = await createWorld({ config });
    for (const id of ["ia_a", "ia_b", "ia_c"]) await world.addAccount({ id });
    world.server.respondWith(oauthError("invalid_grant"));
    for (const id of ["ia_a", "ia_b"]) await refresh(world, "on_demand", id);
    return world;
  }

  it("holds the further ones: status unchanged, nobody told, the attempt says why", async () => {
    const world = await worldWithMassFailure();
    const told = world.accounts.events.length;
    expect(await refresh(world, "on_demand", "ia_c")).toMatchObject({
      kind: "failed",
      attempt: { outcome: "held", rule: "rfc6749.invalid_grant" },
      account: { status: "active", hold: { reason: "mass_failure" }, refreshDueAt: null, reauthRequiredAt: null },
    });
    expect(world.accounts.events).toHaveLength(told);
    expect(world.accounts.attempts.at(-1)?.result).toMatchObject({ outcome: "held" });
    expect(world.accounts.attempts.at(-1)?.result?.explanation).toContain("release or confirm the hold");
  });

  it("stands before accounts that share a client of their own, and before no other client's (R65)", async () => {
    const world = await createWorld({ config });
    const ownClient = { id: "old-app", secret: "old-secret" };
    for (const id of ["ia_a", "ia_b", "ia_c"]) await world.addAccount({ id, ownClient });
    await world.addAccount({ id: "ia_other", ownClient: { id: "other-app", secret: "other-secret" } });
    await world.addAccount({ id: "ia_environment" });
    world.server.respondWith(oauthError("invalid_grant"));
    const ends = [];
    for (const id of ["ia_a", "ia_b", "ia_c", "ia_other", "ia_environment"]) {
      await refresh(world, "on_demand", id);
      const { status, hold } = await world.account(id);
      ends.push(hold === null ? status : "held");
    }
    expect(ends).toEqual(["needs_reauth", "needs_reauth", "held", "needs_reauth", "needs_reauth"]);
  });

  it("asks for a held account no more, but by hand; what works then clears the hold", async () => {
    const world = await worldWithMassFailure();
    await refresh(world, "on_demand", "ia_c");
    world.server.respondWith(tokenResult(world.clock, "back"));
    const before = world.server.of("refresh").length;
    for (const reason of ["alarm", "on_demand", "rejected_token"] as const) {
      expect(await refresh(world, reason, "ia_c")).toMatchObject({ kind: "blocked", cause: "held" });
    }
    expect(world.server.of("refresh")).toHaveLength(before);
    const forced = await refresh(world, "forced", "ia_c");
    expect(forced).toMatchObject({ kind: "refreshed", account: { hold: null, status: "active" } });
    expect((await world.account("ia_c")).refreshDueAt).not.toBeNull();
  });

  it("keeps the hold when a forced refresh is refused again", async () => {
    const world = await worldWithMassFailure();
    await refresh(world, "on_demand", "ia_c");
    expect(await refresh(world, "forced", "ia_c")).toMatchObject({ kind: "failed", attempt: { outcome: "held" } });
    expect(await world.account("ia_c")).toMatchObject({ status: "active", hold: { reason: "mass_failure" } });
  });
});
