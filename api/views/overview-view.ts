import type { AccountCount, AttemptCount } from "#adapters/postgres/read-counts";
import { dueStepSeconds } from "#adapters/postgres/outlook";
import type { OverviewStats } from "#adapters/postgres/overview-stats";
import type { RefreshPolicy } from "#core/domain/refresh/refresh-policy";
import { ruleMeaning } from "#core/domain/refresh/rule-meaning";
import { latencyQuantile, type BucketCount } from "#core/domain/statistics/latency-buckets";
import { isFailure, successRate } from "#core/domain/statistics/success-rate";
import { reauthShare, type SeriesPoint } from "#core/domain/statistics/series";
import { toAccountView } from "./account-view.ts";
import type { OpenBreaker } from "#adapters/postgres/read-standing";
import type { IntegrationOverview, OpenBreakersView, OverviewView, SeriesView } from "../schemas/overview.ts";

/** What of an integration's definition the overview tells. */
export type OverviewPolicy = Pick<RefreshPolicy, "budget" | "failureRules">;

const unknownPolicy: OverviewPolicy = { budget: { perMinute: null, concurrency: null }, failureRules: [] };

export function toOverviewView(
  stats: OverviewStats,
  policies: ReadonlyMap<string, OverviewPolicy>,
  environment: string,
  now: Date,
): OverviewView {
  const { attempts, attemptsBefore, reads, readsBefore, webhooks, webhookAttempts } = stats;
  const accounts = toStates(stats.accounts);
  return {
    at: now.toISOString(),
    since: stats.since.toISOString(),
    is_counted: stats.isCounted,
    accounts,
    needs_reauth: {
      share: reauthShare([{ active: accounts.active, needsReauth: accounts.needs_reauth }]),
      share_before: stats.reauthShareBefore,
    },
    refreshes: {
      count: sum(attempts),
      success_rate: successRate(attempts),
      count_before: attemptsBefore?.refreshes ?? null,
      success_rate_before:
        attemptsBefore === null || attemptsBefore.decided === 0
          ? null
          : attemptsBefore.refreshed / attemptsBefore.decided,
    },
    token_reads: {
      count: reads.reads,
      served: reads.served,
      served_share: reads.servedShare,
      served_share_before: readsBefore?.servedShare ?? null,
      problems: reads.problems,
      waited: reads.waited,
      wait_p95_ms: reads.waitP95,
      wait_p95_before_ms: readsBefore?.waitP95 ?? null,
    },
    backlog: {
      overdue: stats.backlog.overdue,
      oldest_seconds: stats.backlog.oldestSeconds,
      behind_breakers: stats.backlog.behindBreakers,
    },
    attention: {
      without_token: stats.attention.withoutToken,
      failing: stats.attention.failing,
      accounts: stats.attention.accounts.map((one) => toAccountView(one, environment)),
    },
    webhooks: {
      working: webhooks.working,
      failing: webhooks.failing,
      disabled: webhooks.disabled,
      given_up: webhooks.givenUp,
      due: webhooks.due,
      retrying: webhooks.retrying,
      oldest_seconds: webhooks.oldestSeconds,
      attempts: sum(webhookAttempts),
      delivered: sum(webhookAttempts.filter(({ result }) => result === "delivered")),
      latency_ms: toDelay(webhookAttempts),
    },
    integrations: toIntegrations(stats, policies),
  };
}

function toIntegrations(stats: OverviewStats, policies: ReadonlyMap<string, OverviewPolicy>): IntegrationOverview[] {
  const attempts = Map.groupBy(stats.attempts, ({ integrationName }) => integrationName);
  const breakers = Map.groupBy(stats.breakers, ({ integrationName }) => integrationName);
  const outlooks = new Map(stats.outlooks.map((one) => [one.integrationName, one]));
  return [...Map.groupBy(stats.accounts, ({ integrationName }) => integrationName)].map(([name, accounts]) => {
    const made = attempts.get(name) ?? [];
    const { budget, failureRules } = policies.get(name) ?? unknownPolicy;
    const outlook = outlooks.get(name);
    return {
      integration_name: name,
      accounts: toStates(accounts),
      refreshes: sum(made),
      success_rate: successRate(made),
      latency_ms: toDelay(made),
      failures: toFailures(made, failureRules),
      breakers: (breakers.get(name) ?? []).map(toBreaker),
      budget: { per_minute: budget.perMinute, concurrency: budget.concurrency },
      due:
        outlook === undefined
          ? null
          : {
              counted_at: outlook.countedAt.toISOString(),
              starts_at: outlook.startsAt.toISOString(),
              step_seconds: dueStepSeconds,
              refreshes: [...outlook.due],
            },
      cliff:
        outlook?.cliff == null
          ? null
          : {
              at: outlook.cliff.at.toISOString(),
              until: outlook.cliff.until.toISOString(),
              accounts: outlook.cliff.accounts,
            },
    };
  });
}

export function toOpenBreakersView(open: readonly OpenBreaker[]): OpenBreakersView {
  return { data: open.map((one) => ({ integration_name: one.integrationName, ...toBreaker(one) })) };
}

function toBreaker(one: OpenBreaker): IntegrationOverview["breakers"][number] {
  return {
    cause: one.cause,
    state: one.state,
    opened_at: one.openedAt.toISOString(),
    probe_at: one.probeAt?.toISOString() ?? null,
    clients: one.clients,
    accounts: one.accounts,
  };
}

function toStates(counts: readonly AccountCount[]): OverviewView["accounts"] {
  const states = { connecting: 0, active: 0, needs_reauth: 0, disconnected: 0, held: 0 };
  for (const { status, isHeld, accounts } of counts) {
    states[status] += accounts;
    if (isHeld && status === "active") states.held += accounts;
  }
  return states;
}

function toFailures(
  attempts: readonly AttemptCount[],
  rules: OverviewPolicy["failureRules"],
): IntegrationOverview["failures"] {
  const failed = attempts.filter(({ outcome }) => isFailure(outcome));
  return [...Map.groupBy(failed, ({ outcome, rule }) => `${outcome} ${rule}`).values()]
    .map((some) => {
      const { outcome = "", rule = "" } = some[0] ?? {};
      return {
        outcome,
        rule: rule === "" ? null : rule,
        meaning: rule === "" ? null : ruleMeaning(rule, rules),
        attempts: sum(some),
      };
    })
    .toSorted((one, other) => other.attempts - one.attempts || one.outcome.localeCompare(other.outcome));
}

export function toSeriesView(
  { stepSeconds, points }: { readonly stepSeconds: number; readonly points: readonly SeriesPoint[] },
  now: Date,
): SeriesView {
  return {
    since: (points[0]?.at ?? now).toISOString(),
    step_seconds: stepSeconds,
    points: points.map((one) => ({
      at: one.at.toISOString(),
      refreshes: one.refreshes,
      success_rate: one.successRate,
      latency_ms: { p50: one.p50, p95: one.p95 },
      needs_reauth_share: one.needsReauthShare,
      token_wait_p95_ms: one.waitP95,
    })),
  };
}

function toDelay(counts: readonly BucketCount[]): { p50: number | null; p95: number | null } {
  return { p50: latencyQuantile(counts, 0.5), p95: latencyQuantile(counts, 0.95) };
}

function sum(counts: readonly { readonly count: number }[]): number {
  return counts.reduce((all, { count }) => all + count, 0);
}
