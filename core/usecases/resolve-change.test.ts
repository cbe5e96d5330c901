import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Account, AccountStatus } from "../domain/account/account.ts";
import type { AccountEvent } from "../domain/account/transition.ts";
import type { AccountChange, AttemptResult } from "../ports/account-store.ts";
import { admits, heldInstead, isGuarded, resolveChange } from "./resolve-change.ts";

const now = new Date("2026-11-20T10:00:00Z");
const later = new Date("2026-11-20T11:00:00Z");
const statuses: readonly AccountStatus[] = ["connecting", "active", "needs_reauth", "disconnected"];
const record = { environmentId: "env", actor: "worker", action: "credential.sealed", target: "ia_one" } as const;
const attempt: AttemptResult = {
  id: "att_one",
  startedAt: now,
  outcome: "reauthorize",
  httpStatus: 400,
  error: "invalid_grant",
  rule: "rfc6749.invalid_grant",
  nextAttemptAt: null,
  explanation: "The customer must re-authorize.",
  waiters: 2,
};
const guard = { policy: { accounts: 20, share: 0.2, windowSeconds: 600 }, explanation: "Held." };

function change(changes: Partial<AccountChange> = {}): AccountChange {
  return {
    accountId: "ia_one",
    environmentId: "env",
    ifFence: 7n,
    isAnswer: false,
    ifVersion: null,
    expectedStatus: "active",
    expectedScopes: null,
    raiseFence: false,
    releaseLease: true,
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

function happening(kind: AccountEvent["kind"], lastError: string | null = null): AccountChange["happening"] {
  return { event: { kind }, eventId: "evt_one", at: now, lastError, actor: "worker" };
}

describe("a change of an account", () => {
  const active = { status: "active", activatedAt: now, hold: null, scopesGranted: ["a"] } as const;

  it("that moves it tells one event, with one audit record after those it brought", () => {
    const dead = change({ happening: happening("grant_rejected", "invalid_grant"), audit: [record] });
    const resolved = resolveChange(active, dead);
    expect(resolved.event).toEqual({
      id: "evt_one",
      type: "integrated_account:authentication_error",
      lastError: "invalid_grant",
    });
    expect(resolved.audit).toEqual([
      record,
      expect.objectContaining({
        action: "account.transitioned",
        actor: "worker",
        target: "ia_one",
        detail: { from: "active", to: "needs_reauth" },
      }),
    ]);
    expect(resolved.set).toEqual({ status: "needs_reauth", hold: null, reauthRequiredAt: now, refreshDueAt: null });
  });

  it("that moves it holds it no longer, whatever its writer thought; one that does not leaves the hold alone (R26)", () => {
    const hold = { reason: "mass_failure", at: now } as const;
    for (const status of statuses) {
      for (const kind of ["credentials_obtained", "refresh_succeeded", "grant_rejected", "disconnect"] as const) {
        const asked = change({ happening: happening(kind), set: { hold } });
        const { set } = resolveChange({ ...active, status }, asked);
        expect(set.hold, `${status} + ${kind}`).toEqual(set.status === undefined ? hold : null);
      }
    }
  });

  it("that happens to an account which has moved already tells nothing, and is written all the same", () => {
    const again = change({ happening: happening("grant_rejected"), set: { consecutiveFailures: 2 }, audit: [record] });
    const resolved = resolveChange({ ...active, status: "needs_reauth" }, again);
    expect(resolved).toEqual({ change: again, set: { consecutiveFailures: 2 }, event: null, audit: [record] });
  });

  it("is told by the status of the row, not by the one its writer read (invariant 5)", () => {
    const back = change({ happening: happening("refresh_succeeded"), expectedStatus: "active" });
    expect(resolveChange({ ...active, status: "needs_reauth" }, back).event?.type).toBe(
      "integrated_account:reactivated",
    );
    expect(resolveChange(active, { ...back, expectedStatus: "needs_reauth" }).event).toBeNull();
  });

  it.each(statuses)("sets an alarm on a %s account only if that is active afterwards (R25)", (status) => {
    const alarm = { set: { refreshDueAt: later } };
    const plain = resolveChange({ ...active, status }, change(alarm)).set;
    expect(plain.refreshDueAt).toEqual(status === "active" ? later : null);
    for (const kind of ["credentials_obtained", "refresh_succeeded", "grant_rejected", "disconnect"] as const) {
      const { set } = resolveChange({ ...active, status }, change({ ...alarm, happening: happening(kind) }));
      expect(set.refreshDueAt, kind).toEqual((set.status ?? status) === "active" ? later : null);
    }
  });

  it("sets no alarm on an account that is held, unless it ends the hold (R26)", () => {
    const hold = { reason: "mass_failure", at: now } as const;
    const set = (changes: AccountChange["set"], before: typeof hold | null) =>
      resolveChange({ ...active, hold: before }, change({ set: { refreshDueAt: later, ...changes } })).set.refreshDueAt;
    expect([set({}, hold), set({ hold }, null), set({ hold: null }, hold), set({}, null)]).toEqual([
      null,
      null,
      later,
      later,
    ]);
  });

  it("that sets no alarm leaves the alarm alone", () => {
    for (const status of statuses) {
      expect("refreshDueAt" in resolveChange({ ...active, status }, change()).set).toBe(false);
    }
  });
});

describe("a change of the granted scopes (R6)", () => {
  const granted = (before: readonly string[] | null, after: readonly string[] | undefined, status: AccountStatus) =>
    resolveChange(
      { status, activatedAt: now, hold: null, scopesGranted: before },
      change({ happening: happening("refresh_succeeded"), set: after === undefined ? {} : { scopesGranted: after } }),
    );

  it.each<[string, readonly string[] | null, readonly string[] | undefined, boolean]>([
    ["one fewer", ["a", "b"], ["a"], true],
    ["one more", ["a"], ["a", "b"], true],
    ["another one", ["a"], ["b"], true],
    ["none any more", ["a"], [], true],
    ["the same", ["a", "b"], ["a", "b"], false],
    ["the same in another order", ["a", "b"], ["b", "a"], false],
    ["the same, named twice", ["a", "b"], ["a", "b", "a"], false],
    ["a change that says nothing of scopes", ["a"], undefined, false],
    ["none known before", null, ["a"], false],
  ])("of an active account is told once, with no record of a transition: %s", (_name, before, after, isTold) => {
    const { event, audit } = granted(before, after, "active");
    expect(event).toEqual(
      isTold ? { id: "evt_one", type: "integrated_account:scopes_changed", lastError: null } : null,
    );
    expect(audit).toEqual([]);
  });

  it("is no event of its own beside a transition, nor where there is none to tell", () => {
    expect(granted(["a"], ["b"], "needs_reauth").event?.type).toBe("integrated_account:reactivated");
    expect(granted(["a"], ["b"], "disconnected").event).toBeNull();
    const first = change({ happening: happening("credentials_obtained"), set: { scopesGranted: ["b"] } });
    const connecting = { status: "connecting", activatedAt: null, hold: null, scopesGranted: [] } as const;
    expect(resolveChange(connecting, first).event?.type).toBe("integrated_account:created");
  });

  it("is told of what an API refused, once, and again when the customer has mended it", () => {
    const row = { status: "active", activatedAt: now, hold: null, scopesGranted: ["a", "b"] } as const;
    const refuse = change({ happening: happening("scope_refused"), refusesScopes: ["b"], audit: [record] });
    const first = resolveChange({ ...row, scopesRefused: ["c"] }, refuse);
    expect([first.event?.type, first.set.scopesRefused]).toEqual(["integrated_account:scopes_changed", ["c", "b"]]);
    expect(first.audit).toEqual([record]);
    // Another process was there first, with the same word.
    const second = resolveChange({ ...row, scopesRefused: ["b"] }, refuse);
    expect([second.event, second.audit]).toEqual([null, []]);
    // Many calls were refused at once, and each by other names: what is full takes none, and tells of none.
    const full = Array.from({ length: 20 }, (_, index) => `s${index}`);
    const late = resolveChange({ ...row, scopesRefused: full }, refuse);
    expect([late.set.scopesRefused, late.event, late.audit]).toEqual([full, null, []]);
    const mends = change({
      happening: happening("credentials_obtained"),
      set: { scopesGranted: ["a", "b"], scopesRefused: [] },
    });
    expect(resolveChange({ ...row, scopesRefused: ["b"] }, mends).event?.type).toBe(
      "integrated_account:scopes_changed",
    );
    expect(resolveChange({ ...row, scopesRefused: [] }, mends).event).toBeNull();
  });

  it("needs somebody who brought it: fields that are set alone tell nothing", () => {
    const row = { status: "active", activatedAt: now, hold: null, scopesGranted: ["a"] } as const;
    expect(resolveChange(row, change({ set: { scopesGranted: ["b"] } })).event).toBeNull();
  });
});

describe("whether a row may still be written (invariant 3)", () => {
  type Row = Pick<Account, "fence" | "credentialFence" | "credentialVersion" | "attempt" | "overrides">;
  const row: Row = {
    overrides: {},
    fence: 7n,
    credentialFence: 3n,
    credentialVersion: 2,
    attempt: { id: "att_one", startedAt: now },
  };

  it.each<[string, Partial<Row>, Partial<AccountChange>, boolean]>([
    ["a verdict under its own fence", {}, { attempt }, true],
    ["a verdict after another claim", { fence: 8n }, { attempt }, false],
    ["a verdict under a fence that was never given", { fence: 6n }, { attempt }, false],
    ["a verdict on the version it read", {}, { attempt, ifVersion: 2 }, true],
    ["a verdict on a version that was replaced", { credentialVersion: 3 }, { attempt, ifVersion: 2 }, false],
    ["an attempt that has ended", { attempt: null }, { attempt }, false],
    ["an attempt that is another's", { attempt: { id: "att_two", startedAt: now } }, { attempt }, false],
    ["fields alone, while nobody else wrote", { attempt: null }, {}, true],
    ["fields alone, after another claim", { fence: 8n }, {}, false],
    ["an answer under its own fence", {}, { isAnswer: true, ifVersion: 2, attempt }, true],
    ["an answer after its lease went to another", { fence: 9n }, { isAnswer: true, ifVersion: 2, attempt }, true],
    ["an answer whose attempt was ended for it", { fence: 9n, attempt: null }, { isAnswer: true, attempt }, true],
    ["an answer to a request older than what is there", { credentialFence: 8n }, { isAnswer: true }, false],
    ["an answer that was written before", { credentialFence: 7n }, { isAnswer: true }, false],
    ["an answer on top of another version", { credentialVersion: 3 }, { isAnswer: true, ifVersion: 2 }, false],
  ])("%s", (_name, fields, changes, expected) => {
    expect(admits({ ...row, ...fields }, change(changes))).toBe(expected);
  });

  it("admits no answer twice, and none after a newer one", () => {
    const fence = fc.bigInt({ min: 0n, max: 20n });
    fc.assert(
      fc.property(fence, fence, fence, (ifFence, credentialFence, fenceNow) => {
        const admitted = admits({ ...row, fence: fenceNow, credentialFence }, change({ isAnswer: true, ifFence }));
        expect(admitted).toBe(credentialFence < ifFence);
      }),
    );
  });
});

describe("the guard (R26)", () => {
  it("has a say when an active account would leave, and nowhere else", () => {
    for (const status of statuses) {
      for (const kind of ["credentials_obtained", "refresh_succeeded", "grant_rejected", "disconnect"] as const) {
        const guarded = isGuarded(status, change({ guard, happening: happening(kind) }));
        expect(guarded, `${status} + ${kind}`).toBe(status === "active" && kind === "grant_rejected");
      }
      expect(isGuarded(status, change({ guard }))).toBe(false);
      expect(isGuarded(status, change({ happening: happening("grant_rejected") }))).toBe(false);
    }
  });

  it("makes a hold of a fatal change: nobody is told, nothing is scheduled, the failure is kept", () => {
    const lastError = { code: "reauthorize", message: "invalid_grant", at: now };
    const fatal = change({
      happening: happening("grant_rejected"),
      guard,
      attempt,
      set: { lastError, consecutiveFailures: 1, refreshDueAt: later },
    });
    const held = heldInstead(fatal, now);
    expect(held).toEqual({
      ...fatal,
      happening: null,
      guard: null,
      set: { lastError, consecutiveFailures: 1, refreshDueAt: null, hold: { reason: "mass_failure", at: now } },
      attempt: { ...attempt, outcome: "held", explanation: "Held." },
    });
    const resolved = resolveChange({ status: "active", activatedAt: now, hold: null, scopesGranted: [] }, held);
    expect([resolved.event, resolved.audit, resolved.set.status]).toEqual([null, [], undefined]);
  });

  it("holds an account whose attempt nobody records", () => {
    expect(heldInstead(change({ guard, happening: happening("grant_rejected") }), now).attempt).toBeNull();
  });
});
