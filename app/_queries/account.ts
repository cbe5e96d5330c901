import { cache } from "react";
import type { AccountDetailView } from "#api/schemas/account";
import type { LifelineList, TimelineEntryView, TimelinePage } from "#api/schemas/account-history";
import type { AttemptPage } from "#api/schemas/attempt";
import { callApi } from "./call-api.ts";
import type { Answer } from "./problem.ts";

/** One account; leads to the page for things that are not there when it is unknown. Asked once per request. */
export const readAccount = cache(async (id: string): Promise<Answer<AccountDetailView>> =>
  callApi<AccountDetailView>(`/api/v1/integrated-accounts/${encodeURIComponent(id)}`),
);

/** Its attempts, newest first. */
export async function readAttempts(id: string, limit = 100, cursor?: string): Promise<Answer<AttemptPage>> {
  return callApi<AttemptPage>(`/api/v1/integrated-accounts/${encodeURIComponent(id)}/refresh-attempts`, {
    query: { limit, cursor },
  });
}

/** What happened to it, newest first. */
export async function readTimeline(
  id: string,
  kind: TimelineEntryView["kind"] | undefined,
  cursor: string | undefined,
): Promise<Answer<TimelinePage>> {
  return callApi<TimelinePage>(`/api/v1/integrated-accounts/${encodeURIComponent(id)}/timeline`, {
    query: { kind, cursor, limit: 25 },
  });
}

/** The latest attempts of the accounts of a page, by their ids; empty when the API can't tell: a list is a list without pictures. */
export async function readLifelines(
  ids: readonly string[],
  hours: number,
): Promise<Map<string, LifelineList["data"][number]>> {
  if (ids.length === 0) return new Map();
  const answer = await callApi<LifelineList>("/api/v1/integrated-accounts/lifelines", {
    query: { ids: ids.join(","), hours, each: 20 },
  });
  return new Map(answer.kind === "ok" ? answer.value.data.map((one) => [one.integrated_account_id, one]) : []);
}
