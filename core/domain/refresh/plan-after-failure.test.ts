import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FailureClass } from "./classify-token-failure.ts";
import { planAfterFailure, retrySeconds, type FailureContext } from "./plan-after-failure.ts";
import { defaultRefreshPolicy, type RefreshPolicy, type RotationRule } from "./refresh-policy.ts";

const now = new Date("2026-11-20T10:00:00Z");
const at = (seconds: number): Date => new Date(now.getTime() + seconds * 1000);
const hour = 3600;
const classes: readonly FailureClass[] = [
  "transient",
  "rate_limited",
  "reauthorize",
  "client_misconfigured",
  "in_doubt",
];

function plan(
  failureClass: FailureClass,
  changes: Partial<FailureContext> = {},
  random = 0.5,
  policy = defaultRefreshPolicy,
) {
  const context = {
    class: failureClass,
    retryAfterSeconds: null,
    expiresAt: at(100),
    consecutiveFailures: 0,
    wasReplay: false,
  };
  return planAfterFailure({ ...context, ...changes }, policy, now, random);
}

const rotating = (rule: RotationRule): RefreshPolicy => ({ ...defaultRefreshPolicy, rotation: rule });
const secondsUntil = (instant: Date | null): number =>
  instant === null ? Number.NaN : (instant.getTime() - now.getTime()) / 1000;

describe("the retry of an unwell provider (R18)", () => {
  it.each([
    [0, 3 * hour],
    [1, 6 * hour],
    [2, 12 * hour],
    [3, 24 * hour],
    [4, 24 * hour],
    [10_000, 24 * hour],
  ])("after %i failures comes in %i s", (failuresBefore, seconds) => {
    expect(retrySeconds(defaultRefreshPolicy, failuresBefore)).toBe(seconds);
    expect(plan("transient", { consecutiveFailures: failuresBefore }).nextAttemptAt).toEqual(at(seconds));
  });

  it("is jittered by a tenth both ways, so that accounts that failed together don't come back together", () => {
    expect(secondsUntil(plan("transient", {}, 0).nextAttemptAt)).toBeCloseTo(0.9 * 3 * hour, 1);
    expect(secondsUntil(plan("transient", {}, 1 - Number.EPSILON).nextAttemptAt)).toBeCloseTo(1.1 * 3 * hour, 1);
  });

  it("keeps on-demand callers away for 30 s", () => {
    expect(plan("transient").cooldownUntil).toEqual(at(30));
  });

  it("obeys the integration's own numbers", () => {
    const policy = { ...defaultRefreshPolicy, retry: { initialSeconds: 60, factor: 1, capSeconds: 3600 } };
    expect([0, 1, 500].map((failures) => retrySeconds(policy, failures))).toEqual([60, 60, 60]);
  });

  it("retries a rejected client too: that is how its accounts come back when the operator mended it", () => {
    expect(plan("client_misconfigured")).toMatchObject({ nextAttemptAt: at(3 * hour), accountEvent: null });
  });
});

describe("a provider that asks to slow down (R23)", () => {
  it.each([
    ["what it named", 120, 120],
    ["a minute when it named nothing", null, 60],
    ["at least a second", 0, 1],
    ["at most a day", 10_000_000, 86_400],
  ])("waits %s", (_name, retryAfterSeconds, seconds) => {
    const planned = plan("rate_limited", { retryAfterSeconds }, 0);
    expect([planned.nextAttemptAt, planned.cooldownUntil]).toEqual([at(seconds), at(seconds)]);
  });

  it("is never asked before the time it named, whatever the jitter", () => {
    fc.assert(
      fc.property(fc.nat(86_400), fc.double({ min: 0, max: 0.999, noNaN: true }), (retryAfterSeconds, random) => {
        const { nextAttemptAt } = plan("rate_limited", { retryAfterSeconds }, random);
        expect(secondsUntil(nextAttemptAt)).toBeGreaterThanOrEqual(retryAfterSeconds);
      }),
    );
  });
});

describe("an answer in doubt (R20)", () => {
  const rotations: readonly (readonly [RotationRule, boolean])[] = [
    [{ rule: "single_use" }, false],
    [{ rule: "family_revocation" }, false],
    [{ rule: "grace", graceSeconds: 60 }, false],
    [{ rule: "none" }, true],
  ];

  it.each(rotations)("is replayed within seconds under %o", (rule) => {
    const planned = plan("in_doubt", {}, 0.5, rotating(rule));
    expect(secondsUntil(planned.nextAttemptAt)).toBeLessThan(10);
    expect(planned.cooldownUntil).toBeNull();
  });

  it.each(rotations)("under %o: a replay that is lost too is replayed again at once: %s", (rule, again) => {
    const planned = plan("in_doubt", { wasReplay: true, consecutiveFailures: 1 }, 0.5, rotating(rule));
    expect(secondsUntil(planned.nextAttemptAt) < 10).toBe(again);
    if (!again) expect(planned).toMatchObject({ nextAttemptAt: at(6 * hour), cooldownUntil: at(30) });
  });
});

describe("a dead grant", () => {
  it("schedules nothing and asks for the customer (R18)", () => {
    expect(plan("reauthorize", { retryAfterSeconds: 60 })).toEqual({
      nextAttemptAt: null,
      cooldownUntil: null,
      consecutiveFailures: 1,
      accountEvent: { kind: "grant_rejected" },
      tokenStillValid: true,
    });
  });

  it("is the only verdict that moves the status", () => {
    for (const one of classes) expect(plan(one).accountEvent !== null).toBe(one === "reauthorize");
  });
});

it("counts failures in a row and says whether the present token still serves", () => {
  expect(plan("transient", { consecutiveFailures: 6, expiresAt: at(-1) })).toMatchObject({
    consecutiveFailures: 7,
    tokenStillValid: false,
  });
  expect(plan("transient", { expiresAt: null }).tokenStillValid).toBe(true);
});
