import { describe, expect, it } from "vitest";
import type { AttemptResult } from "#core/ports/account-store";
import {
  change,
  answer,
  happening,
  result,
  makeAccountTools,
  type AccountStoreHarness,
} from "./account-store-tools.ts";

/**
 * Claims, leases and attempts of an account store, be it PostgreSQL or a fake. Leases that are over are made with a negative length, so
 * that no clock has to be stepped.
 */
export function describeAccountLeases(name: string, open: () => Promise<AccountStoreHarness>): void {
  describe(`${name} as an account store, leases`, () => {
    const { withAccount } = makeAccountTools(open);

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

    it("ends an attempt whose account went to somebody else, once", async () => {
      const { won, store, account } = await withAccount();
      const claim = await won();
      await store.finishAttempt(account.environmentId, result(claim, "superseded"));
      await store.finishAttempt(account.environmentId, result(claim, "transient"));
      expect((await store.findAttempt(claim.attempt))?.outcome).toBe("superseded");
    });
  });
}
