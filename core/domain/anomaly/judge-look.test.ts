import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hourMs, minuteMs, type Activity, type HourOfCaller } from "./activity.ts";
import { anomalyKinds, quietSeconds, type AnomalyKind, type Episode, type Finding } from "./anomaly.ts";
import { defaultAnomalyPolicy } from "./anomaly-policy.ts";
import { judgeLook, pastKey, settleEpisodes, type OpeningGroup } from "./judge-look.ts";
import { pastOf } from "./past.ts";

const dayMs = 24 * hourMs;
const start = Date.parse("2026-11-02T00:00:00Z");
const policy = defaultAnomalyPolicy;

/** What a caller does in one minute of its day. */
interface Moment {
  readonly minute: number;
  readonly reads: number;
  readonly tenants: number;
}

/** One caller's life, judged as it goes on. */
function startCaller() {
  let activity: Activity | null = null;
  const hours = new Map<number, HourOfCaller>();
  return {
    act(atMs: number, { reads, tenants }: Omit<Moment, "minute">): readonly Finding[] {
      const minute = new Date(Math.floor(atMs / minuteMs) * minuteMs);
      const hour = new Date(Math.floor(atMs / hourMs) * hourMs);
      const opening: OpeningGroup = {
        caller: "key_1",
        action: "credential.opened",
        field: "token_set",
        purpose: "token_read",
        minute,
        at: new Date(atMs),
        count: reads,
        tenants: Array.from({ length: tenants }, (_, index) => `t${index}`),
        auditId: "aud_1",
      };
      const judgement = judgeLook({
        now: new Date(atMs),
        policy,
        openings: [opening],
        activities: new Map(activity === null ? [] : [["key_1", activity]]),
        pasts: new Map([[pastKey("key_1", hour), pastOf([...hours.values()], hour)]]),
        lives: new Map(),
        networks: [],
        departures: [],
        open: [],
      });
      activity = judgement.activities.get("key_1") ?? null;
      for (const one of judgement.hours) hours.set(one.hour.getTime(), one);
      return judgement.opened.map(({ finding }) => finding);
    },
    /** The whole day; what it rang for. */
    live(day: number, moments: readonly Moment[], lateMinutes = 0): readonly Finding[] {
      return moments.flatMap((one) => this.act(start + day * dayMs + (one.minute + lateMinutes) * minuteMs, one));
    },
  };
}

const momentsOf = (most: number, lastMinute = 24 * 60 - 1) =>
  fc
    .uniqueArray(
      fc.record({
        minute: fc.integer({ min: 0, max: lastMinute }),
        reads: fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: most })),
        tenants: fc.integer({ min: 0, max: 300 }),
      }),
      { selector: (one) => one.minute, minLength: 1, maxLength: 40 },
    )
    .map((moments) => moments.toSorted((a, b) => a.minute - b.minute));

