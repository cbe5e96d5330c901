import { createHmac, createSecretKey, hkdfSync, type KeyObject } from "node:crypto";
import type { DigestPurpose, SecretDigests } from "#core/ports/secret-digests";

/** Keys derived from EVERGRANT_SECRET, one per purpose: a digest made for one can't stand for another. */
export function createSecretDigests(secret: Uint8Array): SecretDigests {
  const keys = new Map<DigestPurpose, KeyObject>();
  const keyFor = (purpose: DigestPurpose): KeyObject => {
    const known = keys.get(purpose);
    if (known !== undefined) return known;
    const key = createSecretKey(deriveKey(secret, `digest/${purpose}`));
    keys.set(purpose, key);
    return key;
  };
  return { digest: (purpose, value) => createHmac("sha256", keyFor(purpose)).update(value, "utf8").digest() };
}

/** 32 bytes for one use; `use` is part of the derivation (RFC 5869). */
export function deriveKey(secret: Uint8Array, use: string): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", secret, new Uint8Array(), `evergrant/${use}/1`, 32));
}
