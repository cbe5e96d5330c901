import { describe, expect, it } from "vitest";
import { change, happening, makeAccountTools, pinOfContract, type AccountStoreHarness } from "./account-store-tools.ts";

/** What an account store keeps of an account, and what it does by itself. */
export function describeAccountRows(name: string, open: () => Promise<AccountStoreHarness>): void {
  describe(`${name} as an account store, rows`, () => {
    const { id, activeIn, withAccount } = makeAccountTools(open);

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

    it("sets no alarm on an account that is held, although its writer knew of no hold (R26)", async () => {
      const { store, account, environmentId } = await withAccount();
      const at = new Date(account.updatedAt.getTime() + 60_000);
      await store.apply(change(account, { set: { hold: { reason: "mass_failure", at } } }));
      await store.apply(change(account, { set: { refreshDueAt: at } }));
      expect((await store.find(environmentId, account.id))?.refreshDueAt).toBeNull();
      await store.apply(change(account, { set: { hold: null, refreshDueAt: at } }));
      expect((await store.find(environmentId, account.id))?.refreshDueAt).toEqual(at);
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

    it("takes no alarm for an account that is not active, whatever its writer believed (R25)", async () => {
      const { store, account } = await withAccount();
      await store.apply(change(account, { happening: happening("grant_rejected") }));
      const after = await store.apply(change(account, { set: { refreshDueAt: new Date() } }));
      expect(after).toMatchObject({ status: "needs_reauth", refreshDueAt: null });
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

    it("erases the sealed token set with the change that says so (R33)", async () => {
      const { store, account, environmentId } = await withAccount();
      await store.apply(
        change(account, { raiseFence: true, happening: happening("disconnect"), credential: { kind: "erase" } }),
      );
      expect((await store.findWithCredential(environmentId, account.id))?.credential).toBeNull();
    });
  });
}
