import type { Randomness } from "#core/ports/randomness";

/** Repeatable randomness (mulberry32). Good bytes for tests, and for nothing else. */
export function createSeededRandomness(seed = 1): Randomness {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    bytes: (count) => new Uint8Array(count).map(() => Math.floor(next() * 256)),
    fraction: next,
  };
}
