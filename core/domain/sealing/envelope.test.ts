import { createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  lengthPrefixed,
  openValue,
  parseSealed,
  rewrapSealed,
  sealedBody,
  sealValue,
  type DataKey,
  type SealField,
  type SealLocation,
} from "./envelope.ts";

const location: SealLocation = { environmentId: "env_a", owner: "ia_a", field: "token_set", version: 3 };
const secret = Buffer.from("a token nobody may see");
const kid = "k-2026";
const wrapped = randomBytes(76);
const rawKey = randomBytes(32);
const iv = randomBytes(12);

/** A data key as the KMS hands it out; sealing and opening zero their copy. */
const dataKey = (): DataKey => ({ kid, wrapped, key: Uint8Array.from(rawKey) });
const seal = (at: SealLocation = location): Buffer => Buffer.from(sealValue(dataKey(), at, iv, secret));

function open(bytes: Uint8Array, at: SealLocation = location, key: Uint8Array = rawKey): string | null {
  const parts = parseSealed(bytes);
  return parts === null ? null : (openValue(parts, Uint8Array.from(key), at)?.toString() ?? null);
}

describe("a sealed value", () => {
  it("opens where it belongs", () => {
    expect(open(seal())).toBe(secret.toString());
  });

  it("is made once with each data key: what a used-up key seals would never open", () => {
    const key = dataKey();
    sealValue(key, location, iv, secret);
    expect(() => sealValue(key, location, iv, secret)).toThrow("used up");
  });

  it("names its key and carries the wrapped data key", () => {
    const parts = parseSealed(seal());
    expect(parts?.kid).toBe(kid);
    expect(parts === null ? null : Buffer.from(parts.wrapped)).toEqual(wrapped);
  });

  it("comes back as it was, whatever was sealed and wherever", () => {
    const anyLocation = fc.record<SealLocation>({
      environmentId: fc.string(),
      owner: fc.string({ unit: "grapheme" }),
      field: fc.constantFrom<SealField>("token_set", "client_secret", "pkce_verifier"),
      version: fc.nat(),
    });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), anyLocation, (plaintext, at) => {
        const parts = parseSealed(sealValue(dataKey(), at, iv, plaintext));
        const opened = parts === null ? null : openValue(parts, Uint8Array.from(rawKey), at);
        expect(opened === null ? null : Uint8Array.from(opened)).toEqual(plaintext);
      }),
      { numRuns: 50 },
    );
  });

  it.each<[string, Partial<SealLocation>]>([
    ["another environment", { environmentId: "env_b" }],
    ["another owner", { owner: "ia_b" }],
    ["another field", { field: "client_secret" }],
    ["an older version", { version: 2 }],
    ["a newer version", { version: 4 }],
  ])("does not open moved to %s (H2)", (_name, change) => {
    expect(open(seal(), { ...location, ...change })).toBeNull();
  });

  it("opens at one location of all and at no other (H2)", () => {
    const part = fc.constantFrom("", "a", "b", "ab", "a\u0000b");
    const anyLocation = fc.record<SealLocation>({
      environmentId: part,
      owner: part,
      field: fc.constantFrom<SealField>("token_set", "client_secret", "pkce_verifier"),
      version: fc.nat(12),
    });
    fc.assert(
      fc.property(anyLocation, anyLocation, (from, to) => {
        const isSame = JSON.stringify(from) === JSON.stringify(to);
        expect(open(seal(from), to) !== null).toBe(isSame);
      }),
    );
  });

  it("does not open under another key id, though the data key is right (H4)", () => {
    const bytes = seal();
    bytes.write("x", 2, "ascii");
    expect(parseSealed(bytes)?.kid).toBe("x-2026");
    expect(open(bytes)).toBeNull();
  });

  it("does not open with another data key", () => {
    expect(open(seal(), location, randomBytes(32))).toBeNull();
    expect(open(seal(), location, randomBytes(31))).toBeNull();
  });

  it("does not open with any byte of key id, commitment, IV, ciphertext or tag changed", () => {
    const bytes = seal();
    const kidStart = 2;
    const afterKid = kidStart + kid.length;
    const afterWrapped = afterKid + 2 + wrapped.length;
    for (let at = 0; at < bytes.length; at += 1) {
      // The wrapped data key is authenticated by the KMS that made it: local-keyring.test.ts.
      if (at >= afterKid + 2 && at < afterWrapped) continue;
      for (const mask of [0x01, 0x40]) {
        const changed = Buffer.from(bytes);
        changed.writeUInt8(changed.readUInt8(at) ^ mask, at);
        expect(open(changed), `byte ${at}, mask ${mask}`).toBeNull();
      }
    }
  });

  it.each([0, 4, 8, 12, 15])("does not open with its tag cut to %i bytes (H1)", (length) => {
    const bytes = seal();
    expect(open(bytes.subarray(0, bytes.length - 16 + length))).toBeNull();
  });

  it("does not open with anything appended", () => {
    expect(open(Buffer.concat([seal(), Buffer.from([0])]))).toBeNull();
  });
});

