import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { activeThatMatter, judgeMassFailure, likelyCause, type FailureFacts } from "./mass-failure.ts";
import { defaultRefreshPolicy } from "./refresh-policy.ts";

const policy = defaultRefreshPolicy.massFailure;
const facts = (left: number, active: number, changes: Partial<FailureFacts> = {}): FailureFacts => ({
  left,
  active,
  isDeclared: false,
  isConfirmed: false,
  ...changes,
});

describe("a mass failure (R26)", () => {
  it.each<[string, number, number, "counts" | "hold"]>([
    ["single failures count", 0, 1000, "counts"],
    ["nineteen of twenty are not many enough", 19, 1, "counts"],
    ["twenty of a hundred are both many and a fifth", 20, 80, "hold"],
    ["twenty of a hundred and one are not a fifth", 20, 81, "counts"],
    ["two hundred of ten thousand are many and no fifth", 200, 9800, "counts"],
    ["two thousand of ten thousand are a fifth", 2000, 8000, "hold"],
    ["twenty-one of twenty-two, the last of them", 21, 1, "hold"],
  ])("%s", (_name, left, active, verdict) => {
    expect(judgeMassFailure(policy, facts(left, active))).toBe(verdict);
  });

  it("holds every further one while it is declared, however few", () => {
    expect(judgeMassFailure(policy, facts(0, 1000, { isDeclared: true }))).toBe("hold");
    expect(judgeMassFailure(policy, facts(0, 1000, { isDeclared: true, isConfirmed: true }))).toBe("hold");
  });

  it("counts every further one once the operator said that the grants are dead", () => {
    expect(judgeMassFailure(policy, facts(5000, 1, { isConfirmed: true }))).toBe("counts");
  });

  it("obeys the integration's own numbers", () => {
    const strict = { accounts: 2, share: 0.5, windowSeconds: 60 };
    expect(judgeMassFailure(strict, facts(2, 2))).toBe("hold");
    expect(judgeMassFailure(strict, facts(2, 3))).toBe("counts");
    expect(judgeMassFailure(strict, facts(1, 1))).toBe("counts");
  });

  const anyPolicy = fc.record({
    accounts: fc.integer({ min: 1, max: 200 }),
    share: fc.oneof(fc.constantFrom(0, 0.1, 0.2, 0.25, 1 / 3, 0.5, 1), fc.double({ min: 0.0001, max: 1, noNaN: true })),
    windowSeconds: fc.constant(600),
  });

  it("needs both conditions, and nothing else", () => {
    fc.assert(
      fc.property(anyPolicy, fc.nat(2000), fc.nat(10_000), (own, left, active) => {
        const isBoth = left >= own.accounts && left >= own.share * (active + left);
        expect(judgeMassFailure(own, facts(left, active))).toBe(isBoth ? "hold" : "counts");
      }),
    );
  });

  it("is judged alike when nobody counts the active ones beyond what matters", () => {
    fc.assert(
      fc.property(anyPolicy, fc.nat(2000), fc.nat(200_000), (own, left, active) => {
        const counted = Math.min(active, activeThatMatter(own, left));
        expect(judgeMassFailure(own, facts(left, counted))).toBe(judgeMassFailure(own, facts(left, active)));
      }),
      { numRuns: 2000 },
    );
  });

  it("is judged alike right at the cap, where the sum is closest", () => {
    for (const share of [0, 0.1, 0.2, 0.3, 1 / 3, 0.7, 0.9, 1]) {
      for (let left = 0; left < 300; left += 1) {
        const own = { ...policy, share };
        const cap = activeThatMatter(own, left);
        for (const active of [cap - 1, cap, cap + 1, cap + 2]) {
          const counted = facts(left, Math.min(active, cap));
          expect(judgeMassFailure(own, counted)).toBe(judgeMassFailure(own, facts(left, active)));
        }
      }
    }
  });
});

describe("the likely cause", () => {
  it.each([
    [0, false, "customer"],
    [1, false, "customer"],
    [1, true, "customer"],
    [2, true, "client"],
    [2, false, "provider"],
    [50, false, "provider"],
  ] as const)("of %i tenants, client changed %s: %s", (tenants, hasClientChanged, cause) => {
    expect(likelyCause({ tenants, hasClientChanged })).toBe(cause);
  });
});
