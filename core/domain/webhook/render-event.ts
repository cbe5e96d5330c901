import { eventTypes, type EventType } from "./event-type.ts";

/** An event as it stands in its table. */
export interface StoredEvent {
  readonly id: string;
  readonly createdAt: Date;
  readonly environmentId: string;
  readonly accountId: string | null;
  /** Counts per account; null: it is about none. */
  readonly sequence: number | null;
  readonly eventType: EventType;
  readonly payload: Readonly<Record<string, unknown>>;
  /** The payload as JSON, where it was read as such. */
  readonly payloadJson?: string;
}

/** Receivers may refuse more (Standard Webhooks 1.0.0, "Payload size": under 20 kB). */
export const maxBodyBytes = 20_000;
/** Of one text in a payload; no event has more than a dozen. */
const longestText = 300;

/**
 * The body of a webhook, in the words of CONTRACT. The same bytes for every attempt, so that its signature differs by its timestamp
 * alone.
 *
 * @param added to the payload at sending; what is never stored
 */
export function renderEvent(
  event: StoredEvent,
  environment: string,
  added: Readonly<Record<string, string>> = {},
): string {
  const head = JSON.stringify({
    id: event.id,
    created_at: event.createdAt.toISOString(),
    environment,
    sequence: event.sequence,
    event_type: event.eventType,
  });
  return `${head.slice(0, -1)},"payload":${payloadOf(event, added)}}`;
}

function payloadOf(event: StoredEvent, added: Readonly<Record<string, string>>): string {
  const { payloadJson } = event;
  // Too short for a text that is to be cut: taken as it is, without being read.
  if (payloadJson !== undefined && payloadJson.length <= longestText && Object.keys(added).length === 0)
    return payloadJson;
  return JSON.stringify({ ...boundTexts(event.payload), ...added });
}

/** Providers' words come from outside: none of them makes the body larger than a receiver takes. */
function boundTexts(payload: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const isLong = (value: unknown): value is string => typeof value === "string" && value.length > longestText;
  if (!Object.values(payload).some(isLong)) return payload;
  return Object.fromEntries(
    Object.entries(payload).map(([name, value]) => [
      name,
      isLong(value) ? `${value.slice(0, longestText - 1)}…` : value,
    ]),
  );
}

/** The same event in plain words, for chats and mails: what, of whom, and where to look. */
export function wordEvent(
  event: StoredEvent,
  environment: string,
  publicUrl: string,
): { readonly subject: string; readonly text: string; readonly link: string } {
  const { payload } = event;
  const named = (name: string, word: string): string[] => {
    const value = payload[name];
    if (typeof value !== "string" && typeof value !== "number") return [];
    return [`${word}: ${oneLine(String(value))}`];
  };
  const link = linkOf(event, publicUrl);
  const lines = [
    ...named("integration_name", "Integration"),
    ...named("tenant_id", "Tenant"),
    ...named("held", "Accounts held"),
    ...named("url", "Endpoint"),
    ...named("last_error", "Last error"),
    ...named(payload["summary"] === undefined ? "kind" : "summary", "What"),
    // The name and not the address: a chat may take that for a mention.
    ...named("requested_by_name", "Asked by"),
    ...named("waits_until", "Not before"),
    ...named("outcome", "Outcome"),
  ];
  const said = eventTypes[event.eventType];
  return { subject: `[${environment}] ${said}`, text: [`[${environment}] ${said}`, ...lines].join("\n"), link };
}

function linkOf({ accountId, payload, eventType }: StoredEvent, publicUrl: string): string {
  if (accountId !== null) return `${publicUrl}/accounts/${accountId}`;
  if (eventType.startsWith("approval:")) return `${publicUrl}/approvals/${String(payload["id"])}`;
  if (eventType.startsWith("webhook_endpoint:")) return `${publicUrl}/webhooks`;
  const name = payload["integration_name"];
  return typeof name === "string" ? `${publicUrl}/integrations/${encodeURIComponent(name)}` : `${publicUrl}/`;
}

/** A text from outside makes no line of its own, and no mention and no link of a chat's. */
function oneLine(text: string): string {
  const flat = text
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
    .replaceAll(/[<>@]/g, " ")
    .replaceAll("](", "] (");
  return flat.length > longestText ? `${flat.slice(0, longestText - 1)}…` : flat;
}
