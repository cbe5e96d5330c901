import { describe, expect, it } from "vitest";
import { oauthError, tokenResult } from "#test/fakes/scripted-authorization-server";
import { createInMemorySpool } from "#test/fakes/in-memory-spool";
import { page503, refresh } from "#test/fakes/refresh-calls";
import { createWorld, environmentId, type World } from "#test/fakes/world";
import { DomainError } from "../domain/problem/domain-error.ts";
import { ownSecrets } from "../domain/token/own-secrets.ts";
import { addSecretOfOwnClient } from "./add-secret-of-own-client.ts";
import type { TokenResult } from "../ports/authorization-server.ts";
import { replaySpool } from "./commit-answer.ts";
import { refreshAccount } from "./refresh-account.ts";
import type { RefreshPorts } from "./refresh-ports.ts";
import type { OwnClientInput } from "./own-client-change.ts";

const refused = oauthError("invalid_client", 401);

async function ownWorld(options: Parameters<typeof createWorld>[0] = {}): Promise<World> {
  const world = await createWorld(options);
  await world.addAccount({ ownClient: { id: "own-client", secret: "first" } });
  return world;
}

const give = async (world: RefreshPorts, changes: Partial<OwnClientInput> = {}) =>
  await addSecretOfOwnClient(world, {
    environmentId,
    accountId: "ia_one",
    clientId: null,
    clientSecret: "second",
    metadata: null,
    actor: "key_test",
    ...changes,
  });

const secretsOf = async (world: World) => {
  const stored = await world.storedTokens();
  return stored === null ? [] : ownSecrets(stored).map((one) => one.secret);
};

/** What a provider does that knows one secret. */
const knows = (world: World, secret: string): void => {
  let issued = 0;
  world.server.respondWith((request) => {
    if (request.secret !== secret) return refused;
    issued += 1;
    return tokenResult(world.clock, `of-${secret}-${issued}`);
  });
};

/** The first process has asked and is not answered; a second one asked after its lease had ended, and failed. */
async function ownOvertaken({ spool = createInMemorySpool(), isCutOff = false } = {}) {
  const world = await ownWorld();
  const { promise, resolve: answer } = Promise.withResolvers<TokenResult>();
  let asked = 0;
  world.server.respondWith(() => ((asked += 1) === 1 ? promise : page503));
  const away = async () => {
    throw new DomainError("database_unavailable", { detail: "Away." });
  };
  const accounts = isCutOff ? { ...world.accounts, apply: away } : world.accounts;
  const first = refresh({ ...world, accounts, spool }, "forced");
  await world.server.nextRequest();
  world.clock.advance(31_000);
  expect((await refresh({ ...world, ...world.otherProcess() }, "forced")).kind).toBe("failed");
  return { world, answer, first };
}

