import { describe, expect, it } from "vitest";
import * as policy from "#core/domain/sealing/sealing-policy";
import type { RewrapRunView, SealingKeyView, SealingKeysView } from "#api/schemas/keys";
import {
  formatWraps,
  judgeKeys,
  keyConditionOf,
  lookOfRun,
  wordProgress,
  wrapsAlarm,
  wrapsBound,
} from "./key-words.ts";

const key = (id: string, facts: Partial<SealingKeyView> = {}): SealingKeyView => ({
  id,
  state: "opens",
  configured: true,
  sealed: 0,
  sealed_by_kind: { tenant_key: 0, credential: 0, secret: 0, answer: 0 },
  wraps: 0,
  first_seen_at: null,
  changed_at: null,
  changed_by: null,
  ...facts,
});
const current = key("k2", { state: "current", sealed: 10 });
const run: RewrapRunView = {
  id: "rwp_1",
  state: "running",
  phase: "rewrapping",
  to: "k2",
  everything: false,
  from: ["k1"],
  total: 10,
  done: 4,
  failed: 0,
  anew: 0,
  pace: null,
  rate: null,
  seconds_left: null,
  sample: null,
  sample_opened: null,
  remaining: null,
  last_error: null,
  started_by: "usr_1",
  started_at: "2026-12-01T10:00:00Z",
  updated_at: "2026-12-01T10:00:00Z",
  finished_at: null,
};
const view = (keys: SealingKeyView[], ...runs: RewrapRunView[]): SealingKeysView => ({
  policy: "direct",
  keys,
  tenant_keys: { current: 0, retired: 0, destroyed: 0, sealed: 0, wraps: 0 },
  runs,
});

describe("whether all is well with the keys", () => {
  it.each<[string, SealingKeysView, string, string]>([
    ["good", view([current]), "good", "Everything here is sealed under k2."],
    ["good, with nothing sealed", view([key("k1", { state: "current" })]), "good", "Nothing is sealed yet."],
    [
      "a re-wrap away",
      view([current, key("k1", { sealed: 1 })]),
      "warn",
      "1 value is still sealed under an older key.",
    ],
    [
      "on its way",
      view([current, key("k1", { sealed: 6 })], run),
      "info",
      "6 values are still sealed under an older key, and a re-wrap is running.",
    ],
    [
      "resting",
      view([current, key("k1", { sealed: 6 })], { ...run, state: "paused" }),
      "warn",
      "6 values are still sealed under an older key, and a re-wrap is paused.",
    ],
    [
      "on its way under a newer version",
      view([current], { ...run, everything: true }),
      "info",
      "A re-wrap of everything under the newest version of k2 is running.",
    ],
    [
      "on its way under a newer version and from an older key",
      view([current, key("k1", { sealed: 6 })], { ...run, everything: true }),
      "info",
      "6 values are still sealed under an older key, and a re-wrap is running.",
    ],
    [
      "worn",
      view([{ ...current, wraps: wrapsAlarm }]),
      "bad",
      "k2 has wrapped 2.15 billion data keys, more than half of its bound.",
    ],
    [
      "out of reach, by an operator's hand",
      view([current, key("k1", { state: "disabled", sealed: 3 })], { ...run, state: "paused" }),
      "bad",
      "3 values are out of reach: k1 is disabled.",
    ],
    [
      "at a standstill",
      view([key("k1", { state: "disabled" })]),
      "bad",
      "Nothing new can be sealed: the current key is disabled.",
    ],
    [
      "of another policy, under the current key",
      { ...view([{ ...current, sealed_by_kind: { ...current.sealed_by_kind, credential: 8 } }]), policy: "tenant" },
      "warn",
      "8 values are still sealed as the policy before wanted it.",
    ],
    [
      "of another policy, under keys of tenants",
      { ...view([current]), tenant_keys: { current: 1, retired: 0, destroyed: 0, sealed: 1, wraps: 1 } },
      "warn",
      "1 value is still sealed as the policy before wanted it.",
    ],
    [
      "lost",
      view([current, key("k0", { state: "disabled", configured: false, sealed: 3 })]),
      "bad",
      "3 values can't be opened: k0 is not configured any more.",
    ],
  ])("is %s", (_, keys, tone, says) => expect(judgeKeys(keys)).toMatchObject({ tone, says }));
});

it("names the keys that have served, once everything is under the current one", () => {
  expect(judgeKeys(view([current, key("k1")])).next).toBe("k1 seals nothing any more and can be disabled.");
  expect(judgeKeys(view([current, key("k1"), key("k0")])).next).toContain("k1, k0 seal nothing");
  expect(judgeKeys(view([current, key("k1", { state: "disabled" })])).next).toBe("Nothing for you to do.");
});

it.each<[string, Partial<SealingKeyView>]>([
  ["current", { state: "current" }],
  ["opens", {}],
  ["disabled", { state: "disabled" }],
  ["missing", { state: "disabled", configured: false, sealed: 1 }],
])("tells a key that is %s", (condition, facts) => expect(keyConditionOf(key("k1", facts))).toBe(condition));

it.each<[string, Partial<RewrapRunView>]>([
  ["Measuring its pace", {}],
  ["About 1 min 10 s left", { seconds_left: 70 }],
  ["Opening a sample, to see that it opens", { phase: "verifying" }],
  ["It goes on where it stopped", { state: "paused" }],
  ["What was re-wrapped stays so", { state: "stopped" }],
  ["No value is left under another key", { state: "done", remaining: {} }],
  ["k1 still seals 3", { state: "done", remaining: { k1: 3 } }],
])("says of a run: %s", (words, facts) => expect(wordProgress({ ...run, ...facts })).toBe(words));

it("marks the wraps of which operators are told", () => expect(wrapsAlarm).toBe(policy.wrapsAlarm));

it.each([
  [0, "0"],
  [98_112, "98,112"],
  [88_204_117, "88.2 million"],
  [wrapsBound, "4.29 billion"],
])("writes %i wraps as %s", (wraps, words) => expect(formatWraps(wraps)).toBe(words));

it.each<[string, Partial<RewrapRunView>, string, string]>([
  ["is done", { state: "done", remaining: {}, sample: 200, sample_opened: 200 }, "good", "Done"],
  ["is done, with nothing to open", { state: "done", remaining: {}, sample: 0, sample_opened: 0 }, "good", "Done"],
  ["left something over", { state: "done", remaining: { k1: 1 }, sample: 200, sample_opened: 200 }, "bad", "Ended"],
  [
    "found what does not open",
    { state: "done", failed: 1, remaining: {}, sample: 1, sample_opened: 1 },
    "bad",
    "Ended",
  ],
  ["opened less than its sample", { state: "done", remaining: {}, sample: 200, sample_opened: 199 }, "bad", "Ended"],
  ["was stopped", { state: "stopped", failed: 1 }, "none", "Stopped"],
])("looks so where a run %s", (_, facts, tone, label) =>
  expect(lookOfRun({ ...run, ...facts })).toMatchObject({ tone, label }),
);
