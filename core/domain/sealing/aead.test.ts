import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { decrypt, encrypt, tagBytes } from "./aead.ts";

const key = randomBytes(32);
const iv = randomBytes(12);
const aad = Buffer.from("where it belongs");
const sealed = encrypt(key, iv, aad, Buffer.from("plain"));

describe("AES-256-GCM", () => {
  it("opens what it made", () => {
    expect(decrypt(key, iv, aad, sealed)?.toString()).toBe("plain");
    expect(sealed).toHaveLength(5 + tagBytes);
  });

  // Without authTagLength Node accepts a truncated tag of four bytes (H1).
  it.each([0, 1, 4, 8, 12, 15])("refuses a tag cut to %i bytes", (length) => {
    expect(decrypt(key, iv, aad, sealed.subarray(0, sealed.length - tagBytes + length))).toBeNull();
  });

  it.each([4, 8, 12, 15])("refuses a bare tag of %i bytes over no ciphertext", (length) => {
    const empty = encrypt(key, iv, aad, new Uint8Array());
    expect(decrypt(key, iv, aad, empty)?.toString()).toBe("");
    expect(decrypt(key, iv, aad, empty.subarray(0, length))).toBeNull();
  });

  it.each<[string, Uint8Array, Uint8Array, Uint8Array]>([
    ["another key", randomBytes(32), iv, aad],
    ["another IV", key, randomBytes(12), aad],
    ["other associated data", key, iv, Buffer.from("where it belongs not")],
    ["an IV of 16 bytes", key, randomBytes(16), aad],
    ["an empty IV", key, new Uint8Array(), aad],
  ])("does not open under %s", (_name, otherKey, otherIv, otherAad) => {
    expect(decrypt(otherKey, otherIv, otherAad, sealed)).toBeNull();
  });

  it("does not encrypt under an IV that is not 96 bits (H1)", () => {
    expect(() => encrypt(key, randomBytes(16), aad, Buffer.from("x"))).toThrow("12 bytes");
  });
});
