import type { CircuitCause } from "#core/domain/refresh/circuit";
import { integrationsBehind } from "./circuit-sharing.ts";
import { insertIntegrationEvent } from "./integration-events.ts";
import type { DatabaseClient } from "./pool.ts";

/** What an event tells of a circuit. */
export interface ToldCircuit {
  readonly environmentId: string;
  readonly endpoint: string;
  readonly cause: CircuitCause | null;
  readonly failures: number;
  readonly openedAt: Date | null;
}

/** Why a circuit closed: something was answered, nobody waits behind it any more, or its client or definition was changed. */
export type CloseReason = "answered" | "nobody_waits" | "changed";

/**
 * One event for each integration, since whoever reads events knows integrations: two of them may stand behind one circuit.
 * Written in the transaction of what they tell.
 */
export async function tellIntegrations(
  client: DatabaseClient,
  names: readonly string[],
  type: "integration:degraded" | "integration:client_error" | "integration:recovered",
  circuit: ToldCircuit,
  reason?: CloseReason,
): Promise<void> {
  for (const name of names) {
    await insertIntegrationEvent(client, circuit.environmentId, type, {
      integration_name: name,
      endpoint: circuit.endpoint,
      cause: circuit.cause,
      failures: circuit.failures,
      since: circuit.openedAt?.toISOString() ?? null,
      ...(reason === undefined ? {} : { reason }),
    });
  }
}

/** Who is to be told of a circuit: those behind it, and the one whose request showed it, which may have no account there yet. */
export async function integrationsToTell(
  client: DatabaseClient,
  circuit: { readonly key: string; readonly integrationName: string },
): Promise<readonly string[]> {
  return [...new Set([...(await integrationsBehind(client, circuit.key)), circuit.integrationName])];
}
