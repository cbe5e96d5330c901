import { describe, expect, it } from "vitest";
import { defaultAnomalyPolicy } from "./anomaly-policy.ts";
import { activeThatTell, judgeSpike } from "./judge-spike.ts";

const at = new Date("2026-12-20T10:30:00Z");
const hours = (ago: number): Date => new Date(Math.floor(at.getTime() / 3_600_000 - ago) * 3_600_000);
const left = (...pairs: readonly (readonly [hoursAgo: number, left: number])[]) =>
  pairs.map(([ago, count]) => ({ hour: hours(ago), left: count }));
const daily = (count: number) => left(...Array.from({ length: 20 }, (_, day) => [24 * (day + 1) + 3, count] as const));

describe("accounts that need re-authorization", () => {
  it.each<[string, ReturnType<typeof left>, { active?: number; isHeld?: boolean }, boolean]>([
    ["ring where usually hardly any do", left([0, 10]), { active: 100 }, true],
    ["ring where they leave one by one over the day", left([0, 2], [5, 3], [12, 3], [23, 2]), { active: 100 }, true],
    ["are too few below the least", left([0, 9]), { active: 10 }, false],
    ["are too small a share of many", left([0, 10]), { active: 300 }, false],
    ["are not those of the day before", left([0, 5], [24, 5]), { active: 10 }, false],
    ["are usual where as many leave every day", [...daily(10), ...left([0, 30])], { active: 100 }, false],
    ["ring above three times what is usual", [...daily(10), ...left([0, 31])], { active: 100 }, true],
    ["say nothing where they are held, or somebody just decided (R26)", left([0, 50]), { isHeld: true }, false],
  ])("%s", (_, departures, { active = 0, isHeld = false }, rings) => {
    const facts = { integrationName: "acme-crm", at, hours: departures, active, isHeld };
    const found = judgeSpike(defaultAnomalyPolicy, facts);
    expect(found !== null).toBe(rings);
    if (found !== null) expect(found).toMatchObject({ kind: "needs_reauth_spike", subject: "acme-crm" });
  });

  it("are told with their share also where any share rings", () => {
    const policy = { ...defaultAnomalyPolicy, spike: { accounts: 10, share: 0 } };
    const active = Math.min(90, activeThatTell(policy, 10));
    const found = judgeSpike(policy, { integrationName: "a", at, hours: left([0, 10]), active, isHeld: false });
    expect(found?.detail).toEqual({ accounts: 100, share_percent: 10 });
  });

  it("are judged the same by who counts no further than what tells", () => {
    for (const active of [0, 100, 189, 190, 191, 300, 10_000]) {
      const facts = { integrationName: "a", at, hours: left([0, 10]), isHeld: false };
      const most = activeThatTell(defaultAnomalyPolicy, 10);
      const all = judgeSpike(defaultAnomalyPolicy, { ...facts, active }) !== null;
      expect(judgeSpike(defaultAnomalyPolicy, { ...facts, active: Math.min(active, most) }) !== null).toBe(all);
    }
  });
});
