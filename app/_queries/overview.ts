import type { AccountView } from "#api/schemas/account";
import type { AttemptView } from "#api/schemas/attempt";
import type { EventPage } from "#api/schemas/delivery";
import type { EnvironmentIntegrationView } from "#api/schemas/integration";
import type { MassFailureView } from "#api/schemas/mass-failure";
import type { OverviewView, SeriesView } from "#api/schemas/overview";
import { readAttempts } from "./account.ts";
import { callApi } from "./call-api.ts";
import { readClients } from "./client-secrets.ts";
import { readIntegrationLabels, readTroubledIntegrations, type TroubledIntegration } from "./integrations.ts";
import { readMassFailures } from "./mass-failures.ts";
import type { Answer } from "./problem.ts";

export type AttentionItem = { account: AccountView; attempts: AttemptView[]; hasEarlier: boolean };

export type OverviewData = {
  overview: OverviewView;
  series: Answer<SeriesView>;
  labels: Map<string, string>;
  massFailures: MassFailureView[];
  /** Integrations that are not used, or not for every account. */
  toMend: Answer<TroubledIntegration[]>;
  /** The clients that are configured here, with their secrets' terms. */
  clients: EnvironmentIntegrationView[];
  /** The accounts to look at first, with what happened to each. */
  attention: AttentionItem[];
  /** What happened last. */
  events: Answer<EventPage>;
};

const shownEvents = 8;

/** How the environment does over a window, what lies ahead of it, and the few accounts to look at first. */
export async function readOverview(window: string): Promise<Answer<OverviewData>> {
  const [overview, series, labels, toMend, failures, clients, events] = await Promise.all([
    callApi<OverviewView>("/api/v1/stats/overview", { query: { window } }),
    callApi<SeriesView>("/api/v1/stats/series", { query: { window } }),
    readIntegrationLabels(),
    readTroubledIntegrations(),
    readMassFailures(),
    readClients(),
    callApi<EventPage>("/api/v1/events", { query: { limit: shownEvents } }),
  ]);
  if (overview.kind === "problem") return overview;
  if (failures.kind === "problem") return failures;
  const attention = await Promise.all(overview.value.attention.accounts.map(withAttempts));
  return {
    kind: "ok",
    value: {
      overview: overview.value,
      series,
      labels,
      massFailures: failures.value,
      toMend,
      clients,
      attention,
      events,
    },
  };
}

async function withAttempts(account: AccountView): Promise<AttentionItem> {
  const attempts = await readAttempts(account.id, 30);
  return attempts.kind === "ok"
    ? { account, attempts: attempts.value.data, hasEarlier: attempts.value.next_cursor !== null }
    : { account, attempts: [], hasEarlier: false };
}
