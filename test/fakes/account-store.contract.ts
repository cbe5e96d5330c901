import { describe, expect, it } from "vitest";
import type { AccountChange, AccountStore, AttemptResult, ClaimRequest, RefreshClaim } from "#core/ports/account-store";

/** One store with one environment in it, fresh for each test. */
export interface AccountStoreHarness {
  readonly store: AccountStore;
  readonly environmentId: string;
  /** Another environment's id; the store may know it or not. */
  readonly otherEnvironmentId: string;
  /** The integration's name that accounts of this store may have. */
  readonly integrationName: string;
}

/**
 * What every account store does, be it PostgreSQL or a fake: leases, fences, versions, attempts. Leases that are over are made
 * with a negative length, so that no clock has to be stepped.
 */
export function describeAccountStore(name: string, open: () => Promise<AccountStoreHarness>): void {
  describe(`${name} as an account store`, () => {
    let count = 0;
    const id = (prefix: string): string => `${prefix}_${String((count += 1)).padStart(24, "0")}`;

    async function withAccount() {
      const harness = await open();
      const { store, environmentId, integrationName } = harness;
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
        },
        [],
      );
      const active = await store.apply(
        change(account, { set: { status: "active", credentialVersion: 1 }, credential: sealed(1) }),
      );
      if (active === null) throw new Error("the account was not activated");
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
      return { ...harness, account: active, claim, won };
    }

    it("creates an account in connecting, and finds it in its environment only (invariant 10)", async () => {
      const { store, environmentId, otherEnvironmentId, integrationName } = await open();
      const fresh = { id: id("ia"), environmentId, tenantId: "t", integrationName, userReference: "u" };
      const made = await store.create({ ...fresh, scopesRequested: [], metadata: {}, inputs: { a: "b" } }, []);
      expect(made).toMatchObject({
        ...fresh,
        status: "connecting",
        credentialVersion: 0,
        fence: 0n,
        inputs: { a: "b" },
      });
      expect(await store.find(environmentId, fresh.id)).toEqual(made);
      expect(await store.find(otherEnvironmentId, fresh.id)).toBeNull();
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
      expect(claim.isReplay).toBe(false);
    });

    it("refuses a claim in a status that was not named, and in another environment", async () => {
      const { claim, otherEnvironmentId } = await withAccount();
      expect(await claim({ statuses: ["needs_reauth"] })).toBeNull();
      expect(await claim({ statuses: [] })).toBeNull();
      expect(await claim({ environmentId: otherEnvironmentId })).toBeNull();
    });

    it("frees an account whose holder never came back, marks its attempt in doubt and replays it (R12, R20)", async () => {
      const { won, store, account } = await withAccount();
      const dead = await won({ leaseSeconds: -1 });
      const next = await won();
      expect(next.isReplay).toBe(true);
      expect(next.account.fence).toBe(dead.account.fence + 1n);
      expect(await store.latestAttempt(account.id)).toMatchObject({
        id: dead.attempt.id,
        outcome: "in_doubt",
        rule: "process.ended",
      });
    });

    it("writes nothing of a holder whose lease went to another (invariant 3)", async () => {
      const { won, store, account, environmentId } = await withAccount();
      const late = await won({ leaseSeconds: -1 });
      await won();
      const set = { credentialVersion: 2, expiresAt: new Date(0) };
      const attempt = result(late);
      expect(await store.apply(change(late.account, { set, credential: sealed(2), attempt }))).toBeNull();
      const found = await store.findWithCredential(environmentId, account.id);
      expect([found?.account.expiresAt, found?.account.credentialVersion]).toEqual([null, 1]);
      expect(found?.credential?.version).toBe(1);
    });

    it("writes nothing over a version that it did not read", async () => {
      const { won, store } = await withAccount();
      const claim = await won();
      expect(
        await store.apply(change(claim.account, { set: { credentialVersion: 3 }, credential: sealed(3) })),
      ).toBeNull();
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
      const late = change(claim.account, {
        set: { credentialVersion: 3 },
        credential: sealed(3),
        attempt: result(claim),
      });
      expect(await store.apply(late)).toBeNull();
      expect((await store.find(account.environmentId, account.id))?.credentialVersion).toBe(2);
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
      const once = change(claim.account, {
        releaseLease: true,
        set: { credentialVersion: 2 },
        credential: sealed(2),
        attempt: result(claim),
      });
      expect((await store.apply(once))?.credentialVersion).toBe(2);
      expect((await store.apply(once))?.credentialVersion).toBe(2);
      expect((await store.find(account.environmentId, account.id))?.credentialVersion).toBe(2);
    });

    it("gives the lease back and forgets the attempt when nothing was sent", async () => {
      const { won, store, account } = await withAccount();
      await store.abandon(await won());
      expect(await store.latestAttempt(account.id)).toBeNull();
      expect((await won()).isReplay).toBe(false);
    });

    it("does not take another's lease away when a late holder gives up", async () => {
      const { won, claim, store } = await withAccount();
      const late = await won({ leaseSeconds: -1 });
      await won();
      await store.abandon(late);
      expect(await claim()).toBeNull();
    });

    it("calls the attempt after a recorded in_doubt its replay, and the one after a success not", async () => {
      const { won, store } = await withAccount();
      const lost = await won();
      await store.apply(
        change(lost.account, { releaseLease: true, attempt: { ...result(lost), outcome: "in_doubt" } }),
      );
      const replay = await won();
      expect(replay.isReplay).toBe(true);
      await store.apply(change(replay.account, { releaseLease: true, attempt: result(replay) }));
      expect((await won()).isReplay).toBe(false);
    });

    it("counts the waiters of the attempt in flight, of this process and of others", async () => {
      const { won, store, account } = await withAccount();
      const claim = await won();
      await store.addWaiter(account.id);
      await store.addWaiter(account.id);
      await store.apply(change(claim.account, { releaseLease: true, attempt: { ...result(claim), waiters: 3 } }));
      expect((await store.latestAttempt(account.id))?.waiters).toBe(5);
    });

    it("ends an attempt whose account went to somebody else, once", async () => {
      const { won, store, account } = await withAccount();
      const claim = await won();
      await store.finishAttempt(account.environmentId, { ...result(claim), outcome: "superseded" });
      await store.finishAttempt(account.environmentId, { ...result(claim), outcome: "transient" });
      expect((await store.latestAttempt(account.id))?.outcome).toBe("superseded");
    });

    it("erases the sealed token set with the change that says so (R33)", async () => {
      const { store, account, environmentId } = await withAccount();
      await store.apply(
        change(account, { raiseFence: true, set: { status: "disconnected" }, credential: { kind: "erase" } }),
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
    raiseFence: false,
    releaseLease: false,
    set: {},
    credential: null,
    attempt: null,
    event: null,
    completes: null,
    audit: [],
    ...changes,
  };
}

function sealed(version: number): AccountChange["credential"] {
  return { kind: "replace", version, kid: "k1", sealed: Uint8Array.of(version), fingerprint: null };
}

function result(claim: RefreshClaim): AttemptResult {
  return {
    ...claim.attempt,
    outcome: "refreshed",
    httpStatus: 200,
    error: null,
    rule: null,
    nextAttemptAt: null,
    explanation: "",
    waiters: 0,
  };
}
