import { cache } from "react";
import type { IntegrationSummary } from "#api/schemas/integration";
import { kindOf, type CredentialKind } from "../_components/credential-kind.ts";
import { callApi } from "./call-api.ts";

type IntegrationList = { data: Pick<IntegrationSummary, "name" | "label" | "format">[] };

type Described = { credentials: { config: { scopeDescriptions?: Record<string, string> } } };

const readIntegrations = cache(async (): Promise<IntegrationList["data"]> => {
  const list = await callApi<IntegrationList>("/api/v1/integrations");
  return list.kind === "problem" ? [] : list.value.data;
});

/** Labels by integration name. Empty when the API cannot tell: names are then shown as they are. */
export const readIntegrationLabels = cache(
  async (): Promise<Map<string, string>> =>
    new Map((await readIntegrations()).map((integration) => [integration.name, integration.label])),
);

/** What the accounts of an integration hold; tokens when the API cannot tell. */
export async function readCredentialKind(name: string): Promise<CredentialKind> {
  return kindOf((await readIntegrations()).find((integration) => integration.name === name)?.format);
}

/** What scopes of an integration allow, by scope, as its definition says it. Empty when the API cannot tell. */
export async function readScopeDescriptions(name: string): Promise<Record<string, string>> {
  const document = await callApi<Described>(`/api/v1/integrations/${encodeURIComponent(name)}`, { missing: "problem" });
  return document.kind === "ok" ? (document.value.credentials.config.scopeDescriptions ?? {}) : {};
}
