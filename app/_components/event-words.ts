import type { EventView } from "#api/schemas/delivery";
import type { EventFilter, EventGroup } from "#core/domain/webhook/event-filter";
import type { Tone } from "./status.ts";

export type EventType = EventView["event_type"];

/** What each type tells: as a title, and in a sentence for who chooses what to send. A type that is missing does not compile. */
export const eventWords: Readonly<Record<EventType, { title: string; tells: string; tone: Tone }>> = {
  "integrated_account:created": {
    title: "Account connected",
    tells: "A customer connected for the first time.",
    tone: "good",
  },
  "integrated_account:authentication_error": {
    title: "Re-authorization needed",
    tells: "The grant is dead: the customer must re-authorize.",
    tone: "bad",
  },
  "integrated_account:reactivated": { title: "Account works again", tells: "A customer re-authorized.", tone: "good" },
  "integrated_account:scopes_changed": {
    title: "Scopes changed",
    tells: "Other scopes are granted than before.",
    tone: "info",
  },
  "integrated_account:refresh_delayed": {
    title: "Refresh delayed",
    tells: "No valid token is left, and refreshing fails for now.",
    tone: "warn",
  },
  "integrated_account:reauth_soon": {
    title: "Re-authorization due soon",
    tells: "The grant ends soon: the customer should re-authorize before.",
    tone: "warn",
  },
  "integrated_account:disconnected": {
    title: "Account disconnected",
    tells: "The connection was ended.",
    tone: "none",
  },
  "integration:client_error": {
    title: "OAuth client rejected",
    tells: "The provider rejects your client.",
    tone: "bad",
  },
  "integration:degraded": { title: "Provider failing", tells: "The provider fails, and refreshes wait.", tone: "warn" },
  "integration:recovered": { title: "Provider recovered", tells: "The provider answers again.", tone: "good" },
  "integration:mass_failure": {
    title: "Mass failure held",
    tells: "Many accounts failed together and wait for your decision.",
    tone: "hold",
  },
  "environment:needs_reauth_spike": {
    title: "Many need re-authorization",
    tells: "Unusually many accounts need it at once.",
    tone: "warn",
  },
  "security:anomaly": { title: "Security anomaly", tells: "Something happened that should not.", tone: "bad" },
  "approval:requested": {
    title: "Approval asked for",
    tells: "Somebody asks for what needs a second person.",
    tone: "info",
  },
  "approval:ended": {
    title: "Request for approval over",
    tells: "It was carried out, refused or withdrawn, or came to nothing.",
    tone: "none",
  },
  "webhook_endpoint:failing": {
    title: "Endpoint failing",
    tells: "One of your endpoints has failed for days and will be disabled.",
    tone: "warn",
  },
  "webhook_endpoint:disabled": {
    title: "Endpoint disabled",
    tells: "One of your endpoints was disabled.",
    tone: "bad",
  },
  "webhook_endpoint:ping": { title: "Test event", tells: "Sent by hand, to one endpoint alone.", tone: "none" },
};

export const groupWords: Readonly<Record<EventGroup, { title: string; all: string }>> = {
  "integrated_account:*": { title: "Accounts", all: "All account events" },
  "integration:*": { title: "Integrations", all: "All integration events" },
  "environment:*": { title: "Environment", all: "All environment events" },
  "security:*": { title: "Security", all: "All security events" },
  "approval:*": { title: "Approvals", all: "All approval events" },
  "webhook_endpoint:*": { title: "Webhook endpoints", all: "All endpoint events" },
};

export const eventTypes = Object.keys(eventWords) as EventType[];
export const eventGroups = Object.keys(groupWords) as EventGroup[];

export function isEventType(text: string | undefined): text is EventType {
  return text !== undefined && Object.hasOwn(eventWords, text);
}

/** The types of a group that one may subscribe to: a test goes to its endpoint in any case. */
export function typesOf(group: EventGroup): EventType[] {
  return eventTypes.filter((type) => type.startsWith(group.slice(0, -1)) && type !== "webhook_endpoint:ping");
}

/** What an endpoint gets, in words; filters of a later version stand as they are. */
export function wordFilters(filters: readonly string[]): string[] {
  if (filters.includes("*")) return ["All events"];
  return filters.map((filter) => {
    if (Object.hasOwn(groupWords, filter)) return groupWords[filter as EventGroup].all;
    return isEventType(filter) ? eventWords[filter].title : filter;
  });
}

/** Whether a choice of filters lets a type through. */
export function letsThrough(filters: readonly string[], type: EventType): boolean {
  return filters.some(
    (filter) => filter === "*" || filter === type || (filter.endsWith(":*") && type.startsWith(filter.slice(0, -1))),
  );
}

/** The choice with one type taken out of a group, or put in: what was a whole group falls into its other types. */
export function toggleType(filters: readonly string[], group: EventGroup, type: EventType): string[] {
  const isChosen = letsThrough(filters, type);
  const others = filters.filter((filter) => filter !== type && filter !== group);
  if (!isChosen) return [...others, type];
  return filters.includes(group) ? [...others, ...typesOf(group).filter((one) => one !== type)] : others;
}

/** The choice with a whole group put in or taken out, what comes to it in later versions included. */
export function toggleGroup(filters: readonly string[], group: EventGroup): string[] {
  const others = filters.filter((filter) => filter !== group && !filter.startsWith(group.slice(0, -1)));
  return filters.includes(group) ? others : [...others, group satisfies EventFilter];
}

/** What an event is about, from its payload: the tenant of an account, an integration, an endpoint, or the id alone. Null: the environment. */
export function subjectOf({ payload }: Pick<EventView, "payload">, labels: ReadonlyMap<string, string>): string | null {
  const text = (name: string): string | null => {
    const value = payload[name];
    return typeof value === "string" && value !== "" ? value : null;
  };
  const integration = text("integration_name");
  const parts = [
    text("tenant_id"),
    integration === null ? null : (labels.get(integration) ?? integration),
    text("url"),
  ];
  const said = parts.filter((part) => part !== null);
  return said.length === 0 ? text("id") : said.join(" · ");
}
