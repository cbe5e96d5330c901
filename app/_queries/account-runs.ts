import { cache } from "react";
import type { AccountRunView, RunPage, RunResultPage, RunResultView } from "#api/schemas/account-run";
import { callApi } from "./call-api.ts";
import type { Answer } from "./problem.ts";

/** Runs over many accounts, newest first. */
export async function readRuns(cursor: string | undefined): Promise<Answer<RunPage>> {
  return callApi<RunPage>("/api/v1/account-runs", { query: { limit: 30, cursor } });
}

/** One of them; leads to the page for things that are not there when it is unknown. Asked once per request. */
export const readRun = cache(async (id: string): Promise<Answer<AccountRunView>> =>
  callApi<AccountRunView>(`/api/v1/account-runs/${encodeURIComponent(id)}`),
);

/** What became of its accounts. */
export async function readRunResults(
  id: string,
  outcome: RunResultView["outcome"] | undefined,
  cursor: string | undefined,
): Promise<Answer<RunResultPage>> {
  return callApi<RunResultPage>(`/api/v1/account-runs/${encodeURIComponent(id)}/results`, {
    query: { outcome, cursor, limit: 50 },
  });
}
