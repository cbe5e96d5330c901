import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countDistinct, distinctBytes, mostDistinct, noneSeen, withSeen } from "./distinct-count.ts";

const named = (count: number, name = "tenant") => Array.from({ length: count }, (_, index) => `${name}-${index}`);

describe("different ones", () => {
  it.each([0, 1, 2, 20, 60, 100])("are counted to one or two where they are few: %i", (count) => {
    expect(Math.abs(countDistinct(withSeen(noneSeen(), named(count))) - count)).toBeLessThanOrEqual(2);
  });

  it.each([500, 5_000, 30_000])("to a few percent where they are many: %i", (count) => {
    const found = countDistinct(withSeen(noneSeen(), named(count)));
    expect(Math.abs(found - count) / count).toBeLessThan(0.06);
  });

  it("have a most, and take no more room than a few do", () => {
    const full = new Uint8Array(distinctBytes).fill(255);
    expect(countDistinct(full)).toBe(mostDistinct);
    expect(withSeen(full, named(10))).toHaveLength(distinctBytes);
  });

  it("count once, in whatever order and however often they come, and the bitmap that was given stays", () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 50 }), (values) => {
        const empty = noneSeen();
        const once = withSeen(empty, values);
        expect(withSeen(once, values.toReversed())).toEqual(once);
        expect(empty).toEqual(noneSeen());
      }),
    );
  });
});