describe("another secret for the client of a customer's grant (R65)", () => {
  it("asks nobody, since a trial would spend the refresh token, and is tried first by the next refresh", async () => {
    const world = await ownWorld();
    const before = await world.account();
    expect(await give(world)).toMatchObject({
      status: "active",
      credentialVersion: 2,
      expiresAt: before.expiresAt,
      refreshDueAt: before.refreshDueAt,
    });
    expect(world.server.requests).toEqual([]);
    expect(await secretsOf(world)).toEqual(["second", "first"]);
    await refresh(world, "forced");
    expect(world.server.requests).toMatchObject([
      { secret: "second", clientId: "own-client", refreshToken: "refresh-0" },
    ]);
  });

  it("costs no grant when the provider does not know it yet: the one before it is tried next", async () => {
    const world = await ownWorld();
    await give(world);
    knows(world, "first");
    expect((await refresh(world, "forced")).kind).toBe("refreshed");
    expect(world.server.requests.map((one) => one.secret)).toEqual(["second", "first"]);
    expect(await secretsOf(world)).toEqual(["second", "first"]);
    knows(world, "second");
    expect((await refresh(world, "forced")).kind).toBe("refreshed");
  });

  it("leaves the one before it out once its seven days are over", async () => {
    const world = await ownWorld();
    await give(world);
    world.clock.advance(7 * 86_400_000);
    knows(world, "first");
    expect((await refresh(world, "forced")).kind).toBe("failed");
    expect(world.server.requests.map((one) => one.secret)).toEqual(["second"]);
  });

  it("brings an account back that ended for its client", async () => {
    const world = await ownWorld();
    knows(world, "second");
    await refresh(world, "forced");
    expect((await world.account()).status).toBe("needs_reauth");
    expect(await give(world)).toMatchObject({ status: "active", lastError: null });
    expect(world.accounts.events.at(-1)?.type).toBe("integrated_account:reactivated");
  });

  it("is no new token to whoever forces a refresh at that moment", async () => {
    const world = await ownWorld();
    const { credentialVersion: seenVersion, credentialFence: seenFence } = await world.account();
    await give(world);
    const demand = { reason: "forced", minTtlSeconds: null, seenVersion, seenFence } as const;
    const asked = { environmentId, accountId: "ia_one", demand, actor: "test" };
    expect(await refreshAccount(world, asked)).toMatchObject({ kind: "refreshed", account: { credentialVersion: 3 } });
    expect(world.server.requests).toHaveLength(1);
    // A token that somebody else got meanwhile is one.
    expect(await refreshAccount(world, asked)).toMatchObject({ kind: "refreshed", account: { credentialVersion: 3 } });
    expect(world.server.requests).toHaveLength(1);
  });

  it("calls an active account back that was put off for its client, or for overrides mended with it (R22)", async () => {
    const world = await ownWorld();
    const now = world.clock.now();
    const later = new Date(now.getTime() + 3 * 3_600_000);
    const putOff = { refreshDueAt: later, cooldownUntil: later };
    const failed = (code: "client_misconfigured" | "transient") => ({ code, message: "HTTP 401", at: now });
    world.accounts.patch("ia_one", { ...putOff, lastError: failed("client_misconfigured") });
    expect(await give(world)).toMatchObject({ status: "active", refreshDueAt: now, cooldownUntil: null });
    // What was put off for another reason keeps its pace.
    world.accounts.patch("ia_one", { ...putOff, lastError: failed("transient") });
    expect(await give(world)).toMatchObject(putOff);
    world.accounts.patch("ia_one", { ...putOff, lastError: failed("client_misconfigured"), doubts: 1 });
    expect(await give(world)).toMatchObject(putOff);
  });

  it("frees an account that is held, since its client may be what failed (R26)", async () => {
    const world = await ownWorld();
    knows(world, "second");
    world.accounts.patch("ia_one", { hold: { reason: "mass_failure", at: world.clock.now() }, refreshDueAt: null });
    expect(await give(world)).toMatchObject({ status: "active", hold: null });
    expect((await world.account()).refreshDueAt).not.toBeNull();
  });

  it("is kept although an account that ended does not come back by it", async () => {
    const world = await ownWorld();
    world.server.respondWith(refused);
    await refresh(world, "forced");
    expect(await give(world)).toMatchObject({ status: "needs_reauth" });
    expect(await secretsOf(world)).toEqual(["second", "first"]);
  });

  it("comes with the metadata in one write, and the audit log tells both and no secret", async () => {
    const world = await ownWorld();
    expect(await give(world, { metadata: { plan: "growth" } })).toMatchObject({ metadata: { plan: "growth" } });
    expect(world.accounts.audit.slice(-2).map((one) => [one.action, one.detail])).toEqual([
      ["credential.sealed", { field: "token_set", version: 2, reason: "client_secret_added" }],
      ["account.updated", { fields: ["client_secret", "metadata"] }],
    ]);
    expect(JSON.stringify([world.accounts.audit, world.log.lines])).not.toContain("second");
  });

  it("waits for a refresh under way, so that the token it rotates is not lost", async () => {
    const world = await ownWorld();
    const release = world.server.hold();
    const refreshing = refresh(world, "forced");
    await world.server.nextRequest();
    const giving = give(world.otherProcess());
    await world.clock.sleeping();
    release();
    expect((await refreshing).kind).toBe("refreshed");
    await world.clock.settle(giving);
    expect(await world.storedTokens()).toMatchObject({ refreshToken: "refresh-1", clientSecret: "second" });
  });

  it("loses no answer that comes after others gave it up: its tokens go on top, with the new secret (invariant 2)", async () => {
    const { world, answer, first } = await ownOvertaken();
    expect(await world.clock.settle(give(world.otherProcess()))).toMatchObject({ credentialVersion: 2 });
    answer(tokenResult(world.clock, "late"));
    expect(await world.clock.settle(first)).toMatchObject({ kind: "refreshed", account: { credentialVersion: 3 } });
    expect(await world.storedTokens()).toMatchObject({ refreshToken: "refresh-late" });
    expect(await secretsOf(world)).toEqual(["second", "first"]);
  });

  it("loses none that waited on the disk of a process that has ended either", async () => {
    const spool = createInMemorySpool();
    const { world, answer, first } = await ownOvertaken({ spool, isCutOff: true });
    answer(tokenResult(world.clock, "late"));
    await expect(world.clock.settle(first)).rejects.toMatchObject({ code: "database_unavailable" });
    await world.clock.settle(give(world.otherProcess()));
    expect(await replaySpool({ ...world, spool })).toEqual({ written: 1, superseded: 0, stuck: 0 });
    expect(await world.storedTokens()).toMatchObject({ refreshToken: "refresh-late" });
    expect(await secretsOf(world)).toEqual(["second", "first"]);
    expect((await world.account()).credentialVersion).toBe(3);
    expect(spool.entries.size).toBe(0);
  });

  it("is not written over an attempt whose outcome nobody knows", async () => {
    const world = await ownWorld();
    world.accounts.patch("ia_one", { attempt: { id: "att_left", startedAt: world.clock.now() } });
    await expect(world.clock.settle(give(world))).rejects.toMatchObject({ code: "conflict" });
    expect(await secretsOf(world)).toEqual(["first"]);
  });
});

