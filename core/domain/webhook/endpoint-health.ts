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

/** How an endpoint is sent to: deliveries that are taken at a time, and how many of them are under way at once. */
export function sendingPace(health: Pick<EndpointHealth, "failures">): {
  readonly batch: number;
  readonly concurrency: number;
} {
  return isFailing(health) ? { batch: 1, concurrency: 1 } : { batch: 128, concurrency: 16 };
}
