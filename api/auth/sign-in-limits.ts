import { DomainError } from "#core/domain/problem/domain-error";
import { createTokenBuckets } from "./token-buckets.ts";

/** How often passwords may be tried, in this process. What worked is not counted. */
export interface SignInLimits {
  /**
   * Counted before the password is looked at: a crowd of parallel tries is a crowd of tries. For addresses that nobody has as for
   * others, so that a refusal tells nothing.
   *
   * @param network where it comes from (networkOf)
   * @throws DomainError rate_limited
   */
  begin(account: string, network: string): void;
  succeeded(account: string, network: string): void;
  /** Admits so many at a time and refuses the rest at the door, before any work is done. @throws DomainError rate_limited */
  admit<T>(work: () => Promise<T>): Promise<T>;
}

/** Passwords are derived one after the other, in some tenths of a second each: who comes later than this waits too long. */
const mostAtATime = 20;

/** One account from one place: guessing 12 characters takes longer than five tries a minute. */
const here = { perSecond: 5 / 60, burst: 5 };
/** One account from everywhere: many places are no way around it, and one place alone locks nobody out elsewhere. */
const everywhere = { perSecond: 0.5, burst: 30 };
/** One place, whatever account: one password tried on everybody. */
const fromNetwork = { perSecond: 0.5, burst: 60 };

export function createSignInLimits(now?: () => number): SignInLimits {
  const buckets = [
    { by: createTokenBuckets(here, now), id: (account: string, network: string) => `${account} ${network}` },
    { by: createTokenBuckets(everywhere, now), id: (account: string) => account },
    { by: createTokenBuckets(fromNetwork, now), id: (_: string, network: string) => network },
  ];
  let inHand = 0;

  return {
    begin(account, network) {
      for (const [index, { by, id }] of buckets.entries()) {
        const seconds = by.take(id(account, network));
        if (seconds === 0) continue;
        for (const taken of buckets.slice(0, index)) taken.by.giveBack(taken.id(account, network));
        throw tooMany("Too many tries. Wait a moment, then try again.", seconds);
      }
    },

    succeeded(account, network) {
      for (const { by, id } of buckets) by.giveBack(id(account, network));
    },

    async admit(work) {
      if (inHand >= mostAtATime)
        throw tooMany("Too many people are signing in at the moment. Try again in a few seconds.", 5);
      inHand += 1;
      try {
        return await work();
      } finally {
        inHand -= 1;
      }
    },
  };
}

function tooMany(detail: string, retryAfterSeconds: number): DomainError {
  return new DomainError("rate_limited", { detail, retryAfterSeconds, extensions: { source: "evergrant" } });
}
