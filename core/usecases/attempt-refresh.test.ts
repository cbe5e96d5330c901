import { describe, expect, it } from "vitest";
import { failureResult, oauthError, tokenResult, type ServerRequest } from "#test/fakes/scripted-authorization-server";
import { clientSecret, createWorld, environmentId, type AccountOptions, type World } from "#test/fakes/world";
import type { RefreshReason } from "../domain/refresh/decide-refresh.ts";
import type { TokenResult } from "../ports/authorization-server.ts";
import { refreshAccount, type RefreshOutcome } from "./refresh-account.ts";
import type { RefreshPorts } from "./refresh-ports.ts";

function refresh(
  ports: RefreshPorts,
  reason: RefreshReason = "on_demand",
  accountId = "ia_one",
): Promise<RefreshOutcome> {
  const demand = { reason, minTtlSeconds: null };
  return refreshAccount(ports, { environmentId, accountId, demand, actor: "test" });
}

async function worldWithAccount(
  options: AccountOptions = {},
  world: Parameters<typeof createWorld>[0] = {},
): Promise<World> {
  const made = await createWorld(world);
  await made.addAccount(options);
  return made;
}

const page503 = failureResult({ kind: "http_error", status: 503, isPage: false, retryAfterSeconds: null });
const rejected = oauthError("invalid_client", 401);
const attemptsOf = (world: World) => world.accounts.attempts.map((one) => one.result?.outcome);

/** Every token request waits until the test answers it, in order of arrival. */
function answerByHand(world: World): (index: number, result: TokenResult) => void {
  const waiting: ((result: TokenResult) => void)[] = [];
  world.server.respondWith((_request: ServerRequest) => {
    const { promise, resolve } = Promise.withResolvers<TokenResult>();
    waiting.push(resolve);
    return promise;
  });
  return (index, result) => waiting[index]?.(result);
}

/** The first process has asked and is not answered; its lease runs out, and a second one has asked too. */
async function overtaken() {
  const world = await worldWithAccount();
  const answer = answerByHand(world);
  const first = refresh(world);
  await world.server.nextRequest();
  world.clock.advance(31_000);
  const second = refresh(world.otherProcess());
  await world.server.nextRequest();
  return { world, answer, first, second };
}

