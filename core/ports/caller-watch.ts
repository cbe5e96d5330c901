import type { AnomalyKind, Episode } from "../domain/anomaly/anomaly.ts";
import type { AnomalyPolicy } from "../domain/anomaly/anomaly-policy.ts";
import type { Judgement, Look, OpeningGroup } from "../domain/anomaly/judge-look.ts";
import type { Activity } from "../domain/anomaly/activity.ts";

/** Of which callers and hours the past must be read. */
export type PastsNeeded = (look: {
  readonly policy: AnomalyPolicy;
  readonly openings: readonly OpeningGroup[];
  readonly activities: ReadonlyMap<string, Activity>;
}) => readonly { readonly caller: string; readonly hour: Date }[];

/** An episode that began, as it is told. */
export interface Rung {
  readonly anomaly: Episode;
  /** Its key was stopped by it. */
  readonly hasStopped: boolean;
  readonly summary: string;
}

export type LookResult =
  /** Another process looks at this environment now. */
  | { readonly kind: "busy" }
  | {
      readonly kind: "looked";
      readonly rung: readonly Rung[];
      readonly ended: readonly AnomalyKind[];
      /** There may be more to read at once. */
      readonly hasMore: boolean;
    };

/** What callers open, as the audit chain has it. */
export interface CallerWatch {
  environments(): Promise<readonly string[]>;
  /**
   * Reads on in the chain of an environment, where the last look ended, and writes what `judge` makes of it, its events and the keys
   * that are stopped, in one transaction: each record counts once, whoever looks and whoever dies meanwhile.
   */
  look(environmentId: string, needed: PastsNeeded, judge: (look: Look) => Judgement): Promise<LookResult>;
  /** Removes what is too old to tell anything. */
  forget(): Promise<void>;
}
