import { cpuSeconds } from "./cpu-seconds.ts";
import type { LoadAnswer, LoadQuestion } from "./load.ts";
import type { Part } from "./part.ts";
import { median, quantile } from "./statistics.ts";

export interface Measurement {
  readonly perSecond: number;
  /** Milliseconds, as are the others. */
  readonly p50: number;
  readonly p99: number;
  /** Of the processes that are looked at, for each request. */
  readonly cpuMs: number;
}

/**
 * What a load came to, and what it cost.
 * @param processes whose CPU time counts; asked before and after, since they may have begun others meanwhile
 * @throws Error where a call did not answer 200: what failed costs something else
 */
export async function measureLoad(
  load: Part,
  question: LoadQuestion,
  processes: () => readonly number[],
): Promise<Measurement> {
  const before = cpuSeconds(processes());
  const { latencies, statuses, seconds } = await load.ask<LoadAnswer>(question);
  const after = cpuSeconds(processes());
  if (Object.keys(statuses).join() !== "200") throw new Error(`not every call worked: ${JSON.stringify(statuses)}`);
  const used = [...after].reduce((sum, [pid, cpu]) => sum + cpu - (before.get(pid) ?? 0), 0);
  return {
    perSecond: latencies.length / seconds,
    p50: median(latencies),
    p99: quantile(latencies, 0.99),
    cpuMs: (used * 1000) / latencies.length,
  };
}
