import { createSeededRandomness } from "#test/fakes/seeded-randomness";

/** Everything in a run that is left to chance comes from its seed. */
export interface Chance {
  /** In [0, 1). */
  fraction(): number;
  happens(probability: number): boolean;
  between(least: number, most: number): number;
  /** A whole number, both ends counted. */
  whole(least: number, most: number): number;
  pick<T>(options: readonly T[]): T;
  weighted<T>(options: readonly (readonly [weight: number, value: T])[]): T;
  /** A pause between two of many things that happen every so often, whenever they like. */
  wait(mean: number): number;
  /** A stream of its own, so that what one part draws changes nothing for the others. */
  fork(): Chance;
  bytes(count: number): Uint8Array;
}

export function createChance(seed: number): Chance {
  const source = createSeededRandomness(seed);
  const fraction = (): number => source.fraction();
  const whole = (least: number, most: number): number => least + Math.floor(fraction() * (most - least + 1));
  return {
    fraction,
    happens: (probability) => fraction() < probability,
    between: (least, most) => least + fraction() * (most - least),
    whole,
    pick<T>(options: readonly T[]): T {
      return options[whole(0, options.length - 1)] as T;
    },
    weighted<T>(options: readonly (readonly [weight: number, value: T])[]): T {
      let left = fraction() * options.reduce((sum, [weight]) => sum + weight, 0);
      for (const [weight, value] of options) {
        left -= weight;
        if (left < 0) return value;
      }
      return (options.at(-1) as readonly [number, T])[1];
    },
    wait: (mean) => -Math.log(1 - fraction()) * mean,
    fork: () => createChance(Math.floor(fraction() * 2 ** 32)),
    bytes: (count) => source.bytes(count),
  };
}
