import type { SealedPlace } from "./sealed-place.ts";

export type RewrapState = "running" | "paused" | "done" | "stopped";

/** What somebody may do to a run. */
export type RewrapCommand = "pause" | "resume" | "stop";

/** Where a run is: it goes on from here after whatever happened to it. */
export interface RewrapProgress {
  /** Verifying: everything is under its key, and a sample is opened. */
  readonly phase: "rewrapping" | "verifying";
  /** How often it goes through everything, from 1: until a pass finds nothing that it could still change. */
  readonly pass: number;
  readonly place: SealedPlace;
  /** The last row that was looked at in this place and pass, by its key and identity, or by its identity alone; null: none yet. */
  readonly cursor: readonly (string | number)[] | null;
  /** Of this pass: rows seen, and rows written. */
  readonly found: number;
  readonly written: number;
  /** Rows of the pass before that were seen and neither written nor failed: somebody else held or changed them. */
  readonly leftOver: number;
  /** Written in all passes. */
  readonly done: number;
  /** Of this pass: they don't open. */
  readonly failed: number;
  /** Sealed under an old key after the first pass had gone by: by a process that has the old configuration. */
  readonly anew: number;
}

export interface RewrapRun extends RewrapProgress {
  /** `rwp_…` */
  readonly id: string;
  readonly environmentId: string;
  readonly state: RewrapState;
  /** The key of the KMS that everything goes to. */
  readonly toKid: string;
  /** Wraps anew what is under that key already, too, since it has a newer version inside; once, and in one pass. */
  readonly everything: boolean;
  /** What there was besides when it began; a hundred at most. */
  readonly fromKids: readonly string[];
  /** Values a second at most; null: as fast as it goes. */
  readonly pace: number | null;
  /** Values that were to be re-wrapped when it began. */
  readonly total: number;
  /** Values a second, measured; null: not yet. */
  readonly rate: number | null;
  /** Opened to see that they do; null: not yet. */
  readonly sampleSize: number | null;
  readonly sampleOpened: number | null;
  /** At its end: keys that are not where values belong → how many they still seal; null: not at its end. */
  readonly remaining: Readonly<Record<string, number>> | null;
  readonly lastError: string | null;
  readonly startedBy: string;
  readonly startedAt: Date;
  readonly updatedAt: Date;
  readonly finishedAt: Date | null;
}

/** Nobody else takes a run that its holder has looked at within this time. */
export const rewrapLeaseSeconds = 30;

export const firstProgress: RewrapProgress = {
  phase: "rewrapping",
  pass: 1,
  place: "tenant_key",
  cursor: null,
  found: 0,
  written: 0,
  leftOver: 0,
  done: 0,
  failed: 0,
  anew: 0,
};

/** @returns the state that it leads to; null: it can't be done in this state */
export function commandRun(state: RewrapState, command: RewrapCommand): RewrapState | null {
  if (state === "done" || state === "stopped") return null;
  switch (command) {
    case "pause":
      return state === "running" ? "paused" : null;
    case "resume":
      return state === "paused" ? "running" : null;
    case "stop":
      return "stopped";
  }
}

/** Rows of one batch: so few that a slow pace is even, and a crash repeats little. */
const batchMost = 500;

export function batchSize(pace: number | null): number {
  return pace === null ? batchMost : Math.max(1, Math.min(batchMost, pace));
}

/** Milliseconds to wait after a batch, so that no more than `pace` values go by in a second. */
export function pauseAfterBatch(pace: number | null, values: number, tookMs: number): number {
  return pace === null ? 0 : Math.max(0, (values / pace) * 1000 - tookMs);
}

/** A batch counts by the time that it took, and what is minutes old hardly any more. */
const rateMemorySeconds = 30;

/** @param seconds that the batch took, with the pause after it */
export function nextRate(rate: number | null, values: number, seconds: number): number | null {
  if (seconds <= 0) return rate;
  const measured = values / seconds;
  if (rate === null) return measured;
  const weight = 1 - Math.exp(-seconds / rateMemorySeconds);
  return rate + (measured - rate) * weight;
}

/**
 * Seconds until everything is re-wrapped, at the rate that was measured, or at the pace where somebody has slowed it down since; null:
 * not known, or it is not running.
 */
export function secondsLeft(
  run: Pick<RewrapRun, "state" | "phase" | "total" | "done" | "failed" | "rate" | "pace">,
): number | null {
  if (run.state !== "running") return null;
  const left = Math.max(0, run.total - run.done - run.failed);
  if (run.phase === "verifying" || left === 0) return 0;
  return run.rate === null || run.rate <= 0 ? null : Math.ceil(left / Math.min(run.rate, run.pace ?? run.rate));
}

/** Whether it ended with everything under its key, and the sample opened. */
export function isClean(
  run: Pick<RewrapRun, "state" | "failed" | "remaining" | "sampleSize" | "sampleOpened">,
): boolean {
  const left = Object.keys(run.remaining ?? {}).length;
  return run.state === "done" && run.failed === 0 && left === 0 && run.sampleSize === run.sampleOpened;
}

/** 1 % of what was re-wrapped, at least 200, at most 2,000; none when there was nothing. */
export function sampleSizeOf(done: number): number {
  return done === 0 ? 0 : Math.min(2_000, Math.max(200, Math.ceil(done / 100)));
}

/** More passes find what is sealed anew all the time: the end says that it is so. */
const passesMost = 10;

export type PassEnd = { readonly kind: "again"; readonly progress: RewrapProgress } | { readonly kind: "verify" };

/**
 * What follows when a pass has gone through all places. Another one, as long as it changed something or left something over: what
 * was locked a moment ago, and what an old process sealed meanwhile, is found by the next. A pass that finds nothing to do is the proof.
 * A run that wraps everything anew has one pass: what was written since it began is under the newest version without it.
 */
export function endPass(progress: RewrapProgress, everything: boolean): PassEnd {
  const { pass, found, written, failed } = progress;
  // It stops at each row that somebody holds, so that nothing is left over; another pass would only do it all again.
  if (everything) return { kind: "verify" };
  const leftOver = Math.max(0, found - written - failed);
  if (written + leftOver === 0 || pass >= passesMost) return { kind: "verify" };
  return {
    kind: "again",
    progress: { ...firstProgress, pass: pass + 1, leftOver, done: progress.done, anew: progress.anew },
  };
}

/** Of the values that a later pass wrote, those that the pass before had not left over came anew. */
export function anewOf(progress: RewrapProgress, written: number): number {
  if (progress.pass === 1) return 0;
  const before = Math.max(0, progress.written - progress.leftOver);
  return Math.max(0, progress.written + written - progress.leftOver) - before;
}
