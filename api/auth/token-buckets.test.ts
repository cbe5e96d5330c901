import { describe, expect, it } from "vitest";
import { createTokenBuckets } from "./token-buckets.ts";

function buckets(perSecond: number, burst: number) {
  const clock = { ms: 0 };
  return { clock, ...createTokenBuckets({ perSecond, burst }, () => clock.ms) };
}

const takeMany = (take: (id: string) => number, count: number) =>
  Array.from({ length: count }, () => take("key_a")).filter((seconds) => seconds === 0).length;

describe("a token bucket", () => {
  it("gives its burst at once, and then as fast as it fills", () => {
    const { take, clock } = buckets(10, 20);
    expect(takeMany(take, 50)).toBe(20);
    clock.ms += 500;
    expect(takeMany(take, 50)).toBe(5);
    clock.ms += 60_000;
    expect(takeMany(take, 50)).toBe(20);
  });

  it("says in whole seconds when there is one again", () => {
    const { take, clock } = buckets(0.1, 1);
    expect([take("key_a"), take("key_a"), take("key_a")]).toEqual([0, 10, 10]);
    clock.ms += 9_500;
    expect(take("key_a")).toBe(1);
    clock.ms += 500;
    expect(take("key_a")).toBe(0);
  });

  it("gets back what was taken for nothing, and never more than it holds", () => {
    const { take, giveBack } = buckets(1, 2);
    take("key_a");
    giveBack("key_a");
    giveBack("key_a");
    expect(takeMany(take, 10)).toBe(2);
  });

  it("is one for each id", () => {
    const { take } = buckets(1, 1);
    expect([take("key_a"), take("key_b"), take("key_a")]).toEqual([0, 0, 1]);
  });

  it("forgets the full ones when there are many, and not the one that is empty", () => {
    const { take, clock } = buckets(1, 2);
    for (let index = 0; index < 9_999; index += 1) take(`key_${index}`);
    clock.ms += 5_000;
    take("key_a");
    take("key_a");
    take("key_b");
    expect(take("key_a")).toBe(1);
  });
});
