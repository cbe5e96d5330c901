import { createCipheriv, createDecipheriv, createSecretKey } from "node:crypto";

/**
 * AES-256-GCM, the one place in the project that makes a cipher (security checklist H10).
 * `authTagLength: 16` stands on both sides: without it Node accepts a truncated tag of four bytes.
 */
const algorithm = "aes-256-gcm";
export const ivBytes = 12;
export const tagBytes = 16;
export const keyBytes = 32;

// Keys go in as KeyObjects: for bare bytes Node finds out what they are by an exception, which costs more than the cipher. OpenSSL
// clears its copy of the key when it lets go of it.

/** @returns ciphertext followed by the 16-byte tag */
export function encrypt(key: Uint8Array, iv: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Uint8Array {
  if (iv.length !== ivBytes) throw new Error("AES-GCM needs an IV of 12 bytes");
  const cipher = createCipheriv(algorithm, createSecretKey(key), iv, { authTagLength: tagBytes });
  cipher.setAAD(aad);
  return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/** @returns the plaintext, or null when key, IV, associated data, ciphertext or tag do not belong together */
export function decrypt(key: Uint8Array, iv: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Buffer | null {
  if (iv.length !== ivBytes || sealed.length < tagBytes) return null;
  const end = sealed.length - tagBytes;
  const decipher = createDecipheriv(algorithm, createSecretKey(key), iv, { authTagLength: tagBytes });
  decipher.setAAD(aad);
  decipher.setAuthTag(sealed.subarray(end));
  const plaintext = decipher.update(sealed.subarray(0, end));
  try {
    decipher.final();
    return plaintext;
  } catch {
    plaintext.fill(0);
    return null;
  }
}
