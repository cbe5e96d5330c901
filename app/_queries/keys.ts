import type { RewrapFailureView, RewrapRunDetailView, SealingKeysView } from "#api/schemas/keys";
import { callApi } from "./call-api.ts";
import type { Answer } from "./problem.ts";

/** The keys of this environment, what each seals, and the runs that re-wrap. */
export async function readKeys(): Promise<Answer<SealingKeysView>> {
  return callApi<SealingKeysView>("/api/v1/keys");
}

/** Where what a run could not open stands. Without them the page says how many there are all the same. */
export async function readFailures(runId: string): Promise<readonly RewrapFailureView[]> {
  const answer = await callApi<RewrapRunDetailView>(`/api/v1/keys/rewrap/${encodeURIComponent(runId)}`);
  return answer.kind === "ok" ? answer.value.failures : [];
}
