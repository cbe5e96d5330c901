import { describe, expect, it } from "vitest";
import type { SealingPolicy } from "./sealing-policy.ts";
import { everythingRanges, sealedPlaces, staleRanges, type SealedPlace } from "./sealed-place.ts";

const isStale = (
  place: SealedPlace,
  policy: SealingPolicy,
  current: string,
  kid: string,
  isRetired = false,
): boolean => {
  const bytes = (text: string): Buffer => Buffer.from(text);
  const inside = staleRanges(place, policy, current).filter(
    ({ from, before, onlyRetired }) =>
      bytes(kid).compare(bytes(from)) >= 0 && bytes(kid).compare(bytes(before)) < 0 && (isRetired || !onlyRetired),
  );
  expect(inside.length, "no range overlaps another").toBeLessThanOrEqual(1);
  return inside.length === 1;
};

describe("what is not where it belongs", () => {
  it.each<[SealedPlace, SealingPolicy, stale: string[], right: string[]]>([
    ["tenant_key", "direct", ["k1", "k", "k20", "z"], ["k2"]],
    ["tenant_key", "tenant", ["k1", "z"], ["k2"]],
    ["credential", "direct", ["k1", "k", "k20", "tk_a", "z", "A", "~"], ["k2"]],
    ["credential", "tenant", ["k1", "k2", "tk", "tk-a", "tl", "u"], ["tk_a", "tk_zzz"]],
    ["secret", "direct", ["k1", "tk_a"], ["k2"]],
    ["secret", "tenant", ["k1", "k20", "u"], ["k2", "tk_a"]],
    ["answer", "tenant", ["k1", "tk_a"], ["k2"]],
  ])("%s, %s", (place, policy, stale, right) => {
    for (const kid of stale) expect(isStale(place, policy, "k2", kid), kid).toBe(true);
    for (const kid of right) expect(isStale(place, policy, "k2", kid), kid).toBe(false);
  });

  it("are the earlier versions of a tenant's key, where a tenant's key is right at all", () => {
    for (const place of ["credential", "secret"] as const) {
      expect(isStale(place, "tenant", "k2", "tk_a", true)).toBe(true);
      expect(isStale(place, "tenant", "k2", "tk_a", false)).toBe(false);
      expect(isStale(place, "direct", "k2", "tk_a", true)).toBe(true);
    }
  });

  it("comes in the order of key ids, so that a run can go on behind the last one", () => {
    for (const current of ["A", "k2", "u1"]) {
      for (const place of ["tenant_key", "credential", "secret", "answer"] as const) {
        const bounds = staleRanges(place, "tenant", current).flatMap(({ from, before }) => [from, before]);
        expect(bounds).toEqual(bounds.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
      }
    }
  });

  it("does not depend on how the current key's name stands to the tenant keys'", () => {
    for (const current of ["A", "k2", "tk", "u1", "zz"]) {
      expect(isStale("secret", "tenant", current, current)).toBe(false);
      expect(isStale("secret", "tenant", current, "tk_a")).toBe(false);
      for (const kid of ["", "B", `${current}1`, "tj", "v"])
        expect(isStale("secret", "tenant", current, kid)).toBe(true);
    }
  });
});

describe("everything", () => {
  it.each<[SealingPolicy, string, boolean, boolean]>([
    ["direct", "k2", false, true],
    ["direct", "k1", false, true],
    ["direct", "tk_a", false, true],
    ["tenant", "k2", false, true],
    ["tenant", "k1", false, true],
    ["tenant", "tk_a", true, true],
    ["tenant", "tk_a", false, false],
  ])("of accounts, under %s: what %s seals (retired: %s): %s", (policy, kid, isRetired, isMet) => {
    const met = everythingRanges("credential", policy, "k2").some(
      ({ from, before, onlyRetired }) => kid >= from && kid < before && (isRetired || !onlyRetired),
    );
    expect(met).toBe(isMet);
  });

  it("is what the KMS wraps itself, in every place", () => {
    for (const place of sealedPlaces)
      for (const kid of ["k1", "k2", "k20", "A", "z"])
        expect(everythingRanges(place, "direct", "k2").some(({ from, before }) => kid >= from && kid < before)).toBe(
          true,
        );
  });
});
