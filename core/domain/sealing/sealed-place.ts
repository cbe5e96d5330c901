import type { SealingPolicy } from "./sealing-policy.ts";

/**
 * Where sealed values stand: tenant keys, token sets of accounts, other secrets, answers kept for repeated requests. In the order in
 * which a re-wrap goes through them: tenant keys first, since they are few and much hangs on each.
 */
export const sealedPlaces = ["tenant_key", "credential", "secret", "answer"] as const;

export type SealedPlace = (typeof sealedPlaces)[number];

/** Key ids from the first on and before the second, by bytes. */
export type KidRange = readonly [from: string, before: string];

/** Behind every key id. */
const end = "\u{10ffff}";
const tenantKeyRange: KidRange = ["tk_", "tk`"];

/**
 * Which key ids are not where a value of this place belongs. A value of an account belongs to its tenant's key, or to the current key
 * of the KMS, as the policy says; what a browser brought and waits (`secret`) may be of either kind; the rest belongs to the current key.
 *
 * @param current the key of the KMS that wraps now
 */
export function staleRanges(place: SealedPlace, policy: SealingPolicy, current: string): readonly KidRange[] {
  const currentRange: KidRange = [current, `${current}\u0001`];
  const right: Readonly<Record<SealedPlace, readonly KidRange[]>> = {
    tenant_key: [currentRange],
    credential: policy === "tenant" ? [tenantKeyRange] : [currentRange],
    secret: policy === "tenant" ? [currentRange, tenantKeyRange] : [currentRange],
    answer: [currentRange],
  };
  return between(right[place]);
}

/** What lies between the ranges, before the first and after the last. */
function between(ranges: readonly KidRange[]): readonly KidRange[] {
  const sorted = ranges.toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const starts = ["", ...sorted.map(([, before]) => before)];
  const ends = [...sorted.map(([from]) => from), end];
  return starts.map((from, index) => [from, ends[index] ?? end]);
}
