import type { AnomalyKind, Episode } from "../domain/anomaly/anomaly.ts";
import type { AnomalyPolicy, AnomalyPolicyChanges } from "../domain/anomaly/anomaly-policy.ts";

/** Who it is about, as people know them. */
export interface KnownCaller {
  readonly id: string;
  /** Null: none is known. */
  readonly name: string | null;
  /** Of an API key; null for others. */
  readonly key: {
    readonly lastFour: string;
    readonly stoppedAt: Date | null;
    readonly stoppedBy: string | null;
    readonly revokedAt: Date | null;
  } | null;
}

export interface Anomaly extends Episode {
  readonly environmentId: string;
  /** Null: it goes on. */
  readonly endedAt: Date | null;
  readonly hasStoppedKey: boolean;
  readonly acknowledgedAt: Date | null;
  readonly acknowledgedBy: string | null;
  /** Null: it is about an integration. */
  readonly caller: KnownCaller | null;
}

export interface AnomalyFilter {
  /** `unacknowledged`: nobody has said yet that they saw it. */
  readonly state: "unacknowledged" | "all";
  readonly kind: AnomalyKind | null;
  readonly limit: number;
  readonly before: { readonly at: Date; readonly id: string } | null;
}

/** What rang, and what people do about it. */
export interface AnomalyStore {
  find(environmentId: string, id: string): Promise<Anomaly | null>;
  /** Newest first; one more than the limit where there are more. */
  list(environmentId: string, filter: AnomalyFilter): Promise<readonly Anomaly[]>;
  /** With its audit record. Who comes second changes nothing. @returns false: there is none */
  acknowledge(environmentId: string, id: string, actor: string): Promise<boolean>;
  policy(environmentId: string): Promise<AnomalyPolicy>;
  /** Under the lock of its row, with its audit record. */
  changePolicy(
    environmentId: string,
    actor: string,
    change: (before: AnomalyPolicyChanges) => AnomalyPolicyChanges,
  ): Promise<AnomalyPolicy>;
}

/** API keys that are stopped for a while. */
export interface KeyStops {
  find(environmentId: string, id: string): Promise<StoppableKey | null>;
  /** With its audit record; stopped already: nothing changes. @returns false: there is no such key that is not revoked */
  stop(environmentId: string, id: string, actor: string, reason: string | null): Promise<boolean>;
  /** The same the other way. */
  restart(environmentId: string, id: string, actor: string): Promise<boolean>;
}

export interface StoppableKey {
  readonly id: string;
  readonly name: string;
  readonly lastFour: string;
  readonly stoppedAt: Date | null;
  readonly stoppedBy: string | null;
}
