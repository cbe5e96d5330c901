/**
 * How many different ones there were, in one kilobyte whatever comes (linear counting: Whang, Vander-Zanden and Taylor, 1990). Each
 * sets one bit by its hash; from how many bits are still unset follows how many there were. Exact to one or two up to a few hundred,
 * to a few percent up to 30,000; more count as `mostDistinct`.
 */
const bits = 8192;
export const distinctBytes = bits / 8;
/** What a bitmap without an unset bit stands for, and the most that is told. */
export const mostDistinct = 50_000;

export function noneSeen(): Uint8Array {
  return new Uint8Array(distinctBytes);
}

/** @returns another bitmap; the one that is given stays as it is */
export function withSeen(bitmap: Uint8Array, values: Iterable<string>): Uint8Array {
  const next = new Uint8Array(bitmap);
  for (const value of values) {
    const at = spread(value) % bits;
    next[at >> 3] = (next[at >> 3] ?? 0) | (1 << (at & 7));
  }
  return next;
}

export function countDistinct(bitmap: Uint8Array): number {
  const set = countBits(bitmap);
  if (set >= bits) return mostDistinct;
  return Math.min(mostDistinct, Math.round(-bits * Math.log(1 - set / bits)));
}

/** Byte → its bits. */
const bitsOf = Uint8Array.from({ length: 256 }, (_, byte) => byte.toString(2).replaceAll("0", "").length);

function countBits(bitmap: Uint8Array): number {
  let set = 0;
  for (let at = 0; at < bitmap.length; at += 1) set += bitsOf[bitmap[at] ?? 0] ?? 0;
  return set;
}

/**
 * FNV-1a with the last step of MurmurHash3, which spreads it over all bits. No secret hash: whoever reads the tokens of tenants
 * does not choose their ids.
 */
function spread(value: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < value.length; at += 1) hash = Math.imul(hash ^ value.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