describe("what is refused, and changes nothing", () => {
  it("another client than the grant's", async () => {
    const world = await ownWorld();
    const pointer = "/overrides/credentials/oauth2/client_id";
    const giving = give(world, { clientId: "next-client" });
    await expect(giving).rejects.toMatchObject({ code: "invalid_request", errors: [{ pointer }] });
    expect(await secretsOf(world)).toEqual(["first"]);
    expect((await give(world, { clientId: "own-client" })).clientId).toBe("own-client");
  });

  it("a secret for the environment's client", async () => {
    const world = await createWorld();
    await world.addAccount();
    const pointer = "/overrides/credentials/oauth2";
    await expect(give(world)).rejects.toMatchObject({ code: "invalid_request", errors: [{ pointer }] });
  });

  it("a secret for a public client, and for a client of another format", async () => {
    const world = await ownWorld({ config: { options: { authorizationMethod: "none" } } });
    const pointer = "/overrides/credentials/oauth2/client_secret";
    await expect(give(world)).rejects.toMatchObject({ errors: [{ pointer }] });
    const asking = await ownWorld({ format: "oauth2_client_credentials" });
    await expect(give(asking)).rejects.toMatchObject({ errors: [{ pointer: "/overrides/credentials/oauth2" }] });
  });

  it("an account that was disconnected or is not there, and everything while the KMS is down", async () => {
    const world = await ownWorld();
    world.keys.setDown("wrap");
    await expect(give(world)).rejects.toMatchObject({ code: "kms_unavailable" });
    await expect(give(world, { accountId: "ia_other" })).rejects.toMatchObject({ code: "not_found" });
    world.accounts.patch("ia_one", { status: "disconnected", refreshDueAt: null });
    await expect(give(world)).rejects.toMatchObject({ code: "disconnected" });
  });
});
