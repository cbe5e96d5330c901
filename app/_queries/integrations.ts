import { cache } from "react";
import type { IntegrationSummary } from "#api/schemas/integration";
import { kindOf, type CredentialKind } from "../_components/credential-kind.ts";
import { callApi } from "./call-api.ts";
import type { Answer } from "./problem.ts";

export type Integration = Pick<IntegrationSummary, "name" | "label" | "format" | "problem">;
type IntegrationList = { data: Integration[] };
export type TroubledIntegration = { name: string; label: string; problem: string };

type Described = { credentials: { config: { scopeDescriptions?: Record<string, string> } } };

const readList = cache(async (): Promise<Answer<IntegrationList>> => callApi<IntegrationList>("/api/v1/integrations"));

/** Empty when the API cannot tell. */
async function readIntegrations(): Promise<Integration[]> {
  const list = await readList();
  return list.kind === "problem" ? [] : list.value.data;
}

/** Labels by integration name. Empty when the API cannot tell: names are then shown as they are. */
export const readIntegrationLabels = cache(
  async (): Promise<Map<string, string>> =>
    new Map((await readIntegrations()).map((integration) => [integration.name, integration.label])),
);

/** Those that are not used, or not for every account, each with its `problem`. */
export async function readTroubledIntegrations(): Promise<Answer<TroubledIntegration[]>> {
  const list = await readList();
  if (list.kind === "problem") return list;
  const value = list.value.data.flatMap(({ name, label, problem }) =>
    problem === null ? [] : [{ name, label, problem }],
  );
  return { kind: "ok", value };
}

/** What the accounts of an integration hold; tokens when the API cannot tell. */
export async function readCredentialKind(name: string): Promise<CredentialKind> {
  return kindOf((await readIntegrations()).find((integration) => integration.name === name)?.format ?? undefined);
}

/** What scopes of an integration allow, by scope, as its definition says it. Empty when the API cannot tell. */
export async function readScopeDescriptions(name: string): Promise<Record<string, string>> {
  const document = await callApi<Described>(`/api/v1/integrations/${encodeURIComponent(name)}`, { missing: "problem" });
  return document.kind === "ok" ? (document.value.credentials.config.scopeDescriptions ?? {}) : {};
}
