import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { parseSealed, rewrapSealed, sealValue } from "#core/domain/sealing/envelope";
import type { HostPin } from "#core/domain/integration/host-pin";
import type { Account } from "#core/domain/account/account";
import type { AccountEvent } from "#core/domain/account/transition";
import type { AccountChange, AccountStore, AttemptResult, ClaimRequest, RefreshClaim } from "#core/ports/account-store";

/** What is pinned of the integration that accounts of the contract live on. */
export const pinOfContract: HostPin = { format: "oauth2", hosts: "tokens https://login.acme.example" };

/** One store with one environment in it, fresh for each test. */
export interface AccountStoreHarness {
  readonly store: AccountStore;
  readonly environmentId: string;
  /** Another environment's id; the store may know it or not. */
  readonly otherEnvironmentId: string;
  /** The integration's name that accounts of this store may have. */
  readonly integrationName: string;
  /** Another key is put into the header of what is sealed for an account, behind everybody's back. */
  readonly rewrap: (accountId: string, from: Uint8Array, to: Uint8Array) => Promise<boolean>;
}

/**
 * What every account store does, be it PostgreSQL or a fake: leases, fences, versions, attempts. Leases that are over are made
 * with a negative length, so that no clock has to be stepped.
 */
export function describeAccountStore(name: string, open: () => Promise<AccountStoreHarness>): void {
  describe(`${name} as an account store`, () => {
    let count = 0;
    const id = (prefix: string): string => `${prefix}_${String((count += 1)).padStart(24, "0")}`;

    async function activeIn(
      { store, environmentId, integrationName }: AccountStoreHarness,
      clientId: string | null = null,
    ): Promise<Account> {
      const account = await store.create(
        {
          id: id("ia"),
          environmentId,
          tenantId: "tenant",
          integrationName,
          userReference: null,
          scopesRequested: ["a"],
          metadata: { plan: "gold" },
          inputs: {},
          clientId,
          overrides: {},
          pin: pinOfContract,
        },
        [],
      );
      const active = await store.apply(
        change(account, {
          raiseFence: true,
          expectedStatus: "connecting",
          set: { credentialVersion: 1 },
          happening: happening("credentials_obtained"),
          credential: sealed(1),
        }),
      );
      if (active === null) throw new Error("the account was not activated");
      return active;
    }

    async function withAccount() {
      const harness = await open();
      const { store, environmentId } = harness;
      const account = await activeIn(harness);
      const claim = (changes: Partial<ClaimRequest> = {}): Promise<RefreshClaim | null> =>
        store.claim({
          environmentId,
          accountId: account.id,
          attemptId: id("att"),
          owner: "test",
          leaseSeconds: 30,
          reason: "alarm",
          statuses: ["active"],
          ...changes,
        });
      const won = async (changes: Partial<ClaimRequest> = {}): Promise<RefreshClaim> => {
        const result = await claim(changes);
        if (result === null) throw new Error("the claim was not won");
        return result;
      };
      return { ...harness, account, claim, won };
    }

    it("creates an account in connecting, and finds it in its environment only (invariant 10)", async () => {
      const { store, environmentId, otherEnvironmentId, integrationName } = await open();
      const fresh = { id: id("ia"), environmentId, tenantId: "t", integrationName, userReference: "u" };
      const made = await store.create(
        {
          ...fresh,
          scopesRequested: [],
          metadata: {},
          inputs: { a: "b" },
          clientId: "own",
          overrides: {},
          pin: pinOfContract,
        },
        [],
      );
      expect(made).toMatchObject({
        ...fresh,
        status: "connecting",
        credentialVersion: 0,
        fence: 0n,
        inputs: { a: "b" },
        clientId: "own",
      });
      expect(await store.find(environmentId, fresh.id)).toEqual(made);
      expect(await store.find(otherEnvironmentId, fresh.id)).toBeNull();
      const again = { ...fresh, tenantId: "other", scopesRequested: [], metadata: {}, inputs: {}, clientId: null };
      expect(await store.create({ ...again, overrides: {}, pin: pinOfContract }, [])).toEqual(made);
      expect(await store.findWithCredential(otherEnvironmentId, fresh.id)).toBeNull();
      expect(await store.find(environmentId, "ia_nobody")).toBeNull();
    });

    it("lets one of many claims win (invariant 1)", async () => {
      const { claim } = await withAccount();
      const results = await Promise.all(Array.from({ length: 10 }, () => claim()));
      expect(results.filter((one) => one !== null)).toHaveLength(1);
    });

    it("raises the fence with each claim and hands out account and credential of one moment", async () => {
      const { won, account } = await withAccount();
      const claim = await won();
      expect(claim.account.fence).toBe(account.fence + 1n);
      expect(claim.account.leaseUntil).not.toBeNull();
      expect([claim.credential?.version, claim.credential?.sealed[0]]).toEqual([1, 1]);
      expect(claim.account.attempt).toEqual(claim.attempt);
      expect([claim.left, claim.account.doubts, claim.account.doubtedAt]).toEqual([null, 0, null]);
    });

    it("refuses a claim in a status that was not named, and in another environment", async () => {
      const { claim, otherEnvironmentId } = await withAccount();
      expect(await claim({ statuses: ["needs_reauth"] })).toBeNull();
      expect(await claim({ statuses: [] })).toBeNull();
      expect(await claim({ environmentId: otherEnvironmentId })).toBeNull();
    });

    it("frees an account whose holder never came back, marks its attempt in doubt and counts it (R12, R20)", async () => {
      const { won, store } = await withAccount();
      const dead = await won({ leaseSeconds: -1 });
      const next = await won();
      expect(next.left).toEqual(dead.attempt);
      expect([next.account.doubts, next.account.doubtedAt]).toEqual([1, dead.attempt.startedAt]);
      expect(next.account.fence).toBe(dead.account.fence + 1n);
      expect(await store.findAttempt(dead.attempt)).toMatchObject({
        id: dead.attempt.id,
        outcome: "in_doubt",
        rule: "process.ended",
      });
    });

    it.each<[string, number | null, boolean]>([
      ["had no alarm", null, false],
      ["had a later one", 3_600_000, false],
      ["is due already", -60_000, true],
    ])(
      "leaves an account due whose left attempt was found by one that gave up unsent: it %s (R20)",
      async (_name, inMs, isKept) => {
        const { won, store, account, environmentId } = await withAccount();
        const before = inMs === null ? null : new Date(account.updatedAt.getTime() + inMs);
        await store.apply(change(account, { set: { refreshDueAt: before } }));
        await won({ leaseSeconds: -1 });
        expect((await store.find(environmentId, account.id))?.refreshDueAt).toEqual(before);
        const finder = await won();
        await store.abandon(finder);
        const found = await store.find(environmentId, account.id);
        // What it found is as open as it was.
        expect(found).toMatchObject({ attempt: finder.left, doubts: 0 });
        expect(await store.findAttempt(finder.left ?? finder.attempt)).toBeNull();
        expect(found?.refreshDueAt).toEqual(isKept ? before : finder.attempt.startedAt);
        expect(finder.account.refreshDueAt).toEqual(found?.refreshDueAt);
      },
    );

    it("gives an account that is not active no alarm for what was left (R25)", async () => {
      const { won, store, account, environmentId } = await withAccount();
      await store.apply(change(account, { happening: happening("grant_rejected") }));
      const statuses = ["needs_reauth"] as const;
      await won({ leaseSeconds: -1, statuses });
      expect((await won({ statuses })).left).not.toBeNull();
      expect((await store.find(environmentId, account.id))?.refreshDueAt).toBeNull();
    });

    it("writes no verdict of a holder whose lease went to another (invariant 3)", async () => {
      const { won, store, account, environmentId } = await withAccount();
      const late = await won({ leaseSeconds: -1 });
      await won();
      const set = { expiresAt: new Date(0) };
      expect(await store.apply(change(late.account, { set, attempt: result(late, "transient") }))).toBeNull();
      expect((await store.find(environmentId, account.id))?.expiresAt).toBeNull();
    });

    it("writes the late answer of a holder whose lease went to another, and leaves that one its lease (invariant 2)", async () => {
      const { won, claim, store, account, environmentId } = await withAccount();
      const late = await won({ leaseSeconds: -1 });
      const holder = await won();
      expect((await store.apply(answer(late, 2)))?.credentialVersion).toBe(2);
      const found = await store.findWithCredential(environmentId, account.id);
      expect([found?.account.credentialFence, found?.account.fence]).toEqual([
        late.account.fence,
        holder.account.fence,
      ]);
      expect(found?.credential?.version).toBe(2);
      expect(await claim()).toBeNull();
      expect(await store.findAttempt(late.attempt)).toMatchObject({ outcome: "refreshed" });
      // What the holder then learns goes on top: it was asked for later.
      expect(await store.apply(answer(holder, 2))).toBeNull();
      expect((await store.apply(answer(holder, 3)))?.credentialVersion).toBe(3);
      expect(await claim()).not.toBeNull();
    });

    it("opens nothing again when its finder gives up after the late answer was written", async () => {
      const { won, claim, store, account, environmentId } = await withAccount();
      const late = await won({ leaseSeconds: -1 });
      const finder = await won();
      expect((await store.apply(answer(late, 2)))?.credentialVersion).toBe(2);
      await store.abandon(finder);
      const found = await store.find(environmentId, account.id);
      expect(found).toMatchObject({ attempt: null, leaseUntil: null, credentialVersion: 2 });
      expect(await store.findAttempt(late.attempt)).toMatchObject({ outcome: "refreshed" });
      expect((await won()).left).toBeNull();
      expect(await claim()).toBeNull();
    });

    it("writes a new grant although the old one was claimed meanwhile, and makes that holder a stale writer", async () => {
      const { won, claim, store, account, environmentId } = await withAccount();
      const holder = await won();
      const grant = newGrant(account, 2);
      expect(await store.apply(grant)).toMatchObject({ credentialVersion: 2, leaseUntil: null, attempt: null });
      const found = await store.find(environmentId, account.id);
      expect(found?.fence).toBe(holder.account.fence + 1n);
      expect(found?.credentialFence).toBe(found?.fence);
      expect(await store.apply(answer(holder, 3))).toBeNull();
      expect(await claim()).not.toBeNull();
    });

    it("writes no new grant over credentials that came after its read, nor over their end (invariant 3)", async () => {
      const { won, store, account } = await withAccount();
      const holder = await won();
      expect((await store.apply(answer(holder, 2)))?.credentialVersion).toBe(2);
      expect(await store.apply(newGrant(account, 2))).toBeNull();
      const other = await withAccount();
      const gone = change(other.account, {
        raiseFence: true,
        happening: happening("disconnect"),
        credential: { kind: "erase" },
      });
      expect((await other.store.apply(gone))?.status).toBe("disconnected");
      expect(await other.store.apply(newGrant(other.account, 2))).toBeNull();
    });

    it("sets no alarm on an account that is held, although its writer knew of no hold (R26)", async () => {
      const { store, account, environmentId } = await withAccount();
      const at = new Date(account.updatedAt.getTime() + 60_000);
      await store.apply(change(account, { set: { hold: { reason: "mass_failure", at } } }));
      await store.apply(change(account, { set: { refreshDueAt: at } }));
      expect((await store.find(environmentId, account.id))?.refreshDueAt).toBeNull();
      await store.apply(change(account, { set: { hold: null, refreshDueAt: at } }));
      expect((await store.find(environmentId, account.id))?.refreshDueAt).toEqual(at);
    });

    it("drops an answer that is older than the credentials that are there", async () => {
      const { won, store, account } = await withAccount();
      const late = await won({ leaseSeconds: -1 });
      const next = await won();
      expect((await store.apply(answer(next, 2)))?.credentialVersion).toBe(2);
      expect(await store.apply(answer(late, 3))).toBeNull();
      expect((await store.find(account.environmentId, account.id))?.credentialVersion).toBe(2);
    });

    it("drops a verdict on credentials that have been replaced (crash window W8)", async () => {
      const { won, store } = await withAccount();
      const late = await won({ leaseSeconds: -1 });
      const holder = await won();
      await store.apply(answer(late, 2));
      const verdict = change(holder.account, {
        ifVersion: 1,
        releaseLease: true,
        happening: happening("grant_rejected"),
        attempt: result(holder, "reauthorize"),
      });
      expect(await store.apply(verdict)).toBeNull();
    });

    it("brings an account back that left before a late answer came (R31)", async () => {
      const { won, store } = await withAccount();
      const late = await won({ leaseSeconds: -1 });
      const holder = await won();
      const verdict = change(holder.account, {
        releaseLease: true,
        happening: happening("grant_rejected"),
        attempt: result(holder, "reauthorize"),
      });
      expect((await store.apply(verdict))?.status).toBe("needs_reauth");
      const back = await store.apply({ ...answer(late, 2), happening: happening("refresh_succeeded") });
      expect([back?.status, back?.reauthRequiredAt]).toEqual(["active", null]);
    });

    it("writes nothing over a version that it did not read", async () => {
      const { won, store } = await withAccount();
      const claim = await won();
      expect(await store.apply(answer(claim, 3))).toBeNull();
    });

    it("makes everybody who read before a stale writer when a change raises the fence", async () => {
      const { won, store, account } = await withAccount();
      const claim = await won();
      const replaced = await store.apply(
        change(claim.account, {
          raiseFence: true,
          releaseLease: true,
          set: { credentialVersion: 2 },
          credential: sealed(2),
        }),
      );
      expect(replaced?.fence).toBe(claim.account.fence + 1n);
      expect(await store.apply(answer(claim, 3))).toBeNull();
      expect(await store.apply(answer(claim, 2))).toBeNull();
      expect(await store.findAttempt(claim.attempt)).toMatchObject({ outcome: "superseded" });
      expect((await store.find(account.environmentId, account.id))?.credentialVersion).toBe(2);
    });

    it("gives an account another client of its own", async () => {
      const { store, account } = await withAccount();
      expect((await store.apply(change(account, { set: { clientId: "own" } })))?.clientId).toBe("own");
      expect((await store.find(account.environmentId, account.id))?.clientId).toBe("own");
    });

    it("joins the scopes that two writers of the same row saw refused (R6)", async () => {
      const { store, account } = await withAccount();
      const refuse = (scope: string) =>
        store.apply(change(account, { refusesScopes: [scope], happening: happening("scope_refused") }));
      await Promise.all([refuse("a"), refuse("b"), refuse("a")]);
      const after = await store.find(account.environmentId, account.id);
      expect(after?.scopesRefused.toSorted()).toEqual(["a", "b"]);
    });

    it("tells whether an external account is connected: in its environment and integration, and as long as it is", async () => {
      const { store, account, environmentId, otherEnvironmentId, integrationName } = await withAccount();
      const externalAccount = { id: `person-of-${account.id}`, label: null };
      const isThere = (changes: { environment?: string; integration?: string; who?: string } = {}) =>
        store.hasActive(
          changes.environment ?? environmentId,
          changes.integration ?? integrationName,
          changes.who ?? externalAccount.id,
        );
      expect(await isThere()).toBe(false);
      const named = await store.apply(change(account, { set: { externalAccount } }));
      expect(await isThere()).toBe(true);
      expect(await isThere({ environment: otherEnvironmentId })).toBe(false);
      expect(await isThere({ integration: "another" })).toBe(false);
      expect(await isThere({ who: "somebody" })).toBe(false);
      if (named === null) throw new Error("the account was not named");
      await store.apply(
        change(named, { raiseFence: true, happening: happening("disconnect"), credential: { kind: "erase" } }),
      );
      expect(await isThere()).toBe(false);
    });

    it("keeps what a change does not name", async () => {
      const { store, account } = await withAccount();
      const after = await store.apply(change(account, { set: { scopesGranted: ["a"] } }));
      expect(after).toMatchObject({
        scopesGranted: ["a"],
        scopesRequested: ["a"],
        metadata: { plan: "gold" },
        status: "active",
      });
    });

    it("applies the same change once: its second time, after a commit whose answer was lost, changes nothing", async () => {
      const { won, store, account } = await withAccount();
      const claim = await won();
      const once = answer(claim, 2);
      expect((await store.apply(once))?.credentialVersion).toBe(2);
      expect((await store.apply(once))?.credentialVersion).toBe(2);
      expect((await store.find(account.environmentId, account.id))?.credentialVersion).toBe(2);
    });

    it("knows its own change again after its value was re-wrapped meanwhile, and another's not", async () => {
      const { won, store, rewrap, account } = await withAccount();
      const claim = await won();
      const location = {
        environmentId: account.environmentId,
        owner: account.id,
        field: "token_set",
        version: 2,
      } as const;
      const sealOnce = (): Uint8Array =>
        sealValue(
          { kid: "k1", wrapped: randomBytes(76), key: randomBytes(32) },
          location,
          randomBytes(12),
          Buffer.from("x"),
        );
      const [value, other] = [sealOnce(), sealOnce()];
      const once = (bytes: Uint8Array): AccountChange => ({
        ...answer(claim, 2),
        credential: { kind: "replace", version: 2, kid: "k1", sealed: bytes, fingerprint: null },
      });
      expect((await store.apply(once(value)))?.credentialVersion).toBe(2);
      const parts = parseSealed(value);
      if (parts === null) throw new Error("not sealed");
      const rewrapped = rewrapSealed(parts, { kid: "k2", wrapped: randomBytes(90) });
      expect(await rewrap(account.id, value, rewrapped)).toBe(true);
      expect((await store.apply(once(value)))?.credentialVersion).toBe(2);
      expect(await store.apply(once(other))).toBeNull();
    });

    it("gives the lease back and forgets the attempt when nothing was sent", async () => {
      const { won, store } = await withAccount();
      const unsent = await won();
      await store.abandon(unsent);
      expect(await store.findAttempt(unsent.attempt)).toBeNull();
      expect(await won()).toMatchObject({ left: null, account: { doubts: 0 } });
    });

    it("does not take another's lease away when a late holder gives up", async () => {
      const { won, claim, store } = await withAccount();
      const late = await won({ leaseSeconds: -1 });
      await won();
      await store.abandon(late);
      expect(await claim()).toBeNull();
    });

    it("makes one transition of many that race, with one event's worth of change each (invariant 5)", async () => {
      const { store, account } = await withAccount();
      const dead = change(account, { happening: happening("grant_rejected") });
      const results = await Promise.all([store.apply(dead), store.apply(dead), store.apply(dead)]);
      expect(results.map((one) => one?.status)).toEqual(["needs_reauth", "needs_reauth", "needs_reauth"]);
      expect(new Set(results.map((one) => one?.reauthRequiredAt?.getTime()))).toHaveLength(1);
    });

    it("takes no alarm for an account that is not active, whatever its writer believed (R25)", async () => {
      const { store, account } = await withAccount();
      await store.apply(change(account, { happening: happening("grant_rejected") }));
      const after = await store.apply(change(account, { set: { refreshDueAt: new Date() } }));
      expect(after).toMatchObject({ status: "needs_reauth", refreshDueAt: null });
    });

    it("lets an answer go on top of its own tokens that were sealed anew meanwhile (R65)", async () => {
      const { won, store, environmentId, account } = await withAccount();
      const late = await won({ leaseSeconds: -1 });
      const next = await won();
      await store.apply({ ...change(next.account, { releaseLease: true }), attempt: result(next, "transient") });
      const credential = { ...sealed(2), keepsTokens: true } as AccountChange["credential"];
      await store.apply(change(next.account, { ifVersion: 1, set: { credentialVersion: 2 }, credential }));
      const present = await store.find(environmentId, account.id);
      expect([present?.credentialVersion, present?.credentialFence]).toEqual([2, account.credentialFence]);
      expect(await store.apply(answer(late, 2))).toBeNull();
      expect(await store.apply(answer(late, 3))).toMatchObject({
        credentialVersion: 3,
        credentialFence: late.account.fence,
      });
    });

    it("counts the waiters of an attempt, of this process and of others", async () => {
      const { won, store } = await withAccount();
      const claim = await won();
      await store.addWaiters(claim.attempt, 2);
      await store.apply({ ...answer(claim, 2), attempt: { ...result(claim), waiters: 3 } });
      await store.addWaiters(claim.attempt, 4);
      expect((await store.findAttempt(claim.attempt))?.waiters).toBe(9);
    });

    it("keeps with an attempt what the provider said of its limit, for callers of other processes (R23)", async () => {
      const { won, store, account } = await withAccount();
      const claim = await won();
      const rateLimit = { limit: 100, remaining: 0, resetSeconds: 30, windowSeconds: null };
      const attempt: AttemptResult = { ...result(claim, "rate_limited"), rateLimit };
      await store.apply({ ...change(claim.account, { releaseLease: true }), attempt });
      expect((await store.findAttempt(claim.attempt))?.rateLimit).toEqual(rateLimit);
      const silent = await won();
      await store.finishAttempt(account.environmentId, result(silent, "rate_limited"));
      expect((await store.findAttempt(silent.attempt))?.rateLimit).toBeUndefined();
    });

    it("holds what would leave when too many of a client have left (R26)", async () => {
      const { store, account, environmentId } = await withAccount();
      const guard = { policy: { accounts: 0, share: 0, windowSeconds: 600 }, explanation: "held" };
      const held = await store.apply(change(account, { happening: happening("grant_rejected"), guard }));
      expect(held).toMatchObject({ status: "active", hold: { reason: "mass_failure" }, refreshDueAt: null });
      expect((await store.find(environmentId, account.id))?.reauthRequiredAt).toBeNull();
    });

    it("counts by client: those that accounts brought themselves are guarded too, and nobody is held for another's (R26, R65)", async () => {
      const harness = await open();
      const guard = { policy: { accounts: 1, share: 0.001, windowSeconds: 600 }, explanation: "held" };
      const fail = async (clientId: string | null) => {
        const account = await activeIn(harness, clientId);
        const written = await harness.store.apply(change(account, { happening: happening("grant_rejected"), guard }));
        return written?.hold === null ? written.status : "held";
      };
      const ends = [];
      for (const clientId of ["app-1", "app-2", "app-1", "app-2", "app-3"]) ends.push(await fail(clientId));
      expect(ends).toEqual(["needs_reauth", "needs_reauth", "held", "held", "needs_reauth"]);
    });

    it("records an attempt with the change that it led to, once however often that is applied", async () => {
      const { won, store, account } = await withAccount();
      const open = await won();
      const { id: attemptId, startedAt } = { id: id("att"), startedAt: open.attempt.startedAt };
      const recorded = {
        ...result(open),
        id: attemptId,
        reason: "reauthorized",
        explanation: "back",
        waiters: 2,
      } as const;
      const back = change(open.account, {
        raiseFence: true,
        releaseLease: true,
        set: { credentialVersion: 2 },
        credential: sealed(2),
        recorded,
      });
      for (const time of [1, 2]) {
        expect((await store.apply(back))?.credentialVersion, `time ${time}`).toBe(2);
        const { reason: _, ...written } = recorded;
        expect(await store.findAttempt({ id: attemptId, startedAt })).toEqual(written);
      }
      // What was under way when it came is superseded all the same.
      expect(await store.findAttempt(open.attempt)).toMatchObject({ outcome: "superseded" });
      expect((await store.find(account.environmentId, account.id))?.attempt).toBeNull();
    });

    it("records nothing of a change that came too late", async () => {
      const { won, store } = await withAccount();
      const claim = await won();
      const attempt = { ...claim.attempt, id: id("att") };
      const recorded = { ...result(claim), ...attempt, reason: "reauthorized" } as const;
      const stale = { ...claim.account, fence: claim.account.fence - 1n };
      expect(await store.apply(change(stale, { raiseFence: true, recorded }))).toBeNull();
      expect(await store.findAttempt(attempt)).toBeNull();
    });

    it("ends an attempt whose account went to somebody else, once", async () => {
      const { won, store, account } = await withAccount();
      const claim = await won();
      await store.finishAttempt(account.environmentId, result(claim, "superseded"));
      await store.finishAttempt(account.environmentId, result(claim, "transient"));
      expect((await store.findAttempt(claim.attempt))?.outcome).toBe("superseded");
    });

    it("erases the sealed token set with the change that says so (R33)", async () => {
      const { store, account, environmentId } = await withAccount();
      await store.apply(
        change(account, { raiseFence: true, happening: happening("disconnect"), credential: { kind: "erase" } }),
      );
      expect((await store.findWithCredential(environmentId, account.id))?.credential).toBeNull();
    });
  });
}

