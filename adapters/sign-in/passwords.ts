import { ZxcvbnFactory } from "@zxcvbn-ts/core";
import * as common from "@zxcvbn-ts/language-common";
import * as english from "@zxcvbn-ts/language-en";
import type { Passwords } from "#core/ports/passwords";
import { hashPassword, isOutdatedHash, minPasswordLength, verifyPassword } from "../system/password.ts";

export const maxPasswordLength = 200;

/** Guesses that somebody needs who knows which passwords people choose: below this a list of them has it within days. */
const fewestGuesses = 1e10;

/** Of what is longer, the estimate looks at so much: its time grows with the length. */
const judgedLength = 64;

let estimator: ZxcvbnFactory | null = null;

/** Read at the first new password, and not at each start: they are some megabytes. */
function guessesFor(password: string, about: readonly string[]): number {
  estimator ??= new ZxcvbnFactory({
    dictionary: { ...common.dictionary, ...english.dictionary },
    graphs: common.adjacencyGraphs,
    maxLength: judgedLength,
  });
  return estimator.check(password.slice(0, judgedLength), [...about, "evergrant"]).guesses;
}

export const passwords: Passwords = {
  hash: hashPassword,
  async verify(password, stored) {
    const isRight = await verifyPassword(password, stored);
    return { isRight, isOutdated: isRight && stored !== null && isOutdatedHash(stored) };
  },
  faultOf(password, about) {
    const length = Array.from(password).length;
    if (length < minPasswordLength)
      return `needs at least ${minPasswordLength} characters; a few words that don't belong together are easy to remember`;
    if (length > maxPasswordLength) return `is longer than ${maxPasswordLength} characters`;
    const known = about.flatMap((text) => text.split(/[\s@._-]+/)).filter((part) => part.length >= 3);
    if (guessesFor(password, known) < fewestGuesses)
      return "is easily guessed: it is common, or made of what is; take a few words that don't belong together";
    return null;
  },
};
