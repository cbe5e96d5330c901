import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AccountStatus } from "../account/account.ts";
import {
  decideRefresh,
  isStillValid,
  remainingSeconds,
  type RefreshDemand,
  type RefreshReason,
  type RefreshState,
} from "./decide-refresh.ts";
import { defaultRefreshPolicy } from "./refresh-policy.ts";

const now = new Date("2026-11-20T10:00:00Z");
const at = (seconds: number): Date => new Date(now.getTime() + seconds * 1000);
const reasons: readonly RefreshReason[] = ["alarm", "on_demand", "forced", "rejected_token"];

/** An active account whose token of one hour has `left` seconds to live. */
function state(left: number | null, changes: Partial<RefreshState> = {}): RefreshState {
  return {
    status: "active",
    hold: null,
    expiresAt: left === null ? null : at(left),
    issuedAt: left === null ? null : at(left - 3600),
    hasRefreshToken: true,
    refreshDueAt: left === null ? null : at(left - 120),
    cooldownUntil: null,
    leaseUntil: null,
    credentialVersion: 4,
    ...changes,
  };
}

function demand(reason: RefreshReason, changes: Partial<RefreshDemand> = {}): RefreshDemand {
  return { reason, minTtlSeconds: null, seenVersion: 4, ...changes };
}

const decide = (given: RefreshState, wanted: RefreshDemand) => decideRefresh(given, defaultRefreshPolicy, wanted, now);

describe("on demand", () => {
  it.each<[string, number | null, number | null, "fresh" | "due"]>([
    ["25 s left are less than the buffer of 30 s", 25, null, "due"],
    ["30 s left are enough", 30, null, "fresh"],
    ["120 s left are enough", 120, null, "fresh"],
    ["a token that has ended is due", -5, null, "due"],
    ["a token without a known end is fresh", null, null, "fresh"],
    ["min_ttl 300 wants more than 120 s", 120, 300, "due"],
    ["min_ttl 100 is content with 120 s", 120, 100, "fresh"],
    ["min_ttl below the buffer doesn't lower it", 25, 5, "due"],
    ["min_ttl beyond the whole life could never be met and is ignored", 3000, 3600, "fresh"],
    ["min_ttl of nearly the whole life counts", 3000, 3590, "due"],
  ])("%s", (_name, left, minTtlSeconds, expected) => {
    expect(decide(state(left), demand("on_demand", { minTtlSeconds })).kind).toBe(expected);
  });

  it("scales the buffer to a tenth of a short life (R14)", () => {
    const short = (left: number): RefreshState => state(left, { issuedAt: at(left - 100) });
    expect(decide(short(11), demand("on_demand")).kind).toBe("fresh");
    expect(decide(short(9), demand("on_demand")).kind).toBe("due");
  });

  it("is blocked where there is nothing to refresh with", () => {
    expect(decide(state(5, { hasRefreshToken: false }), demand("on_demand"))).toEqual({
      kind: "blocked",
      cause: "not_refreshable",
      until: null,
    });
  });
});

describe("the alarm", () => {
  it.each<[string, Date | null, "fresh" | "due"]>([
    ["rings when its instant has come", at(0), "due"],
    ["rings late rather than never", at(-600), "due"],
    ["is ignored when the row says later: the job fired twice or early", at(1), "fresh"],
    ["is ignored when the row says never", null, "fresh"],
  ])("%s", (_name, refreshDueAt, expected) => {
    expect(decide(state(100, { refreshDueAt }), demand("alarm")).kind).toBe(expected);
  });
});

describe("a forced refresh, or one after the provider's API rejected the token", () => {
  it.each<RefreshReason>(["forced", "rejected_token"])("%s is due although the token is young", (reason) => {
    expect(decide(state(3500), demand(reason)).kind).toBe("due");
  });

  it.each<RefreshReason>(["forced", "rejected_token"])(
    "%s is satisfied once a newer version than the caller saw is there",
    (reason) => {
      expect(decide(state(3500, { credentialVersion: 5 }), demand(reason)).kind).toBe("fresh");
    },
  );
});

describe("the lease", () => {
  it.each(reasons)("makes %s wait until it ends, at most", (reason) => {
    const held = state(5, { leaseUntil: at(12), refreshDueAt: at(-1) });
    expect(decide(held, demand(reason))).toEqual({ kind: "waiting", until: at(12) });
  });

  it.each(reasons)("of a dead holder does not stop %s", (reason) => {
    expect(decide(state(5, { leaseUntil: at(0), refreshDueAt: at(-1) }), demand(reason)).kind).toBe("due");
  });
});

describe("the cooldown after a failure", () => {
  const cooling = state(5, { cooldownUntil: at(20), refreshDueAt: at(-1) });

  it.each<RefreshReason>(["on_demand", "alarm", "rejected_token"])("keeps %s away from the provider", (reason) => {
    expect(decide(cooling, demand(reason))).toEqual({ kind: "blocked", cause: "cooldown", until: at(20) });
  });

  it("does not stop a person who forces a refresh", () => {
    expect(decide(cooling, demand("forced")).kind).toBe("due");
  });

  it("is over at its instant", () => {
    expect(decide({ ...cooling, cooldownUntil: at(0) }, demand("on_demand")).kind).toBe("due");
  });
});

describe("every status and reason", () => {
  const hold = { reason: "mass failure", at: now };
  const expected: readonly (readonly [AccountStatus, typeof hold | null, RefreshReason, string])[] = reasons.flatMap(
    (reason) =>
      [
        ["connecting", null, reason, "not_connected"],
        ["disconnected", null, reason, "disconnected"],
        // R31: only an operator may try a dead grant (R25 halts everything else).
        ["needs_reauth", null, reason, reason === "forced" ? "due" : "needs_reauth"],
        ["active", hold, reason, reason === "forced" ? "due" : "held"],
        ["active", null, reason, "due"],
      ] as const,
  );

  it.each(expected)("%s (hold: %o) and %s: %s", (status, held, reason, answer) => {
    const decision = decide(state(5, { status, hold: held, refreshDueAt: at(-1) }), demand(reason));
    expect(decision.kind === "blocked" ? decision.cause : decision.kind).toBe(answer);
  });

  it("never starts a refresh of an ended or unfinished connection, whatever the rest says", () => {
    const instant = fc.option(fc.integer({ min: -7200, max: 7200 }).map(at));
    const anyState = fc.record<RefreshState>({
      status: fc.constantFrom("connecting", "disconnected"),
      hold: fc.constant(null),
      expiresAt: instant,
      issuedAt: instant,
      hasRefreshToken: fc.boolean(),
      refreshDueAt: instant,
      cooldownUntil: instant,
      leaseUntil: instant,
      credentialVersion: fc.nat(9),
    });
    fc.assert(
      fc.property(anyState, fc.constantFrom(...reasons), fc.nat(9), (given, reason, seenVersion) => {
        expect(decide(given, demand(reason, { seenVersion })).kind).toBe("blocked");
      }),
    );
  });
});

it("serves a token until its very end, and one whose end nobody knows", () => {
  expect(isStillValid(at(1), now)).toBe(true);
  expect(isStillValid(at(0), now)).toBe(false);
  expect(isStillValid(null, now)).toBe(true);
  expect(remainingSeconds(at(-3), now)).toBe(-3);
});
