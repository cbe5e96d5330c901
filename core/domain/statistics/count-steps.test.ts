import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countSteps, drawingStep, spansBefore, spansOf, startOf } from "./count-steps.ts";

const longest = 30 * 86_400;
const anyWindow = fc.integer({ min: 60, max: longest });
const anyNow = fc
  .integer({ min: Date.parse("2026-01-01T00:00:00Z"), max: Date.parse("2027-01-01T00:00:00Z") })
  .map((at) => new Date(at));

describe("the spans of a window", () => {
  it("follow each other without a gap and without counting anything twice, up to now", () => {
    fc.assert(
      fc.property(anyWindow, anyNow, (windowSeconds, now) => {
        const spans = spansOf(windowSeconds, now);
        for (const [index, span] of spans.entries()) {
          expect(span.since.getTime() % (span.step * 1_000)).toBe(0);
          const next = spans[index + 1];
          expect(span.until?.getTime()).toBe(next?.since.getTime());
          if (span.until !== null) expect(span.until.getTime() % (span.step * 1_000)).toBe(0);
        }
        expect(spans.at(-1)?.until).toBeNull();
        expect(spans.at(-1)?.since.getTime()).toBeLessThanOrEqual(now.getTime());
      }),
    );
  });

  it("begin less than their first step before the window does, and never after it", () => {
    fc.assert(
      fc.property(anyWindow, anyNow, (windowSeconds, now) => {
        const [first] = spansOf(windowSeconds, now);
        const early = now.getTime() - windowSeconds * 1_000 - (first?.since.getTime() ?? Number.NaN);
        expect(early).toBeGreaterThanOrEqual(0);
        const step = windowSeconds <= 172_800 ? 60 : windowSeconds <= 7 * 86_400 ? 900 : 3_600;
        expect(early).toBeLessThan(step * 1_000);
      }),
    );
  });

  it("ask for nothing that may be gone already", () => {
    fc.assert(
      fc.property(anyWindow, anyNow, (windowSeconds, now) => {
        for (const { step, since } of spansOf(windowSeconds, now)) {
          const kept = countSteps.find(({ seconds }) => seconds === step)?.keptSeconds ?? 0;
          expect(now.getTime() - since.getTime()).toBeLessThanOrEqual(kept * 1_000);
        }
      }),
    );
  });

  it("are few: a day is some dozens of rows and not fourteen hundred", () => {
    fc.assert(
      fc.property(anyNow, (now) => {
        const rows = spansOf(86_400, now).reduce(
          (sum, { step, since, until }) => sum + ((until ?? now).getTime() - since.getTime()) / (step * 1_000),
          0,
        );
        expect(rows).toBeLessThan(60);
      }),
    );
  });

  it("are minutes, a quarter, hours and the way back, as in this example", () => {
    const spans = spansOf(7_200, new Date("2026-12-04T12:20:30Z"));
    expect(spans.map(({ step, since }) => `${step} ${since.toISOString().slice(11, 16)}`)).toEqual([
      "60 10:20",
      "900 10:30",
      "3600 11:00",
      "900 12:00",
      "60 12:15",
    ]);
    expect(startOf(7_200, new Date("2026-12-04T12:20:30Z"))).toEqual(new Date("2026-12-04T10:20:00Z"));
  });
});

it("knows the window before a window, one step of time off at most, as long as it is kept", () => {
  fc.assert(
    fc.property(anyWindow, anyNow, (windowSeconds, now) => {
      const [before] = spansBefore(windowSeconds, now) ?? [];
      if (before === undefined) {
        expect(windowSeconds < 240 || windowSeconds > 15 * 86_400).toBe(true);
        return;
      }
      const step = before.step * 1_000;
      expect(step * 4).toBeLessThanOrEqual(windowSeconds * 1_000);
      const gap = startOf(windowSeconds, now).getTime() - (before.until?.getTime() ?? 0);
      expect(gap).toBeGreaterThanOrEqual(0);
      expect(gap).toBeLessThan(step);
      const length = (before.until?.getTime() ?? 0) - before.since.getTime();
      expect(windowSeconds * 1_000 - length).toBeLessThan(step);
      expect(length).toBeLessThanOrEqual(windowSeconds * 1_000);
      const kept = countSteps.find(({ seconds }) => seconds === before.step)?.keptSeconds ?? 0;
      expect(now.getTime() - before.since.getTime()).toBeLessThanOrEqual(kept * 1_000);
    }),
  );
});

it("draws each window with some sixty to two hundred points, but for a whole month", () => {
  const points = (seconds: number): number => seconds / drawingStep(seconds);
  expect([3_600, 10_800, 86_400, 172_800].map(points)).toEqual([60, 180, 96, 192]);
  expect(points(7 * 86_400)).toBe(168);
  expect(points(longest)).toBe(720);
});