type Target = Pick<RefreshClaim["account"], "id" | "environmentId" | "fence">;

function change(target: Target, changes: Partial<AccountChange>): AccountChange {
  return {
    accountId: target.id,
    environmentId: target.environmentId,
    ifFence: target.fence,
    isAnswer: false,
    ifVersion: null,
    expectedStatus: "active",
    expectedScopes: null,
    raiseFence: false,
    releaseLease: false,
    set: {},
    happening: null,
    credential: null,
    attempt: null,
    recorded: null,
    guard: null,
    completes: null,
    audit: [],
    ...changes,
  };
}

function sealed(version: number, by = 0n): AccountChange["credential"] {
  return { kind: "replace", version, kid: "k1", sealed: Uint8Array.of(version, Number(by)), fingerprint: null };
}

/** The provider's answer to a claim's request, as version `version`. */
function answer(claim: RefreshClaim, version: number): AccountChange {
  return change(claim.account, {
    isAnswer: true,
    ifVersion: version - 1,
    releaseLease: true,
    set: { credentialVersion: version },
    credential: sealed(version, claim.account.fence),
    attempt: result(claim),
  });
}

/** A connection completed by its customer; without a link, as one that came back. */
function newGrant(target: Target, version: number): AccountChange {
  events += 1;
  return change(target, {
    ifVersion: version - 1,
    raiseFence: true,
    releaseLease: true,
    set: { credentialVersion: version },
    happening: happening("credentials_obtained"),
    credential: sealed(version, 99n),
    completes: { sessionId: `cs_${String(events).padStart(24, "0")}`, linkId: null },
  });
}

let events = 0;

function happening(kind: AccountEvent["kind"]): AccountChange["happening"] {
  events += 1;
  const eventId = `evt_${String(events).padStart(24, "0")}`;
  return { event: { kind }, eventId, at: new Date(), lastError: null, actor: "test" };
}

function result(claim: RefreshClaim, outcome: AttemptResult["outcome"] = "refreshed"): AttemptResult {
  return {
    ...claim.attempt,
    outcome,
    httpStatus: 200,
    error: null,
    rule: null,
    nextAttemptAt: null,
    explanation: "",
    waiters: 0,
  };
}
