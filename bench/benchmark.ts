import type { Steps } from "#scripts/progress";

export interface BenchmarkOptions {
  /** Small sizes and few rounds: whether it runs, not how fast. */
  readonly isQuick: boolean;
  readonly steps: Steps;
  /** Where the subject's CPU profiles go; null: none is taken. Profiling slows the subject down. */
  readonly profileDirectory: string | null;
}

/** One line of the table at the end. */
export interface Result {
  readonly measured: string;
  readonly floor: string;
  readonly subject: string;
  readonly target: string;
  readonly reached: string;
  readonly isReached: boolean | null;
}

export interface Report {
  readonly name: string;
  readonly results: readonly Result[];
  readonly notes: readonly string[];
  /** Every round, for --json. */
  readonly rounds: readonly Readonly<Record<string, unknown>>[];
}

export type Benchmark = (options: BenchmarkOptions) => Promise<Report>;

export function yesNo(result: Result): string {
  return result.isReached === null ? "" : result.isReached ? "yes" : "no";
}
