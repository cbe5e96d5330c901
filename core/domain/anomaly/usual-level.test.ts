import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { memoryDays, usualLevel } from "./usual-level.ts";

const days = (...values: readonly (readonly [daysAgo: number, value: number])[]) =>
  values.map(([daysAgo, value]) => ({ daysAgo, value }));

describe("a level is usual", () => {
  it.each<[string, ReturnType<typeof days>, number]>([
    ["never without a past", [], 0],
    ["never after one day alone, however high and however near", days([1, 1_000_000]), 0],
    ["after two days in a row", days([1, 300], [2, 300]), 300],
    ["at the lower of two days", days([1, 900], [2, 300]), 300],
    ["by the second highest where there are many", days([1, 900], [2, 300], [3, 310], [4, 290]), 310],
    ["after the same weekday came twice", days([7, 50], [14, 50]), 50],
    ["not after two days that are long gone", days([20, 50], [21, 50]), 0],
    ["again where many old days say so", days([15, 5], [16, 5], [17, 5], [18, 5], [19, 5], [20, 5]), 5],
    ["not by what is forgotten", days([memoryDays + 1, 50], [memoryDays + 2, 50], [memoryDays + 3, 50]), 0],
    ["not by today", days([0, 50], [0, 50], [0, 50]), 0],
    ["never where nothing happened", days([1, 0], [2, 0]), 0],
  ])("%s", (_, samples, level) => expect(usualLevel(samples)).toBe(level));

  const history = fc.uniqueArray(
    fc.record({ daysAgo: fc.integer({ min: 1, max: memoryDays }), value: fc.nat(10_000) }),
    { selector: (one) => one.daysAgo },
  );

  it("whatever one more day brings, only up to what another day reached", () => {
    fc.assert(
      fc.property(history, fc.integer({ min: 1, max: memoryDays }), fc.nat(1_000_000), (samples, daysAgo, value) => {
        const others = samples.filter((one) => one.daysAgo !== daysAgo);
        const highest = Math.max(0, ...others.map((one) => one.value));
        expect(usualLevel([...others, { daysAgo, value }])).toBeLessThanOrEqual(highest);
      }),
    );
  });

  it("never above the highest day, and never lower for a day that was higher", () => {
    fc.assert(
      fc.property(history, fc.nat(27), fc.nat(1000), (samples, index, more) => {
        const level = usualLevel(samples);
        expect(level).toBeLessThanOrEqual(Math.max(0, ...samples.map((one) => one.value)));
        const raised = samples.map((one, at) => (at === index ? { ...one, value: one.value + more } : one));
        expect(usualLevel(raised)).toBeGreaterThanOrEqual(level);
      }),
    );
  });
});
