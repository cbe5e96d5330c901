import { notFound } from "next/navigation";
import { cache } from "react";
import type { EnvironmentIntegrationView } from "#api/schemas/integration";
import type { IntegrationStatusView, OverridableFieldView } from "#api/schemas/integration-details";
import type { IntegrationMappingListView } from "#api/schemas/mapping-trial";
import type { IntegrationCheckListView } from "#api/schemas/integration-check";
import type { HealthView } from "#api/schemas/stats";
import { readUsers } from "./administrators.ts";
import { callApi } from "./call-api.ts";
import { readCatalogue, type CatalogueEntry, type IntegrationHealth } from "./catalogue.ts";
import type { Answer } from "./problem.ts";

/** One of the catalogue, also when its definition can't be read. Not there: the page for things that are not. */
export const readEntry = cache(async (name: string): Promise<Answer<CatalogueEntry>> => {
  const catalogue = await readCatalogue();
  if (catalogue.kind === "problem") return catalogue;
  const entry = catalogue.value.find((one) => one.name === name);
  if (entry === undefined) notFound();
  return { kind: "ok", value: entry };
});

/** Its client, and every value in force with its origin; secrets are masked. */
export async function readConfiguration(name: string): Promise<Answer<EnvironmentIntegrationView>> {
  return callApi<EnvironmentIntegrationView>(`/api/v1/environment-integrations/${encodeURIComponent(name)}`, {
    missing: "problem",
  });
}

/** Breakers, budgets and links right now. */
export async function readIntegrationStatus(name: string): Promise<Answer<IntegrationStatusView>> {
  return callApi<IntegrationStatusView>(`/api/v1/integrations/${encodeURIComponent(name)}/status`, {
    missing: "problem",
  });
}

/** What may be laid over its definition here. Empty when the API cannot tell. */
export async function readOverridable(name: string): Promise<OverridableFieldView[]> {
  const list = await callApi<{ data: OverridableFieldView[] }>(
    `/api/v1/environment-integrations/${encodeURIComponent(name)}/overridable-fields`,
    { missing: "problem" },
  );
  return list.kind === "ok" ? list.value.data : [];
}

/** How it did in the last hour; null: there is nothing to tell. */
export async function readLastHour(name: string): Promise<IntegrationHealth | "unread" | null> {
  const health = await callApi<HealthView>("/api/v1/stats/health", { query: { window: "1h" } });
  if (health.kind === "problem") return "unread";
  return health.value.integrations.find((one) => one.integration_name === name) ?? null;
}

/** What of a document the pages show, besides the document itself. */
export type ShownDocument = {
  name: string;
  label?: string;
  notes?: string;
  sources?: string[];
  credentials: { format: string; config: { scopeDescriptions?: Record<string, string> } };
  [field: string]: unknown;
};

/** The definition in force, without what the environment lays over it. */
export async function readDocument(name: string): Promise<Answer<ShownDocument>> {
  return callApi<ShownDocument>(`/api/v1/integrations/${encodeURIComponent(name)}`, { missing: "problem" });
}

/** Names of administrators by their ids, for whoever may see them; empty otherwise. */
export async function readActorNames(maySee: boolean): Promise<Map<string, string>> {
  if (!maySee) return new Map();
  const users = await readUsers();
  return users.kind === "ok" ? new Map(users.value.data.map(({ id, name, email }) => [id, name || email])) : new Map();
}

/** The same as somebody would write it: without what goes without saying. */
export async function readShortDocument(name: string): Promise<Answer<Record<string, unknown>>> {
  return callApi<Record<string, unknown>>(`/api/v1/integrations/${encodeURIComponent(name)}`, {
    query: { defaults: "omit" },
    missing: "problem",
  });
}

/** How it maps each model of the unified API. */
export async function readMappings(name: string): Promise<Answer<IntegrationMappingListView>> {
  return callApi<IntegrationMappingListView>(`/api/v1/integrations/${encodeURIComponent(name)}/mappings`, {
    missing: "problem",
  });
}

/** The latest checks against the lab, and whether they are offered here. */
export async function readChecks(name: string): Promise<Answer<IntegrationCheckListView>> {
  return callApi<IntegrationCheckListView>(`/api/v1/integrations/${encodeURIComponent(name)}/checks`, {
    missing: "problem",
  });
}