describe("an answer that comes after its lease went to another process (invariant 2)", () => {
  it("is written all the same, and leaves the other one its lease", async () => {
    const { world, answer, first } = await overtaken();
    const { leaseUntil, attempt, fence } = await world.account();
    answer(0, tokenResult(world.clock, "late"));
    expect(await first).toMatchObject({ kind: "refreshed", account: { credentialVersion: 2 } });
    expect(await world.storedTokens()).toMatchObject({ accessToken: "access-late", refreshToken: "refresh-late" });
    expect(await world.account()).toMatchObject({ leaseUntil, attempt, fence, doubts: 0, doubtedAt: null });
    // The claim had called it in doubt; its word has come.
    expect(world.accounts.attempts[0]?.result).toMatchObject({ outcome: "refreshed" });
    expect(world.accounts.attempts[0]?.result?.explanation).toMatch(/^The answer arrived after its lease had ended/);
  });

  it("gets the newer answer of the other one on top, sealed anew with the next version", async () => {
    const { world, answer, first, second } = await overtaken();
    answer(0, tokenResult(world.clock, "late"));
    await first;
    answer(1, tokenResult(world.clock, "newer"));
    expect(await second).toMatchObject({ kind: "refreshed", account: { credentialVersion: 3, leaseUntil: null } });
    expect(await world.storedTokens()).toMatchObject({ accessToken: "access-newer", refreshToken: "refresh-newer" });
    expect(attemptsOf(world)).toEqual(["refreshed", "refreshed"]);
    const sealed = world.accounts.audit.filter((one) => one.action === "credential.sealed").map((one) => one.detail);
    expect(sealed.map((one) => one?.["version"])).toEqual([1, 2, 3]);
    expect(world.accounts.events.map((one) => one.type)).toEqual(["integrated_account:created"]);
  });

  it("keeps the refresh token that it rotated to, when the newer one on top brings none (RFC 6749 §6)", async () => {
    const { world, answer, first, second } = await overtaken();
    answer(0, tokenResult(world.clock, "late"));
    await first;
    answer(1, tokenResult(world.clock, "newer", { refreshToken: null }));
    expect(await second).toMatchObject({ kind: "refreshed", account: { credentialVersion: 3, hasRefreshToken: true } });
    expect(await world.storedTokens()).toMatchObject({ accessToken: "access-newer", refreshToken: "refresh-late" });
  });

  it("stands when it can't be opened and the newer one brings no refresh token (R43)", async () => {
    const { world, answer, first, second } = await overtaken();
    answer(0, tokenResult(world.clock, "late"));
    await first;
    world.keys.setDown("unwrap");
    answer(1, tokenResult(world.clock, "newer", { refreshToken: null }));
    expect(await world.clock.settle(second)).toMatchObject({ kind: "refreshed", account: { credentialVersion: 2 } });
    world.keys.setDown(null);
    expect(await world.storedTokens()).toMatchObject({ accessToken: "access-late", refreshToken: "refresh-late" });
    expect(attemptsOf(world)).toEqual(["refreshed", "superseded"]);
    expect(await world.account()).toMatchObject({ leaseUntil: null, attempt: null });
  });

  it.each([
    ["makes no keys", "wrap"],
    ["opens nothing", "unwrap"],
  ] as const)("gets the newer one on top although the KMS %s once both were asked for (R43)", async (_name, down) => {
    const { world, answer, first, second } = await overtaken();
    world.keys.setDown(down);
    answer(0, tokenResult(world.clock, "late"));
    await first;
    answer(1, tokenResult(world.clock, "newer"));
    expect(await second).toMatchObject({ kind: "refreshed", account: { credentialVersion: 3, leaseUntil: null } });
    world.keys.setDown(null);
    expect(await world.storedTokens()).toMatchObject({ accessToken: "access-newer", refreshToken: "refresh-newer" });
  });

  it("is dropped when the other one's newer answer was first, and its token is left alone", async () => {
    const { world, answer, first, second } = await overtaken();
    answer(1, tokenResult(world.clock, "newer"));
    await second;
    answer(0, tokenResult(world.clock, "late"));
    expect((await world.clock.settle(first)).kind).toBe("refreshed");
    expect(await world.storedTokens()).toMatchObject({ refreshToken: "refresh-newer" });
    expect((await world.account()).credentialVersion).toBe(2);
    expect(attemptsOf(world)).toEqual(["in_doubt", "refreshed"]);
    expect(world.server.of("revoke")).toEqual([]);
  });

  it("brings an account back that the other one's verdict had ended (R31)", async () => {
    const { world, answer, first, second } = await overtaken();
    answer(1, oauthError("invalid_grant"));
    expect(await second).toMatchObject({ kind: "failed", account: { status: "needs_reauth" } });
    answer(0, tokenResult(world.clock, "late"));
    expect(await first).toMatchObject({ kind: "refreshed", account: { status: "active", reauthRequiredAt: null } });
    expect((await world.account()).refreshDueAt).not.toBeNull();
    expect(world.accounts.events.map((one) => one.type)).toEqual([
      "integrated_account:created",
      "integrated_account:authentication_error",
      "integrated_account:reactivated",
    ]);
  });
});

describe("a verdict on credentials that were replaced while it was asked for (crash window W8)", () => {
  it("counts for nothing, and the lease goes back", async () => {
    const { world, answer, first, second } = await overtaken();
    answer(0, tokenResult(world.clock, "late"));
    await first;
    answer(1, oauthError("invalid_grant"));
    expect(await world.clock.settle(second)).toMatchObject({ kind: "refreshed", account: { credentialVersion: 2 } });
    expect(await world.account()).toMatchObject({
      status: "active",
      leaseUntil: null,
      attempt: null,
      consecutiveFailures: 0,
      lastError: null,
    });
    expect(attemptsOf(world)).toEqual(["refreshed", "superseded"]);
    expect(world.accounts.attempts[1]?.result).toMatchObject({ nextAttemptAt: null });
    expect(world.accounts.events).toHaveLength(1);
    expect(world.server.of("refresh")).toHaveLength(2);
  });

  it.each([
    ["an outage", page503],
    ["a 429", oauthError("slow_down", 429, 600)],
    ["a lost answer", failureResult({ kind: "answer_lost", detail: "ECONNRESET" })],
  ])("%s sets the new ones no cooldown, no doubt and no other alarm", async (_name, failure) => {
    const { world, answer, first, second } = await overtaken();
    answer(0, tokenResult(world.clock, "late"));
    await first;
    const { refreshDueAt } = await world.account();
    answer(1, failure);
    await world.clock.settle(second);
    expect(await world.account()).toMatchObject({ refreshDueAt, cooldownUntil: null, doubts: 0, leaseUntil: null });
  });
});

