/**
 * A blip brings accounts back this long after their failure, four times as long with each further one in a row. It ends where
 * their own retry comes sooner: an account that fails while others are answered is sick by itself, and must not be asked every few
 * seconds for as long as the others are well.
 */
export const blipPause = { firstSeconds: 30, factor: 4, mostFailures: 12 } as const;

/** @param consecutiveFailures of the account, 1 or more */
export function recallPauseSeconds(consecutiveFailures: number): number {
  const { firstSeconds, factor, mostFailures } = blipPause;
  return firstSeconds * factor ** (Math.min(Math.max(consecutiveFailures, 1), mostFailures) - 1);
}

/** A circuit is recalled after a blip at most once in this time, seconds. */
export const blipRecallSeconds = 5;

/**
 * Who held a lease when the client was changed asked with what was there before, and fails when the recall is over: so there is a
 * second one, when every such lease has ended, seconds.
 */
export const secondRecallSeconds = 40;
