import fc from "fast-check";
import { expect, test } from "vitest";
import { decideRefresh, type RefreshState } from "./decide-refresh.ts";
import { isPlainlyFresh, type PlainState } from "./is-plainly-fresh.ts";
import { defaultRefreshPolicy, type RefreshPolicy } from "./refresh-policy.ts";

const now = new Date("2026-11-20T10:00:00Z");
const at = (seconds: number): Date => new Date(now.getTime() + seconds * 1000);

const plain: PlainState = {
  status: "active",
  isHeld: false,
  expiresAt: at(3_000),
  issuedAt: at(-600),
  hasRefreshToken: true,
  hasAlarm: true,
};

test("an active account whose token lives on and whose alarm is set is plainly fresh", () => {
  expect(isPlainlyFresh(plain, defaultRefreshPolicy, null, now)).toBe(true);
  expect(isPlainlyFresh({ ...plain, expiresAt: null, hasAlarm: false }, defaultRefreshPolicy, 600, now)).toBe(true);
});

test.each<[string, Partial<PlainState>, number | null]>([
  ["a dead grant", { status: "needs_reauth" }, null],
  ["an ended one", { status: "disconnected" }, null],
  ["one that is connecting", { status: "connecting" }, null],
  ["a held one", { isHeld: true }, null],
  ["less life left than the buffer", { expiresAt: at(29) }, null],
  ["less life left than the caller wants", {}, 3_001],
  ["a wish beyond the token's whole life, which is answered with an explanation", {}, 86_400],
  ["a token that ended", { expiresAt: at(-1) }, null],
  ["a lost alarm (R14)", { hasAlarm: false }, null],
])("%s is not", (_, state, minTtlSeconds) => {
  expect(isPlainlyFresh({ ...plain, ...state }, defaultRefreshPolicy, minTtlSeconds, now)).toBe(false);
});

test("a token that nothing renews needs no alarm", () => {
  expect(isPlainlyFresh({ ...plain, hasRefreshToken: false, hasAlarm: false }, defaultRefreshPolicy, null, now)).toBe(
    true,
  );
});

const seconds = fc.integer({ min: -4_000, max: 8_000 });
const instant = fc.option(seconds.map(at));

test("whatever else an account's row says, what is plainly fresh is fresh to the whole decision", () => {
  let plainOnes = 0;
  fc.assert(
    fc.property(
      fc.record({
        status: fc.constantFrom("active" as const, "active" as const, "needs_reauth" as const, "connecting" as const),
        hold: fc.option(fc.constant({ reason: "mass_failure" as const, at: now }), { freq: 5, nil: null }),
        expiresAt: instant,
        issuedAt: instant,
        hasRefreshToken: fc.boolean(),
        refreshDueAt: instant,
        cooldownUntil: instant,
        leaseUntil: instant,
        attempt: fc.option(fc.record({ id: fc.constant("att_1"), startedAt: seconds.map(at) })),
        doubts: fc.integer({ min: 0, max: 3 }),
        doubtedAt: instant,
        credentialVersion: fc.integer({ min: 1, max: 5 }),
      }),
      fc.record({
        bufferSeconds: fc.integer({ min: 0, max: 600 }),
        earliestSeconds: fc.option(fc.integer({ min: 1, max: 600 })),
        grant: fc.constantFrom("refresh_token" as const, "client_credentials" as const, "none" as const),
      }),
      fc.option(fc.integer({ min: 0, max: 10_000 })),
      (row, given, minTtlSeconds) => {
        const state: RefreshState = row;
        const policy: RefreshPolicy = { ...defaultRefreshPolicy, ...given };
        const hasAlarm = state.refreshDueAt !== null || state.leaseUntil !== null;
        if (!isPlainlyFresh({ ...state, isHeld: state.hold !== null, hasAlarm }, policy, minTtlSeconds, now)) return;
        plainOnes += 1;
        const demand = { reason: "on_demand", minTtlSeconds, seenVersion: state.credentialVersion } as const;
        expect(decideRefresh(state, policy, demand, now)).toEqual({ kind: "fresh" });
      },
    ),
    { numRuns: 5_000 },
  );
  // The property would hold of a function that never says yes.
  expect(plainOnes).toBeGreaterThan(50);
});
