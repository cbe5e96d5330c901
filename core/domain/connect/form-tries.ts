import type { FieldFault } from "../problem/domain-error.ts";

/** So many times within so long may the form of one link be sent: a provider must not be asked about keys that somebody guesses. */
export const formTries = { most: 10, windowSeconds: 600 } as const;

/** @param madeAt when the link's latest tries were made, in any order @returns null when another may be made now */
export function nextTryAt(madeAt: readonly Date[], now: Date): Date | null {
  const freeAt = madeAt.map((at) => at.getTime() + formTries.windowSeconds * 1000);
  const blocking = freeAt.filter((at) => at > now.getTime()).toSorted((one, other) => other - one);
  const decisive = blocking[formTries.most - 1];
  return decisive === undefined ? null : new Date(decisive);
}

/** Tries before this instant count no more, and what was typed with them is not shown again. */
export function triesCountSince(now: Date): Date {
  return new Date(now.getTime() - formTries.windowSeconds * 1000);
}

/** Why a form came to nothing. It comes again, and says so. */
export type FormFailureCode =
  | "invalid"
  | "rejected"
  /** The provider answered otherwise than it does to credentials that work. */
  | "unlike"
  | "rate_limited"
  | "provider_error"
  | "provider_unreachable"
  /** The operator must mend the definition. */
  | "client_misconfigured"
  | "external_account_mismatch"
  /** Nobody could tell whether they are those of the account that is renewed. */
  | "external_account_unknown"
  | "try_again";

export interface FormFailure {
  readonly code: FormFailureCode;
  /** The provider's own words, or the external account that these credentials belong to. Plain text, never a secret. */
  readonly detail: string | null;
  /** What needs another look, by the name of the input or field; `message` null: the code says it. `fault` says the message in a word. */
  readonly fields: readonly {
    readonly name: string;
    readonly message: string | null;
    readonly fault?: FieldFault | null;
  }[];
}
