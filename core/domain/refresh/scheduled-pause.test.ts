import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { scheduledPauseSeconds, type WaitingWork } from "./scheduled-pause.ts";

const now = new Date("2026-11-20T10:00:00Z");
const at = (seconds: number): Date => new Date(now.getTime() + seconds * 1000);
const rate = (perMinute: number) => ({ perMinute, concurrency: null });
const waiting = (accounts: number): WaitingWork => ({ accounts, firstEndBefore: at(60) });
const almostOne = 0.999_999;

describe("scheduled work that finds no place (R21)", () => {
  it.each([
    ["looks again within 5 to 10 s where few wait", 10, rate(600), [5, 10]],
    ["waits longer the more wait", 3000, rate(600), [50, 100]],
    ["never longer than 5 minutes", 1_000_000, rate(6), [150, 300]],
    ["reckons with the places where no rate is known", 3000, { perMinute: null, concurrency: 4 }, [50, 100]],
    ["reckons with the scarcer of both", 3000, { perMinute: 6000, concurrency: 4 }, [50, 100]],
    ["looks again within 5 to 10 s where nothing limits it", 10_000, { perMinute: null, concurrency: null }, [5, 10]],
  ] as const)("%s", (_name, accounts, budget, [least, most]) => {
    expect(scheduledPauseSeconds(waiting(accounts), budget, null, 0)).toBeCloseTo(least, 3);
    expect(scheduledPauseSeconds(waiting(accounts), budget, null, almostOne)).toBeCloseTo(most, 2);
  });

  it("looks ten times as often for a token that ends before nine tenths of the others", () => {
    const pause = (seconds: number): number => scheduledPauseSeconds(waiting(10_000), rate(600), at(seconds), 0);
    expect([pause(59), pause(60), pause(61)]).toEqual([15, 150, 150]);
  });

  it("is between 5 s and 5 minutes, and looks at most a few times for each turn that there is", () => {
    const budget = fc.record({ perMinute: fc.integer({ min: 1, max: 10_000 }), concurrency: fc.constant(null) });
    const fraction = fc.double({ min: 0, max: almostOne, noNaN: true });
    fc.assert(
      fc.property(fc.nat(100_000), budget, fc.boolean(), fraction, (accounts, limits, isFirst, random) => {
        const expiresAt = isFirst ? at(0) : at(120);
        const pause = scheduledPauseSeconds(waiting(accounts), limits, expiresAt, random);
        expect(pause).toBeGreaterThanOrEqual(5);
        expect(pause).toBeLessThanOrEqual(300);
        const looksPerSecond = (0.9 * accounts) / (isFirst ? pause * 10 : pause);
        // Four for each turn on average, by the mean of the jitter; never fewer than the longest pause makes.
        const most = Math.max(6 * (limits.perMinute / 60), accounts / 150);
        expect(looksPerSecond).toBeLessThanOrEqual(most + 0.001);
      }),
    );
  });
});
