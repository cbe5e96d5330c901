/** How high something was on one past day. */
export interface DaySample {
  /** 1: a day before now. */
  readonly daysAgo: number;
  readonly value: number;
}

/** After so many days a day counts half. */
const halfLifeDays = 14;
/** A level is usual once days of this weight together have reached it: never one alone, two within a week, or a weekday's third time. */
const evidence = 1.2;
/** Days that are remembered: what is older weighs too little to tell anything. */
export const memoryDays = 28;

/**
 * The highest level that is usual: reached on days whose weights, halved every two weeks, add up to the evidence. A high quantile by
 * weight, and so robust: one day, however high, moves it not at all, and what came twice is what may come again.
 *
 * @returns 0 where nothing is usual
 */
export function usualLevel(samples: readonly DaySample[]): number {
  const highestFirst = samples
    .filter(({ daysAgo, value }) => daysAgo >= 1 && daysAgo <= memoryDays && value > 0)
    .toSorted((a, b) => b.value - a.value);
  let weight = 0;
  for (const { daysAgo, value } of highestFirst) {
    weight += 2 ** (-daysAgo / halfLifeDays);
    if (weight >= evidence) return value;
  }
  return 0;
}
