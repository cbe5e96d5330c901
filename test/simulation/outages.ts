import type { Timeline } from "./timeline.ts";

export interface Outage {
  /** Null: for everybody. */
  readonly process: string | null;
  readonly fromMs: number;
  untilMs: number;
  /** Statements get no error but no answer either, like on a connection whose packets are swallowed. */
  readonly hangs: boolean;
}

/** When the database (or the KMS) was out of whose reach. */
export interface Outages {
  readonly all: readonly Outage[];
  begin(outage: { readonly process: string | null; readonly milliseconds: number; readonly hangs: boolean }): void;
  /** Whoever was out of reach is within reach again. */
  end(): void;
  /** The outage that this process is in; null: none. */
  of(process: string, atMs?: number): Outage | null;
  /** Whether this process, and not everybody, was in one at some instant of this time. */
  wasCutOffAlone(process: string, fromMs: number, untilMs: number): boolean;
  overlaps(fromMs: number, untilMs: number): boolean;
}

export function createOutages(timeline: Timeline): Outages {
  const all: Outage[] = [];
  const overlap = (one: Outage, fromMs: number, untilMs: number): boolean =>
    one.fromMs <= untilMs && one.untilMs >= fromMs;
  return {
    all,
    begin({ process, milliseconds, hangs }) {
      all.push({ process, fromMs: timeline.nowMs, untilMs: timeline.nowMs + milliseconds, hangs });
    },
    end() {
      for (const one of all) one.untilMs = Math.min(one.untilMs, timeline.nowMs);
    },
    of(process, atMs = timeline.nowMs) {
      for (const one of all) {
        if (one.fromMs <= atMs && atMs < one.untilMs && (one.process === null || one.process === process)) return one;
      }
      return null;
    },
    wasCutOffAlone: (process, fromMs, untilMs) =>
      all.some((one) => one.process === process && overlap(one, fromMs, untilMs)),
    overlaps: (fromMs, untilMs) => all.some((one) => overlap(one, fromMs, untilMs)),
  };
}
