import { crc32 } from "node:zlib";

/**
 * An API key: `evg_<secret><checksum>`, 43 characters of a 256-bit secret in base 62 and 6 of its CRC-32, so that secret
 * scanners recognise one without false alarms and a mistyped key is refused without a database read (checklist F4).
 */
const prefix = "evg_";
const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const pattern = /^evg_[0-9A-Za-z]{49}$/;

/** @param secret 32 random bytes */
export function makeApiKey(secret: Uint8Array): string {
  if (secret.length !== 32) throw new Error("an API key needs 32 random bytes");
  const body = base62(BigInt(`0x${Buffer.from(secret).toString("hex")}`), 43);
  return `${prefix}${body}${checksum(body)}`;
}

/** Whether a text has the form and the checksum of a key. Says nothing about whether it exists. */
export function isWellFormedApiKey(text: string): boolean {
  return pattern.test(text) && checksum(text.slice(prefix.length, -6)) === text.slice(-6);
}

function checksum(body: string): string {
  return base62(BigInt(crc32(body)), 6);
}

function base62(value: bigint, length: number): string {
  let rest = value;
  let text = "";
  for (let index = 0; index < length; index += 1) {
    text = alphabet.charAt(Number(rest % 62n)) + text;
    rest /= 62n;
  }
  return text;
}
