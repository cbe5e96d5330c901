import type { Activity, HourOfCaller } from "#core/domain/anomaly/activity";
import { floorTo, minuteMs } from "#core/domain/anomaly/activity";
import type { Episode } from "#core/domain/anomaly/anomaly";
import { anomalyPolicyOf, type AnomalyPolicyChanges } from "#core/domain/anomaly/anomaly-policy";
import type { KeyLife } from "#core/domain/anomaly/judge-dormancy";
import { pastKey, type OpeningGroup } from "#core/domain/anomaly/judge-look";
import { pastOf } from "#core/domain/anomaly/past";
import { wordAnomaly } from "#core/domain/anomaly/word-anomaly";
import type { CallerWatch, Rung } from "#core/ports/caller-watch";
import type { Clock } from "#core/ports/clock";

/** One record of the audit chain of `env_1`. */
export interface FakeOpening {
  readonly caller: string;
  readonly at: Date;
  readonly count?: number;
  readonly tenants?: readonly string[];
  readonly field?: string | null;
  readonly purpose?: string | null;
}

interface InMemoryCallerWatch extends CallerWatch {
  /** A record, without a link. */
  write(...openings: readonly FakeOpening[]): void;
  /** What the sealer does: records get their links, and can be read. */
  seal(): void;
  readonly policy: { changes: AnomalyPolicyChanges };
  readonly lives: Map<string, KeyLife>;
  readonly rung: readonly Rung[];
  readonly episodes: readonly (Episode & { readonly endedAt: Date | null })[];
  readonly stopped: ReadonlySet<string>;
}

/** The watch without a database: one environment, the same judgement. */
export function createInMemoryCallerWatch(clock: Pick<Clock, "now">): InMemoryCallerWatch {
  const unsealed: FakeOpening[] = [];
  const sealed: FakeOpening[] = [];
  const activities = new Map<string, Activity>();
  const hours = new Map<string, Map<number, HourOfCaller>>();
  const episodes: (Episode & { endedAt: Date | null })[] = [];
  const rung: Rung[] = [];
  const stopped = new Set<string>();
  const policy: { changes: AnomalyPolicyChanges } = { changes: {} };
  const lives = new Map<string, KeyLife>();
  let read = 0;

  return {
    policy,
    lives,
    rung,
    episodes,
    stopped,
    write: (...openings) => void unsealed.push(...openings),
    seal: () => void sealed.push(...unsealed.splice(0)),
    environments: () => Promise.resolve(["env_1"]),
    forget: () => Promise.resolve(),
    look(_, needed, judge) {
      const openings = groupsOf(sealed.slice(read));
      read = sealed.length;
      const chosen = anomalyPolicyOf(policy.changes);
      const pasts = new Map(
        needed({ policy: chosen, openings, activities }).map(({ caller, hour }) => [
          pastKey(caller, hour),
          pastOf([...(hours.get(caller)?.values() ?? [])], hour),
        ]),
      );
      const open = episodes.filter((one) => one.endedAt === null);
      const judgement = judge({
        now: clock.now(),
        policy: chosen,
        openings,
        activities: new Map(activities),
        pasts,
        lives,
        networks: [],
        departures: [],
        open,
      });
      for (const [caller, activity] of judgement.activities) activities.set(caller, activity);
      for (const one of judgement.hours) {
        const ofCaller = hours.get(one.caller) ?? new Map<number, HourOfCaller>();
        hours.set(one.caller, ofCaller.set(one.hour.getTime(), one));
      }
      for (const next of judgement.continued) Object.assign(episodes.find((one) => one.id === next.id) ?? {}, next);
      for (const { id } of judgement.ended) {
        Object.assign(episodes.find((one) => one.id === id) ?? {}, { endedAt: clock.now() });
      }
      const begun = judgement.opened.map(({ finding, stops }): Rung => {
        const { kind, subject, measured, detail, at } = finding;
        const id = `ano_${episodes.length + 1}`;
        const anomaly: Episode = { id, kind, subject, measured, detail, startedAt: at, lastAt: at };
        episodes.push({ ...anomaly, endedAt: null });
        if (stops) stopped.add(subject);
        return { anomaly, hasStopped: stops, summary: wordAnomaly(anomaly, null) };
      });
      rung.push(...begun);
      return Promise.resolve({
        kind: "looked",
        rung: begun,
        ended: judgement.ended.map(({ kind }) => kind),
        hasMore: false,
      });
    },
  };
}

/** As the database groups them: by caller, purpose, field and minute. */
function groupsOf(openings: readonly FakeOpening[]): OpeningGroup[] {
  const groups = new Map<string, OpeningGroup>();
  for (const one of openings) {
    const { caller, at, count = 1, tenants = [], field = "token_set", purpose = "token_read" } = one;
    const minute = floorTo(at, minuteMs);
    const key = `${caller} ${field} ${purpose} ${minute.getTime()}`;
    const before = groups.get(key);
    groups.set(key, {
      caller,
      action: "credential.opened",
      field,
      purpose,
      minute,
      at: before !== undefined && before.at > at ? before.at : at,
      count: (before?.count ?? 0) + count,
      tenants: [...new Set([...(before?.tenants ?? []), ...tenants])],
      auditId: before?.auditId ?? "aud_1",
    });
  }
  return [...groups.values()].toSorted((a, b) => a.minute.getTime() - b.minute.getTime());
}
