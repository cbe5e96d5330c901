import type { IntegrationGlance } from "#adapters/postgres/integration-status";
import type { IntegrationStatusView } from "../schemas/integration-details.ts";

interface Known {
  readonly inCatalogue: boolean;
  /** By circuit, in the order of the glance's. */
  readonly shared: readonly {
    readonly names: readonly string[];
    readonly budget: { readonly perMinute: number | null; readonly concurrency: number | null };
  }[];
  readonly now: Date;
}

export function toIntegrationStatusView(
  name: string,
  { definedAt, circuits, openLinks, hasAllLinks }: IntegrationGlance,
  { inCatalogue, shared, now }: Known,
): IntegrationStatusView {
  return {
    integration_name: name,
    in_catalogue: inCatalogue,
    defined_at: definedAt?.toISOString() ?? null,
    circuits: circuits.map((circuit, index) => ({
      endpoint: circuit.endpoint,
      state: circuit.state,
      cause: circuit.cause,
      failures: circuit.failures,
      opened_at: circuit.openedAt?.toISOString() ?? null,
      next_probe_at: circuit.probeAt?.toISOString() ?? null,
      probes: circuit.probes,
      requests_under_way: circuit.inUse,
      per_minute: shared[index]?.budget.perMinute ?? null,
      concurrency: shared[index]?.budget.concurrency ?? null,
      shared_with: [...(shared[index]?.names ?? [])],
    })),
    open_links: openLinks,
    open_links_complete: hasAllLinks,
    as_of: now.toISOString(),
  };
}
