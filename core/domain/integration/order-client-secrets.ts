/** One of the secrets of an OAuth client, and how long it counts. */
export interface SecretTerm {
  /** Grows with each secret that is given. */
  readonly version: number;
  /** Null: without end, as the newest is. */
  readonly acceptedUntil: Date | null;
}

/** What a request came to, where the client has several secrets and the newest did not do. */
export type SecretUse =
  /** An older one was used. */
  | "previous"
  /** Every one was tried and refused. */
  | "all_refused"
  /** The same of a client that signs with keys. */
  | "previous_key"
  | "all_keys_refused";

/** What a process remembers of the secrets of one client. */
export interface SecretMemory {
  /** The version that the provider took last; null: none yet. */
  readonly worked: number | null;
  /** The newest one when it was last tried before the others. */
  readonly triedFirst: { readonly version: number; readonly at: Date } | null;
}

/** While an older secret is the one that works, the newest goes first this often, seconds. */
export const newestPauseSeconds = 60;

export function isAccepted({ acceptedUntil }: SecretTerm, now: Date): boolean {
  return acceptedUntil === null || acceptedUntil > now;
}

/**
 * The secrets that may be tried, in their order: the newest first. Where an older one is known to work, the provider does not know
 * the newest yet, and trying it first each time would double every request until then: it goes second, but for once a minute.
 * Second, not last: when the older one is refused, the provider has just switched. Total.
 *
 * @param newestFirst all that are there, also those that have ended
 * @param memory null: nothing is known
 */
export function orderClientSecrets<Term extends SecretTerm>(
  newestFirst: readonly Term[],
  memory: SecretMemory | null,
  now: Date,
): readonly Term[] {
  const accepted = newestFirst.filter((one) => isAccepted(one, now));
  const newest = accepted[0];
  const working = accepted.find((one) => one.version === memory?.worked);
  if (newest === undefined || working === undefined || working === newest) return accepted;
  const tried = memory?.triedFirst ?? null;
  const isTriedLately =
    tried !== null &&
    tried.version === newest.version &&
    now.getTime() - tried.at.getTime() < newestPauseSeconds * 1000;
  const rest = accepted.filter((one) => one !== newest && one !== working);
  return isTriedLately ? [working, newest, ...rest] : [newest, working, ...rest];
}
