// Secrets hide what they hold from the tests' comparison as well: without this, any two of them would be equal.
import { expect } from "vitest";
import { Secret } from "#core/domain/secret/secret";

const textOf = (value: unknown): string | null =>
  value instanceof Secret ? value.reveal() : typeof value === "string" ? value : null;

expect.addEqualityTesters([
  (one: unknown, other: unknown): boolean | undefined => {
    if (!(one instanceof Secret) && !(other instanceof Secret)) return undefined;
    // A text stands for the secret that holds it, so that what is expected can be written down.
    return textOf(one) !== null && textOf(one) === textOf(other);
  },
]);
