/** Neither a success nor a failure: other credentials came meanwhile, so that what the provider answered no longer mattered. */
export const undecidedOutcome = "superseded";

interface OutcomeCount {
  readonly outcome: string;
  readonly count: number;
}

/** @returns 0 to 1, of the attempts that succeeded or failed; null: there was none */
export function successRate(counts: readonly OutcomeCount[]): number | null {
  const decided = counts.filter(({ outcome }) => outcome !== undecidedOutcome);
  const all = sum(decided);
  return all <= 0 ? null : sum(decided.filter(({ outcome }) => outcome === "refreshed")) / all;
}

export function isFailure(outcome: string): boolean {
  return outcome !== "refreshed" && outcome !== undecidedOutcome;
}

function sum(counts: readonly OutcomeCount[]): number {
  return counts.reduce((all, { count }) => all + count, 0);
}
