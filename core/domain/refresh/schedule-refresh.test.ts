import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultRefreshPolicy, type RefreshPolicy } from "./refresh-policy.ts";
import {
  isBeyondLife,
  lifetimeSeconds,
  neededSpreadSeconds,
  refreshBufferSeconds,
  scheduleRefresh,
} from "./schedule-refresh.ts";

const now = new Date("2026-11-20T10:00:00Z");
const at = (seconds: number): Date => new Date(now.getTime() + seconds * 1000);
const almostOne = 1 - Number.EPSILON;
const day = 86_400;
const withPolicy = (changes: Partial<RefreshPolicy>): RefreshPolicy => ({ ...defaultRefreshPolicy, ...changes });

/** Seconds before expiry at which the alarm of a token just issued rings. */
function secondsBefore(life: number, random: number, policy = defaultRefreshPolicy, spreadSeconds = 0): number {
  const token = { expiresAt: at(life), issuedAt: now, hasRefreshToken: true };
  const due = scheduleRefresh(token, policy, now, random, spreadSeconds);
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

  it("is set without a refresh token where the client alone asks for tokens (RFC 6749 §4.4)", () => {
    const token = { expiresAt: at(3600), issuedAt: now, hasRefreshToken: false };
    expect(scheduleRefresh(token, withPolicy({ grant: "client_credentials" }), now, 0)).toEqual(at(3540));
  });

  it("rings at once for a token that has ended", () => {
    const ended = { expiresAt: at(-60), issuedAt: at(-3660), hasRefreshToken: true };
    expect(scheduleRefresh(ended, defaultRefreshPolicy, now, 0.5)).toEqual(now);
  });

  it("uses the configured window when the issue instant is unknown", () => {
    const token = { expiresAt: at(200), issuedAt: null, hasRefreshToken: true };
    expect(scheduleRefresh(token, defaultRefreshPolicy, now, 0)).toEqual(at(140));
  });

  it.each([
    ["later than the window: the later half of what is taken", 30, 3600, 15, 30],
    ["within the window", 100, 3600, 50, 100],
    ["earlier than the window: no matter", 900, 3600, 60, 180],
    ["within a short life", 5, 20, 2.5, 5],
    ["at its end", 0, 3600, 0, 0],
  ])("waits for a provider that refuses a refresh %s", (_name, earliestSeconds, life, least, most) => {
    const policy = withPolicy({ earliestSeconds });
    expect(secondsBefore(life, 0, policy)).toBeCloseTo(least, 2);
    expect(secondsBefore(life, almostOne, policy)).toBeCloseTo(most, 2);
  });

  it.each([
    ["begins so much earlier", 3600, 600, null, 600],
    ["stays as it is where it is long enough", 3600, 100, null, 180],
    ["never begins before 0.4 L has passed", 3600, 10_000, null, 2160],
    ["never begins before the provider takes a refresh", 3600, 600, 240, 240],
    ["scales for a short life as ever", 100, 600, null, 60],
  ])("when the budget needs longer than the window, it %s (R21)", (_name, life, spread, earliestSeconds, most) => {
    const policy = withPolicy({ earliestSeconds });
    expect(secondsBefore(life, almostOne, policy, spread)).toBeCloseTo(most, 2);
    expect(secondsBefore(life, 0, policy, spread)).toBe(secondsBefore(life, 0, policy));
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

describe("the quiet hours of a long-lived token (R13)", () => {
  /** When the alarm of a token rings that was issued at `issued`, at the earliest and at the latest. */
  function range(issued: string, life: number, changes: Partial<RefreshPolicy>, seen = issued, spread = 0): string[] {
    const issuedAt = new Date(issued);
    const token = { issuedAt, expiresAt: new Date(issuedAt.getTime() + life * 1000), hasRefreshToken: true };
    const rings = (random: number): Date | null =>
      scheduleRefresh(token, withPolicy(changes), new Date(seen), random, spread);
    return [rings(almostOne), rings(0)].map((due) => due?.toISOString().slice(0, 16) ?? "");
  }

  it.each<[string, string, number, Partial<RefreshPolicy>, [string, string]]>([
    [
      "the last period before the window's end",
      "2026-11-20T10:00Z",
      3 * day,
      { quietHoursUtc: [2, 4] },
      ["2026-11-23T02:00", "2026-11-23T04:00"],
    ],
    [
      "a period that wraps midnight",
      "2026-11-20T10:00Z",
      3 * day,
      { quietHoursUtc: [22, 4] },
      ["2026-11-22T22:00", "2026-11-23T04:00"],
    ],
    [
      "the part of a period that lies before the window's end",
      "2026-11-20T03:00Z",
      2 * day,
      { quietHoursUtc: [2, 4] },
      ["2026-11-22T02:00", "2026-11-22T02:59"],
    ],
    [
      "the period of the day before, where the window ends before the last one",
      "2026-11-20T02:00Z",
      2 * day,
      { quietHoursUtc: [2, 4] },
      ["2026-11-21T02:00", "2026-11-21T04:00"],
    ],
    [
      "a period before a wide window",
      "2026-11-20T10:00Z",
      30 * day,
      { quietHoursUtc: [2, 4], windowSeconds: [day, 2 * day] },
      ["2026-12-19T02:00", "2026-12-19T04:00"],
    ],
    [
      "the part of a period in which the provider takes a refresh",
      "2026-11-20T05:00Z",
      3 * day,
      { quietHoursUtc: [2, 4], earliestSeconds: 2 * 3600 },
      ["2026-11-23T03:00", "2026-11-23T04:00"],
    ],
    [
      "the window where the provider takes none in a quiet period",
      "2026-11-20T10:00Z",
      3 * day,
      { quietHoursUtc: [2, 4], earliestSeconds: 3600 },
      ["2026-11-23T09:57", "2026-11-23T09:59"],
    ],
    [
      "the window of a token that lives a day or less",
      "2026-11-20T10:00Z",
      day,
      { quietHoursUtc: [2, 4] },
      ["2026-11-21T09:57", "2026-11-21T09:59"],
    ],
    [
      "the window where the only period is the one in which the token was issued",
      "2026-11-20T02:30Z",
      day + 3600,
      { quietHoursUtc: [2, 4], windowSeconds: [8 * 3600, 10 * 3600] },
      ["2026-11-20T17:30", "2026-11-20T19:30"],
    ],
  ])("are kept: %s", (_name, issued, life, changes, expected) => {
    expect(range(issued, life, changes)).toEqual(expected);
  });

  it("leave what remains of a period that has begun", () => {
    expect(range("2026-11-20T10:00Z", 3 * day, { quietHoursUtc: [2, 4] }, "2026-11-23T03:30Z")).toEqual([
      "2026-11-23T03:30",
      "2026-11-23T04:00",
    ]);
  });

  it("give way to the window when the last period has passed", () => {
    expect(range("2026-11-20T10:00Z", 3 * day, { quietHoursUtc: [2, 4] }, "2026-11-23T05:00Z")).toEqual([
      "2026-11-23T09:57",
      "2026-11-23T09:59",
    ]);
  });

  it("begin earlier where the budget needs longer than they last (R21)", () => {
    const issued = "2026-11-20T10:00Z";
    expect(range(issued, 3 * day, { quietHoursUtc: [2, 4] }, issued, 6 * 3600)).toEqual([
      "2026-11-22T22:00",
      "2026-11-23T04:00",
    ]);
  });
});

describe("any schedule", () => {
  const policies = fc.record<Partial<RefreshPolicy>>({
    grant: fc.constantFrom("refresh_token", "client_credentials"),
    windowSeconds: fc.tuple(fc.nat(7200), fc.nat(7200)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const),
    bufferSeconds: fc.nat(7200),
    earliestSeconds: fc.option(fc.nat(3 * day)),
    quietHoursUtc: fc.option(fc.tuple(fc.nat(23), fc.nat(23))),
  });
  const lives = fc.oneof(fc.integer({ min: 20, max: 7200 }), fc.integer({ min: 20, max: 1000 * day }));
  const fraction = fc.double({ min: 0, max: almostOne, noNaN: true });

  it("lies between now and the end, within what the provider takes and the quiet hours or the window", () => {
    fc.assert(
      fc.property(
        policies,
        lives,
        fraction,
        fraction,
        fc.oneof(fc.constant(0), fc.nat(day)),
        (changes, life, gone, random, spread) => {
          const policy = withPolicy(changes);
          const seen = at(Math.floor(life * gone));
          const token = { issuedAt: now, expiresAt: at(life), hasRefreshToken: true };
          const due = scheduleRefresh(token, policy, seen, random, spread)?.getTime() ?? Number.NaN;
          expect(due).toBeGreaterThanOrEqual(seen.getTime());
          expect(due).toBeLessThanOrEqual(at(life).getTime());
          if (due === seen.getTime()) return;
          const before = (at(life).getTime() - due) / 1000;
          const tolerance = 0.001;
          expect(before).toBeLessThanOrEqual((policy.earliestSeconds ?? Number.POSITIVE_INFINITY) + tolerance);
          const hour = new Date(due).getUTCHours();
          const [from, to] = policy.quietHoursUtc ?? [0, 0];
          const isQuiet = (hour - from + 24) % 24 <= (to - from + 24) % 24;
          const mostSeconds = Math.max(policy.windowSeconds[1], 180, spread);
          const isInWindow = before <= Math.min(mostSeconds, 0.6 * life) + tolerance;
          // A quiet period that is too short for the budget begins earlier.
          const isWidened = spread > 0 && before <= 0.6 * life + tolerance;
          const mayBeQuiet = life > day && policy.quietHoursUtc !== null;
          expect(isInWindow || (mayBeQuiet && (isQuiet || isWidened))).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("refreshes a token of a long life at most once in a quiet period", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: day + 1, max: 10 * day }),
        fc.tuple(fc.nat(23), fc.nat(23)),
        fraction,
        (life, hours, random) => {
          const policy = withPolicy({ quietHoursUtc: hours });
          let issuedAt = now;
          for (let turn = 0; turn < 10; turn += 1) {
            const expiresAt = new Date(issuedAt.getTime() + life * 1000);
            const due = scheduleRefresh({ issuedAt, expiresAt, hasRefreshToken: true }, policy, issuedAt, random);
            expect((due?.getTime() ?? 0) - issuedAt.getTime()).toBeGreaterThan(0);
            issuedAt = due ?? issuedAt;
          }
          expect((issuedAt.getTime() - now.getTime()) / 1000).toBeGreaterThan(4 * day);
        },
      ),
    );
  });

  it("buffers no more than the provider leaves a token", () => {
    fc.assert(
      fc.property(policies, lives, fc.option(fc.nat(day)), (changes, life, minTtl) => {
        const policy = withPolicy(changes);
        const buffer = refreshBufferSeconds({ issuedAt: now, expiresAt: at(life) }, policy, minTtl);
        expect(buffer).toBeGreaterThanOrEqual(0);
        expect(buffer).toBeLessThanOrEqual(policy.earliestSeconds ?? life);
      }),
    );
  });
});

it.each([
  ["a hundred accounts at 60 per minute, and a fifth more", 100, 60, 120],
  ["no limit known", 100_000, null, 0],
  ["no accounts", 0, 10, 0],
])("a budget needs so long: %s", (_name, accounts, perMinute, seconds) => {
  expect(neededSpreadSeconds(accounts, perMinute)).toBe(seconds);
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

  it.each([
    ["the buffer", null],
    ["what the caller asks for", 900],
    ["a wish beyond the whole life", 36_000],
  ])("never exceeds what the provider leaves a token: %s", (_name, minTtl) => {
    const policy = withPolicy({ earliestSeconds: 20 });
    expect(refreshBufferSeconds({ expiresAt: at(3600), issuedAt: now }, policy, minTtl)).toBe(20);
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

  it("calls a wish beyond its life that the provider's early refusal keeps from being met", () => {
    const token = { expiresAt: at(3600), issuedAt: now };
    expect(isBeyondLife(token, 61, { earliestSeconds: 60 })).toBe(true);
    expect(isBeyondLife(token, 60, { earliestSeconds: 60 })).toBe(false);
    expect(isBeyondLife(token, 61, { earliestSeconds: null })).toBe(false);
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
