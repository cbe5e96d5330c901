import { describe, expect, it } from "vitest";
import {
  anomalyPolicyOf,
  defaultAnomalyPolicy,
  doesStop,
  levelsFor,
  patchAnomalyPolicy,
  type AnomalyPolicyChanges,
  type AnomalyPolicyPatch,
} from "./anomaly-policy.ts";

const policy = defaultAnomalyPolicy;

describe("levels", () => {
  it.each<[string, number, number]>([
    ["key_1", 0, policy.newcomer.readsPerMinute],
    ["key_1", 1, policy.newcomer.readsPerMinute],
    ["key_1", 2, policy.least.readsPerMinute],
    ["usr_1", 0, policy.newcomer.readsPerMinute],
    ["usr_1", 28, policy.least.readsPerMinute],
    ["worker", 0, 100 * policy.newcomer.readsPerMinute],
    ["worker", 2, 100 * policy.least.readsPerMinute],
    ["somebody", 2, 100 * policy.least.readsPerMinute],
  ])("of %s with %i days known", (caller, days, reads) => {
    expect(levelsFor(policy, caller, days).readsPerMinute).toBe(reads);
  });

  it("of one caller stand in place of all others", () => {
    const own = anomalyPolicyOf({ callers: { key_1: { levels: { readsPerMinute: 9000 } } } });
    expect(levelsFor(own, "key_1", 0)).toEqual({ ...policy.newcomer, readsPerMinute: 9000 });
    expect(levelsFor(own, "key_1", 9)).toEqual({ ...policy.least, readsPerMinute: 9000 });
    expect(levelsFor(own, "key_2", 9)).toEqual(policy.least);
  });
});

it("stops nothing by default", () => {
  expect(doesStop(policy, "key_1", "decrypt_rate")).toBe(false);
});

describe("a change of the policy", () => {
  const before: AnomalyPolicyChanges = {
    factor: 5,
    least: { readsPerMinute: 10 },
    callers: { key_1: { stopOn: ["decrypt_rate"] } },
  };

  it.each<[string, AnomalyPolicyPatch, AnomalyPolicyChanges]>([
    ["that says nothing changes nothing", {}, before],
    ["sets a number", { factor: 2 }, { ...before, factor: 2 }],
    ["takes one back", { factor: null }, { least: before.least!, callers: before.callers! }],
    [
      "adds to parts",
      { least: { tenantsPerHour: 7 } },
      { ...before, least: { readsPerMinute: 10, tenantsPerHour: 7 } },
    ],
    ["takes parts back", { least: null }, { factor: 5, callers: before.callers! }],
    ["replaces a list", { stopOn: ["dormant_key"] }, { ...before, stopOn: ["dormant_key"] }],
    [
      "adds a caller",
      { callers: { key_2: { stopOn: [] } } },
      { ...before, callers: { ...before.callers, key_2: { stopOn: [] } } },
    ],
    [
      "adds to what one caller has",
      { callers: { key_1: { levels: { readsPerHour: 9000 } } } },
      { ...before, callers: { key_1: { stopOn: ["decrypt_rate"], levels: { readsPerHour: 9000 } } } },
    ],
    [
      "replaces a list of one caller and leaves its levels",
      { callers: { key_1: { stopOn: [] } } },
      { ...before, callers: { key_1: { stopOn: [] } } },
    ],
    ["takes one caller away", { callers: { key_1: null } }, { ...before, callers: {} }],
    ["takes all away", { callers: null }, { factor: 5, least: before.least! }],
  ])("%s", (_, patch, after) => expect(patchAnomalyPolicy(before, patch)).toEqual(after));

  it("adds to the levels of one caller, level by level", () => {
    const first = patchAnomalyPolicy({}, { callers: { key_1: { levels: { readsPerMinute: 1, readsPerHour: 2 } } } });
    expect(patchAnomalyPolicy(first, { callers: { key_1: { levels: { readsPerHour: 3 } } } })).toEqual({
      callers: { key_1: { levels: { readsPerMinute: 1, readsPerHour: 3 } } },
    });
  });

  it("that is none is the default", () => expect(anomalyPolicyOf({})).toEqual(policy));
});
