import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { attemptDelaysSeconds, nextAttemptAt } from "./delivery-schedule.ts";

const start = new Date("2026-11-20T10:00:00Z");
const secondsAfter = (at: Date | null): number | null => (at === null ? null : (at.getTime() - start.getTime()) / 1000);
const middle = 0.5;

describe("the schedule of attempts", () => {
  it("is the one that CONTRACT publishes: ten attempts over 75 hours", () => {
    let at = start;
    const instants = [0];
    for (let tries = 1; ; tries += 1) {
      const next = nextAttemptAt(tries, at, null, middle);
      if (next === null) break;
      instants.push((next.getTime() - start.getTime()) / 1000);
      at = next;
    }
    expect(instants).toEqual([0, 5, 305, 2_105, 9_305, 27_305, 63_305, 113_705, 185_705, 272_105]);
  });

  it("keeps each pause within a tenth of what is published, whatever the chance", () => {
    const tries = fc.integer({ min: 1, max: attemptDelaysSeconds.length - 1 });
    fc.assert(
      fc.property(tries, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (made, random) => {
        const published = attemptDelaysSeconds[made] ?? 0;
        const pause = secondsAfter(nextAttemptAt(made, start, null, random)) ?? 0;
        expect(pause).toBeGreaterThanOrEqual(published * 0.9 - 0.001);
        expect(pause).toBeLessThanOrEqual(published * 1.1 + 0.001);
      }),
    );
    expect(secondsAfter(nextAttemptAt(2, start, null, 0))).toBe(270);
    expect(secondsAfter(nextAttemptAt(2, start, null, 0.999999))).toBeCloseTo(330, 1);
  });

  it("ends after the tenth attempt, whatever the receiver asks for", () => {
    expect(nextAttemptAt(9, start, null, middle)).not.toBeNull();
    expect(nextAttemptAt(10, start, null, middle)).toBeNull();
    expect(nextAttemptAt(10, start, 60, middle)).toBeNull();
  });

  it.each([
    ["longer than the schedule is honoured", 1, 120, 120],
    ["shorter than the schedule does not hasten it", 2, 10, 300],
    ["of nothing changes nothing", 1, 0, 5],
    ["beyond a day counts as a day", 1, 999_999_999, 86_400],
  ])("Retry-After %s", (_name, tries, retryAfterSeconds, seconds) => {
    expect(secondsAfter(nextAttemptAt(tries, start, retryAfterSeconds, middle))).toBe(seconds);
  });
});
