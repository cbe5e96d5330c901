/** A length of time by which attempts are counted, and for how long those counts are kept, both in seconds. */
export interface CountStep {
  readonly seconds: number;
  readonly keptSeconds: number;
}

const hour = 3_600;
const day = 24 * hour;

/**
 * Each attempt is counted in all of them: a window of any length is a few rows of minutes at its ends, and quarters and hours between
 * them. Beyond the longest window that may be asked for (30 days) nothing is kept.
 */
export const countSteps = [
  { seconds: 60, keptSeconds: 50 * hour },
  { seconds: 900, keptSeconds: 9 * day },
  { seconds: hour, keptSeconds: 32 * day },
] as const satisfies readonly CountStep[];

/** Counts of one step from one instant to another, the later one left out; null: whatever came since. */
export interface CountSpan {
  readonly step: number;
  readonly since: Date;
  readonly until: Date | null;
}

/**
 * Which counts make up the window that ends now: the fewest that there are. Its beginning is rounded down, to the minute; where a
 * window is longer than minutes are kept (two days), to the quarter of an hour, and where it is longer than those are (a week), to
 * the hour.
 */
export function spansOf(windowSeconds: number, now: Date): readonly CountSpan[] {
  const end = now.getTime();
  const finest = countSteps.findIndex(({ keptSeconds }) => windowSeconds <= keptSeconds - 2 * hour);
  const steps = countSteps.slice(finest === -1 ? countSteps.length - 1 : finest).map(({ seconds }) => seconds * 1_000);
  const start = floor(end - windowSeconds * 1_000, steps[0] ?? 0);

  const spans: CountSpan[] = [];
  let at = start;
  const add = (step: number, until: number | null): void => {
    if (until !== null && until <= at) return;
    spans.push({ step: step / 1_000, since: new Date(at), until: until === null ? null : new Date(until) });
    at = until ?? at;
  };
  // Up to where a coarser step begins, as far as one that is over fits in.
  for (const [index, step] of steps.entries()) {
    const coarser = steps[index + 1];
    if (coarser === undefined) add(step, floor(end, step));
    else if (ceil(at, coarser) <= floor(end, coarser)) add(step, ceil(at, coarser));
  }
  for (const step of steps.toReversed().slice(1, -1)) add(step, floor(end, step));
  add(steps[0] ?? 0, null);
  return spans;
}

/** The window before that one, of the same length, by hours at the most; null: it is not kept any more. */
export function spansBefore(windowSeconds: number, now: Date): readonly CountSpan[] | null {
  const step = countSteps.findLast(
    ({ seconds, keptSeconds }) => seconds * 4 <= windowSeconds && keptSeconds >= 2 * windowSeconds + hour,
  );
  if (step === undefined) return null;
  const until = floor(startOf(windowSeconds, now).getTime(), step.seconds * 1_000);
  return [
    { step: step.seconds, since: new Date(until - floor(windowSeconds, step.seconds) * 1_000), until: new Date(until) },
  ];
}

/** Where a window's counts begin. */
export function startOf(windowSeconds: number, now: Date): Date {
  return spansOf(windowSeconds, now)[0]?.since ?? now;
}

/** The step by which a window is drawn: some sixty to two hundred points. */
export function drawingStep(windowSeconds: number): number {
  if (windowSeconds <= 3 * hour) return 60;
  return windowSeconds <= 2 * day ? 900 : hour;
}

function floor(milliseconds: number, step: number): number {
  return Math.floor(milliseconds / step) * step;
}

function ceil(milliseconds: number, step: number): number {
  return Math.ceil(milliseconds / step) * step;
}
