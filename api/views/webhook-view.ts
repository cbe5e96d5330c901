import type { StoredEvent } from "#core/domain/webhook/render-event";
import type { Delivery, WebhookEndpoint } from "#core/ports/webhook-store";
import type { DeliveryView, EventView } from "#api/schemas/delivery";
import type { EndpointView } from "#api/schemas/webhook";

/** The one place where an endpoint becomes its wire form. */
export function toEndpointView(endpoint: WebhookEndpoint): EndpointView {
  const { health } = endpoint;
  return {
    id: endpoint.id,
    url: endpoint.url,
    format: endpoint.format,
    events: [...endpoint.events],
    description: endpoint.description,
    status: endpoint.status,
    disabled_reason: endpoint.disabledReason,
    disabled_at: endpoint.disabledAt?.toISOString() ?? null,
    failures: health.failures,
    failing_since: health.failingSince?.toISOString() ?? null,
    last_success_at: health.lastSuccessAt?.toISOString() ?? null,
    waiting: endpoint.waiting,
    last_day: endpoint.lastDay,
    previous_secret_accepted_until: endpoint.previousSecretUntil?.toISOString() ?? null,
    created_at: endpoint.createdAt.toISOString(),
    updated_at: endpoint.updatedAt.toISOString(),
  };
}

export function toDeliveryView(delivery: Delivery): DeliveryView {
  return {
    id: delivery.id,
    event_id: delivery.eventId,
    event_type: delivery.eventType,
    event_created_at: delivery.eventCreatedAt.toISOString(),
    integrated_account_id: delivery.accountId,
    webhook_endpoint_id: delivery.endpointId,
    status: delivery.status,
    attempts: delivery.attempts.map((one) => ({
      at: one.at.toISOString(),
      http_status: one.httpStatus,
      latency_ms: one.latencyMs,
      error: one.error,
      response: one.response,
    })),
    next_attempt_at: delivery.nextAttemptAt?.toISOString() ?? null,
    finished_at: delivery.finishedAt?.toISOString() ?? null,
  };
}

export function toEventView(event: StoredEvent, environment: string): EventView {
  return {
    id: event.id,
    created_at: event.createdAt.toISOString(),
    environment,
    sequence: event.sequence,
    event_type: event.eventType,
    payload: event.payload,
  };
}
