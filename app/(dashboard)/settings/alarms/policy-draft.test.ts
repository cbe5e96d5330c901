import { expect, test } from "vitest";
import type { AnomalyPolicyView } from "#api/schemas/anomaly";
import { policyDraft, policyPatch } from "./policy-draft.ts";

const levels = { reads_per_minute: 60, reads_per_hour: 600, tenants_per_minute: 20, tenants_per_hour: 100 };
const policy: AnomalyPolicyView = {
  factor: 3,
  least: levels,
  newcomer: levels,
  dormant_days: 30,
  spike: { accounts: 10, share: 0.055 },
  stop_on: ["decrypt_rate"],
  callers: {},
};
const before = policyDraft(policy);

test("what nobody touched is not sent", () => {
  expect(policyPatch(before, policyDraft(policy))).toEqual({});
  expect(policyPatch(before, { ...before, stop_on: [...before.stop_on] })).toEqual({});
});

test("what was typed is sent, and nothing beside it", () => {
  expect(
    policyPatch(before, {
      ...before,
      factor: "2.5",
      least: { ...before.least, reads_per_minute: "90" },
      percent: "7.25",
      stop_on: [],
    }),
  ).toEqual({ factor: 2.5, least: { reads_per_minute: 90 }, spike: { share: 0.0725 }, stop_on: [] });
});

test("a share reads as per cent, without digits of its binary form", () => {
  expect(before.percent).toBe("5.5");
  expect(policyDraft({ ...policy, spike: { accounts: 1, share: 0.07 } }).percent).toBe("7");
});
