import type { AccountView } from "#api/schemas/account";
import type { AccountPage } from "#api/schemas/account-list";
import type { AttemptView } from "#api/schemas/attempt";
import type { EnvironmentIntegrationView } from "#api/schemas/integration";
import type { MassFailureView } from "#api/schemas/mass-failure";
import type { HealthView } from "#api/schemas/stats";
import { readAttempts } from "./account.ts";
import { callApi } from "./call-api.ts";
import { readClients } from "./client-secrets.ts";
import { readIntegrationLabels, readTroubledIntegrations, type TroubledIntegration } from "./integrations.ts";
import { readMassFailures } from "./mass-failures.ts";
import type { Answer } from "./problem.ts";

export type AttentionItem = { account: AccountView; attempts: AttemptView[]; hasEarlier: boolean };

export type OverviewData = {
  health: HealthView["integrations"];
  labels: Map<string, string>;
  massFailures: MassFailureView[];
  /** Integrations that are not used, or not for every account. */
  integrations: TroubledIntegration[];
  /** The clients that are configured here, with their secrets' terms. */
  clients: EnvironmentIntegrationView[];
  /** The first few of the troubled accounts, with what happened to each. */
  attention: AttentionItem[];
  /** Active accounts in trouble of their own, among those that were looked at. */
  troubled: AccountView[];
  /** True when there are more active accounts than were looked at. */
  isPartial: boolean;
};

const shown = 6;

/** Figures for the whole environment, and the few accounts to look at first. */
export async function readOverview(): Promise<Answer<OverviewData>> {
  const [health, labels, integrations, failures, clients, reauth, active] = await Promise.all([
    callApi<HealthView>("/api/v1/stats/health", { query: { window: "24h" } }),
    readIntegrationLabels(),
    readTroubledIntegrations(),
    readMassFailures(),
    readClients(),
    readPage("needs_reauth", shown),
    readPage("active", 200),
  ]);
  if (health.kind === "problem") return health;
  if (failures.kind === "problem") return failures;
  if (reauth.kind === "problem") return reauth;
  if (active.kind === "problem") return active;

  // Held accounts stand together with their mass failure: there are hundreds of them, and one decision.
  const troubled = active.value.data.filter((account) => account.hold === null && account.last_error !== null);
  const accounts = [...reauth.value.data, ...troubled].slice(0, shown);
  const attention = await Promise.all(accounts.map(withAttempts));
  const isPartial = active.value.next_cursor !== null;
  return {
    kind: "ok",
    value: {
      health: health.value.integrations,
      labels,
      integrations,
      massFailures: failures.value,
      clients,
      attention,
      troubled,
      isPartial,
    },
  };
}

async function readPage(status: AccountView["status"], limit: number): Promise<Answer<AccountPage>> {
  return callApi<AccountPage>("/api/v1/integrated-accounts", { query: { status, limit } });
}

async function withAttempts(account: AccountView): Promise<AttentionItem> {
  const attempts = await readAttempts(account.id, 30);
  return attempts.kind === "ok"
    ? { account, attempts: attempts.value.data, hasEarlier: attempts.value.next_cursor !== null }
    : { account, attempts: [], hasEarlier: false };
}
