import type { Finding, Measured } from "./anomaly.ts";
import { countDistinct } from "./distinct-count.ts";
import type { Activity } from "./activity.ts";
import { isNewcomer, levelsFor, type AnomalyPolicy } from "./anomaly-policy.ts";
import type { Past, Usual } from "./past.ts";

interface Measure {
  readonly kind: "decrypt_rate" | "tenant_spread";
  readonly level: keyof Usual;
  readonly windowSeconds: number;
  readonly of: (activity: Activity) => number;
}

/** The minute first: it is what rings within seconds. The hour finds who goes slowly. */
const measures: readonly Measure[] = [
  { kind: "decrypt_rate", level: "readsPerMinute", windowSeconds: 60, of: (one) => one.minuteReads },
  { kind: "decrypt_rate", level: "readsPerHour", windowSeconds: 3600, of: (one) => one.hourReads },
  {
    kind: "tenant_spread",
    level: "tenantsPerMinute",
    windowSeconds: 60,
    of: (one) => countDistinct(one.minuteTenants),
  },
  { kind: "tenant_spread", level: "tenantsPerHour", windowSeconds: 3600, of: (one) => countDistinct(one.hourTenants) },
];

/** Above this it rings: so many times what is usual, and never below what is said nothing of. */
export function boundOf(factor: number, usual: number, level: number): number {
  return Math.max(level, factor * usual);
}

/** Whether anything could ring at all: what is below the lowest level needs no look at the past. */
export function mayRing(policy: AnomalyPolicy, caller: string, activity: Activity): boolean {
  const newcomer = levelsFor(policy, caller, 0);
  const known = levelsFor(policy, caller, Infinity);
  return measures.some(({ level, of }) => of(activity) > Math.min(newcomer[level], known[level]));
}

/**
 * A caller against its own past, at most one finding of each kind: the window that is furthest above its bound.
 */
export function judgeActivity(policy: AnomalyPolicy, caller: string, activity: Activity, past: Past): Finding[] {
  const levels = levelsFor(policy, caller, past.days);
  const worst = new Map<Measure["kind"], Measured>();
  for (const { kind, level, windowSeconds, of } of measures) {
    const observed = of(activity);
    const usual = past.usual[level];
    const bound = boundOf(policy.factor, usual, levels[level]);
    if (observed <= bound) continue;
    const before = worst.get(kind);
    if (before === undefined || observed / bound > before.observed / before.bound) {
      worst.set(kind, { observed, usual, bound, windowSeconds });
    }
  }
  return [...worst].map(([kind, measured]) => ({
    kind,
    subject: caller,
    at: activity.lastSeenAt,
    measured,
    detail: {
      reads: measured.windowSeconds === 60 ? activity.minuteReads : activity.hourReads,
      tenants: countDistinct(measured.windowSeconds === 60 ? activity.minuteTenants : activity.hourTenants),
      is_new: isNewcomer(past.days),
      days_known: past.days,
    },
  }));
}
