import { keyBytes } from "#core/domain/sealing/aead";
import type { Keyring, KeyringKey } from "./local-keyring.ts";

/**
 * Reads `kid:base64key[,kid:base64key…]`: the first seals, all open.
 * @returns the keyring, or in words what is wrong with it (never a key)
 */
export function parseKeyring(text: string): Keyring | string {
  const keys: KeyringKey[] = [];
  for (const [index, entry] of text.split(",").entries()) {
    const at = entry.indexOf(":");
    const id = entry.slice(0, at).trim();
    const encoded = entry.slice(at + 1).trim();
    const key = Buffer.from(encoded, "base64");
    if (at < 1 || !/^[A-Za-z0-9._-]{1,64}$/.test(id)) {
      return `entry ${index + 1} must begin with a key id (letters, digits, . _ -, at most 64) and a colon`;
    }
    if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encoded) || key.length !== keyBytes) {
      return `the key ${id} must be 32 bytes in base64; make one with: openssl rand -base64 32`;
    }
    if (keys.some((one) => one.id === id)) return `the key id ${id} stands twice`;
    keys.push({ id, key });
  }
  const [first, ...rest] = keys;
  return first === undefined ? "names no key" : [first, ...rest];
}
