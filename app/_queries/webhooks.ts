import { cache } from "react";
import type { DeliveryPage, DeliveryView, EventPage, EventView } from "#api/schemas/delivery";
import type { EndpointList, EndpointView } from "#api/schemas/webhook";
import { callApi } from "./call-api.ts";
import type { Answer } from "./problem.ts";

export type EventDetail = EventView & { deliveries: DeliveryView[] };

export type DeliveryFilter = {
  status?: DeliveryView["status"] | undefined;
  eventType?: EventView["event_type"] | undefined;
  cursor?: string | undefined;
};

export type EventFilter = {
  eventType?: EventView["event_type"] | undefined;
  accountId?: string | undefined;
  cursor?: string | undefined;
};

/** All endpoints of the environment, oldest first. */
export async function readEndpoints(): Promise<Answer<EndpointView[]>> {
  const list = await callApi<EndpointList>("/api/v1/webhook-endpoints");
  return list.kind === "ok" ? { kind: "ok", value: list.value.data } : list;
}

/** One endpoint; leads to the page for things that are not there when it is unknown. Asked once per request. */
export const readEndpoint = cache(async (id: string): Promise<Answer<EndpointView>> =>
  callApi<EndpointView>(`/api/v1/webhook-endpoints/${encodeURIComponent(id)}`),
);

/** What was sent to an endpoint, by the newest event first. */
export async function readDeliveries(endpoint: string, filter: DeliveryFilter): Promise<Answer<DeliveryPage>> {
  return callApi<DeliveryPage>("/api/v1/webhook-deliveries", {
    query: { endpoint, status: filter.status, event_type: filter.eventType, cursor: filter.cursor, limit: 20 },
  });
}

/** What happened in the environment, newest first. */
export async function readEvents(filter: EventFilter): Promise<Answer<EventPage>> {
  return callApi<EventPage>("/api/v1/events", {
    query: { event_type: filter.eventType, account: filter.accountId, cursor: filter.cursor, limit: 50 },
  });
}

/** One event with its deliveries; asked once per request. */
export const readEvent = cache(async (id: string): Promise<Answer<EventDetail>> =>
  callApi<EventDetail>(`/api/v1/events/${encodeURIComponent(id)}`),
);
