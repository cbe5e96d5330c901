import type { AccountView } from "#api/schemas/account";
import type { AccountCountsView, AccountPage } from "#api/schemas/account-list";
import type { HealthView } from "#api/schemas/stats";
import { callApi } from "./call-api.ts";
import { readIntegrationLabels } from "./integrations.ts";
import type { Answer } from "./problem.ts";

export type AccountSort = "created_at" | "updated_at" | "refresh_due_at" | "expires_at" | "tenant_id";

/** What a list of accounts is asked for, by the names of the page; absent: no matter. */
export type AccountFilter = {
  search?: string | undefined;
  status?: AccountView["status"] | undefined;
  integrationName?: string | undefined;
  tenantId?: string | undefined;
  /** Only those that the mass-disconnect guard holds. */
  isHeld?: true | undefined;
  /** Only those whose last refresh failed. */
  isFailing?: true | undefined;
  lacksScopes?: true | undefined;
  expiresWithinSeconds?: number | undefined;
  lastErrorCode?: string | undefined;
  sort?: AccountSort | `-${AccountSort}` | undefined;
  cursor?: string | undefined;
};

export type StatusCounts = Record<AccountView["status"], number>;

/** A number on a tab; not exact: there are more. */
export type TabNumber = { count: number; isExact: boolean };

export type AccountNumbers = Record<"all" | AccountView["status"] | "held" | "failing", TabNumber>;

export type AccountsData = {
  accounts: AccountView[];
  nextCursor: string | null;
  labels: Map<string, string>;
  /** Null when the API cannot tell. */
  numbers: AccountNumbers | null;
};

/** As the API has it: in its own words, and without what is not asked. */
export function apiFilterOf(filter: AccountFilter): Record<string, string | number | undefined> {
  return {
    search: filter.search,
    integration_name: filter.integrationName,
    tenant_id: filter.tenantId,
    status: filter.status,
    hold: filter.isHeld === true ? "true" : undefined,
    refresh_failing: filter.isFailing === true ? "true" : undefined,
    scopes_missing: filter.lacksScopes === true ? "true" : undefined,
    expires_within: filter.expiresWithinSeconds,
    last_error_code: filter.lastErrorCode,
  };
}

/** The same for a body, where what is a number or a flag is one. */
export function bodyFilterOf(filter: AccountFilter): Record<string, string | number | boolean> {
  const flags = { hold: filter.isHeld, refresh_failing: filter.isFailing, scopes_missing: filter.lacksScopes };
  const given: Record<string, string | number | boolean | undefined> = { ...apiFilterOf(filter), ...flags };
  return Object.fromEntries(
    Object.entries(given).filter((entry): entry is [string, string | number | boolean] => entry[1] !== undefined),
  );
}

export async function readAccounts(filter: AccountFilter): Promise<Answer<AccountsData>> {
  const { status: _, hold: __, refresh_failing: ___, ...undivided } = apiFilterOf(filter);
  const [page, labels, counts, health] = await Promise.all([
    callApi<AccountPage>("/api/v1/integrated-accounts", {
      query: { ...apiFilterOf(filter), sort: filter.sort, cursor: filter.cursor, limit: 50 },
    }),
    readIntegrationLabels(),
    callApi<AccountCountsView>("/api/v1/integrated-accounts/counts", { query: undivided }),
    isCountedExactly(filter) ? callApi<HealthView>("/api/v1/stats/health", { query: { window: "24h" } }) : null,
  ]);
  if (page.kind === "problem") return page;
  const exact =
    health === null || health.kind === "problem" ? null : countByStatus(health.value, filter.integrationName);
  return {
    kind: "ok",
    value: {
      accounts: page.value.data,
      nextCursor: page.value.next_cursor,
      labels,
      numbers: counts.kind === "problem" ? null : numbersOf(counts.value, exact),
    },
  };
}

/** By integration the accounts are counted beforehand; by anything else up to a thousand. */
function isCountedExactly({
  search,
  tenantId,
  lacksScopes,
  expiresWithinSeconds,
  lastErrorCode,
}: AccountFilter): boolean {
  return (search ?? tenantId ?? lacksScopes ?? expiresWithinSeconds ?? lastErrorCode) === undefined;
}

function numbersOf(counts: AccountCountsView, exact: StatusCounts | null): AccountNumbers {
  const bounded = ({ count, is_exact: isExact }: AccountCountsView["total"]): TabNumber => ({ count, isExact });
  const number = (status: AccountView["status"]): TabNumber =>
    exact === null ? bounded(counts[status]) : { count: exact[status], isExact: true };
  const statuses = {
    connecting: number("connecting"),
    active: number("active"),
    needs_reauth: number("needs_reauth"),
    disconnected: number("disconnected"),
  };
  const all = Object.values(statuses).reduce((sum, { count }) => sum + count, 0);
  return {
    ...statuses,
    all: exact === null ? bounded(counts.total) : { count: all, isExact: true },
    held: bounded(counts.held),
    failing: bounded(counts.refresh_failing),
  };
}

export function countByStatus(health: HealthView, integrationName?: string): StatusCounts {
  const counts: StatusCounts = { connecting: 0, active: 0, needs_reauth: 0, disconnected: 0 };
  for (const integration of health.integrations) {
    if (integrationName !== undefined && integration.integration_name !== integrationName) continue;
    counts.connecting += integration.accounts.connecting;
    counts.active += integration.accounts.active;
    counts.needs_reauth += integration.accounts.needs_reauth;
    counts.disconnected += integration.accounts.disconnected;
  }
  return counts;
}
