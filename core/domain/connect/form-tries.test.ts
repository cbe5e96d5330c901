import { describe, expect, it } from "vitest";
import { formTries, nextTryAt, triesCountSince } from "./form-tries.ts";

const now = new Date("2026-11-20T10:00:00Z");
const secondsAgo = (seconds: number): Date => new Date(now.getTime() - seconds * 1000);
const tries = (count: number, firstSecondsAgo: number): Date[] =>
  Array.from({ length: count }, (_, index) => secondsAgo(firstSecondsAgo - index));

describe("how often a form may be sent", () => {
  it.each<[string, Date[], Date | null]>([
    ["the first time at once", [], null],
    ["nine tries leave a tenth", tries(9, 100), null],
    ["ten leave none until the first of them is ten minutes old", tries(10, 100), secondsAgo(100 - 600)],
    ["of twelve the third oldest decides: so many must grow old", tries(12, 100), secondsAgo(98 - 600)],
    ["what is ten minutes old counts no more", tries(10, 610).slice(0, 10), null],
    ["the order in which they are told does not matter", tries(10, 100).toReversed(), secondsAgo(100 - 600)],
  ])("%s", (_name, madeAt, expected) => {
    expect(nextTryAt(madeAt, now)).toEqual(expected);
  });

  it("never lets more than ten through in any ten minutes", () => {
    const made: Date[] = [];
    for (let second = 0; second < 3600; second += 7) {
      const at = new Date(now.getTime() + second * 1000);
      if (nextTryAt(made, at) === null) made.push(at);
    }
    for (const at of made) {
      const within = made.filter((one) => one <= at && one > triesCountSince(at));
      expect(within.length).toBeLessThanOrEqual(formTries.most);
    }
    expect(made.length).toBeGreaterThan(50);
  });
});
