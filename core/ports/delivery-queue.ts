import type { AuditRecord } from "../domain/audit/audit-record.ts";
import type { EndpointHealth, HealthConsequence } from "../domain/webhook/endpoint-health.ts";
import type { EndpointFormat } from "../domain/webhook/endpoint-url.ts";
import type { StoredEvent } from "../domain/webhook/render-event.ts";
import type { EndpointSecret } from "./webhook-store.ts";

/** An endpoint that this process sends to, and nobody else meanwhile. */
export interface ClaimedEndpoint {
  readonly id: string;
  readonly environmentId: string;
  /** The environment's name. */
  readonly environment: string;
  readonly reauthLinksInEvents: boolean;
  /** Masked where `address` is its sealed form. */
  readonly url: string;
  readonly format: EndpointFormat;
  /** The whole address, of a chat; null: it stands in `url`. */
  readonly address: Pick<EndpointSecret, "version" | "sealed"> | null;
  readonly health: EndpointHealth;
  /** Numbers the claims: who lost his says nothing of the endpoint any more. */
  readonly claim: number;
  /** Those in use, newest first. */
  readonly secrets: readonly Pick<EndpointSecret, "version" | "sealed">[];
}

export type Claimed =
  | { readonly kind: "claimed"; readonly endpoint: ClaimedEndpoint }
  /** Somebody else sends to it. */
  | { readonly kind: "busy"; readonly health: Pick<EndpointHealth, "failures"> }
  /** Disabled or removed: what waited for it was ended. */
  | { readonly kind: "closed" };

/** Where a delivery stands among those that nobody has tried yet. */
export interface UntriedPlace {
  readonly number: number;
  /** Of its row, as the database names it. */
  readonly row: string;
}

export interface DueDelivery {
  readonly id: string;
  /** Null: somebody has tried it. */
  readonly place: UntriedPlace | null;
  readonly dueAt: Date;
  /** Made so far. */
  readonly attempts: number;
  /** Of them, since the schedule began. */
  readonly tries: number;
  /** Null: it was pruned, or never was. */
  readonly event: StoredEvent | null;
}

export interface DeliveryResult {
  readonly id: string;
  /** As it was due. */
  readonly place: UntriedPlace | null;
  /** Made before this one. */
  readonly attempts: number;
  readonly at: Date;
  readonly httpStatus: number | null;
  readonly latencyMs: number;
  readonly error: string | null;
  readonly response: string | null;
  readonly status: "pending" | "delivered" | "failed";
  /** Null unless pending. */
  readonly nextAttemptAt: Date | null;
}

/** The sending side: from events to deliveries, and from deliveries to attempts. */
export interface DeliveryQueue {
  /**
   * Makes deliveries of events that are not dispatched yet, and wakes their endpoints; all of it or nothing. Any number of processes
   * may do so at once.
   * @param order whether the oldest or the newest ones are taken
   * @returns of how many events; fewer than `most`: there are no more
   */
  dispatch(most: number, order: "oldest" | "newest"): Promise<{ readonly events: number; readonly deliveries: number }>;
  /** The claim lapses by itself, or when its process's heart stops. */
  claim(endpointId: string, owner: string, leaseSeconds: number): Promise<Claimed>;
  /** Those that are due, the longest due first. @param since leaves out what was due before; null: nothing */
  due(endpoint: ClaimedEndpoint, most: number, since: Date | null): Promise<readonly DueDelivery[]>;
  /**
   * Writes attempts down and extends the claim. An attempt that somebody else has written changes nothing.
   * @returns false: the claim is lost
   */
  record(
    endpoint: ClaimedEndpoint,
    results: readonly DeliveryResult[],
    health: EndpointHealth,
    leaseSeconds: number,
  ): Promise<boolean>;
  /** Warns the others of the environment, or disables the endpoint and tells them: its pending deliveries have failed then. */
  conclude(endpoint: ClaimedEndpoint, health: EndpointHealth, consequence: HealthConsequence): Promise<void>;
  /**
   * Has the endpoint looked at again when its next delivery is due, and not before `pauseSeconds`.
   * @param isFailing lets others go first
   */
  wakeWhenDue(endpointId: string, pauseSeconds: number, isFailing: boolean): Promise<void>;
  /** Has the endpoint looked at again after a pause, whatever is due. */
  wakeAfter(endpointId: string, pauseSeconds: number, isFailing: boolean): Promise<void>;
  /** Seals an address that stands in the clear, from the version before. Changes nothing once the endpoint has another one. */
  sealAddress(
    endpoint: ClaimedEndpoint,
    masked: string,
    address: EndpointSecret,
    audit: readonly AuditRecord[],
  ): Promise<void>;
  /** Gives the claim back. @param unlessDue keeps it while something is due. @returns false: it was kept */
  release(endpoint: ClaimedEndpoint, unlessDue: boolean): Promise<boolean>;
  /** Endpoints with something due whose job was lost. @returns how many were woken */
  wakeForgotten(): Promise<number>;
}