describe("rates of any shape", () => {
  it("that repeat every day ring for nothing on the third day", () => {
    fc.assert(
      fc.property(momentsOf(1_000_000), (moments) => {
        const caller = startCaller();
        caller.live(0, moments);
        caller.live(1, moments);
        expect(caller.live(2, moments)).toEqual([]);
      }),
    );
  });

  it("that repeat every day, up to an hour earlier or later, ring for nothing on the third day", () => {
    const late = fc.integer({ min: 0, max: 60 });
    // None of them so late that it is the next day's.
    fc.assert(
      fc.property(momentsOf(1_000_000, 22 * 60 - 1), late, late, late, (moments, a, b, c) => {
        const caller = startCaller();
        caller.live(0, moments, a);
        caller.live(1, moments, b);
        expect(caller.live(2, moments, c)).toEqual([]);
      }),
    );
  });

  it("that were otherwise for weeks ring for nothing on the third day of another life", () => {
    fc.assert(
      fc.property(momentsOf(100_000), momentsOf(100_000), (before, after) => {
        const caller = startCaller();
        for (let day = 0; day < 20; day += 1) caller.live(day, before);
        caller.live(20, after);
        caller.live(21, after);
        expect(caller.live(22, after)).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });

  it("that grow by less than the factor from day to day ring for nothing once two days are known", () => {
    fc.assert(
      fc.property(momentsOf(1_000), (moments) => {
        const caller = startCaller();
        for (let day = 0; day < 8; day += 1) {
          const grown = moments.map((one) => ({ ...one, reads: Math.ceil(one.reads * 1.7 ** day) }));
          const found = caller.live(day, grown);
          if (day >= 2) expect(found).toEqual([]);
        }
      }),
      { numRuns: 50 },
    );
  });

  it("a jump over the factor times all that ever was always rings, at any minute of the day", () => {
    const minute = fc.integer({ min: 0, max: 24 * 60 - 1 });
    fc.assert(
      fc.property(momentsOf(10_000), fc.integer({ min: 3, max: 10 }), minute, (moments, days, at) => {
        const caller = startCaller();
        for (let day = 0; day < days; day += 1) caller.live(day, moments);
        const most = Math.max(...moments.map((one) => one.reads));
        const reads = Math.max(policy.least.readsPerMinute, Math.ceil(policy.factor * most)) + 1;
        const found = caller.act(start + days * dayMs + at * minuteMs, { reads, tenants: 1 });
        expect(found.map(({ kind }) => kind)).toContain("decrypt_rate");
      }),
    );
  });

  it("more tenants than the factor times those that ever were always ring", () => {
    const minute = fc.integer({ min: 0, max: 24 * 60 - 1 });
    fc.assert(
      fc.property(momentsOf(1_000), fc.integer({ min: 3, max: 6 }), minute, (moments, days, at) => {
        const caller = startCaller();
        for (let day = 0; day < days; day += 1) caller.live(day, moments);
        const most = Math.max(...moments.map((one) => one.tenants));
        // Counting by a bitmap is a few percent off where there are hundreds.
        const tenants = Math.ceil(1.1 * Math.max(policy.least.tenantsPerMinute, policy.factor * most)) + 5;
        const found = caller.act(start + days * dayMs + at * minuteMs, { reads: tenants, tenants });
        expect(found.map(({ kind }) => kind)).toContain("tenant_spread");
      }),
    );
  });

  it("a jump on one day teaches nothing: the same one on the next day rings again", () => {
    const caller = startCaller();
    for (let day = 0; day < 5; day += 1) caller.live(day, [{ minute: 600, reads: 3, tenants: 1 }]);
    for (const day of [5, 6]) {
      const found = caller.live(day, [{ minute: 600, reads: 300, tenants: 1 }]);
      expect(found.map(({ kind }) => kind)).toEqual(["decrypt_rate"]);
    }
  });
});

describe("episodes", () => {
  const now = new Date("2026-12-01T10:00:00Z");
  const ago = (seconds: number): Date => new Date(now.getTime() - seconds * 1000);
  const finding = (kind: AnomalyKind, at: Date, observed = 100): Finding => ({
    kind,
    subject: "a",
    at,
    measured: { observed, usual: 0, bound: 60, windowSeconds: 60 },
    detail: { reads: observed },
  });
  const episode = (kind: AnomalyKind, lastAt: Date): Episode => ({
    ...finding(kind, lastAt),
    id: "ano_1",
    startedAt: ago(100_000),
    lastAt,
  });

  it.each(anomalyKinds)("of %s are one for each subject, whatever is found, and end after their quiet time", (kind) => {
    const begun = settleEpisodes({ now, policy, open: [] }, [finding(kind, ago(3)), finding(kind, ago(2), 300)]);
    expect(begun.opened).toHaveLength(1);
    expect(begun.opened[0]?.finding).toMatchObject({ at: ago(3), measured: { observed: 300 } });

    const open = [episode(kind, ago(quietSeconds[kind] - 1))];
    const going = settleEpisodes({ now, policy, open }, [finding(kind, ago(1), 50)]);
    expect(going).toMatchObject({ opened: [], ended: [] });
    // What was furthest from the past is kept.
    expect(going.continued).toMatchObject([{ id: "ano_1", lastAt: ago(1), measured: { observed: 100 } }]);
    expect(settleEpisodes({ now, policy, open }, []).ended).toEqual([]);

    const quiet = [episode(kind, ago(quietSeconds[kind]))];
    expect(settleEpisodes({ now, policy, open: quiet }, []).ended).toEqual(quiet);
    expect(settleEpisodes({ now, policy, open: quiet }, [finding(kind, ago(1))]).ended).toEqual([]);
  });

  it("of different subjects and kinds are their own", () => {
    const other = { ...finding("decrypt_rate", ago(1)), subject: "b" };
    const found = [finding("decrypt_rate", ago(1)), finding("tenant_spread", ago(1)), other];
    expect(settleEpisodes({ now, policy, open: [] }, found).opened).toHaveLength(3);
  });

  it.each<[string, AnomalyKind, boolean]>([
    ["key_1", "decrypt_rate", true],
    ["key_1", "tenant_spread", false],
    ["usr_1", "decrypt_rate", false],
    ["worker", "decrypt_rate", false],
    ["acme-crm", "needs_reauth_spike", false],
  ])("%s is stopped by %s where decrypt_rate stops: %s", (subject, kind, stops) => {
    const chosen = { ...policy, stopOn: ["decrypt_rate"] as const };
    const { opened } = settleEpisodes({ now, policy: chosen, open: [] }, [{ ...finding(kind, ago(1)), subject }]);
    expect(opened[0]?.stops).toBe(stops);
  });
});