describe("what a dead holder left (R20)", () => {
  it("counts as the first doubt: a replay that is lost too is the last for minutes", async () => {
    const world = await worldWithAccount();
    const request = {
      environmentId,
      accountId: "ia_one",
      owner: "dead",
      reason: "alarm",
      statuses: ["active"],
    } as const;
    await world.accounts.claim({ ...request, attemptId: "att_dead", leaseSeconds: 30 });
    world.clock.advance(31_000);
    world.server.respondWith(failureResult({ kind: "answer_lost", detail: "ECONNRESET" }));
    expect(await refresh(world, "alarm")).toMatchObject({ kind: "failed", attempt: { outcome: "in_doubt" } });
    const account = await world.account();
    expect(account).toMatchObject({ status: "active", doubts: 2 });
    const waits = ((account.cooldownUntil?.getTime() ?? 0) - world.clock.now().getTime()) / 1000;
    expect(waits).toBeGreaterThanOrEqual(270);
    expect(waits).toBeLessThanOrEqual(330);
    expect(await refresh(world)).toMatchObject({ kind: "blocked", cause: "cooldown" });
    expect(world.server.of("refresh")).toHaveLength(1);
  });

  it.each([
    ["single_use", { rule: "single_use" }],
    ["family_revocation", { rule: "family_revocation" }],
    ["grace", { rule: "grace", graceSeconds: 60 }],
    ["none", { rule: "none" }],
  ])("is asked for at the replay's pace while the endpoint is unwell or out of reach: %s", async (_name, rotation) => {
    const world = await worldWithAccount({}, { config: { refresh: { rotation } } });
    const notSent = failureResult({ kind: "not_sent", detail: "ECONNREFUSED" });
    world.server.respondWith(failureResult({ kind: "answer_lost", detail: "ECONNRESET" }));
    await refresh(world, "alarm");
    const pauses: number[] = [];
    for (const said of [page503, notSent, page503]) {
      const { refreshDueAt } = await world.account();
      world.clock.advance((refreshDueAt?.getTime() ?? 0) - world.clock.now().getTime());
      world.server.respondWith(said);
      expect(await refresh(world, "alarm")).toMatchObject({ kind: "failed", attempt: { outcome: "transient" } });
      const account = await world.account();
      expect(account).toMatchObject({ doubts: 1, cooldownUntil: account.refreshDueAt });
      pauses.push(((account.refreshDueAt?.getTime() ?? 0) - world.clock.now().getTime()) / 1000);
    }
    for (const [index, least] of [6, 12, 24].entries()) {
      expect(pauses[index]).toBeGreaterThanOrEqual(least);
      expect(pauses[index]).toBeLessThanOrEqual(2 * least);
    }
  });

  it("stays an open question when its finder can't ask either: nothing is sent, and the account is due (R43)", async () => {
    const world = await worldWithAccount({ expiresInSeconds: 3000, ageSeconds: 600 });
    const request = { environmentId, accountId: "ia_one", owner: "dead", statuses: ["active"] } as const;
    await world.accounts.claim({ ...request, attemptId: "att_dead", leaseSeconds: 30, reason: "forced" });
    world.clock.advance(31_000);
    world.accounts.afterClaim(() => world.keys.setDown("wrap"));
    await expect(refresh(world, "forced")).rejects.toMatchObject({ code: "kms_unavailable" });
    expect(world.server.requests).toEqual([]);
    expect(await world.account()).toMatchObject({
      attempt: { id: "att_dead" },
      doubts: 0,
      refreshDueAt: world.clock.now(),
    });
    world.accounts.afterClaim(null);
    world.keys.setDown(null);
    world.clock.advance(1);
    expect((await refresh(world, "alarm")).kind).toBe("refreshed");
  });

  it("is told when the replay finds the grant dead", async () => {
    const world = await worldWithAccount();
    world.server.respondWith(failureResult({ kind: "answer_lost", detail: "ECONNRESET" }));
    await refresh(world);
    world.clock.advance(10_000);
    world.server.respondWith(oauthError("invalid_grant"));
    const outcome = await refresh(world, "alarm");
    expect(outcome.kind === "failed" ? outcome.attempt.explanation : "").toContain("was lost");
    expect(await world.account()).toMatchObject({ status: "needs_reauth", refreshDueAt: null });
  });

  it("is forgotten with the next answer", async () => {
    const world = await worldWithAccount();
    world.server.respondWith(failureResult({ kind: "answer_lost", detail: "ECONNRESET" }));
    await refresh(world);
    expect(await world.account()).toMatchObject({ doubts: 1, doubtedAt: world.clock.now() });
    world.server.respondWith(tokenResult(world.clock, "replayed"));
    await refresh(world);
    expect(await world.account()).toMatchObject({ doubts: 0, doubtedAt: null, cooldownUntil: null });
  });
});

