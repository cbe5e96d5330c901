import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { digestOf } from "./digest-of.ts";

describe("the digest of a value", () => {
  it("is that of its canonical JSON", () => {
    // printf '{"a":[1,"x"],"b":null}' | sha256sum
    expect(digestOf({ b: null, a: [1, "x"] })).toBe("854ef06dc57f5dfed10206344ab2d02e0b6c84b0e19436703a5afd0f1f9f2687");
  });

  it("is the same after a trip through JSON with its names in another order", () => {
    const reverse = (value: unknown): unknown =>
      typeof value !== "object" || value === null
        ? value
        : Array.isArray(value)
          ? value.map(reverse)
          : Object.fromEntries(
              Object.entries(value)
                .toReversed()
                .map(([name, one]) => [name, reverse(one)]),
            );
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const back: unknown = JSON.parse(JSON.stringify(reverse(value)));
        expect(digestOf(back)).toBe(digestOf(JSON.parse(JSON.stringify(value))));
      }),
    );
  });

  it("is another one for another value", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        const [a, b] = [JSON.parse(JSON.stringify(one)), JSON.parse(JSON.stringify(other))] as const;
        expect(digestOf(a) === digestOf(b)).toBe(fc.stringify(a) === fc.stringify(b) || isSame(a, b));
      }),
    );
  });

  it("takes a member that is undefined as absent, as JSON does", () => {
    expect(digestOf({ a: 1, b: undefined })).toBe(digestOf({ a: 1 }));
  });

  it.each([[new Date(0)], [Number.NaN], [[undefined]], [() => 1], [Symbol("x")], [1n], [new Map()]])(
    "is none for %o, which JSON would change",
    (value) => expect(() => digestOf({ value })).toThrow(TypeError),
  );
});

function isSame(one: unknown, other: unknown): boolean {
  try {
    expect(one).toEqual(other);
    return true;
  } catch {
    return false;
  }
}
