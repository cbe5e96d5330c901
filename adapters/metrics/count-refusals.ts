import { EgressRefused } from "../egress/guarded-connector.ts";
import type { EgressClient } from "../egress/egress-client.ts";
import type { Metrics } from "#core/ports/metrics";
import type { ClosableStreams } from "../egress/provider-streams.ts";

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

/** The same for streams, which tell a refusal as an outcome. */
export function countStreamRefusals(
  streams: ClosableStreams,
  metrics: Pick<Metrics, "egressRefused">,
): ClosableStreams {
  return {
    async send(request, signal) {
      const answer = await streams.send(request, signal);
      if (answer.kind === "failed" && answer.cause === "refused") metrics.egressRefused();
      return answer;
    },
    close: () => streams.close(),
  };
}
