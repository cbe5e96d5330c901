import type { CompletePorts } from "#core/usecases/complete-authorization";
import type { RefreshReason } from "#core/domain/refresh/decide-refresh";

/** Where a fault can strike: before an effect, after it, and, for a request, when the provider has done its part. */
export type Side = "before" | "during" | "after";

export interface Crossing {
  readonly life: Life;
  /** Port and method, `accounts.apply`. */
  readonly method: string;
  readonly side: Side;
}

/** A time in which something was not as it should be. */
export interface Trouble {
  readonly fromMs: number;
  untilMs: number;
}

export interface Freeze {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** What a process learnt when it won a claim. */
export interface SeenClaim {
  readonly version: number;
  readonly fence: bigint;
  readonly reason: RefreshReason;
  readonly atMs: number;
  /** When it was claimed before, by whomever. */
  readonly beforeMs: number | null;
}

/** One process from its start to its crash. */
export interface Life {
  readonly process: string;
  /** Processes of one machine share a spool. */
  readonly machine: string;
  readonly number: number;
  readonly bornMs: number;
  diedMs: number | null;
  /** Set when it dies. */
  downtime: Trouble | null;
  frozenUntilMs: number;
  readonly freezes: Freeze[];
  /** The latest claim of each account. */
  readonly claims: Map<string, SeenClaim>;
  readonly ports: CompletePorts;
}

export function wasFrozen(life: Life, fromMs: number, untilMs: number): boolean {
  return life.freezes.some((one) => one.fromMs <= untilMs && one.untilMs >= fromMs);
}

export function nameOf(life: Life): string {
  return `${life.process}.${life.number}`;
}
