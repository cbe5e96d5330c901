import type { CircuitSignal } from "../domain/refresh/circuit.ts";
import type { RefreshReason } from "../domain/refresh/decide-refresh.ts";
import type { RefreshPolicy } from "../domain/refresh/refresh-policy.ts";

/** One OAuth client of an environment at one token endpoint. */
export interface CircuitRef {
  readonly key: string;
  readonly environmentId: string;
  readonly integrationName: string;
  readonly endpoint: string;
}

export interface AdmissionRequest {
  readonly circuit: CircuitRef;
  /** Names the place that is taken, until it is left or the lease would have ended. */
  readonly holder: string;
  readonly reason: RefreshReason;
  readonly budget: RefreshPolicy["budget"];
  /** When the token that is to be replaced ends: scheduled work whose token ends sooner goes first. Absent: not known. */
  readonly expiresAt?: Date | null;
  /** Goes whatever budget and breaker say, and is counted all the same: a customer stands at the door. By default it does not. */
  readonly insists?: boolean;
}

export type Admission =
  | {
      readonly kind: "granted";
      /** Let through an open circuit: its outcome decides whether the others may follow. */
      readonly isProbe: boolean;
      /** A place of a limited budget was taken, and is to be left. */
      readonly hasPlace: boolean;
    }
  /** By the budget, or by the breaker: for every account of the client, and why it opened. */
  | { readonly kind: "refused"; readonly cause: RefusalCause; readonly until: Date };

export type RefusalCause = "budget" | "circuit_open" | "client_rejected" | "slowed_down";

/** Breakers and budgets, shared by all processes (R21, R22). */
export interface CircuitStore {
  /** Asked before the lease is taken, since waiting for a place must not burn it. */
  admit(request: AdmissionRequest): Promise<Admission>;
  leave(key: string, holder: string): Promise<void>;
  /** A probe was let through and asked nothing: another one may go soon. */
  giveBackProbe(key: string): Promise<void>;
  /** What an attempt taught about the endpoint. Events, probes and the recall of waiting accounts follow from it. */
  report(circuit: CircuitRef, signal: CircuitSignal): Promise<void>;
}
