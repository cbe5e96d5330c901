import { noneSeen, countDistinct, withSeen } from "./distinct-count.ts";

export const minuteMs = 60_000;
export const hourMs = 3_600_000;

/** What one caller opens, as far as it is counted: the minute and the hour that it is in. Hours are those of UTC. */
export interface Activity {
  readonly firstSeenAt: Date;
  readonly lastSeenAt: Date;
  readonly minute: Date;
  readonly minuteReads: number;
  /** A bitmap (distinct-count). */
  readonly minuteTenants: Uint8Array;
  readonly hour: Date;
  readonly hourReads: number;
  readonly hourTenants: Uint8Array;
  /** Of the hour's minutes, the most. */
  readonly peakReads: number;
  readonly peakTenants: number;
}

/** One hour of a caller, as it is kept for the days to come. */
export interface HourOfCaller {
  readonly hour: Date;
  readonly reads: number;
  readonly tenants: number;
  readonly peakReads: number;
  readonly peakTenants: number;
}

/** What was opened within one minute by one caller. */
export interface Opened {
  readonly minute: Date;
  /** The last one. */
  readonly at: Date;
  readonly reads: number;
  readonly tenants: readonly string[];
}

/** Records come nearly in the order of their time; one that is late counts where its caller is by now. */
export function addOpened(before: Activity | null, opened: Opened): Activity {
  const minute = later(before?.minute, opened.minute);
  const hour = floorTo(minute, hourMs);
  const sameMinute = before !== null && before.minute.getTime() === minute.getTime() ? before : null;
  const sameHour = before !== null && before.hour.getTime() === hour.getTime() ? before : null;
  const minuteReads = (sameMinute?.minuteReads ?? 0) + opened.reads;
  const minuteTenants = withSeen(sameMinute?.minuteTenants ?? noneSeen(), opened.tenants);
  return {
    firstSeenAt: before?.firstSeenAt ?? opened.at,
    lastSeenAt: later(before?.lastSeenAt, opened.at),
    minute,
    minuteReads,
    minuteTenants,
    hour,
    hourReads: (sameHour?.hourReads ?? 0) + opened.reads,
    hourTenants: withSeen(sameHour?.hourTenants ?? noneSeen(), opened.tenants),
    peakReads: Math.max(sameHour?.peakReads ?? 0, minuteReads),
    peakTenants: Math.max(sameHour?.peakTenants ?? 0, countDistinct(minuteTenants)),
  };
}

export function hourOf(activity: Activity): HourOfCaller {
  return {
    hour: activity.hour,
    reads: activity.hourReads,
    tenants: countDistinct(activity.hourTenants),
    peakReads: activity.peakReads,
    peakTenants: activity.peakTenants,
  };
}

export function floorTo(at: Date, spanMs: number): Date {
  return new Date(Math.floor(at.getTime() / spanMs) * spanMs);
}

function later(a: Date | undefined, b: Date): Date {
  return a !== undefined && a > b ? a : b;
}
