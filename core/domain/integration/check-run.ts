/** What one step of a scenario came to: what the provider of the trial answered, and what the engine made of it. */
export interface CheckStep {
  readonly answered: string;
  /** Null: nothing was asked. */
  readonly outcome: string | null;
  readonly rule: string | null;
  readonly httpStatus: number | null;
  readonly error: string | null;
  readonly explanation: string | null;
  /** Of the account afterwards; null: nothing was stored. */
  readonly status: string | null;
  readonly scopesMissing: readonly string[];
  /** Seconds; null: never. */
  readonly nextRefreshIn: number | null;
  /** Seconds; null: nothing says so. */
  readonly expiresIn: number | null;
  readonly callerGot: string;
}

export interface CheckScenario {
  readonly scenario: string;
  readonly title: string;
  readonly verdict: "as_expected" | "unexpected" | "not_applicable";
  /** Why it does not apply; null: it does. */
  readonly note: string | null;
  readonly steps: readonly CheckStep[];
  /** What was expected and what was seen, where the two differ. */
  readonly problems: readonly string[];
}

/** A definition on trial against the lab, or that was. */
export interface CheckRun {
  readonly id: string;
  readonly environmentId: string;
  readonly integrationName: string;
  /** As it was sent, or as it was in force; without a client. Another version may not be able to read it. */
  readonly document: unknown;
  /** Whether it was the definition in force when it began; else somebody sent it. */
  readonly isInForce: boolean;
  /** Whether the catalogue's samples belong to it. */
  readonly withSamples: boolean;
  readonly startedBy: string;
  readonly state: "queued" | "running" | "done" | "failed";
  /** Why it failed; null: it did not. */
  readonly detail: string | null;
  readonly scenarios: readonly CheckScenario[];
  readonly leftAside: readonly string[];
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  /** When its worker was last heard of; null: no worker took it up. */
  readonly beatAt: Date | null;
  readonly finishedAt: Date | null;
}

/** A worker that is not heard of for so long is gone, and one that has not come by then does not come, seconds. */
export const checkTimes = { silentSeconds: 60, unclaimedSeconds: 120, longestSeconds: 180 } as const;

export const interrupted = "The worker that ran it is gone. Start it again.";
export const unclaimed =
  "No worker took it up. One has to run with EVERGRANT_LAB_CHECKS=on, in an installation that has the lab.";

/** Why a run that is not marked as over is over all the same; null: it goes on. */
export function whyOver(run: Pick<CheckRun, "state" | "createdAt" | "beatAt">, now: Date): string | null {
  const secondsSince = (instant: Date): number => (now.getTime() - instant.getTime()) / 1000;
  if (run.state === "queued" && secondsSince(run.createdAt) > checkTimes.unclaimedSeconds) return unclaimed;
  if (run.state === "running" && secondsSince(run.beatAt ?? run.createdAt) > checkTimes.silentSeconds)
    return interrupted;
  return null;
}

export type CheckVerdict = "as_expected" | "unexpected" | "nothing_tried";

/** Where nothing could be tried, nothing is known. Null: it is not over, or did not come to its end. */
export function verdictOf({ state, scenarios }: Pick<CheckRun, "state" | "scenarios">): CheckVerdict | null {
  if (state !== "done") return null;
  if (scenarios.some(({ verdict }) => verdict === "unexpected")) return "unexpected";
  return scenarios.some(({ verdict }) => verdict === "as_expected") ? "as_expected" : "nothing_tried";
}
