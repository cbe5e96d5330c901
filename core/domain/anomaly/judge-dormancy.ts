import type { Finding } from "./anomaly.ts";
import { callerKindOf } from "./caller-kind.ts";

const dayMs = 86_400_000;

export interface KeyLife {
  readonly createdAt: Date;
  /** When it opened something last, before this; null: never. */
  readonly lastUseAt: Date | null;
}

/**
 * A key that opens something after a long rest, or for the first time long after it was made: one that lay in an old configuration and
 * was found there. Administrators look at a token once in a while, so they do not ring.
 *
 * @param life null: there is no such key
 */
export function judgeDormancy(key: string, life: KeyLife | null, at: Date, dormantDays: number): Finding | null {
  if (callerKindOf(key) !== "api_key" || life === null) return null;
  const since = life.lastUseAt ?? life.createdAt;
  const days = Math.floor((at.getTime() - since.getTime()) / dayMs);
  if (days < dormantDays) return null;
  return {
    kind: "dormant_key",
    subject: key,
    at,
    measured: null,
    detail: { unused_since: since.toISOString(), unused_days: days, is_first_use: life.lastUseAt === null },
  };
}
