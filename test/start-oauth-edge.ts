import { createAddressGuard } from "#adapters/egress/address-guard";
import { createEgressClient } from "#adapters/egress/egress-client";
import { createExpressions } from "#adapters/expressions/expressions";
import { createAuthorizationServer } from "#adapters/oauth/authorization-server";
import { resolveIntegration, type ResolvedIntegration } from "#core/domain/integration/resolve-integration";
import { startFaultServer, type FaultBehaviour } from "#lab/start-fault-server";
import { exampleDocument } from "#test/fakes/in-memory-integration-store";
import { createRecordingLog } from "#test/fakes/recording-log";
import { createSteppedClock } from "#test/fakes/stepped-clock";

type Ports = Parameters<typeof createAuthorizationServer>[0];

/** The edge to authorization servers, and a scripted one at its other side. */
export async function startOAuthEdge() {
  const fault = await startFaultServer();
  const egress = createEgressClient(createAddressGuard([{ address: "127.0.0.1", prefix: 32 }]));
  const expressions = createExpressions();
  const ports = {
    egress,
    clock: createSteppedClock(),
    log: createRecordingLog(),
    expressions,
    redirectUri: (id: string) => `https://evergrant.example/oauth/callback/${id}`,
  };
  const at = (path: string): string => `${fault.origin}${path}`;
  return {
    ...ports,
    fault,
    lastRequest: () => fault.requests.at(-1),
    /** With other ports where a test brings some. */
    edge: (changes: Partial<Ports> = {}) => createAuthorizationServer({ ...ports, ...changes }),
    /** The example integration at the fault server, without an issuer; `changes` are laid over it. */
    integration(changes: Partial<ResolvedIntegration> = {}): ResolvedIntegration {
      return {
        ...resolveIntegration(exampleDocument(), { clientId: "client-1" }, {}),
        issuer: null,
        tokenEndpoint: at("/token"),
        refreshEndpoint: at("/token"),
        revocationEndpoint: at("/revoke"),
        introspectionEndpoint: at("/introspect"),
        ...changes,
      };
    },
    async close() {
      await fault.close();
      await egress.close();
      await expressions.close();
    },
  };
}

export const json = (body: unknown, status = 200, headers: Record<string, string> = {}): FaultBehaviour => ({
  kind: "json",
  status,
  body,
  headers,
});
