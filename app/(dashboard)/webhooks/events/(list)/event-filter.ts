import { isEventType } from "../../../../_components/event-words.ts";
import type { EventFilter } from "../../../../_queries/webhooks.ts";

type Query = Record<string, string | string[] | undefined>;

/** The filter a URL asks for. What it does not know is left out. */
export function readEventFilter(query: Query): EventFilter {
  const text = (name: string): string | undefined => {
    const value = query[name];
    const first = Array.isArray(value) ? value[0] : value;
    return first === "" ? undefined : first;
  };
  const eventType = text("event_type");
  const accountId = text("account");
  return {
    eventType: isEventType(eventType) ? eventType : undefined,
    accountId: accountId !== undefined && /^ia_[0-9a-z]{24}$/.test(accountId) ? accountId : undefined,
    cursor: text("cursor"),
  };
}

/** The URL of a filter, with the names of the API. */
export function eventsHref(filter: EventFilter): string {
  const query = new URLSearchParams();
  if (filter.eventType !== undefined) query.set("event_type", filter.eventType);
  if (filter.accountId !== undefined) query.set("account", filter.accountId);
  if (filter.cursor !== undefined) query.set("cursor", filter.cursor);
  return query.size === 0 ? "/webhooks/events" : `/webhooks/events?${query}`;
}
