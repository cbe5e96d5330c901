import type { DeliveryView, EventView } from "#api/schemas/delivery";
import type { EndpointView } from "#api/schemas/webhook";

/** Webhooks in the shapes of the API, around one instant. */
export type WebhookWorld = { endpoints: EndpointView[]; deliveries: DeliveryView[]; events: EventView[] };

type Attempt = DeliveryView["attempts"][number];

const minute = 60_000;
export const id = (prefix: string, name: string): string => `${prefix}_${name.padEnd(24, "0").slice(0, 24)}`;

export const hookIds = {
  healthy: id("whe", "healthy"),
  failing: id("whe", "failing"),
  stumbling: id("whe", "stumbling"),
  untried: id("whe", "untried"),
  chat: id("whe", "chat"),
  mail: id("whe", "mail"),
  gaveUp: id("whe", "gaveup"),
  gone: id("whe", "gone"),
  off: id("whe", "off"),
};

export const eventIds = {
  reauth: id("evt", "reauth"),
  retrying: id("evt", "retrying"),
  nowhere: id("evt", "nowhere"),
  massFailure: id("evt", "massfailure"),
  endpoint: id("evt", "endpoint"),
};

export const emptyWebhooks = (): WebhookWorld => ({ endpoints: [], deliveries: [], events: [] });

/** @param accountId whose events these are */
export function webhooks(accountId: string, now = Date.now()): WebhookWorld {
  const at = (minutes: number) => new Date(now + minutes * minute).toISOString();
  const endpoint = (endpointId: string, url: string, facts: Partial<EndpointView> = {}): EndpointView => ({
    id: endpointId,
    url,
    format: "standard",
    events: ["*"],
    description: null,
    status: "enabled",
    disabled_reason: null,
    disabled_at: null,
    failures: 0,
    failing_since: null,
    last_success_at: at(-3),
    waiting: 0,
    last_day: { deliveries: 0, delivered: 0 },
    previous_secret_accepted_until: null,
    created_at: at(-60 * 24 * 40),
    updated_at: at(-60 * 24 * 12),
    ...facts,
  });
  const disabled = (reason: EndpointView["disabled_reason"], minutes: number): Partial<EndpointView> => ({
    status: "disabled",
    disabled_reason: reason,
    disabled_at: at(minutes),
    last_success_at: at(minutes - 60 * 24 * 5),
  });
  const endpoints = [
    endpoint(hookIds.healthy, "https://app.example.com/webhooks/evergrant", {
      description: "Production backend",
      last_day: { deliveries: 1_000, delivered: 997 },
      waiting: 2,
      previous_secret_accepted_until: at(60 * 19),
    }),
    endpoint(hookIds.failing, "https://billing.example.com/hooks", {
      description: "Billing, which pauses subscriptions",
      events: ["integrated_account:authentication_error", "integrated_account:reactivated"],
      failures: 41,
      failing_since: at(-60 * 24 * 3 - 200),
      last_success_at: at(-60 * 24 * 3 - 260),
      waiting: 1284,
      last_day: { deliveries: 31, delivered: 0 },
    }),
    endpoint(hookIds.stumbling, "https://hooks.example.org/in?team=7", {
      events: ["integration:*"],
      failures: 1,
      failing_since: at(-2),
      waiting: 1,
      last_success_at: at(-44),
    }),
    endpoint(
      hookIds.untried,
      "https://a-receiver-with-a-remarkably-long-name.region-1.internal.customers.example.com/tenants/northwind/environments/production/webhooks/evergrant?source=evergrant&version=2",
      { description: "An address as long as some are", last_success_at: null, events: ["integrated_account:*"] },
    ),
    endpoint(hookIds.chat, "https://chat.example.com/…9Xq4", {
      format: "chat",
      description: "#integrations",
      events: ["integration:mass_failure", "integration:client_error", "security:*"],
    }),
    endpoint(hookIds.mail, "mailto:ops@example.com", { format: "email", events: ["security:*"] }),
    endpoint(hookIds.gaveUp, "https://old.example.com/hooks", { ...disabled("failing", -95), failures: 60 }),
    endpoint(hookIds.gone, "https://moved.example.com/hooks", disabled("gone", -60 * 26)),
    endpoint(hookIds.off, "https://paused.example.com/hooks", disabled("operator", -60 * 50)),
  ];
  const account = { id: accountId, integration_name: "salesforce", tenant_id: "initech" };
  const event = (eventId: string, type: EventView["event_type"], minutes: number, payload: object): EventView => ({
    id: eventId,
    created_at: at(minutes),
    environment: "production",
    sequence: "tenant_id" in payload ? 17 : null,
    event_type: type,
    payload: { ...payload },
  });
  const events = [
    event(eventIds.retrying, "integrated_account:refresh_delayed", -6, {
      ...account,
      status: "active",
      last_error: "The token endpoint answered 503",
    }),
    event(eventIds.reauth, "integrated_account:authentication_error", -37, {
      ...account,
      status: "needs_reauth",
      last_error: "invalid_grant: revoked by the customer",
    }),
    event(eventIds.massFailure, "integration:mass_failure", -50, { integration_name: "salesforce", held: 412 }),
    event(eventIds.nowhere, "environment:needs_reauth_spike", -90, { accounts: 63 }),
    event(eventIds.endpoint, "webhook_endpoint:disabled", -95, {
      id: hookIds.gaveUp,
      url: "https://old.example.com/hooks",
      reason: "failing",
    }),
    event(id("evt", "created"), "integrated_account:created", -600, { ...account, status: "active", last_error: null }),
  ];
  const [retrying, reauth, massFailure] = events;
  if (retrying === undefined || reauth === undefined || massFailure === undefined) throw new Error("no events");
  const failed = (minutes: number, status: number | null, response: string | null): Attempt => ({
    at: at(minutes),
    http_status: status,
    latency_ms: status === null ? 15_000 : 84,
    error: status === null ? "no answer within 15 s" : `HTTP ${status}`,
    response,
  });
  const taken = (minutes: number, response: string | null = null): Attempt => ({
    at: at(minutes),
    http_status: 204,
    latency_ms: 61,
    error: null,
    response,
  });
  const page = "<!doctype html><html><head><title>503 Service Unavailable</title></head><body><h1>No upstream</h1>";
  const healthy = { endpoint: hookIds.healthy };
  const deliveries = [
    deliveryOf(retrying, "wait", healthy, "pending", [failed(-6, 503, page), failed(-5.9, null, null)], at(4)),
    deliveryOf(reauth, "done", healthy, "delivered", [failed(-37, 502, null), taken(-36.9)]),
    deliveryOf(massFailure, "given", healthy, "failed", [failed(-50, 500, '{"error":"no such table: accounts"}')]),
    deliveryOf(reauth, "bill", { endpoint: hookIds.failing }, "failed", [failed(-37, 500, "try later")]),
    deliveryOf(reauth, "gave", { endpoint: hookIds.gaveUp }, "failed", [failed(-37, 500, null)]),
    deliveryOf(reauth, "none", { endpoint: hookIds.stumbling }, "pending", [], at(0.1)),
    deliveryOf(massFailure, "chat", { endpoint: hookIds.chat }, "delivered", [
      { ...taken(-50, "ok"), http_status: 200 },
    ]),
  ];
  return { endpoints, deliveries, events };
}

