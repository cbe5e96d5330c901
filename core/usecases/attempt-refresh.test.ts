import { describe, expect, it } from "vitest";
import { attemptsOf, page503, refresh, rejected, worldWithAccount } from "#test/fakes/refresh-calls";
import { failureResult, oauthError, tokenResult, type ServerRequest } from "#test/fakes/scripted-authorization-server";
import { clientSecret, environmentId, type World } from "#test/fakes/world";
import type { TokenResult } from "../ports/authorization-server.ts";

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

it("asks nobody for an account that has got another client since it was admitted, and decides anew (R65)", async () => {
  const ownClient = { id: "own-client", secret: "own-secret" };
  const world = await worldWithAccount({ refreshToken: null, ownClient }, { format: "oauth2_client_credentials" });
  const { claim } = world.accounts;
  let claims = 0;
  const accounts: World["accounts"] = {
    ...world.accounts,
    async claim(...request) {
      claims += 1;
      if (claims === 1) world.accounts.patch("ia_one", { clientId: "another-client" });
      return await claim(...request);
    },
  };
  expect((await world.clock.settle(refresh({ ...world, accounts }))).kind).toBe("refreshed");
  expect(claims).toBe(2);
  expect(world.server.requests).toEqual([
    { kind: "client_credentials", secret: "own-secret", clientId: "another-client" },
  ]);
  expect(attemptsOf(world)).toEqual(["refreshed"]);
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
