import type { Verdict } from "./judge-answer.ts";

/** How an endpoint has been doing. */
export interface EndpointHealth {
  /** Attempts that failed in a row. */
  readonly failures: number;
  /** The first of them; null: the latest attempt worked. */
  readonly failingSince: Date | null;
  /** When its environment was warned of this row of failures; null: it was not. */
  readonly warnedAt: Date | null;
  readonly lastSuccessAt: Date | null;
}

export const unknownHealth: EndpointHealth = { failures: 0, failingSince: null, warnedAt: null, lastSuccessAt: null };

/** Why an endpoint is out of use. */
export type DisabledReason = "failing" | "gone" | "operator";

export type HealthConsequence =
  | { readonly kind: "none" }
  | { readonly kind: "warn"; readonly failingSince: Date }
  | { readonly kind: "disable"; readonly reason: "failing" | "gone" };

const dayMs = 86_400_000;
/** Only failures for so long: the others of the environment hear of it. */
export const warnAfterMs = 3 * dayMs;
/** And then it is disabled, at the next failure. */
export const disableAfterMs = 5 * dayMs;

const none: HealthConsequence = { kind: "none" };

/**
 * What attempts say of their endpoint, taken in the order in which they ended. One success forgets all failures; "gone" stands
 * whatever else comes.
 */
export function afterAttempts(
  before: EndpointHealth,
  attempts: readonly { readonly at: Date; readonly verdict: Verdict }[],
): { readonly health: EndpointHealth; readonly consequence: HealthConsequence } {
  let health = before;
  let consequence = none;
  for (const { at, verdict } of attempts) {
    if (verdict.kind === "delivered") {
      health = { failures: 0, failingSince: null, warnedAt: null, lastSuccessAt: at };
      if (consequence.kind !== "disable" || consequence.reason !== "gone") consequence = none;
      continue;
    }
    const failingSince = health.failingSince ?? at;
    const failingMs = at.getTime() - failingSince.getTime();
    const warns = health.warnedAt === null && failingMs >= warnAfterMs;
    health = {
      ...health,
      failures: health.failures + 1,
      failingSince,
      warnedAt: warns ? at : health.warnedAt,
    };
    if (consequence.kind === "disable") continue;
    if (verdict.kind === "gone") consequence = { kind: "disable", reason: "gone" };
    else if (failingMs >= disableAfterMs) consequence = { kind: "disable", reason: "failing" };
    else if (warns) consequence = { kind: "warn", failingSince };
  }
  return { health, consequence };
}

/** So many failures in a row, and an endpoint counts as failing: it is asked for one thing at a time, and after the others. */
const failingAfter = 3;

export function isFailing({ failures }: Pick<EndpointHealth, "failures">): boolean {
  return failures >= failingAfter;
}

/** Deliveries that are taken at a time. */
export function batchFor(health: Pick<EndpointHealth, "failures">): number {
  return isFailing(health) ? 1 : 256;
}

/** Deliveries that are under way at once: a receiver that hangs takes so many connections before it shows. */
const leastConcurrency = 16;
/** Of a receiver that keeps up. */
const mostConcurrency = 64;
/** Who takes longer is asked for no more at once, milliseconds. */
const promptMs = 1_000;

/**
 * How many deliveries are under way at once. A receiver that has answered as many promptly is asked for twice as many; a failure, or
 * an answer that takes long, begins anew.
 *
 * @param before null: it is not known yet how the receiver does
 */
export function concurrencyAfter(
  before: number | null,
  health: Pick<EndpointHealth, "failures">,
  attempts: readonly { readonly tookMs: number; readonly verdict: Verdict }[],
): number {
  if (isFailing(health)) return 1;
  const isSmooth = attempts.every(({ tookMs, verdict }) => verdict.kind === "delivered" && tookMs < promptMs);
  if (before === null || !isSmooth) return leastConcurrency;
  return Math.max(leastConcurrency, attempts.length >= before ? Math.min(2 * before, mostConcurrency) : before);
}
