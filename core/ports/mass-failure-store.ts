import type { MassFailureCause } from "../domain/refresh/mass-failure.ts";

export type HoldDecision = "release" | "confirm";

/** How one client of an environment stands with its mass-disconnect guard. */
export interface MassFailure {
  readonly integrationName: string;
  /** Since when accounts are held; null: nothing is declared. */
  readonly startedAt: Date | null;
  readonly likelyCause: MassFailureCause | null;
  /** Accounts that are held now. After a decision it counts down. */
  readonly held: number;
  /** Accounts that left within the last ten minutes before it was declared, or since. */
  readonly left: number;
  /** The latest decision. */
  readonly decision: HoldDecision | null;
  readonly decidedBy: string | null;
  readonly decidedAt: Date | null;
}

export interface MassFailureStore {
  /** Null when the guard never had anything to do with this client. */
  find(environmentId: string, integrationName: string): Promise<MassFailure | null>;
  /** Those that are declared, or whose accounts are still held. */
  list(environmentId: string): Promise<readonly MassFailure[]>;
  /**
   * Writes the operator's word down, with its audit record, and has the held accounts go their way in the background.
   * @returns false when nothing is held
   */
  decide(decision: {
    readonly environmentId: string;
    readonly integrationName: string;
    readonly decision: HoldDecision;
    readonly actor: string;
  }): Promise<boolean>;
}
