import { Secret } from "#core/domain/secret/secret";
import { describe, expect, it } from "vitest";
import { createWorld, environmentId, type World } from "#test/fakes/world";
import { DomainError } from "../domain/problem/domain-error.ts";
import type { AccountChange } from "../ports/account-store.ts";
import { commitAnswer, replaySpool } from "./commit-answer.ts";

/** A world, and the change that its account's answer is. */
async function worldWithAnswer(): Promise<{ readonly world: World; readonly change: AccountChange }> {
  const world = await createWorld();
  await world.addAccount();
  const claim = await world.accounts.claim({
    environmentId,
    accountId: "ia_one",
    attemptId: "att_one",
    owner: "test",
    leaseSeconds: 30,
    reason: "alarm",
    statuses: ["active"],
  });
  if (claim === null) throw new Error("the claim was not won");
  const answer = await world.credentialsChange(claim.account, {
    accessToken: new Secret("access-answer"),
    refreshToken: new Secret("refresh-answer"),
    tokenType: "Bearer",
    expiresAt: null,
    issuedAt: world.clock.now(),
    scopes: [],
    clientSecret: null,
  });
  const attempt = {
    ...claim.attempt,
    outcome: "refreshed",
    httpStatus: 200,
    error: null,
    rule: null,
    nextAttemptAt: null,
    explanation: "",
    waiters: 0,
  } as const;
  return { world, change: { ...answer, raiseFence: false, isAnswer: true, attempt } };
}

/** A re-authorization came meanwhile. */
function overtake(world: World, change: AccountChange): void {
  const fence = change.ifFence + 1n;
  world.accounts.patch("ia_one", { fence, credentialFence: fence });
}

describe("committing an answer (invariant 2)", () => {
  it("leaves nothing on disk when the database works", async () => {
    const { world, change } = await worldWithAnswer();
    let puts = 0;
    const spool = { ...world.spool, put: (one: AccountChange) => ((puts += 1), world.spool.put(one)) };
    expect(await commitAnswer({ ...world, spool }, change)).toMatchObject({ credentialVersion: 2 });
    expect(puts).toBe(0);
  });

  it("is durable on disk before it waits for the database, and is removed only once it is written", async () => {
    const { world, change } = await worldWithAnswer();
    world.accounts.failApplies("before_commit", "before_commit", "before_commit");
    const written = commitAnswer(world, change);
    while (world.spool.entries.size === 0) await new Promise((resolve) => setImmediate(resolve));
    expect([...world.spool.entries.values()]).toEqual([change]);
    expect(await world.clock.settle(written)).toMatchObject({ credentialVersion: 2 });
    expect(world.spool.entries.size).toBe(0);
    expect(await world.storedTokens()).toMatchObject({ refreshToken: "refresh-answer" });
  });

  it("keeps nothing that was sealed with a tenant's key that is no more: nobody would ever open it", async () => {
    const gone = new DomainError("conflict", { detail: "", extensions: { reason: "key_destroyed" } });
    const { world, change } = await worldWithAnswer();
    const refusing = { ...world, accounts: { ...world.accounts, apply: async () => Promise.reject(gone) } };
    await expect(commitAnswer(refusing, change)).rejects.toBe(gone);
    expect(world.spool.entries.size).toBe(0);

    // The database was away, and back when the key was gone.
    let tries = 0;
    const away = new DomainError("database_unavailable", { detail: "" });
    const late = { ...world.accounts, apply: async () => Promise.reject((tries += 1) < 4 ? away : gone) };
    await expect(world.clock.settle(commitAnswer({ ...world, accounts: late }, change))).rejects.toBe(gone);
    expect([tries, world.spool.entries.size]).toEqual([4, 0]);

    // The process ended before, and the answer waits on disk.
    await world.spool.put(change);
    expect(await replaySpool(refusing)).toEqual({ written: 0, superseded: 1, stuck: 0 });
    expect(world.spool.entries.size).toBe(0);
  });

  it("writes what waited on disk under the key that is current by then (R42), and as it is where that can't be", async () => {
    const { world, change } = await worldWithAnswer();
    const { credential } = change;
    if (credential?.kind !== "replace") throw new Error("no tokens to write");
    const rewrapped = { kid: "k2", sealed: Uint8Array.from([1, 2, 3]) };
    const asked: unknown[] = [];
    const written: AccountChange[] = [];
    const replay = async (rewrap: () => Promise<typeof rewrapped | null>) => {
      await world.spool.put(change);
      const vault: World["vault"] = { ...world.vault, rewrap: (...given) => (asked.push(given), rewrap()) };
      const accounts = { ...world.accounts, apply: async (one: AccountChange) => (written.push(one), account) };
      return await replaySpool({ ...world, vault, accounts });
    };
    const account = await world.accounts.find(environmentId, "ia_one");
    const one = { written: 1, superseded: 0, stuck: 0 };
    expect(await replay(async () => rewrapped)).toEqual(one);
    expect(asked).toEqual([[environmentId, credential.sealed, account?.tenantId]]);
    expect(await replay(async () => null)).toEqual(one);
    const disabled = { extensions: { reason: "key_disabled" } };
    expect(await replay(() => Promise.reject(new DomainError("kms_unavailable", { detail: "", ...disabled })))).toEqual(
      one,
    );
    expect(written.map((each) => each.credential)).toEqual([{ ...credential, ...rewrapped }, credential, credential]);
    expect(world.log.lines.map(({ level }) => level)).toEqual(["info", "error", "info", "warn", "info"]);
    expect(world.spool.entries.size).toBe(0);
  });

  it("lets its callers go after 10 s without the database, and goes on for as long as the process lives", async () => {
    const { world, change } = await worldWithAnswer();
    world.accounts.failApplies(...Array.from({ length: 100 }, () => "before_commit" as const));
    const committed = world.clock.settle(commitAnswer(world, change));
    await expect(committed).rejects.toMatchObject({ code: "database_unavailable" });
    expect(world.clock.monotonicMs()).toBeLessThan(11_000);
    expect([...world.spool.entries.values()]).toEqual([change]);
    expect(world.log.lines.map((one) => one.level)).toEqual(["error"]);

    const isWritten = async (): Promise<void> => {
      while (world.spool.entries.size > 0) await new Promise((resolve) => setImmediate(resolve));
    };
    await world.clock.settle(isWritten());
    expect(await world.storedTokens()).toMatchObject({ refreshToken: "refresh-answer" });
    expect(world.clock.monotonicMs()).toBeGreaterThan(120_000);
  });

  it("says too late when newer credentials are there, and keeps nothing", async () => {
    const { world, change } = await worldWithAnswer();
    overtake(world, change);
    expect(await commitAnswer(world, change)).toBeNull();
    world.accounts.failApplies("before_commit");
    expect(await world.clock.settle(commitAnswer(world, change))).toBeNull();
    expect(world.spool.entries.size).toBe(0);
    expect(await world.storedTokens()).toMatchObject({ refreshToken: "refresh-0" });
  });

  it("writes an answer although the lease went to another process meanwhile", async () => {
    const { world, change } = await worldWithAnswer();
    world.accounts.patch("ia_one", { fence: change.ifFence + 1n, leaseUntil: new Date(8e12) });
    expect(await commitAnswer(world, change)).toMatchObject({ credentialVersion: 2, leaseUntil: new Date(8e12) });
    expect(await world.storedTokens()).toMatchObject({ refreshToken: "refresh-answer" });
  });

  it("never lets an answer go both unwritten and unspooled, however the database fails", async () => {
    for (const failures of [[], ["before_commit"], ["after_commit"], ["before_commit", "after_commit"]] as const) {
      const { world, change } = await worldWithAnswer();
      world.accounts.failApplies(...failures);
      await world.clock.settle(commitAnswer(world, change));
      expect(await world.storedTokens(), failures.join()).toMatchObject({ refreshToken: "refresh-answer" });
      expect((await world.account()).credentialVersion).toBe(2);
    }
  });
});

