import type { Finding } from "./anomaly.ts";
import { hourMs } from "./activity.ts";
import type { AnomalyPolicy } from "./anomaly-policy.ts";
import { memoryDays, usualLevel, type DaySample } from "./usual-level.ts";

/** Accounts of one integration that became `needs_reauth`, hour by hour. */
export interface HourOfDepartures {
  readonly hour: Date;
  readonly left: number;
}

export interface DepartureFacts {
  readonly integrationName: string;
  /** Of the latest one. */
  readonly at: Date;
  readonly hours: readonly HourOfDepartures[];
  /** Accounts that are active now. Need not be counted beyond `activeThatTell`. */
  readonly active: number;
  /** Accounts are held, or somebody decided within the last day about those that were: the operator knows (R26). */
  readonly isHeld: boolean;
}

/**
 * Customers that leave an integration, too slowly or too few for the mass-disconnect guard, and far more than otherwise: a revoked
 * consent screen, a policy at the provider, a change of ours. The last 24 hours against the days before.
 */
export function judgeSpike(policy: AnomalyPolicy, facts: DepartureFacts): Finding | null {
  if (facts.isHeld) return null;
  const { observed, usual } = countDepartures(facts.hours, facts.at);
  const bound = Math.max(policy.spike.accounts - 1, policy.factor * usual);
  const live = facts.active + observed;
  if (observed <= bound || observed < policy.spike.share * live) return null;
  return {
    kind: "needs_reauth_spike",
    subject: facts.integrationName,
    at: facts.at,
    measured: { observed, usual, bound, windowSeconds: 86_400 },
    detail: { accounts: live, share_percent: Math.round((1000 * observed) / live) / 10 },
  };
}

/** A share is told in tenths of a percent. */
const leastShare = 0.001;

/** Active accounts beyond this number make the share too small, for a verdict or to be told, so nobody needs to count further. */
export function activeThatTell(policy: AnomalyPolicy, left: number): number {
  return Math.ceil(left / Math.max(policy.spike.share, leastShare)) + 1;
}

export function countDepartures(hours: readonly HourOfDepartures[], at: Date): { observed: number; usual: number } {
  const present = Math.floor(at.getTime() / hourMs);
  const days = new Map<number, number>();
  for (const { hour, left } of hours) {
    const day = Math.floor((present - Math.floor(hour.getTime() / hourMs)) / 24);
    if (day >= 0 && day <= memoryDays) days.set(day, (days.get(day) ?? 0) + left);
  }
  const samples = [...days].map(([daysAgo, value]): DaySample => ({ daysAgo, value }));
  return { observed: days.get(0) ?? 0, usual: usualLevel(samples) };
}
