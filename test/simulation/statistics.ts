import type { LossWindow } from "./loss-windows.ts";
import type { RunCounts } from "./run.ts";

/** What many runs came to. */
export interface Statistics {
  add(counts: RunCounts): void;
  text(): string;
}

export function createStatistics(): Statistics {
  const sums = new Map<string, number>();
  const losses = new Map<LossWindow, number>();
  let runs = 0;
  const add = <K>(to: Map<K, number>, key: K, count: number): void => void to.set(key, (to.get(key) ?? 0) + count);
  const list = <K>(of: ReadonlyMap<K, number>): string =>
    [...of].map(([key, count]) => `${Math.round(count)} ${String(key)}`).join(", ");
  return {
    add({ losses: lost, ...counts }) {
      runs += 1;
      for (const [key, count] of Object.entries(counts)) add(sums, key, count);
      for (const [window, count] of Object.entries(lost)) add(losses, window as LossWindow, count);
    },
    text: () => `${runs} runs: ${list(sums)}; lost for good in a documented window: ${list(losses)}`,
  };
}
