import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { parseSealed, rewrapSealed, sealValue } from "#core/domain/sealing/envelope";
import type { AccountChange } from "#core/ports/account-store";
import {
  change,
  sealed,
  answer,
  newGrant,
  happening,
  result,
  makeAccountTools,
  type AccountStoreHarness,
} from "./account-store-tools.ts";

/** Who may write what of an account: fences, versions, late answers, and changes that are applied twice. */
export function describeAccountWriters(name: string, open: () => Promise<AccountStoreHarness>): void {
  describe(`${name} as an account store, writers`, () => {
    const { id, withAccount } = makeAccountTools(open);

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

    it("makes one transition of many that race, with one event's worth of change each (invariant 5)", async () => {
      const { store, account } = await withAccount();
      const dead = change(account, { happening: happening("grant_rejected") });
      const results = await Promise.all([store.apply(dead), store.apply(dead), store.apply(dead)]);
      expect(results.map((one) => one?.status)).toEqual(["needs_reauth", "needs_reauth", "needs_reauth"]);
      expect(new Set(results.map((one) => one?.reauthRequiredAt?.getTime()))).toHaveLength(1);
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
  });
}
