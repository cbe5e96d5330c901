import fc from "fast-check";
import { expect, it } from "vitest";
import { idRandomBytes, makeId } from "./identifier.ts";

it("is its prefix and 24 base-36 characters, whatever the bytes", () => {
  const bytes = fc.uint8Array({ minLength: idRandomBytes, maxLength: idRandomBytes, max: 251 });
  fc.assert(fc.property(bytes, (random) => void expect(makeId("ia", random)).toMatch(/^ia_[0-9a-z]{24}$/)));
});

it("skips the bytes that would make some characters likelier than others", () => {
  const biased = Uint8Array.from({ length: 24 }, () => 252);
  const good = Uint8Array.from({ length: 24 }, (_, index) => index);
  expect(makeId("evt", Buffer.concat([biased, good]))).toBe(makeId("evt", good));
});

it("makes every character equally likely over all usable bytes", () => {
  const counts = new Map<string, number>();
  for (let byte = 0; byte < 252; byte += 1) {
    const character = makeId("ia", new Uint8Array(24).fill(byte)).at(-1) ?? "";
    counts.set(character, (counts.get(character) ?? 0) + 1);
  }
  expect([...counts.values()]).toEqual(Array.from({ length: 36 }, () => 7));
});

it("refuses too few usable bytes instead of making a shorter id", () => {
  expect(() => makeId("ia", new Uint8Array(23))).toThrow("more random bytes");
  expect(() => makeId("ia", new Uint8Array(48).fill(255))).toThrow("more random bytes");
});
