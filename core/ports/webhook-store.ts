import type { AuditRecord } from "../domain/audit/audit-record.ts";
import type { DisabledReason, EndpointHealth } from "../domain/webhook/endpoint-health.ts";
import type { EndpointFormat } from "../domain/webhook/endpoint-url.ts";
import type { EventType } from "../domain/webhook/event-type.ts";
import type { StoredEvent } from "../domain/webhook/render-event.ts";

/** Where events are sent, as it stands in its table. */
export interface WebhookEndpoint {
  readonly id: string;
  readonly environmentId: string;
  /** Masked for a chat, whose address is sealed. */
  readonly url: string;
  readonly format: EndpointFormat;
  /** Of the words of EventFilter. */
  readonly events: readonly string[];
  readonly description: string | null;
  readonly status: "enabled" | "disabled";
  readonly disabledReason: DisabledReason | null;
  readonly disabledAt: Date | null;
  readonly health: EndpointHealth;
  /** Of its newest secret; null: it has none. */
  readonly secretVersion: number | null;
  /** Of its sealed address; null: it has none. */
  readonly addressVersion: number | null;
  /** Until then the secret before it signs too; null: there is none. */
  readonly previousSecretUntil: Date | null;
  /** Deliveries that are not done; 10000 stands for more. */
  readonly waiting: number;
  /** Of the events of the last 24 hours, the latest 1,000 at most. */
  readonly lastDay: { readonly deliveries: number; readonly delivered: number };
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A signing secret, or the address of a chat, sealed and bound to its endpoint and version. */
export interface EndpointSecret {
  readonly field: "webhook_secret" | "webhook_address";
  readonly version: number;
  readonly kid: string;
  readonly sealed: Uint8Array;
}

export interface EndpointPatch {
  readonly url?: string;
  readonly events?: readonly string[];
  readonly description?: string | null;
  /** To `enabled` forgets all failures; to `disabled` ends what waits as failed. */
  readonly status?: "enabled" | "disabled";
}

export interface DeliveryAttempt {
  readonly at: Date;
  readonly httpStatus: number | null;
  readonly latencyMs: number;
  readonly error: string | null;
  readonly response: string | null;
}

export type DeliveryStatus = "pending" | "delivered" | "failed";

/** One event for one endpoint. */
export interface Delivery {
  readonly id: string;
  readonly endpointId: string;
  readonly eventId: string;
  readonly eventCreatedAt: Date;
  readonly eventType: EventType;
  readonly accountId: string | null;
  readonly status: DeliveryStatus;
  /** Oldest first; the latest 50. */
  readonly attempts: readonly DeliveryAttempt[];
  readonly nextAttemptAt: Date | null;
  readonly finishedAt: Date | null;
}

export interface Position {
  readonly at: Date;
  readonly id: string;
}

/** What of an environment's events a caller sees. */
export interface EventFilter {
  readonly environmentId: string;
  /** Null: of all tenants. Otherwise events that are about none are not seen either. */
  readonly tenantIds: readonly string[] | null;
  readonly integrationNames: readonly string[] | null;
}

export interface Replay {
  readonly from: Date;
  readonly to: Date | null;
  readonly status: "failed" | "all";
  /** Null: whatever the endpoint subscribes to. */
  readonly eventTypes: readonly EventType[] | null;
}

/** Endpoints and the log of deliveries, for those who administer them. Every change is written with its audit record. */
export interface WebhookStore {
  /** Oldest first. */
  listEndpoints(environmentId: string): Promise<readonly WebhookEndpoint[]>;
  findEndpoint(environmentId: string, id: string): Promise<WebhookEndpoint | null>;
  /**
   * Made once for its id, however often it is asked for.
   * @param secret what signs, or the address of a chat; null: neither
   * @returns false: there are `most` already
   */
  createEndpoint(
    endpoint: Pick<WebhookEndpoint, "id" | "environmentId" | "url" | "format" | "events" | "description">,
    secret: EndpointSecret | null,
    most: number,
    audit: AuditRecord,
  ): Promise<boolean>;
  /**
   * @param address the address of a chat, of which `patch.url` is the masked form
   * @returns null: there is no such endpoint; "changed": somebody else changed the address meanwhile
   */
  updateEndpoint(
    environmentId: string,
    id: string,
    patch: EndpointPatch,
    address: EndpointSecret | null,
    audit: readonly AuditRecord[],
  ): Promise<WebhookEndpoint | "changed" | null>;
  /** With its secrets and its log. @returns false: there is no such endpoint */
  removeEndpoint(environmentId: string, id: string, audit: readonly AuditRecord[]): Promise<boolean>;
  /**
   * The newest secret stays in use for the overlap, an older one goes.
   * @returns until when; null: the newest is not `expected` any more
   */
  addSecret(
    endpoint: Pick<WebhookEndpoint, "id" | "environmentId">,
    secret: EndpointSecret,
    expected: number,
    overlapSeconds: number,
    audit: readonly AuditRecord[],
  ): Promise<Date | null>;
  /** A test event for this endpoint alone, once for its id. @returns the id of its delivery */
  ping(
    endpoint: Pick<WebhookEndpoint, "id" | "environmentId">,
    event: Pick<StoredEvent, "id" | "payload">,
    audit: AuditRecord,
  ): Promise<string>;

  /** Newest first. */
  listEvents(
    filter: EventFilter & { readonly eventType: EventType | null; readonly accountId: string | null },
    after: Position | null,
    take: number,
  ): Promise<readonly StoredEvent[]>;
  findEvent(filter: EventFilter, id: string): Promise<StoredEvent | null>;
  deliveriesOf(event: Pick<StoredEvent, "id" | "environmentId">): Promise<readonly Delivery[]>;
  /** By the newest event first. */
  listDeliveries(
    filter: {
      readonly environmentId: string;
      readonly endpointId: string | null;
      readonly status: DeliveryStatus | null;
      readonly eventType: EventType | null;
    },
    after: Position | null,
    take: number,
  ): Promise<readonly Delivery[]>;
  findDelivery(environmentId: string, id: string): Promise<Delivery | null>;
  /** Its schedule begins anew, now; one that is pending is only tried now. @returns false: its endpoint is disabled */
  redeliver(environmentId: string, id: string, audit: AuditRecord): Promise<boolean>;
  /** @returns how many deliveries it makes; null: more than `most`, and none was made */
  replay(
    endpoint: Pick<WebhookEndpoint, "id" | "environmentId">,
    replay: Replay,
    most: number,
    audit: AuditRecord,
  ): Promise<number | null>;
}
