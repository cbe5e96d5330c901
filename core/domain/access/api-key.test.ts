import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isWellFormedApiKey, makeApiKey } from "./api-key.ts";

const secret = fc.uint8Array({ minLength: 32, maxLength: 32 });

describe("an API key", () => {
  it("has the form that secret scanners look for, and its own checksum (F4)", () => {
    fc.assert(
      fc.property(secret, (bytes) => {
        const key = makeApiKey(bytes);
        expect(key).toMatch(/^evg_[0-9A-Za-z]{49}$/);
        expect(isWellFormedApiKey(key)).toBe(true);
      }),
    );
  });

  it("is another one for another secret, also for the smallest and the largest", () => {
    expect(makeApiKey(new Uint8Array(32))).toBe(`evg_${"0".repeat(43)}${makeApiKey(new Uint8Array(32)).slice(-6)}`);
    expect(isWellFormedApiKey(makeApiKey(new Uint8Array(32).fill(255)))).toBe(true);
    fc.assert(
      fc.property(secret, secret, (a, b) => {
        fc.pre(Buffer.compare(a, b) !== 0);
        expect(makeApiKey(a)).not.toBe(makeApiKey(b));
      }),
    );
  });

  it("is refused with one character mistyped, wherever it stands", () => {
    const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    fc.assert(
      fc.property(secret, fc.integer({ min: 4, max: 52 }), fc.constantFrom(...alphabet), (bytes, at, character) => {
        const key = makeApiKey(bytes);
        fc.pre(key[at] !== character);
        expect(isWellFormedApiKey(key.slice(0, at) + character + key.slice(at + 1))).toBe(false);
      }),
    );
  });

  it.each([
    "",
    "evg_",
    "evg_short",
    `sk_${"0".repeat(49)}`,
    `evg_${"0".repeat(48)}-`,
    ` ${makeApiKey(new Uint8Array(32))}`,
  ])("is not %o", (text) => expect(isWellFormedApiKey(text)).toBe(false));

  it("is made of nothing but 32 bytes", () => {
    expect(() => makeApiKey(new Uint8Array(31))).toThrow("32 random bytes");
  });
});
