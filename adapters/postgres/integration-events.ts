import { randomBytes } from "node:crypto";
import { idRandomBytes, makeId } from "#core/domain/identifier/identifier";
import type { IntegrationEventType, SecurityEventType } from "#core/domain/webhook/event-type";
import type { DatabaseClient, DatabasePool } from "./pool.ts";

/** An event about an integration as a whole; it has no account and no sequence. Written in the transaction of what it tells. */
export async function insertIntegrationEvent(
  client: DatabaseClient | DatabasePool,
  environmentId: string,
  type: IntegrationEventType | SecurityEventType,
  payload: { readonly integration_name: string } & Readonly<Record<string, string | number | null>>,
): Promise<void> {
  await insertEvent(client, environmentId, type, payload);
}

/** An event of no account. */
export async function insertEvent(
  client: DatabaseClient | DatabasePool,
  environmentId: string,
  type: IntegrationEventType | SecurityEventType | "environment:needs_reauth_spike",
  payload: Readonly<Record<string, string | number | boolean | null>>,
): Promise<void> {
  await client.query(
    "INSERT INTO event (id, created_at, environment_id, event_type, payload) VALUES ($1, now(), $2, $3, $4)",
    [makeId("evt", randomBytes(idRandomBytes)), environmentId, type, JSON.stringify(payload)],
  );
}
