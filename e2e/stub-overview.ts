import type { IntegrationOverview, OpenBreakersView, OverviewView, SeriesView } from "#api/schemas/overview";
import type { World } from "./stub-accounts.ts";

/** What the overview tells besides accounts and their health; a part that is absent is as on a usual day. */
export type Standing = Partial<Pick<OverviewView, "backlog" | "webhooks" | "token_reads" | "is_counted">> & {
  /** By integration. */
  of?: Record<string, Partial<Pick<IntegrationOverview, "breakers" | "budget" | "due" | "cliff" | "failures">>>;
  /** Whether anything was refreshed or read in the window. */
  isQuiet?: boolean;
};

const minute = 60_000;

/** Two clients with a budget, one of them too small for the hour to come, and grants that end in some days. */
export function usualStanding(now: number): Standing {
  const day = 1_440 * minute;
  return {
    of: {
      "acme-crm": { budget: { per_minute: 240, concurrency: 20 } },
      hubspot: { budget: { per_minute: 60, concurrency: null } },
      salesforce: {
        cliff: {
          at: new Date(now + 5.2 * day).toISOString(),
          until: new Date(now + 6.2 * day).toISOString(),
          accounts: 34,
        },
      },
    },
  };
}

/** HubSpot is down, and Salesforce rejects the client. */
export function breakersOpen(now: number): Standing {
  const { of, ...rest } = usualStanding(now);
  const breaker = (cause: "provider" | "client", minutes: number, accounts: number) => ({
    cause,
    state: "open" as const,
    opened_at: new Date(now - minutes * minute).toISOString(),
    probe_at: new Date(now + 4 * minute).toISOString(),
    clients: 1,
    accounts,
  });
  return {
    ...rest,
    backlog: { overdue: 0, oldest_seconds: 0, behind_breakers: 611 },
    of: {
      ...of,
      hubspot: { ...of?.["hubspot"], breakers: [breaker("provider", 34, 2_960)] },
      // Of one nobody has counted what is due.
      salesforce: { ...of?.["salesforce"], breakers: [breaker("client", 96, 1_130)], due: null },
    },
  };
}

/** No worker runs, and an endpoint takes nothing. */
export function lateStanding(now: number): Standing {
  const due = dueOf(40, now - 24 * minute);
  return {
    of: Object.fromEntries(["acme-crm", "hubspot", "salesforce", "very-long"].map((name) => [name, { due }])),
    backlog: { overdue: 1_204, oldest_seconds: 1_420, behind_breakers: 0 },
    webhooks: {
      working: 1,
      failing: 1,
      disabled: 1,
      given_up: 1,
      due: 318,
      retrying: 12,
      oldest_seconds: 1_400,
      attempts: 96,
      delivered: 41,
      latency_ms: { p50: 84, p95: 14_000 },
    },
  };
}

/** What `GET /stats/breakers` tells of a world. */
export function openBreakersOf(world: World): OpenBreakersView["data"] {
  return Object.entries(world.standing.of ?? {}).flatMap(([name, { breakers = [] }]) =>
    breakers.map((one) => ({ integration_name: name, ...one })),
  );
}

/** What `GET /stats/overview` tells of a world. */
export function overviewOf({ health, accounts, massFailures, standing }: World, now = Date.now()): OverviewView {
  const held = massFailures.filter(({ state }) => state === "declared");
  const integrations = health.map((row): IntegrationOverview => {
    const more = standing.of?.[row.integration_name] ?? {};
    return {
      integration_name: row.integration_name,
      accounts: {
        ...row.accounts,
        held: held.find((one) => one.integration_name === row.integration_name)?.held ?? 0,
      },
      refreshes: row.refreshes,
      success_rate: row.success_rate,
      latency_ms: row.latency_ms,
      failures: Object.entries(row.failures).flatMap(([code, attempts]) => reasonsOf(code, attempts)),
      breakers: [],
      budget: { per_minute: null, concurrency: null },
      due: dueOf(Math.round(row.accounts.active / 12), now),
      cliff: null,
      ...more,
    };
  });
  const sum = (of: (one: IntegrationOverview) => number): number => integrations.reduce((all, one) => all + of(one), 0);
  const states = {
    connecting: sum((one) => one.accounts.connecting),
    active: sum((one) => one.accounts.active),
    needs_reauth: sum((one) => one.accounts.needs_reauth),
    disconnected: sum((one) => one.accounts.disconnected),
    held: sum((one) => one.accounts.held),
  };
  const refreshes = sum((one) => one.refreshes);
  const active = accounts.filter((one) => one.status === "active" && one.hold === null);
  const isOver = (at: string | null): boolean => at !== null && Date.parse(at) <= now;
  const without = active.filter((one) => isOver(one.expires_at));
  const failing = active.filter((one) => !isOver(one.expires_at) && one.last_error !== null);
  const live = states.active + states.needs_reauth;
  return {
    at: new Date(now).toISOString(),
    since: new Date(now - 1_440 * minute).toISOString(),
    is_counted: standing.is_counted ?? true,
    accounts: states,
    needs_reauth: {
      share: live === 0 ? null : states.needs_reauth / live,
      share_before: live === 0 ? null : (states.needs_reauth / live) * 0.72,
    },
    refreshes: {
      count: refreshes,
      success_rate: refreshes === 0 ? null : sum((one) => one.refreshes * (one.success_rate ?? 0)) / refreshes,
      count_before: Math.round(refreshes * 0.97),
      success_rate_before: refreshes === 0 ? null : 0.9924,
    },
    token_reads: standing.token_reads ?? {
      count: 1_204_113,
      served: 1_203_713,
      served_share: 0.99982,
      served_share_before: 0.99979,
      problems: { needs_reauth: 341, provider_timeout: 46, rate_limited: 13 },
      waited: 2_210,
      wait_p95_ms: 610,
      wait_p95_before_ms: 580,
    },
    backlog: standing.backlog ?? { overdue: 0, oldest_seconds: 0, behind_breakers: 0 },
    attention: {
      without_token: without.length,
      failing: failing.length,
      accounts: [...without, ...accounts.filter((one) => one.status === "needs_reauth"), ...failing].slice(0, 6),
    },
    webhooks: standing.webhooks ?? {
      working: 2,
      failing: 0,
      disabled: 1,
      given_up: 0,
      due: 0,
      retrying: 0,
      oldest_seconds: 0,
      attempts: 412,
      delivered: 409,
      latency_ms: { p50: 84, p95: 240 },
    },
    integrations,
  };
}

