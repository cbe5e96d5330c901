import { cache } from "react";
import type { IntegrationSummary } from "#api/schemas/integration";
import type { MassFailureView } from "#api/schemas/mass-failure";
import type { HealthView } from "#api/schemas/stats";
import type { OpenBreakersView } from "#api/schemas/overview";
import { callApi } from "./call-api.ts";
import type { Answer } from "./problem.ts";

export type OpenBreaker = OpenBreakersView["data"][number];
export type IntegrationHealth = HealthView["integrations"][number];

/** An integration with how it does; null: there is nothing to tell; `unread`: nobody can tell. */
export type CatalogueEntry = IntegrationSummary & {
  health: IntegrationHealth | "unread" | null;
  massFailure: MassFailureView | "unread" | null;
  /** Token endpoints that are left alone for now. */
  breakers: OpenBreaker[] | "unread";
};

/** Every integration of the environment, by label. Their health is beside the point of the list: it shows without, too. */
export const readCatalogue = cache(async (): Promise<Answer<CatalogueEntry[]>> => {
  const [list, health, failures, breakers] = await Promise.all([
    callApi<{ data: IntegrationSummary[] }>("/api/v1/integrations"),
    callApi<HealthView>("/api/v1/stats/health", { query: { window: "24h" } }),
    callApi<{ data: MassFailureView[] }>("/api/v1/mass-failures"),
    callApi<OpenBreakersView>("/api/v1/stats/breakers"),
  ]);
  if (list.kind === "problem") return list;
  const healthOf = byName(health.kind === "ok" ? health.value.integrations : null);
  const failureOf = byName(failures.kind === "ok" ? failures.value.data : null);
  const entries = list.value.data.map((one) => ({
    ...one,
    health: healthOf(one.name),
    massFailure: failureOf(one.name),
    breakers:
      breakers.kind === "ok"
        ? breakers.value.data.filter(({ integration_name: name }) => name === one.name)
        : ("unread" as const),
  }));
  return { kind: "ok", value: entries.toSorted((one, other) => one.label.localeCompare(other.label, "en")) };
});

function byName<T extends { integration_name: string }>(
  all: readonly T[] | null,
): (name: string) => T | "unread" | null {
  if (all === null) return () => "unread";
  const found = new Map(all.map((one) => [one.integration_name, one]));
  return (name) => found.get(name) ?? null;
}