function deliveryOf(
  event: EventView,
  name: string,
  { endpoint }: { endpoint: string },
  status: DeliveryView["status"],
  attempts: Attempt[],
  nextAt: string | null = null,
): DeliveryView {
  const { id: accountId } = event.payload;
  return {
    id: id("dlv", name),
    event_id: event.id,
    event_type: event.event_type,
    event_created_at: event.created_at,
    integrated_account_id: typeof accountId === "string" && accountId.startsWith("ia_") ? accountId : null,
    webhook_endpoint_id: endpoint,
    status,
    attempts,
    next_attempt_at: nextAt,
    finished_at: status === "pending" ? null : (attempts.at(-1)?.at ?? null),
  };
}

/** Many deliveries of one endpoint: several pages, each third one failed. */
export function manyDeliveries(world: WebhookWorld, count = 47): DeliveryView[] {
  const [first] = world.events;
  if (first === undefined) throw new Error("the world has events");
  const [attempt] = world.deliveries[1]?.attempts ?? [];
  if (attempt === undefined) throw new Error("the world has attempts");
  return Array.from({ length: count }, (_, n) => {
    const event = { ...first, created_at: new Date(Date.parse(first.created_at) - n * minute).toISOString() };
    const isFailed = n % 3 === 2;
    const said = isFailed ? attempt : { ...attempt, http_status: 200, error: null };
    return deliveryOf(event, `many${n}x`, { endpoint: hookIds.healthy }, isFailed ? "failed" : "delivered", [said]);
  });
}
