import { createSecretKey, hkdfSync, timingSafeEqual } from "node:crypto";
import { decrypt, encrypt, ivBytes, keyBytes, tagBytes } from "./aead.ts";

/**
 * A sealed value: `format | kid | wrapped data key | commitment | iv | ciphertext+tag`.
 *
 *   1 byte   format, 1
 *   1 byte   length of the key id, then the key id (ASCII)
 *   2 bytes  length of the wrapped data key (big endian), then the wrapped data key
 *   32 bytes commitment: AES-GCM alone lets one ciphertext open under two keys; the commitment names the one (H5)
 *   12 bytes iv
 *   rest     ciphertext and 16-byte tag
 */
const format = 1;
const commitmentBytes = 32;

/** The row and field that a value belongs to. Moved anywhere else, it does not open. */
export interface SealLocation {
  readonly environmentId: string;
  /** The id of the row that owns the value: an account, an environment integration, a connect session. */
  readonly owner: string;
  readonly field: SealField;
  /** Credential version or generation: an older value put back into the row does not open. */
  readonly version: number;
}

export type SealField =
  | "token_set"
  | "client_secret"
  | "client_key"
  | "client_certificate"
  | "pkce_verifier"
  | "connect_answer"
  | "connect_grant"
  | "idempotent_answer"
  | "webhook_secret"
  | "webhook_address";

/** A data key ready for one write: wrapped before the provider is asked, so that a KMS failure later can't cost the answer. */
export interface DataKey {
  readonly kid: string;
  readonly wrapped: Uint8Array;
  /** 32 random bytes, zeroed by sealValue. */
  readonly key: Uint8Array;
}

export interface SealedParts {
  readonly kid: string;
  readonly wrapped: Uint8Array;
  readonly commitment: Uint8Array;
  readonly iv: Uint8Array;
  readonly ciphertext: Uint8Array;
}

/** Seals once and zeroes the data key: it is never used for a second value (H3). */
export function sealValue(dataKey: DataKey, location: SealLocation, iv: Uint8Array, plaintext: Uint8Array): Uint8Array {
  // What is sealed with a key that was used up before would never open again.
  if (dataKey.key.every((byte) => byte === 0)) throw new Error("this data key was used up");
  const derived = deriveKeys(dataKey.key);
  try {
    const kid = Buffer.from(dataKey.kid, "latin1");
    if (kid.length === 0 || kid.length > 255) throw new Error("a key id has 1 to 255 characters");
    if (dataKey.wrapped.length > 0xffff) throw new Error("a wrapped data key has at most 65535 bytes");
    const ciphertext = encrypt(derived.encryption, iv, associatedData(dataKey.kid, location), plaintext);
    const wrappedLength = Buffer.alloc(2);
    wrappedLength.writeUInt16BE(dataKey.wrapped.length);
    return Buffer.concat([
      Buffer.from([format, kid.length]),
      kid,
      wrappedLength,
      dataKey.wrapped,
      derived.commitment,
      iv,
      ciphertext,
    ]);
  } finally {
    derived.encryption.fill(0);
    dataKey.key.fill(0);
  }
}

/** @returns the parts, or null when the bytes are no sealed value of a known format */
export function parseSealed(sealed: Uint8Array): SealedParts | null {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
  if (bytes.length < 2 || bytes[0] !== format) return null;
  const kidEnd = 2 + bytes.readUInt8(1);
  if (kidEnd === 2 || bytes.length < kidEnd + 2) return null;
  const wrappedEnd = kidEnd + 2 + bytes.readUInt16BE(kidEnd);
  const ivEnd = wrappedEnd + commitmentBytes + ivBytes;
  if (bytes.length < ivEnd + tagBytes) return null;
  return {
    // latin1, not ascii: ascii drops the top bit, and an altered id would read as the right one.
    kid: bytes.toString("latin1", 2, kidEnd),
    wrapped: bytes.subarray(kidEnd + 2, wrappedEnd),
    commitment: bytes.subarray(wrappedEnd, wrappedEnd + commitmentBytes),
    iv: bytes.subarray(wrappedEnd + commitmentBytes, ivEnd),
    ciphertext: bytes.subarray(ivEnd),
  };
}

/** @returns the plaintext (zero it after use), or null when the value was altered, moved or belongs to another key */
export function openValue(parts: SealedParts, key: Uint8Array, location: SealLocation): Buffer | null {
  if (key.length !== keyBytes) return null;
  const derived = deriveKeys(key);
  try {
    if (!timingSafeEqual(derived.commitment, parts.commitment)) return null;
    return decrypt(derived.encryption, parts.iv, associatedData(parts.kid, location), parts.ciphertext);
  } finally {
    derived.encryption.fill(0);
    key.fill(0);
  }
}

/** Encryption key and commitment from one data key, as the AWS Encryption SDK does since 2.0. The data key is fresh: no salt. */
function deriveKeys(dataKey: Uint8Array): { encryption: Buffer; commitment: Buffer } {
  const material = Buffer.from(hkdfSync("sha512", createSecretKey(dataKey), new Uint8Array(), "evergrant/seal/1", 64));
  return { encryption: material.subarray(0, 32), commitment: material.subarray(32) };
}

/** Length-prefixed, so that no two locations can read alike (`ab|c` and `a|bc`). */
function associatedData(kid: string, location: SealLocation): Uint8Array {
  return lengthPrefixed([
    `evergrant/${format}`,
    kid,
    location.environmentId,
    location.owner,
    location.field,
    String(location.version),
  ]);
}

/** Each part as a 4-byte length and its UTF-8 bytes. */
export function lengthPrefixed(parts: readonly string[]): Uint8Array {
  return Buffer.concat(
    parts.flatMap((part) => {
      const bytes = Buffer.from(part, "utf8");
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );
}
