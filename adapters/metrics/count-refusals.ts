import { EgressRefused } from "../egress/guarded-connector.ts";
import type { EgressClient } from "../egress/egress-client.ts";
import type { Metrics } from "#core/ports/metrics";

/** Counts the calls that the guard refuses. */
export function countRefusals(egress: EgressClient, metrics: Pick<Metrics, "egressRefused">): EgressClient {
  return {
    fetch: async (url, init) =>
      await egress.fetch(url, init).catch((error: unknown) => {
        if (error instanceof EgressRefused) metrics.egressRefused();
        throw error;
      }),
    close: () => egress.close(),
  };
}