describe("a re-wrapped value", () => {
  const next = { kid: "k-2027", wrapped: randomBytes(99) };
  const rewrapped = (from: Uint8Array = seal(), to = next): Buffer => {
    const parts = parseSealed(from);
    if (parts === null) throw new Error("not a sealed value");
    return Buffer.from(rewrapSealed(parts, to));
  };

  it("names its new key, carries its new wrapping, and opens with the data key that it was sealed with", () => {
    const parts = parseSealed(rewrapped());
    expect(parts).toMatchObject({ kid: "k-2027", sealedKid: kid });
    expect(parts === null ? null : Buffer.from(parts.wrapped)).toEqual(next.wrapped);
    expect(open(rewrapped())).toBe(secret.toString());
  });

  it("opens after any number of re-wraps, and is what it was once it is back under its first key", () => {
    const again = rewrapped(rewrapped(), { kid: "tk_abc", wrapped: randomBytes(76) });
    expect(open(again)).toBe(secret.toString());
    expect(parseSealed(again)).toMatchObject({ kid: "tk_abc", sealedKid: kid });
    expect(rewrapped(again, { kid, wrapped })).toEqual(seal());
  });

  it.each<[string, Partial<SealLocation>]>([
    ["another environment", { environmentId: "env_b" }],
    ["another owner", { owner: "ia_b" }],
    ["another field", { field: "client_secret" }],
    ["another version", { version: 2 }],
  ])("does not open moved to %s (H2)", (_name, change) => {
    expect(open(rewrapped(), { ...location, ...change })).toBeNull();
  });

  it("does not open with any byte besides key id and wrapped data key changed", () => {
    const bytes = rewrapped();
    const bodyAt = 2 + next.kid.length + 2 + next.wrapped.length;
    for (let at = bodyAt; at < bytes.length; at += 1) {
      for (const mask of [0x01, 0x40]) {
        const changed = Buffer.from(bytes);
        changed.writeUInt8(changed.readUInt8(at) ^ mask, at);
        expect(open(changed), `byte ${at}, mask ${mask}`).toBeNull();
      }
    }
  });

  it.each([0, 4, 8, 12, 15])("does not open with its tag cut to %i bytes (H1)", (length) => {
    const bytes = rewrapped();
    expect(open(bytes.subarray(0, bytes.length - 16 + length))).toBeNull();
  });

  it("is nothing where it ends within its header", () => {
    const bytes = rewrapped();
    for (let length = 0; length < 2 + next.kid.length + 2 + next.wrapped.length + 1 + kid.length + 44; length += 1) {
      expect(parseSealed(bytes.subarray(0, length)), `${length} bytes`).toBeNull();
    }
  });

  it("has one form: the key that it was sealed under does not stand there twice", () => {
    const twice = rewrapped(seal(), { kid: "k-2O26", wrapped });
    expect(parseSealed(twice)).not.toBeNull();
    twice.write(kid, 2, "latin1");
    expect(parseSealed(twice)).toBeNull();
  });

  it("is known again by its body, whichever key wraps it, and no other sealing is", () => {
    expect(Buffer.from(sealedBody(rewrapped()))).toEqual(Buffer.from(sealedBody(seal())));
    const other = sealValue({ kid, wrapped, key: randomBytes(32) }, location, iv, secret);
    expect(Buffer.from(sealedBody(other))).not.toEqual(Buffer.from(sealedBody(seal())));
    expect(sealedBody(Buffer.from("{}"))).toEqual(Buffer.from("{}"));
  });
});

