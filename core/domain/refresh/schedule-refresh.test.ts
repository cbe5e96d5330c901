import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultRefreshPolicy, type RefreshPolicy } from "./refresh-policy.ts";
import { isBeyondLife, lifetimeSeconds, refreshBufferSeconds, scheduleRefresh } from "./schedule-refresh.ts";

const now = new Date("2026-11-20T10:00:00Z");
const at = (seconds: number): Date => new Date(now.getTime() + seconds * 1000);
const almostOne = 1 - Number.EPSILON;

/** Seconds before expiry at which the alarm of a token just issued rings. */
function secondsBefore(life: number, random: number, policy: RefreshPolicy = defaultRefreshPolicy): number {
  const due = scheduleRefresh({ expiresAt: at(life), issuedAt: now, hasRefreshToken: true }, policy, now, random);
  return due === null ? Number.NaN : (at(life).getTime() - due.getTime()) / 1000;
}

describe("the alarm (R13)", () => {
  it.each([
    ["a life of an hour: 60 s before at the latest", 3600, 0, 60],
    ["a life of an hour: 180 s before at the earliest", 3600, almostOne, 180],
    ["a life of 300 s: the window stays", 300, almostOne, 180],
    ["a life of 200 s: 0.2 L at the latest", 200, 0, 40],
    ["a life of 200 s: 0.6 L at the earliest", 200, almostOne, 120],
    ["a life of 10 s: 2 s", 10, 0, 2],
    ["a life of 10 s: 6 s", 10, almostOne, 6],
  ])("%s", (_name, life, random, before) => {
    expect(secondsBefore(life, random)).toBeCloseTo(before, 2);
  });

  it("spreads accounts that were issued together over the whole window", () => {
    const spread = new Set([0, 0.25, 0.5, 0.75].map((random) => secondsBefore(3600, random)));
    expect([...spread]).toEqual([60, 90, 120, 150]);
  });

  it("keeps a window that the integration set, but never begins before 0.4 L has passed", () => {
    const wide = { ...defaultRefreshPolicy, windowSeconds: [600, 1200] as const };
    expect(secondsBefore(7200, almostOne, wide)).toBeCloseTo(1200, 2);
    expect(secondsBefore(1000, almostOne, wide)).toBeCloseTo(600, 2);
    const own = { ...defaultRefreshPolicy, windowSeconds: [5, 10] as const };
    expect(secondsBefore(100, almostOne, own)).toBeCloseTo(10, 2);
  });

  it.each([
    ["the token has no known end", { expiresAt: null, issuedAt: now, hasRefreshToken: true }],
    ["there is nothing to refresh with", { expiresAt: at(3600), issuedAt: now, hasRefreshToken: false }],
  ])("is not set when %s", (_name, token) => {
    expect(scheduleRefresh(token, defaultRefreshPolicy, now, 0.5)).toBeNull();
  });

  it("rings at once for a token that has ended", () => {
    const ended = { expiresAt: at(-60), issuedAt: at(-3660), hasRefreshToken: true };
    expect(scheduleRefresh(ended, defaultRefreshPolicy, now, 0.5)).toEqual(now);
  });

  it("uses the configured window when the issue instant is unknown", () => {
    const token = { expiresAt: at(200), issuedAt: null, hasRefreshToken: true };
    expect(scheduleRefresh(token, defaultRefreshPolicy, now, 0)).toEqual(at(140));
  });

  it("is never before now, and never after the end of a token that lives", () => {
    const window = fc.tuple(fc.nat(7200), fc.nat(7200)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
    const fraction = fc.double({ min: 0, max: almostOne, noNaN: true });
    fc.assert(
      fc.property(
        fc.integer({ min: -7200, max: 90_000 }),
        fc.option(fc.integer({ min: 0, max: 90_000 })),
        window,
        fraction,
        (left, age, windowSeconds, random) => {
          const token = {
            expiresAt: at(left),
            issuedAt: age === null ? null : at(-age),
            hasRefreshToken: true,
          };
          const due = scheduleRefresh(token, { ...defaultRefreshPolicy, windowSeconds }, now, random);
          expect(due).not.toBeNull();
          expect(due?.getTime()).toBeGreaterThanOrEqual(now.getTime());
          expect(due?.getTime()).toBeLessThanOrEqual(Math.max(now.getTime(), at(left).getTime()));
        },
      ),
    );
  });
});

describe("the buffer before use (R14)", () => {
  it.each([
    ["30 s for a life of an hour", 3600, null, 30],
    ["a tenth of a life of 100 s", 100, null, 10],
    ["what the caller asks for, if that is more", 3600, 900, 900],
    ["30 s although the caller asks for less", 3600, 5, 30],
    ["30 s when the wish is beyond the whole life", 3600, 3600, 30],
    ["what the caller wants, up to the whole life", 3600, 3590, 3590],
  ])("%s", (_name, life, minTtl, buffer) => {
    expect(refreshBufferSeconds({ expiresAt: at(life), issuedAt: now }, defaultRefreshPolicy, minTtl)).toBe(buffer);
  });

  it("is the configured one when the life is unknown", () => {
    const token = { expiresAt: at(50), issuedAt: null };
    expect(refreshBufferSeconds(token, defaultRefreshPolicy, null)).toBe(30);
    expect(refreshBufferSeconds(token, defaultRefreshPolicy, 4000)).toBe(4000);
  });

  it.each([
    [3597, false],
    [3598, true],
  ])("calls %i s of an hour beyond its life: %s", (wish, isBeyond) => {
    expect(isBeyondLife({ expiresAt: at(3600), issuedAt: now }, wish)).toBe(isBeyond);
  });

  it("can't call a wish beyond a life that nobody knows", () => {
    expect(isBeyondLife({ expiresAt: null, issuedAt: now }, 1_000_000)).toBe(false);
  });
});

it.each([
  ["both ends known", now, at(60), 60],
  ["no end", now, null, null],
  ["no beginning", null, at(60), null],
  ["an end before the beginning is no life", at(60), now, null],
  ["no length is no life", now, now, null],
])("lifetime: %s", (_name, issuedAt, expiresAt, seconds) => {
  expect(lifetimeSeconds({ issuedAt, expiresAt })).toBe(seconds);
});