describe("the integration's own failure rules (R18)", () => {
  const rules = [
    {
      id: "expired",
      errors: ["invalid_request"],
      descriptionIncludes: "token expired",
      class: "reauthorize",
      meaning: "The refresh token has ended.",
    },
    { id: "busy", errors: ["invalid_grant"], descriptionIncludes: "try later", class: "transient", meaning: "Busy." },
  ];
  const said = (error: string, description: string): TokenResult =>
    failureResult({ kind: "oauth_error", status: 400, error, description, retryAfterSeconds: null });

  it.each([
    ["a verdict", said("invalid_request", "Token expired."), "reauthorize", "acme-crm.expired", "needs_reauth"],
    ["no verdict", said("invalid_grant", "please try later"), "transient", "acme-crm.busy", "active"],
    ["leave the rest", said("invalid_grant", "revoked"), "reauthorize", "rfc6749.invalid_grant", "needs_reauth"],
  ])("decide, and the attempt names the one that did: %s", async (_name, answer, outcome, rule, status) => {
    const world = await worldWithAccount({}, { config: { refresh: { failureRules: rules } } });
    world.server.respondWith(answer);
    expect(await refresh(world)).toMatchObject({ kind: "failed", attempt: { outcome, rule } });
    expect(world.accounts.attempts[0]?.result).toMatchObject({ outcome, rule });
    expect((await world.account()).status).toBe(status);
  });
});

describe("client credentials (R3)", () => {
  const format = "oauth2_client_credentials";
  const ownClient = { id: "own-client", secret: "own-secret" };

  it("are renewed without a refresh token, with the environment's client", async () => {
    const world = await worldWithAccount({ refreshToken: null }, { format });
    expect(await refresh(world)).toMatchObject({ kind: "refreshed", account: { hasRefreshToken: false } });
    expect(world.server.requests).toEqual([
      { kind: "client_credentials", secret: clientSecret, clientId: "client-of-acme" },
    ]);
    expect(await world.storedTokens()).toMatchObject({ accessToken: "access-1", refreshToken: null });
    expect((await world.account()).refreshDueAt).not.toBeNull();
  });

  it("are renewed with the client that the account brought, whose secret stays sealed with its tokens", async () => {
    const world = await worldWithAccount({ refreshToken: null, ownClient }, { format });
    await refresh(world);
    await refresh(world, "forced");
    const asked = { kind: "client_credentials", secret: "own-secret", clientId: "own-client" };
    expect(world.server.requests).toEqual([asked, asked]);
    expect(await world.storedTokens()).toMatchObject({ accessToken: "access-2", clientSecret: "own-secret" });
  });

  it("of an own client that is rejected are its owner's to mend, and its endpoint is not blamed", async () => {
    const world = await worldWithAccount({ refreshToken: null, ownClient }, { format });
    world.server.respondWith(rejected);
    expect(await refresh(world)).toMatchObject({
      kind: "failed",
      attempt: { outcome: "reauthorize", rule: "client.own" },
      account: { status: "needs_reauth", refreshDueAt: null },
    });
    expect(world.accounts.events.at(-1)?.type).toBe("integrated_account:authentication_error");
    expect(world.circuits.news).toEqual([]);
  });

  it("of the environment's client that is rejected blame no account, and the operator is told once", async () => {
    const world = await worldWithAccount({ refreshToken: null }, { format });
    await world.addAccount({ id: "ia_two", refreshToken: null });
    world.server.respondWith(rejected);
    for (const id of ["ia_one", "ia_two"]) {
      expect(await refresh(world, "on_demand", id)).toMatchObject({
        kind: "failed",
        attempt: { outcome: "client_misconfigured", rule: "rfc6749.client" },
        account: { status: "active" },
      });
    }
    expect(world.accounts.events.map((one) => one.type)).toEqual([
      "integrated_account:created",
      "integrated_account:created",
    ]);
    expect(world.circuits.news).toEqual(["client_rejected"]);
  });

  it("that are lost on the way are asked for again and again: nothing is used up", async () => {
    const world = await worldWithAccount({ refreshToken: null }, { format });
    world.server.respondWith(failureResult({ kind: "answer_lost", detail: "ECONNRESET" }));
    const pauses: number[] = [];
    for (let count = 0; count < 4; count += 1) {
      expect(await refresh(world, "alarm")).toMatchObject({ kind: "failed", attempt: { outcome: "in_doubt" } });
      const pause = ((await world.account()).refreshDueAt?.getTime() ?? 0) - world.clock.now().getTime();
      pauses.push(pause);
      world.clock.advance(pause);
    }
    expect(pauses.every((pause) => pause > 0 && pause < 60_000)).toBe(true);
    expect(await world.account()).toMatchObject({ status: "active", doubts: 4 });
  });
});

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
