import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from "node:crypto";

/** OWASP's advice for scrypt: N = 2¹⁷, r = 8, p = 1; 128 MiB and some tenths of a second a try. */
const cost = { N: 131_072, r: 8, p: 1, maxmem: 160 * 1024 * 1024 } as const;
const hashBytes = 32;
export const minPasswordLength = 12;

/** @returns `scrypt$N$r$p$salt$hash`, base64url */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password, salt, cost);
  return ["scrypt", cost.N, cost.r, cost.p, salt.toString("base64url"), hash.toString("base64url")].join("$");
}

/** With a null hash it takes as long and says no, so that the time tells nobody whether an account exists. */
export async function verifyPassword(password: string, stored: string | null): Promise<boolean> {
  const parts = (stored ?? "").split("$");
  const [scheme, n, r, p, salt, hash] = parts;
  if (stored === null || scheme !== "scrypt" || parts.length !== 6 || salt === undefined || hash === undefined) {
    await derive(password, Buffer.alloc(16), cost);
    return false;
  }
  const options = { N: Number(n), r: Number(r), p: Number(p), maxmem: cost.maxmem };
  const expected = Buffer.from(hash, "base64url");
  const actual = await derive(password, Buffer.from(salt, "base64url"), options);
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

/** Whether a hash was made with other costs than a new one would be: made anew at the next sign-in, which alone knows the password. */
export function isOutdatedHash(stored: string): boolean {
  return !stored.startsWith(["scrypt", cost.N, cost.r, cost.p, ""].join("$"));
}

/**
 * One at a time: scrypt runs on the threads that also resolve names and read files, and takes 128 MiB. A crowd of sign-ins must
 * not turn customers' refreshes into timeouts.
 */
let tail: Promise<unknown> = Promise.resolve();

function derive(password: string, salt: Uint8Array, options: ScryptOptions): Promise<Buffer> {
  const result = tail.then(() => deriveNow(password, salt, options));
  tail = result.catch(() => {});
  return result;
}

function deriveNow(password: string, salt: Uint8Array, options: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize("NFKC"), salt, hashBytes, options, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}
