import { createSeededRandomness } from "#test/fakes/seeded-randomness";

/** The nemesis' dice: the same seed gives the same choices. */
export type SeededRandom = {
  /** In [0, 1). */
  fraction(): number;
  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number;
  pick<T>(from: readonly T[]): T;
};

export function seededRandom(seed: number): SeededRandom {
  const { fraction } = createSeededRandomness(seed);
  const between = (least: number, most: number): number => least + Math.floor(fraction() * (most - least + 1));
  return {
    fraction,
    between,
    pick(from) {
      const one = from[between(0, from.length - 1)];
      if (one === undefined) throw new Error("nothing to pick from");
      return one;
    },
  };
}
