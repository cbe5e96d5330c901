import type { AccountView } from "#api/schemas/account";
import type { AccountPage } from "#api/schemas/account-list";
import type { MassFailureView } from "#api/schemas/mass-failure";
import type { HealthView } from "#api/schemas/stats";
import { callApi } from "./call-api.ts";
import { readIntegrationLabels } from "./integrations.ts";
import { readMassFailures } from "./mass-failures.ts";
import type { Answer } from "./problem.ts";

export type AccountFilter = {
  status?: AccountView["status"] | undefined;
  integrationName?: string | undefined;
  tenantId?: string | undefined;
  /** Only those that the mass-disconnect guard holds. */
  isHeld?: true | undefined;
  cursor?: string | undefined;
};

export type StatusCounts = Record<AccountView["status"], number>;

export type AccountsData = {
  accounts: AccountView[];
  nextCursor: string | null;
  labels: Map<string, string>;
  /** Accounts by status for the chosen integration; null while a tenant is chosen, since nothing counts by tenant. */
  counts: StatusCounts | null;
  /** Accounts that the guard holds for the chosen integration; null when the API cannot tell. */
  heldCount: number | null;
};

export async function readAccounts(filter: AccountFilter): Promise<Answer<AccountsData>> {
  const [page, labels, health, failures] = await Promise.all([
    callApi<AccountPage>("/api/v1/integrated-accounts", {
      query: {
        status: filter.status,
        integration_name: filter.integrationName,
        tenant_id: filter.tenantId,
        hold: filter.isHeld === true ? "true" : undefined,
        cursor: filter.cursor,
        limit: 50,
      },
    }),
    readIntegrationLabels(),
    callApi<HealthView>("/api/v1/stats/health", { query: { window: "24h" } }),
    readMassFailures(),
  ]);
  if (page.kind === "problem") return page;
  const counts =
    health.kind === "problem" || filter.tenantId !== undefined
      ? null
      : countByStatus(health.value, filter.integrationName);
  const heldCount = failures.kind === "problem" ? null : countHeld(failures.value, filter.integrationName);
  return {
    kind: "ok",
    value: { accounts: page.value.data, nextCursor: page.value.next_cursor, labels, counts, heldCount },
  };
}

function countHeld(failures: MassFailureView[], integrationName?: string): number {
  return failures
    .filter((one) => integrationName === undefined || one.integration_name === integrationName)
    .reduce((sum, { held }) => sum + held, 0);
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
