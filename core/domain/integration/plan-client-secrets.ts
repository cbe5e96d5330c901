import { isAccepted, type SecretTerm } from "./order-client-secrets.ts";

/** A secret that was replaced is accepted for so long, unless the change says otherwise, seconds: 7 days. */
export const defaultOverlapSeconds = 604_800;
/** The longest overlap that a change may ask for, seconds: 90 days. */
export const longestOverlapSeconds = 7_776_000;
/** So many secrets at once, the newest among them. */
export const mostSecrets = 3;

export interface SecretChange {
  readonly addsSecret: boolean;
  /** Versions whose text is the new secret's: given again, it takes their place. */
  readonly sameAsNew: readonly number[];
  /** Older secrets belong to another client then. */
  readonly changesClient: boolean;
  /** Counted from now, for every previous secret; 0 ends them at once. Null: the default, for the one that is replaced now. */
  readonly previousExpiresInSeconds: number | null;
}

export interface SecretPlan {
  /** Of the new secret; null: none is added. */
  readonly version: number | null;
  /** What stays, newest first. Whatever is not named is erased. */
  readonly kept: readonly SecretTerm[];
}

/**
 * What becomes of a client's secrets when it is changed: a new one leaves the others accepted for a while, so that the provider may
 * switch at any time in between (R65). Total.
 *
 * @param newestFirst all that are there, also those that have ended
 */
export function planClientSecrets(newestFirst: readonly SecretTerm[], change: SecretChange, now: Date): SecretPlan {
  const version = change.addsSecret ? Math.max(0, ...newestFirst.map((one) => one.version)) + 1 : null;
  const live = newestFirst.filter((one) => isAccepted(one, now) && !change.sameAsNew.includes(one.version));
  // The newest has no end; whatever has none and makes way is replaced now.
  const staying = change.addsSecret ? [] : live.slice(0, 1);
  if (change.changesClient) return { version, kept: staying };
  const previous = live.slice(staying.length).map((one): SecretTerm => {
    const { previousExpiresInSeconds: given } = change;
    if (given === null && one.acceptedUntil !== null) return one;
    const seconds = given ?? defaultOverlapSeconds;
    return { version: one.version, acceptedUntil: new Date(now.getTime() + seconds * 1000) };
  });
  const accepted = previous.filter((one) => isAccepted(one, now));
  return { version, kept: [...staying, ...accepted].slice(0, change.addsSecret ? mostSecrets - 1 : mostSecrets) };
}
