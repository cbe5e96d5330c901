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
    doubts: 0,
    doubtedAt: null,
    sentAt: at(-1),
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

  it.each(["transient", "client_misconfigured"] as const)(
    "comes soon where nobody was asked, by a fault of ours (%s): it costs no provider anything",
    (failureClass) => {
      const waits = [0, 1, 4, 10_000].map((consecutiveFailures) =>
        plan(failureClass, { consecutiveFailures, isSoon: true }),
      );
      expect(waits.map((one) => one.nextAttemptAt)).toEqual([at(60), at(120), at(900), at(900)]);
      expect(waits[0]?.cooldownUntil).toEqual(at(5));
    },
  );

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
  const rotations: readonly RotationRule[] = [
    { rule: "single_use" },
    { rule: "family_revocation" },
    { rule: "grace", graceSeconds: 60 },
    { rule: "none" },
  ];
  const minute = 60;

  /** What follows when the answer after `doubts` others was lost too; the first request was sent `since` seconds ago. */
  const doubted = (rotation: RotationRule, doubts: number, since = 1, random = 0.5) =>
    plan(
      "in_doubt",
      { doubts, doubtedAt: doubts === 0 ? null : at(-since - 1), sentAt: at(-since) },
      random,
      rotating(rotation),
    );

  it.each(rotations)("is replayed within seconds under %o, by whoever comes first", (rotation) => {
    for (const random of [0, 0.5, 0.999]) {
      const planned = doubted(rotation, 0, 1, random);
      expect(secondsUntil(planned.nextAttemptAt)).toBeGreaterThanOrEqual(3);
      expect(secondsUntil(planned.nextAttemptAt)).toBeLessThanOrEqual(6);
      expect(planned.cooldownUntil).toBeNull();
    }
  });

  it.each<[RotationRule["rule"], number, number]>(
    (["single_use", "family_revocation"] as const).flatMap((rule) => [
      [rule, 1, 5 * minute] as const,
      [rule, 2, 10 * minute] as const,
      [rule, 3, 20 * minute] as const,
      [rule, 10, 24 * hour] as const,
      [rule, 5000, 24 * hour] as const,
    ]),
  )(
    "under %s is asked anew after %i replays lost only in %i s: one replay may be taken for theft, two will",
    (rule, doubts, seconds) => {
      const planned = doubted({ rule } as RotationRule, doubts);
      expect([planned.nextAttemptAt, planned.cooldownUntil]).toEqual([at(seconds), at(seconds)]);
    },
  );

  it.each([
    [1, 9],
    [2, 18],
    [3, 36],
    [6, 288],
    [7, 450],
    [5000, 450],
  ])("where nothing rotates is replayed freely, slower each time: after %i in %i s", (doubts, seconds) => {
    const planned = doubted({ rule: "none" }, doubts, 86_400);
    expect([planned.nextAttemptAt, planned.cooldownUntil]).toEqual([at(seconds), at(seconds)]);
  });

  it.each<[number, number, number]>([
    [1, 10, 9],
    [1, 48, 9],
    [1, 49, 5 * minute],
    [2, 39, 18],
    [2, 40, 10 * minute],
    [3, 1, 36],
    [4, 1, 40 * minute],
  ])(
    "with a grace of a minute is replayed only while that holds: doubt %i, %i s after it was sent: in %i s",
    (doubts, since, seconds) => {
      expect(doubted({ rule: "grace", graceSeconds: 60 }, doubts, since).nextAttemptAt).toEqual(at(seconds));
    },
  );

  it("counts the grace from the latest request that was lost: asking again risks nothing that it did not", () => {
    const rotation = rotating({ rule: "grace", graceSeconds: 60 });
    const again = plan("in_doubt", { doubts: 1, doubtedAt: at(-50), sentAt: at(-1) }, 0.5, rotation);
    expect(secondsUntil(again.nextAttemptAt)).toBe(9);
    const slow = plan("in_doubt", { doubts: 1, doubtedAt: at(-90), sentAt: at(-50) }, 0.5, rotation);
    expect(secondsUntil(slow.nextAttemptAt)).toBe(5 * minute);
  });

  const anyRotation = fc.oneof(
    fc.constantFrom<RotationRule>({ rule: "none" }, { rule: "single_use" }, { rule: "family_revocation" }),
    fc.nat(7200).map((graceSeconds): RotationRule => ({ rule: "grace", graceSeconds })),
  );
  const fraction = fc.double({ min: 0, max: 0.999_999, noNaN: true });

  it("plans no replay that a grace would not see, after the first", () => {
    fc.assert(
      fc.property(
        fc.nat(7200),
        fc.integer({ min: 1, max: 40 }),
        fc.nat(7200),
        fraction,
        (grace, doubts, since, random) => {
          const planned = doubted({ rule: "grace", graceSeconds: grace }, doubts, since, random);
          const pause = secondsUntil(planned.nextAttemptAt);
          // Either it arrives within the grace, or it waits as long as one where there is none.
          const isWithin = since + pause < grace - 1;
          const verdictSeconds = Math.min(24 * hour, 5 * minute * 2 ** Math.max(0, doubts - 1));
          expect(isWithin || pause >= 0.899 * verdictSeconds).toBe(true);
        },
      ),
    );
  });

  it("keeps every caller from sending until its plan says so, but for the first replay", () => {
    fc.assert(
      fc.property(anyRotation, fc.nat(50), fc.nat(7200), fraction, (rotation, doubts, since, random) => {
        const planned = doubted(rotation, doubts, since, random);
        expect(planned.cooldownUntil).toEqual(doubts === 0 ? null : planned.nextAttemptAt);
        expect(secondsUntil(planned.nextAttemptAt)).toBeGreaterThan(0);
        expect(secondsUntil(planned.nextAttemptAt)).toBeLessThanOrEqual(1.1 * 24 * hour);
      }),
    );
  });

  it("is never a verdict: no number of lost answers gives an account up", () => {
    fc.assert(
      fc.property(anyRotation, fc.nat(100), fc.nat(100), fraction, (rotation, doubts, consecutiveFailures, random) => {
        const planned = plan(
          "in_doubt",
          { doubts, doubtedAt: at(-60), consecutiveFailures },
          random,
          rotating(rotation),
        );
        expect([planned.accountEvent, planned.nextAttemptAt === null]).toEqual([null, false]);
      }),
    );
  });
});

