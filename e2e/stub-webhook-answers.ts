import type { EndpointView } from "#api/schemas/webhook";
import { eventIds, id, type WebhookWorld } from "./stub-webhooks.ts";

type Reply = { status: number; body?: object };

const dayMs = 86_400_000;

/** What the API answers about webhooks; null: it is about something else. */
export function answerWebhooks(
  world: WebhookWorld,
  method: string,
  path: string,
  query: URLSearchParams,
  body: string,
): Reply | null {
  const [, kind, one, action] =
    /^\/api\/v1\/(webhook-endpoints|webhook-deliveries|events)(?:\/([^/]+))?(?:\/([^/]+))?$/.exec(path) ?? [];
  if (kind === undefined) return null;
  if (kind === "events") return one === undefined ? listOf(world.events, query, ["event_type"]) : eventOf(world, one);
  if (kind === "webhook-deliveries") {
    if (one === undefined) {
      const endpoint = query.get("endpoint");
      const ofIt = world.deliveries.filter((each) => endpoint === null || each.webhook_endpoint_id === endpoint);
      return listOf(ofIt, query, ["status", "event_type"]);
    }
    return redelivered(world, one);
  }
  if (one === undefined) {
    return method === "POST" ? created(world, body) : { status: 200, body: { data: world.endpoints } };
  }
  const endpoint = world.endpoints.find((each) => each.id === one);
  if (endpoint === undefined) return missing();
  if (action !== undefined) return acted(world, endpoint, action);
  if (method === "PATCH") Object.assign(endpoint, patchOf(JSON.parse(body) as Partial<EndpointView>));
  if (method === "DELETE") {
    world.endpoints = world.endpoints.filter((each) => each !== endpoint);
    return { status: 204 };
  }
  return { status: 200, body: endpoint };
}

function patchOf(patch: Partial<EndpointView>): Partial<EndpointView> {
  if (patch.status === undefined) return patch;
  const isEnabled = patch.status === "enabled";
  return {
    ...patch,
    disabled_reason: isEnabled ? null : "operator",
    disabled_at: isEnabled ? null : new Date().toISOString(),
    failures: 0,
    failing_since: null,
  };
}

function created(world: WebhookWorld, body: string): Reply {
  const asked = JSON.parse(body) as Pick<EndpointView, "url" | "format" | "events" | "description">;
  if (asked.url.startsWith("http:")) {
    const detail = "must be an https address: plain http is for hosts in a range of EVERGRANT_EGRESS_ALLOW alone";
    const problem = { status: 422, code: "invalid_request", title: "The request is not valid" };
    return { status: 422, body: { ...problem, errors: [{ pointer: "/url", detail }] } };
  }
  const endpoint: EndpointView = {
    ...asked,
    id: id("whe", "new"),
    status: "enabled",
    disabled_reason: null,
    disabled_at: null,
    failures: 0,
    failing_since: null,
    last_success_at: null,
    waiting: 0,
    last_day: { deliveries: 0, delivered: 0 },
    previous_secret_accepted_until: null,
    created_at: new Date().toISOString(),
    updated_at: new Date().toISOString(),
  };
  world.endpoints.push(endpoint);
  return { status: 201, body: { ...endpoint, secret: asked.format === "standard" ? newSecret : null } };
}

export const newSecret = "whsec_bm90IGEgc2VjcmV0LCBhbiBleGFtcGxlIQ==";

function acted(world: WebhookWorld, endpoint: EndpointView, action: string): Reply {
  if (action === "rotate-secret") {
    endpoint.previous_secret_accepted_until = new Date(Date.now() + dayMs).toISOString();
    return {
      status: 200,
      body: { secret: newSecret, previous_accepted_until: endpoint.previous_secret_accepted_until },
    };
  }
  if (action === "replay") return { status: 202, body: { deliveries: world.deliveries.length } };
  if (endpoint.status === "disabled") {
    const detail = "The endpoint is disabled. Enable it first.";
    return { status: 409, body: { status: 409, code: "conflict", title: "Conflict", detail } };
  }
  return { status: 202, body: { event_id: eventIds.reauth, delivery_id: id("dlv", "done") } };
}

function redelivered(world: WebhookWorld, deliveryId: string): Reply {
  const delivery = world.deliveries.find((each) => each.id === deliveryId);
  if (delivery === undefined) return missing();
  Object.assign(delivery, { status: "pending", finished_at: null, next_attempt_at: new Date().toISOString() });
  return { status: 202, body: delivery };
}

function eventOf(world: WebhookWorld, eventId: string): Reply {
  const event = world.events.find((each) => each.id === eventId);
  if (event === undefined) return missing();
  return {
    status: 200,
    body: { ...event, deliveries: world.deliveries.filter((each) => each.event_id === eventId) },
  };
}

function listOf<T extends object>(all: T[], query: URLSearchParams, filters: (keyof T & string)[]): Reply {
  const account = query.get("account");
  const matching = all.filter(
    (one) =>
      (account === null || JSON.stringify(one).includes(account)) &&
      filters.every((name) => query.get(name) === null || query.get(name) === one[name]),
  );
  const limit = Number(query.get("limit") ?? 50);
  const from = Number(query.get("cursor") ?? 0);
  const isLast = matching.length <= from + limit;
  return {
    status: 200,
    body: { data: matching.slice(from, from + limit), next_cursor: isLast ? null : String(from + limit) },
  };
}

function missing(): Reply {
  return { status: 404, body: { status: 404, code: "not_found", title: "There is no such thing here" } };
}
