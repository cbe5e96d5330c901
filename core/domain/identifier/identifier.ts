/** Prefixes of the ids that cross the API (CONTRACT); the prefix says what a thing is wherever it turns up. */
export type IdPrefix =
  | "ia"
  | "evt"
  | "key"
  | "att"
  | "cs"
  | "env"
  | "chk"
  | "lnk"
  | "usr"
  | "ei"
  | "aud"
  | "req"
  | "try"
  | "idm"
  | "whe"
  | "dlv"
  | "apr"
  | "tk"
  | "rwp"
  | "ano"
  | "ses"
  | "inv"
  | "run";

const alphabet = "0123456789abcdefghijklmnopqrstuvwxyz";

/**
 * An id of 24 base-36 characters (about 124 bits) from random bytes.
 * @param randomBytes at least 48 bytes; bytes of 252 and above are skipped so that every character is equally likely
 */
export function makeId(prefix: IdPrefix, randomBytes: Uint8Array): string {
  let text = "";
  for (const byte of randomBytes) {
    if (byte >= 252) continue;
    text += alphabet.charAt(byte % 36);
    if (text.length === 24) return `${prefix}_${text}`;
  }
  throw new Error("makeId needs more random bytes");
}

/** Bytes to ask for: 48 leave a chance below 1e-30 that too few are usable. */
export const idRandomBytes = 48;
