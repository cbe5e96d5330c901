import { cache } from "react";
import type { AnomalyPolicyView } from "#api/schemas/anomaly";
import type { ApiKeyDetail, ApiKeyList } from "#api/schemas/api-key";
import type { AccentView } from "#api/schemas/branding";
import type { EnvironmentList, EnvironmentView } from "#api/schemas/integration";
import { callApi } from "./call-api.ts";
import type { Answer } from "./problem.ts";

export type ApiKeyFilter = { state: "in_force" | "over"; cursor?: string | undefined };

/** The settings of the environment that this browser looks at. */
export const readEnvironment = cache(async (): Promise<Answer<EnvironmentView>> =>
  callApi<EnvironmentView>("/api/v1/environment"),
);

/** How the accent of the connect pages is read. Null when the API cannot tell. */
export async function readAccent(accent: { light: string; dark: string }): Promise<AccentView | null> {
  const answer = await callApi<AccentView>("/api/v1/environment/accent", { query: accent });
  return answer.kind === "ok" ? answer.value : null;
}

/** All environments, and what each has. */
export async function readEnvironments(): Promise<Answer<EnvironmentList>> {
  return callApi<EnvironmentList>("/api/v1/environments");
}

/** When alarms ring, and what they stop. */
export async function readAnomalyPolicy(): Promise<Answer<AnomalyPolicyView>> {
  return callApi<AnomalyPolicyView>("/api/v1/anomaly-policy");
}

/** API keys, newest first. */
export async function readApiKeys({ state, cursor }: ApiKeyFilter): Promise<Answer<ApiKeyList>> {
  return callApi<ApiKeyList>("/api/v1/api-keys", { query: { state, cursor, limit: 100 } });
}

/** One key; leads to the page for things that are not there when it is unknown. Asked once per request. */
export const readApiKey = cache(async (id: string): Promise<Answer<ApiKeyDetail>> =>
  callApi<ApiKeyDetail>(`/api/v1/api-keys/${encodeURIComponent(id)}`),
);
