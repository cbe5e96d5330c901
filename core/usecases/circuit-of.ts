import type { ResolvedIntegration } from "../domain/integration/resolve-integration.ts";
import { circuitKey } from "../domain/refresh/circuit.ts";
import type { CircuitRef } from "../ports/circuit-store.ts";

/** The integration as an account that brought its own OAuth client has it. */
export function withOwnClient(integration: ResolvedIntegration, clientId: string | null): ResolvedIntegration {
  return clientId === null ? integration : { ...integration, clientId };
}

/** Client credentials are asked for where a code would be exchanged (RFC 6749 §4.4.2). */
export function circuitOf(environmentId: string, integration: ResolvedIntegration): CircuitRef {
  const isClientGrant = integration.refreshPolicy.grant === "client_credentials";
  return circuitAt(environmentId, integration, isClientGrant ? integration.tokenEndpoint : integration.refreshEndpoint);
}

/** Where a code is exchanged; most providers refresh there too. */
export function codeCircuitOf(environmentId: string, integration: ResolvedIntegration): CircuitRef {
  return circuitAt(environmentId, integration, integration.tokenEndpoint);
}

function circuitAt(environmentId: string, integration: ResolvedIntegration, endpoint: string): CircuitRef {
  return {
    key: circuitKey(environmentId, integration.clientId, endpoint),
    environmentId,
    integrationName: integration.name,
    endpoint,
  };
}
