import type { Caller } from "#core/domain/access/permission";
import { spansOf } from "#core/domain/statistics/count-steps";
import { latencyQuantile } from "#core/domain/statistics/latency-buckets";
import { isFailure, successRate } from "#core/domain/statistics/success-rate";
import { countHealth } from "./count-health.ts";
import type { DatabasePool } from "./pool.ts";
import { readAccountCounts, readAttemptCounts, type AccountCount, type AttemptCount } from "./read-counts.ts";

export interface IntegrationHealth {
  readonly integrationName: string;
  readonly accounts: Readonly<Record<"connecting" | "active" | "needs_reauth" | "disconnected", number>>;
  readonly refreshes: number;
  readonly successRate: number | null;
  readonly latencyMs: { readonly p50: number | null; readonly p95: number | null };
  /** By outcome. */
  readonly failures: Readonly<Record<string, number>>;
}

/**
 * Accounts by state and refreshes of the window, by integration, within the caller's environment, tenants and integrations: from
 * what is counted beforehand. For a caller that is limited to tenants nobody counts: its accounts are looked at, and are those of
 * some customers; all are only while what was there before an upgrade is not counted yet.
 */
export async function integrationHealth(
  pool: DatabasePool,
  caller: Pick<Caller, "environmentId" | "tenantIds" | "integrationNames">,
  windowSeconds: number,
  now: Date,
): Promise<IntegrationHealth[]> {
  if (caller.tenantIds !== null) return await countHealth(pool, caller, windowSeconds);
  const [accounts, attempts] = await Promise.all([
    readAccountCounts(pool, caller),
    readAttemptCounts(pool, caller, spansOf(windowSeconds, now)),
  ]);
  if (accounts === null) return await countHealth(pool, caller, windowSeconds);
  const ofName = Map.groupBy(attempts, ({ integrationName }) => integrationName);
  return [...Map.groupBy(accounts, ({ integrationName }) => integrationName)].map(([name, counts]) =>
    healthOf(name, counts, ofName.get(name) ?? []),
  );
}

function healthOf(
  integrationName: string,
  accounts: readonly AccountCount[],
  attempts: readonly AttemptCount[],
): IntegrationHealth {
  const inState = (status: AccountCount["status"]): number =>
    accounts.filter((one) => one.status === status).reduce((sum, one) => sum + one.accounts, 0);
  const byOutcome = sumBy(attempts, ({ outcome }) => outcome);
  const refreshes = attempts.reduce((sum, { count }) => sum + count, 0);
  return {
    integrationName,
    accounts: {
      connecting: inState("connecting"),
      active: inState("active"),
      needs_reauth: inState("needs_reauth"),
      disconnected: inState("disconnected"),
    },
    refreshes,
    successRate: successRate(attempts),
    latencyMs: { p50: latencyQuantile(attempts, 0.5), p95: latencyQuantile(attempts, 0.95) },
    failures: Object.fromEntries([...byOutcome].filter(([outcome]) => isFailure(outcome))),
  };
}

function sumBy(counts: readonly AttemptCount[], keyOf: (one: AttemptCount) => string): Map<string, number> {
  const sums = new Map<string, number>();
  for (const one of counts) sums.set(keyOf(one), (sums.get(keyOf(one)) ?? 0) + one.count);
  return sums;
}