describe("the data key", () => {
  it("is zeroed once it has sealed: it is never used for a second value (H3)", () => {
    const used = dataKey();
    sealValue(used, location, iv, secret);
    expect(used.key).toEqual(new Uint8Array(32));
  });

  it("is zeroed also when sealing fails", () => {
    const used = { ...dataKey(), kid: "" };
    expect(() => sealValue(used, location, iv, secret)).toThrow("1 to 255 characters");
    expect(used.key).toEqual(new Uint8Array(32));
  });

  it("is zeroed once it has opened, or failed to", () => {
    const parts = parseSealed(seal());
    for (const at of [location, { ...location, version: 9 }]) {
      const used = Uint8Array.from(rawKey);
      if (parts !== null) openValue(parts, used, at);
      expect(used).toEqual(new Uint8Array(32));
    }
  });

  it.each([
    ["no key id", { kid: "" }, "1 to 255 characters"],
    ["a key id of 256 characters", { kid: "k".repeat(256) }, "1 to 255 characters"],
    ["a wrapped key that does not fit its length", { wrapped: new Uint8Array(65_536) }, "at most 65535"],
  ])("seals nothing with %s", (_name, change, message) => {
    expect(() => sealValue({ ...dataKey(), ...change }, location, iv, secret)).toThrow(message);
  });
});

describe("the commitment (H5)", () => {
  const commitmentAt = 2 + kid.length + 2 + wrapped.length;

  it("refuses a value whose ciphertext is sound but whose commitment is another key's", () => {
    const bytes = seal();
    const others = Buffer.from(hkdfSync("sha512", randomBytes(32), new Uint8Array(), "evergrant/seal/1", 64));
    others.copy(bytes, commitmentAt, 32, 64);
    expect(open(bytes)).toBeNull();
  });

  it("has teeth: the ciphertext alone would open", () => {
    const bytes = seal();
    const parts = parseSealed(bytes);
    const encryption = Buffer.from(hkdfSync("sha512", rawKey, new Uint8Array(), "evergrant/seal/1", 64)).subarray(
      0,
      32,
    );
    const aad = lengthPrefixed(["evergrant/1", kid, "env_a", "ia_a", "token_set", "3"]);
    const ciphertext = parts?.ciphertext ?? new Uint8Array();
    const decipher = createDecipheriv("aes-256-gcm", encryption, iv, { authTagLength: 16 }).setAAD(aad);
    decipher.setAuthTag(ciphertext.subarray(-16));
    expect(Buffer.concat([decipher.update(ciphertext.subarray(0, -16)), decipher.final()])).toEqual(secret);
  });

  it("differs from key to key", () => {
    const one = parseSealed(seal())?.commitment ?? null;
    const fresh = { kid, wrapped, key: new Uint8Array(randomBytes(32)) };
    const other = parseSealed(sealValue(fresh, location, iv, secret))?.commitment ?? null;
    expect(one).not.toBeNull();
    expect(other).not.toEqual(one);
  });
});

describe("bytes that are no sealed value", () => {
  it.each([
    ["nothing", Buffer.alloc(0)],
    ["one byte", Buffer.from([1])],
    ["an unknown format", Buffer.concat([Buffer.from([2]), seal().subarray(1)])],
    ["a key id of no length", Buffer.concat([Buffer.from([1, 0]), Buffer.alloc(200)])],
    ["a key id longer than the bytes", Buffer.from([1, 255, 65, 66])],
    ["a wrapped key longer than the bytes", Buffer.concat([Buffer.from([1, 1, 65, 255, 255]), Buffer.alloc(100)])],
    ["parts without room for a tag", seal().subarray(0, 2 + kid.length + 2 + wrapped.length + 32 + 12 + 15)],
  ])("%s parses to null", (_name, bytes) => {
    expect(parseSealed(bytes)).toBeNull();
  });

  it("never make parsing or opening throw", () => {
    const garbage = fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.concat([Buffer.from([1]), bytes])),
    );
    fc.assert(fc.property(garbage, (bytes) => void expect(open(bytes)).toBeNull()));
  });

  it("are told from a value that stands in the middle of a larger buffer", () => {
    const sealed = seal();
    const around = Buffer.concat([randomBytes(5), sealed, randomBytes(5)]);
    expect(open(around.subarray(5, 5 + sealed.length))).toBe(secret.toString());
  });
});

it("prefixes lengths, so that no two lists of parts read alike", () => {
  const parts = fc.array(fc.string({ unit: "grapheme", maxLength: 4 }), { maxLength: 4 });
  fc.assert(
    fc.property(parts, parts, (a, b) => {
      const isSame = JSON.stringify(a) === JSON.stringify(b);
      expect(Buffer.compare(lengthPrefixed(a), lengthPrefixed(b)) === 0).toBe(isSame);
    }),
  );
});