describe("replaying the spool on start", () => {
  it("writes what an earlier process left behind, once", async () => {
    const { world, change } = await worldWithAnswer();
    await world.spool.put(change);
    expect(await replaySpool(world)).toEqual({ written: 1, superseded: 0, stuck: 0 });
    expect(await world.storedTokens()).toMatchObject({ refreshToken: "refresh-answer" });
    expect(await replaySpool(world)).toEqual({ written: 0, superseded: 0, stuck: 0 });
  });

  it("drops what a re-authorization has overtaken", async () => {
    const { world, change } = await worldWithAnswer();
    overtake(world, change);
    await world.spool.put(change);
    expect(await replaySpool(world)).toEqual({ written: 0, superseded: 1, stuck: 0 });
    expect(world.spool.entries.size).toBe(0);
    expect(await world.storedTokens()).toMatchObject({ refreshToken: "refresh-0" });
  });

  it("writes one account's answers alone where one is named", async () => {
    const { world, change } = await worldWithAnswer();
    await world.spool.put(change);
    expect(await replaySpool(world, "ia_other")).toEqual({ written: 0, superseded: 0, stuck: 0 });
    expect(world.spool.entries.size).toBe(1);
    expect(await replaySpool(world, "ia_one")).toEqual({ written: 1, superseded: 0, stuck: 0 });
  });

  it("counts an answer that its own process wrote meanwhile as written, not as superseded", async () => {
    const { world, change } = await worldWithAnswer();
    await world.spool.put(change);
    await commitAnswer(world, change);
    expect(await replaySpool(world)).toEqual({ written: 1, superseded: 0, stuck: 0 });
    expect((await world.account()).credentialVersion).toBe(2);
  });

  it("keeps the entries while the database is away", async () => {
    const { world, change } = await worldWithAnswer();
    await world.spool.put(change);
    world.accounts.failApplies("before_commit");
    await expect(replaySpool(world)).rejects.toMatchObject({ code: "database_unavailable" });
    expect(world.spool.entries.size).toBe(1);
  });

  it("says nothing when there is nothing to say", async () => {
    const { world } = await worldWithAnswer();
    await replaySpool(world);
    expect(world.log.lines).toEqual([]);
  });
});
