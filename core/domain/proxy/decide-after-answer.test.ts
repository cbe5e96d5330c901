import { describe, expect, it } from "vitest";
import { decideAfterAnswer, decideRenewal, type AfterAnswer } from "./decide-after-answer.ts";

describe("after an answer", () => {
  const all = [null, "insufficient_scope", "invalid_request", "rate_limited", "invalid_token"].flatMap((error) =>
    (["token", "typed"] as const).flatMap((credentials) =>
      [1, 2, 3].flatMap((sent) => [true, false].map((canReplay) => ({ error, credentials, sent, canReplay }))),
    ),
  );
  const expected = ({ error, credentials, sent, canReplay }: (typeof all)[number]): AfterAnswer => {
    if (error !== "invalid_token" || sent !== 1) return "pass";
    if (credentials === "typed") return "probe_and_pass";
    return canReplay ? "renew_and_replay" : "renew_and_pass";
  };

  it("the whole table", () => {
    expect(all).toHaveLength(60);
    for (const state of all) expect(decideAfterAnswer(state), JSON.stringify(state)).toBe(expected(state));
  });

  it("no answer to a second request makes a third (D15)", () => {
    expect(new Set(all.filter(({ sent }) => sent > 1).map(decideAfterAnswer))).toEqual(new Set(["pass"]));
  });

  it("what was typed is never replayed", () => {
    const actions = all.filter((one) => one.credentials === "typed").map(decideAfterAnswer);
    expect(new Set(actions)).toEqual(new Set(["pass", "probe_and_pass"]));
  });
});

describe("a rejected token", () => {
  const now = new Date("2026-11-26T10:00:00Z");
  const ago = (...seconds: number[]): Date[] => seconds.map((one) => new Date(now.getTime() - one * 1000));
  const same = { rejected: 3, current: 3 };

  it.each<[string, { rejected: number; current: number }, Date[], ReturnType<typeof decideRenewal>]>([
    ["is refreshed", same, [], "refresh"],
    ["gives way to a newer one that is there", { rejected: 3, current: 4 }, [], "use_newer"],
    ["gives way to one that was just made for a rejection", { rejected: 3, current: 4 }, ago(0), "use_newer"],
    ["that was just made for a rejection is left", same, ago(0), "leave"],
    ["… for a minute", same, ago(59), "leave"],
    ["… and no longer", same, ago(60), "refresh"],
    ["… for two after the second", same, ago(60, 125), "leave"],
    ["… and no longer", same, ago(120, 185), "refresh"],
    ["… in whichever order they are told", same, ago(185, 119), "leave"],
    ["… for four after the third", same, ago(239, 400, 500), "leave"],
    ["… for fifteen at most", same, ago(899, 1000, 1100, 1200, 1300, 1400, 1500, 1600), "leave"],
    ["… and then refreshed again", same, ago(900, 1000, 1100, 1200, 1300, 1400, 1500, 1600), "refresh"],
    ["is refreshed when that was more than an hour ago", same, ago(3600, 3700), "refresh"],
    ["is left although this clock lags behind the database's", same, ago(-3), "leave"],
  ])("%s", (_name, versions, refreshedAt, decision) => {
    expect(decideRenewal(versions, refreshedAt, now)).toBe(decision);
  });
});
