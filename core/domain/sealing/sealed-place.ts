import type { SealingPolicy } from "./sealing-policy.ts";

/**
 * Where sealed values stand: tenant keys, token sets of accounts, other secrets, answers kept for repeated requests. In the order in
 * which a re-wrap goes through them: tenant keys first, since they are few and much hangs on each.
 */
export const sealedPlaces = ["tenant_key", "credential", "secret", "answer"] as const;

export type SealedPlace = (typeof sealedPlaces)[number];

/** Key ids from the first on and before the second, by bytes. */
type KidRange = readonly [from: string, before: string];

export interface StaleRange {
  /** Key ids from this one on, by bytes. */
  readonly from: string;
  /** And before this one. */
  readonly before: string;
  /** Only what is under tenant keys that have a newer version. */
  readonly onlyRetired: boolean;
}

/** Behind every key id. */
const end = "\u{10ffff}";
const tenantKeyRange: KidRange = ["tk_", "tk`"];

/**
 * Which key ids are not where a value of this place belongs, in their order. A value of an account belongs to the newest version of
 * its tenant's key, or to the current key of the KMS, as the policy says; what a browser brought and waits (`secret`) may be of either
 * kind; the rest belongs to the current key.
 *
 * @param current the key of the KMS that wraps now
 */
export function staleRanges(place: SealedPlace, policy: SealingPolicy, current: string): readonly StaleRange[] {
  const currentRange = kidRange(current);
  const right: Readonly<Record<SealedPlace, readonly KidRange[]>> = {
    tenant_key: [currentRange],
    credential: policy === "tenant" ? [tenantKeyRange] : [currentRange],
    secret: policy === "tenant" ? [currentRange, tenantKeyRange] : [currentRange],
    answer: [currentRange],
  };
  const wrong = between(right[place]).map((range) => asStale(range, false));
  // A tenant's key is where it belongs, but not in its earlier versions.
  const earlier = right[place].filter((range) => range === tenantKeyRange).map((range) => asStale(range, true));
  return [...wrong, ...earlier].toSorted((a, b) => byBytes([a.from, a.before], [b.from, b.before]));
}

/**
 * What a run goes through that wraps everything anew: what is not where it belongs, and what is under the current key of the KMS
 * already. Not what is under a tenant's newest key: no version of the KMS's key touches it, and the tenant's key itself is gone through.
 */
export function everythingRanges(place: SealedPlace, policy: SealingPolicy, current: string): readonly StaleRange[] {
  return [...staleRanges(place, policy, current), asStale(kidRange(current), false)];
}

/** One key id alone. */
function kidRange(kid: string): KidRange {
  return [kid, `${kid}\u0001`];
}

function asStale([from, before]: KidRange, onlyRetired: boolean): StaleRange {
  return { from, before, onlyRetired };
}

function byBytes([a]: KidRange, [b]: KidRange): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** What lies between the ranges, before the first and after the last. */
function between(ranges: readonly KidRange[]): readonly KidRange[] {
  const sorted = ranges.toSorted(byBytes);
  const starts = ["", ...sorted.map(([, before]) => before)];
  const ends = [...sorted.map(([from]) => from), end];
  return starts.map((from, index) => [from, ends[index] ?? end]);
}