/** The rules behind the outcomes that the fixtures of health tell. */
function reasonsOf(code: string, attempts: number): IntegrationOverview["failures"] {
  const known: Record<string, [outcome: string, rule: string, meaning: string]> = {
    provider_error: ["transient", "http.5xx", "The provider answered with a server error."],
    provider_timeout: [
      "in_doubt",
      "network.answer_lost",
      "The request left and no answer came: the provider may have rotated the refresh token.",
    ],
    reauthorize: [
      "reauthorize",
      "rfc6749.invalid_grant",
      "The provider says that the grant is expired or revoked; only the customer can give a new one.",
    ],
    held: [
      "held",
      "rfc6749.invalid_grant",
      "The provider says that the grant is expired or revoked; only the customer can give a new one.",
    ],
  };
  const [outcome, rule, meaning] = known[code] ?? ["transient", "unknown", null];
  return [{ outcome, rule, meaning, attempts }];
}

export function dueOf(each: number, now: number): IntegrationOverview["due"] {
  const wave = [0.9, 1.1, 1, 0.7, 1.2, 1.05, 0.95, 1.6, 1.1, 0.8, 1, 0.9];
  return {
    counted_at: new Date(now - 20_000).toISOString(),
    starts_at: new Date(Math.floor(now / (5 * minute)) * 5 * minute).toISOString(),
    step_seconds: 300,
    refreshes: wave.map((factor) => Math.round(each * factor)),
  };
}

const steps: Record<string, [stepSeconds: number, count: number]> = {
  "1h": [60, 61],
  "24h": [900, 97],
  "7d": [3_600, 169],
  "30d": [3_600, 721],
};

/** What `GET /stats/series` tells: a day with its wave, and a bad hour in the middle. */
export function seriesOf({ health, standing }: World, window: string, now = Date.now()): SeriesView {
  const [stepSeconds, count] = steps[window] ?? [900, 97];
  const step = stepSeconds * 1_000;
  const first = Math.floor(now / step) * step - (count - 1) * step;
  const isQuiet = standing.isQuiet === true || health.every(({ refreshes }) => refreshes === 0);
  return {
    since: new Date(first).toISOString(),
    step_seconds: stepSeconds,
    points: Array.from({ length: count }, (_none, index) => {
      const wave = Math.sin((index / count) * Math.PI * 2);
      const noise = ((index * 7919) % 97) / 97;
      const isBad = index > count * 0.58 && index < count * 0.64;
      return {
        at: new Date(first + index * step).toISOString(),
        refreshes: isQuiet ? 0 : Math.round(2_900 + 600 * wave + 120 * noise),
        success_rate: isQuiet ? null : isBad ? 0.965 + 0.01 * noise : 1 - 0.004 * noise,
        latency_ms: isQuiet
          ? { p50: null, p95: null }
          : { p50: 160 + 30 * noise + (isBad ? 90 : 0), p95: 520 + 160 * noise + (isBad ? 900 : 0) },
        needs_reauth_share: isQuiet ? null : 0.0065 + 0.0022 * (index / count) + (isBad ? 0.0004 : 0),
        token_wait_p95_ms: isQuiet ? null : 480 + 180 * noise + (isBad ? 700 : 0),
      };
    }),
  };
}
