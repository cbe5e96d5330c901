import { randomBytes } from "node:crypto";
import { idRandomBytes, makeId } from "#core/domain/identifier/identifier";
import type { EndpointHealth, HealthConsequence } from "#core/domain/webhook/endpoint-health";
import { originOf } from "#core/domain/webhook/endpoint-url";
import type { EndpointEventType } from "#core/domain/webhook/event-type";
import type { ClaimedEndpoint } from "#core/ports/delivery-queue";
import { insertAudit } from "./audit-log.ts";
import type { DatabaseClient } from "./pool.ts";
import { endPending } from "./webhook-endpoints.ts";

/** Warns of an endpoint, or takes it out of use, with the event that says so. */
export async function concludeHealth(
  client: DatabaseClient,
  endpoint: ClaimedEndpoint,
  health: EndpointHealth,
  consequence: Exclude<HealthConsequence, { kind: "none" }>,
): Promise<void> {
  const { id, environmentId, url } = endpoint;
  const failingSince = health.failingSince?.toISOString() ?? null;
  const tell = async (type: EndpointEventType, payload: Readonly<Record<string, string | null>>): Promise<void> => {
    await client.query(
      "INSERT INTO event (id, created_at, environment_id, event_type, payload) VALUES ($1, now(), $2, $3, $4)",
      [
        makeId("evt", randomBytes(idRandomBytes)),
        environmentId,
        type,
        JSON.stringify({ id, url: originOf(url), ...payload }),
      ],
    );
  };
  if (consequence.kind === "warn") {
    await client.query("UPDATE webhook_endpoint SET warned_at = $3 WHERE id = $1 AND claim = $2", [
      id,
      endpoint.claim,
      health.warnedAt,
    ]);
    return await tell("webhook_endpoint:failing", { failing_since: failingSince });
  }
  const { reason } = consequence;
  const { rowCount } = await client.query(
    `UPDATE webhook_endpoint SET status = 'disabled', disabled_reason = $3, disabled_at = now(), updated_at = now(),
            claimed_until = NULL, claimed_by = NULL
      WHERE id = $1 AND claim = $2 AND status = 'enabled'`,
    [id, endpoint.claim, reason],
  );
  // Somebody took it into use again meanwhile, or out of it.
  if (rowCount !== 1) return;
  await endPending(client, id);
  await tell("webhook_endpoint:disabled", { reason, failing_since: failingSince });
  await insertAudit(client, [
    { environmentId, actor: "worker", action: "webhook_endpoint.disabled", target: id, detail: { reason } },
  ]);
}
