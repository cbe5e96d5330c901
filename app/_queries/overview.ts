import type { AccountPage, AccountView, AttemptView } from "#api/schemas/account";
import type { HealthView } from "#api/schemas/stats";
import { readAttempts } from "./account.ts";
import { callApi } from "./call-api.ts";
import { readIntegrationLabels } from "./integrations.ts";
import type { Answer } from "./problem.ts";

export type AttentionItem = { account: AccountView; attempts: AttemptView[]; hasEarlier: boolean };

export type OverviewData = {
  health: HealthView["integrations"];
  labels: Map<string, string>;
  /** The first few of the troubled accounts, with what happened to each. */
  attention: AttentionItem[];
  /** Active accounts in trouble, among those that were looked at. */
  troubled: AccountView[];
  /** True when there are more active accounts than were looked at. */
  isPartial: boolean;
};

const shown = 6;

/** Figures for the whole environment, and the few accounts to look at first. */
export async function readOverview(): Promise<Answer<OverviewData>> {
  const [health, labels, reauth, active] = await Promise.all([
    callApi<HealthView>("/api/v1/stats/health", { query: { window: "24h" } }),
    readIntegrationLabels(),
    readPage("needs_reauth", shown),
    readPage("active", 200),
  ]);
  if (health.kind === "problem") return health;
  if (reauth.kind === "problem") return reauth;
  if (active.kind === "problem") return active;

  const troubled = active.value.data.filter((account) => account.hold !== null || account.last_error !== null);
  const accounts = [
    ...troubled.filter((account) => account.hold !== null),
    ...reauth.value.data,
    ...troubled.filter((account) => account.hold === null),
  ].slice(0, shown);
  const attention = await Promise.all(accounts.map(withAttempts));
  const isPartial = active.value.next_cursor !== null;
  return { kind: "ok", value: { health: health.value.integrations, labels, attention, troubled, isPartial } };
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
