import type { RefreshPolicy } from "./refresh-policy.ts";

/** The scheduled work of one client that is due and was not done yet. */
export interface WaitingWork {
  readonly accounts: number;
  /** The tenth of them whose tokens end first ends before this; null: nothing is known. */
  readonly firstEndBefore: Date | null;
}

/** Scheduled work that finds no place looks again after this at the least, and twice of it at the most, seconds. */
const pause = { least: 5, most: 150 } as const;
/** So often each waiting account looks for a place, about, until it finds one. More only keeps the database busy. */
const looks = 4;
/** Where no rate is known: so many requests a second through each place. */
const perPlace = 2.5;
/** The tenth whose tokens end first looks so much more often. */
const firstShare = 0.1;

/**
 * How long scheduled work that found no place in its client's budget waits before it looks again, seconds (R21). The more waits,
 * the longer: ten thousand that looked every few seconds would be a load of their own, and no turn would come sooner. Whose token
 * ends first looks more often, and so goes first.
 *
 * @param expiresAt when the token that is to be replaced ends; null: not known
 * @param random in [0, 1)
 * @returns 5 to 300
 */
export function scheduledPauseSeconds(
  waiting: WaitingWork,
  budget: RefreshPolicy["budget"],
  expiresAt: Date | null,
  random: number,
): number {
  const { firstEndBefore } = waiting;
  const isFirst = expiresAt !== null && firstEndBefore !== null && expiresAt < firstEndBefore;
  // The mean of what follows is one and a half times this.
  const share = waiting.accounts / perSecond(budget) / looks / 1.5;
  const seconds = Math.min(pause.most, share) * (isFirst ? firstShare : 1);
  return Math.max(pause.least, seconds) * (1 + random);
}

function perSecond({ perMinute, concurrency }: RefreshPolicy["budget"]): number {
  const ofRate = perMinute === null ? Number.POSITIVE_INFINITY : perMinute / 60;
  const ofPlaces = concurrency === null ? Number.POSITIVE_INFINITY : concurrency * perPlace;
  return Math.min(ofRate, ofPlaces);
}
