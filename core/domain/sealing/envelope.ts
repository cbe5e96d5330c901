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
 *
 * What was re-wrapped since (rewrapSealed) has format 2: between the wrapped data key and the commitment stands the key id that it
 * was sealed under, length first, like the other one. It is part of the associated data, which nobody can write anew without opening
 * the value. Everything from the commitment on stays as it was sealed.
 */
const format = 1;
const rewrappedFormat = 2;
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
  /** The key that wraps the data key now. */
  readonly kid: string;
  /** The key that wrapped it when the value was sealed: another one after a re-wrap. */
  readonly sealedKid: string;
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
    const header = encodeHeader(format, dataKey);
    const ciphertext = encrypt(derived.encryption, iv, associatedData(dataKey.kid, location), plaintext);
    return Buffer.concat([header, derived.commitment, iv, ciphertext]);
  } finally {
    derived.encryption.fill(0);
    dataKey.key.fill(0);
  }
}

/** Everything before the commitment, or before the key id of the sealing where that stands between. */
function encodeHeader(asFormat: number, { kid, wrapped }: Pick<DataKey, "kid" | "wrapped">): Uint8Array {
  const id = Buffer.from(kid, "latin1");
  if (id.length === 0 || id.length > 255) throw new Error("a key id has 1 to 255 characters");
  if (wrapped.length > 0xffff) throw new Error("a wrapped data key has at most 65535 bytes");
  const wrappedLength = Buffer.alloc(2);
  wrappedLength.writeUInt16BE(wrapped.length);
  return Buffer.concat([Buffer.from([asFormat, id.length]), id, wrappedLength, wrapped]);
}

/** @returns the parts, or null when the bytes are no sealed value of a known format */
export function parseSealed(sealed: Uint8Array): SealedParts | null {
  const bytes = asBuffer(sealed);
  const isRewrapped = bytes[0] === rewrappedFormat;
  if (bytes.length < 2 || (bytes[0] !== format && !isRewrapped)) return null;
  const kidEnd = 2 + bytes.readUInt8(1);
  if (kidEnd === 2 || bytes.length < kidEnd + 2) return null;
  const wrappedEnd = kidEnd + 2 + bytes.readUInt16BE(kidEnd);
  // latin1, not ascii: ascii drops the top bit, and an altered id would read as the right one.
  const kid = bytes.toString("latin1", 2, kidEnd);
  let sealedKid = kid;
  let headerEnd = wrappedEnd;
  if (isRewrapped) {
    if (bytes.length <= wrappedEnd) return null;
    headerEnd = wrappedEnd + 1 + bytes.readUInt8(wrappedEnd);
    sealedKid = bytes.toString("latin1", wrappedEnd + 1, headerEnd);
    // One form for one value: under the key that it was sealed with it has format 1.
    if (sealedKid === "" || sealedKid === kid) return null;
  }
  const ivEnd = headerEnd + commitmentBytes + ivBytes;
  if (bytes.length < ivEnd + tagBytes) return null;
  return {
    kid,
    sealedKid,
    wrapped: bytes.subarray(kidEnd + 2, wrappedEnd),
    commitment: bytes.subarray(headerEnd, headerEnd + commitmentBytes),
    iv: bytes.subarray(headerEnd + commitmentBytes, ivEnd),
    ciphertext: bytes.subarray(ivEnd),
  };
}

/** The same value with its data key wrapped by another key: only the header changes, and nothing is opened. */
export function rewrapSealed(parts: SealedParts, wrapped: Pick<DataKey, "kid" | "wrapped">): Uint8Array {
  const { sealedKid, commitment, iv, ciphertext } = parts;
  if (wrapped.kid === sealedKid) return Buffer.concat([encodeHeader(format, wrapped), commitment, iv, ciphertext]);
  const id = Buffer.from(sealedKid, "latin1");
  return Buffer.concat([
    encodeHeader(rewrappedFormat, wrapped),
    Buffer.from([id.length]),
    id,
    commitment,
    iv,
    ciphertext,
  ]);
}

/**
 * What of a sealed value no re-wrap changes: commitment, IV, ciphertext and tag. No other sealing has the same, so it tells whether
 * two values come of one, under whichever key they are by now. Bytes of no known format stand for themselves.
 */
export function sealedBody(sealed: Uint8Array): Uint8Array {
  const parts = parseSealed(sealed);
  if (parts === null) return sealed;
  return asBuffer(sealed).subarray(sealed.byteLength - commitmentBytes - ivBytes - parts.ciphertext.length);
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** @returns the plaintext (zero it after use), or null when the value was altered, moved or belongs to another key */
export function openValue(parts: SealedParts, key: Uint8Array, location: SealLocation): Buffer | null {
  if (key.length !== keyBytes) return null;
  const derived = deriveKeys(key);
  try {
    if (!timingSafeEqual(derived.commitment, parts.commitment)) return null;
    return decrypt(derived.encryption, parts.iv, associatedData(parts.sealedKid, location), parts.ciphertext);
  } finally {
    derived.encryption.fill(0);
    key.fill(0);
  }
}

const noSalt = new Uint8Array();

/** Encryption key and commitment from one data key, as the AWS Encryption SDK does since 2.0. The data key is fresh: no salt. */
function deriveKeys(dataKey: Uint8Array): { encryption: Buffer; commitment: Buffer } {
  const material = Buffer.from(hkdfSync("sha512", createSecretKey(dataKey), noSalt, "evergrant/seal/1", 64));
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
  // In one piece: every value that is opened takes this way twice, and a buffer costs more than what is written into it.
  const bytes = Buffer.allocUnsafe(parts.reduce((sum, part) => sum + 4 + Buffer.byteLength(part), 0));
  let at = 0;
  for (const part of parts) {
    const length = bytes.write(part, at + 4);
    bytes.writeUInt32BE(length, at);
    at += 4 + length;
  }
  return bytes;
}
