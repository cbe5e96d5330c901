import type { DeliveryFilter } from "../../../_queries/webhooks.ts";
import { isEventType } from "../../../_components/event-words.ts";
import { isDeliveryStatus } from "../_parts/delivery-words.ts";
import { readLanguage, type SnippetLanguage } from "../_parts/snippets.ts";

type Query = Record<string, string | string[] | undefined>;

/** What the page of an endpoint shows: which of its deliveries, and the example in which language. */
export type PageView = DeliveryFilter & { language: SnippetLanguage };

/** What a URL asks for. What it does not know is left out. */
export function readView(query: Query): PageView {
  const text = (name: string): string | undefined => {
    const value = query[name];
    return Array.isArray(value) ? value[0] : value;
  };
  const status = text("status");
  const eventType = text("event_type");
  return {
    status: isDeliveryStatus(status) ? status : undefined,
    eventType: isEventType(eventType) ? eventType : undefined,
    cursor: text("cursor"),
    language: readLanguage(text("lang")),
  };
}

/** The URL of a view, with the names of the API. */
export function endpointHref(id: string, view: PageView): string {
  const query = new URLSearchParams();
  if (view.status !== undefined) query.set("status", view.status);
  if (view.eventType !== undefined) query.set("event_type", view.eventType);
  if (view.cursor !== undefined) query.set("cursor", view.cursor);
  if (view.language !== "typescript") query.set("lang", view.language);
  return query.size === 0 ? `/webhooks/${id}` : `/webhooks/${id}?${query}`;
}