describe("an outage in answer to a replay (R20)", () => {
  const rotations: readonly RotationRule[] = [
    { rule: "single_use" },
    { rule: "family_revocation" },
    { rule: "grace", graceSeconds: 60 },
    { rule: "none" },
  ];
  const unwell = (rotation: RotationRule, consecutiveFailures: number, doubts: number, random: number) =>
    plan("transient", { consecutiveFailures, doubts, doubtedAt: at(-50) }, random, rotating(rotation));

  it.each(
    rotations.flatMap((rotation) =>
      [
        [0, 3],
        [1, 6],
        [2, 12],
        [3, 24],
        [6, 192],
        [7, 300],
        [5000, 300],
      ].map(([failures, seconds]) => [rotation, failures, seconds] as const),
    ),
  )(
    "keeps asking at the replay's pace, whoever asks: under %o after %i failures in %i s",
    (rotation, failures, seconds) => {
      if (rotation.rule === "grace" && (seconds ?? 0) * 2 > 7) return;
      for (const doubts of rotation.rule === "none" ? [1, 2, 500] : [1]) {
        const soonest = unwell(rotation, failures ?? 0, doubts, 0);
        expect([soonest.nextAttemptAt, soonest.cooldownUntil]).toEqual([at(seconds ?? 0), at(seconds ?? 0)]);
        expect(secondsUntil(unwell(rotation, failures ?? 0, doubts, 0.999_999).nextAttemptAt)).toBeCloseTo(
          2 * (seconds ?? 0),
          2,
        );
      }
    },
  );

  it.each(rotations.filter((one) => one.rule !== "none"))(
    "asks minutes later where no replay is left, doubling: %o",
    (rotation) => {
      const seconds = [2, 3, 4].map((doubts) =>
        secondsUntil(plan("transient", { doubts, doubtedAt: at(-500) }, 0.5, rotating(rotation)).nextAttemptAt),
      );
      expect(seconds).toEqual([300, 600, 1200]);
    },
  );

  it.each(rotations)("waits for hours where no question is open: %o", (rotation) => {
    expect(unwell(rotation, 0, 0, 0.5)).toMatchObject({ nextAttemptAt: at(3 * hour), cooldownUntil: at(30) });
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

  it("is the only verdict that moves the status, whatever came before", () => {
    const context = fc.record({
      class: fc.constantFrom(...classes),
      retryAfterSeconds: fc.option(fc.nat(100_000)),
      expiresAt: fc.option(fc.integer({ min: -7200, max: 7200 }).map(at)),
      consecutiveFailures: fc.nat(200),
      doubts: fc.nat(200),
      doubtedAt: fc.option(fc.integer({ min: -7200, max: 0 }).map(at)),
      sentAt: fc.integer({ min: -30, max: 0 }).map(at),
    });
    fc.assert(
      fc.property(context, fc.double({ min: 0, max: 0.999, noNaN: true }), (one, random) => {
        const planned = planAfterFailure(one, defaultRefreshPolicy, now, random);
        const isFatal = one.class === "reauthorize";
        expect(planned.accountEvent !== null).toBe(isFatal);
        expect(planned.nextAttemptAt === null).toBe(isFatal);
        expect(planned.consecutiveFailures).toBe(one.consecutiveFailures + 1);
        // Somebody else's request can't follow on the heels of one that failed; only a first doubt is asked again at once.
        const mayFollow = isFatal || (one.class === "in_doubt" && one.doubts === 0);
        expect(planned.cooldownUntil === null).toBe(mayFollow);
        expect(planned.cooldownUntil === null || planned.cooldownUntil > now).toBe(true);
      }),
    );
  });
});

it("counts failures in a row and says whether the present token still serves", () => {
  expect(plan("transient", { consecutiveFailures: 6, expiresAt: at(-1) })).toMatchObject({
    consecutiveFailures: 7,
    tokenStillValid: false,
  });
  expect(plan("transient", { expiresAt: null }).tokenStillValid).toBe(true);
});
