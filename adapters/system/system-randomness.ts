import { randomBytes } from "node:crypto";
import type { Randomness } from "#core/ports/randomness";

export const systemRandomness: Randomness = {
  bytes: (count) => randomBytes(count),
  // Math.random suffices where nobody gains from guessing: jitter.
  fraction: () => Math.random(),
};
