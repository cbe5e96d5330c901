import type { Tally } from "#core/ports/tally";

export type Tallied = readonly [method: keyof Tally, ...given: readonly unknown[]];

/** Keeps what was told, in order. */
export function createRecordingTally(): Tally & { readonly tallied: readonly Tallied[] } {
  const tallied: Tallied[] = [];
  return {
    tallied,
    tokenRead: (...given) => void tallied.push(["tokenRead", ...given]),
    webhookAttempted: (...given) => void tallied.push(["webhookAttempted", ...given]),
  };
}
