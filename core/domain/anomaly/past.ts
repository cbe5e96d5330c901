import { hourMs, type HourOfCaller } from "./activity.ts";
import { memoryDays, usualLevel, type DaySample } from "./usual-level.ts";

/** What is usual for a caller around one hour of the day. */
export interface Past {
  /** Days before on which it opened anything. */
  readonly days: number;
  readonly usual: Usual;
}

export interface Usual {
  readonly readsPerMinute: number;
  readonly readsPerHour: number;
  readonly tenantsPerMinute: number;
  readonly tenantsPerHour: number;
}

export const noPast: Past = {
  days: 0,
  usual: { readsPerMinute: 0, readsPerHour: 0, tenantsPerMinute: 0, tenantsPerHour: 0 },
};

const dayMs = 24 * hourMs;

/**
 * Each day before counts with the highest of the same hour and the two beside it: a nightly batch may come an hour earlier or later,
 * as it does when the clocks of summer and winter change.
 *
 * @param hours in any order; those that are not before the present hour count nothing
 */
export function pastOf(hours: readonly HourOfCaller[], present: Date): Past {
  const days = new Set<number>();
  const around = new Map<number, HourOfCaller[]>();
  for (const one of hours) {
    const ago = (present.getTime() - one.hour.getTime()) / hourMs;
    // An hour earlier than yesterday's belongs to yesterday.
    const day = Math.floor((ago + 1) / 24);
    if (day < 1 || day > memoryDays || one.reads === 0) continue;
    days.add(day);
    if (Math.abs(ago - 24 * day) > 1) continue;
    const near = around.get(day) ?? [];
    near.push(one);
    around.set(day, near);
  }
  const usual = (of: (hour: HourOfCaller) => number): number =>
    usualLevel(
      [...around].map(([daysAgo, near]): DaySample => ({ daysAgo, value: Math.max(...near.map((one) => of(one))) })),
    );
  return {
    days: days.size,
    usual: {
      readsPerMinute: usual((one) => one.peakReads),
      readsPerHour: usual((one) => one.reads),
      tenantsPerMinute: usual((one) => one.peakTenants),
      tenantsPerHour: usual((one) => one.tenants),
    },
  };
}

/** Hours before it are not remembered. */
export function memoryStart(now: Date): Date {
  return new Date(now.getTime() - memoryDays * dayMs - 2 * hourMs);
}
