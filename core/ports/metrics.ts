import type { AnomalyKind } from "../domain/anomaly/anomaly.ts";
import type { ProblemCode } from "../domain/problem/domain-error.ts";
import type { RefreshReason } from "../domain/refresh/decide-refresh.ts";
import type { AttemptOutcome } from "./account-store.ts";
import type { RefusalCause } from "./circuit-store.ts";

/** How a token was served, or the problem in its place. `failing` and `limited` are valid tokens all the same (R19). */
export type TokenReadResult = "fresh" | "refreshed" | "failing" | "limited" | ProblemCode;

/** How a refresh ended that was let through. `broken_off`: the KMS or the database failed under it. */
export type RefreshResult = AttemptOutcome | "broken_off";

/** What became of an alarm's job. `deferred` and `blocked` come back later. */
export type AlarmResult =
  | AttemptOutcome
  | "fresh"
  | "blocked"
  | "deferred"
  | "timed_out"
  | "not_found"
  | "probe_works"
  | "probe_rejected"
  | "probe_unchanged"
  | "probe_not_found";

/** What an authorization server is asked for. */
export type ServerRequest =
  | "refresh_token"
  | "authorization_code"
  | "client_credentials"
  | "token_exchange"
  | "introspection"
  | "revocation"
  | "pushed_authorization";

export type KeyOperation = "wrap" | "unwrap" | "rewrap";

/** `refused`: nothing was tried. `replayed`: answered after one refresh and a second call. `failed`: no answer, or not the whole of it. `aborted`: the caller left. */
export type ProxyOutcome = "answered" | "replayed" | "refused" | "failed" | "aborted";

export type UnifiedOperation = "list" | "get" | "create" | "update" | "delete";

/** `refused`: nothing was sent. `rejected`: the upstream answered, and did not do it. `failed`: no answer, or none that can be read. `aborted`: the caller left. */
export type UnifiedOutcome = "answered" | "refused" | "rejected" | "failed" | "aborted";

/** How an event is written for its receiver. */
export type WebhookFormat = "standard" | "chat" | "email";

/** What one attempt to deliver came to. */
export type WebhookAttemptResult = "delivered" | "failed" | "gone";

export type StatusClass = "1xx" | "2xx" | "3xx" | "4xx" | "5xx";

/** Why a key was turned away: it is none of ours by its form, or none that is in force. */
export type KeyRejection = "malformed" | "not_in_force";

/**
 * What happened, for those who count it. Nothing here takes an id, a tenant, an address or a secret: labels are codes and closed
 * unions. No method throws or waits, so that whoever tells never thinks about it.
 */
export interface Metrics {
  /** A token, or typed credentials, were asked for: by the API or for the proxy. */
  tokenRead(result: TokenReadResult): void;
  /** A reader waited for a refresh, its own or one that it shared. */
  refreshAwaited(seconds: number): void;
  /** A refresh that breaker and budget had let through is over. */
  refreshEnded(refresh: {
    readonly reason: RefreshReason;
    readonly outcome: RefreshResult;
    readonly integrationName: string;
  }): void;
  /** Breaker or budget did not let a refresh through. Who waits for a place tries again, and tells again. */
  refreshRefused(cause: RefusalCause): void;
  alarmServed(result: AlarmResult): void;
  /** A sweep is over. */
  swept(): void;
  /** One request to an authorization server; `isFulfilled` is false for a refusal as for silence. */
  serverAsked(request: ServerRequest, isFulfilled: boolean, seconds: number): void;
  /** One statement of the audit log's group commit. */
  auditCommitted(records: number, isWritten: boolean, seconds: number): void;
  /** `invalid`: the KMS answered that the key is not known, or does not open. */
  kmsCalled(operation: KeyOperation, outcome: "ok" | "invalid" | "unavailable"): void;
  /** An episode of an anomaly began. */
  anomalyRang(kind: AnomalyKind): void;
  /** The guard kept a call from going to an inner address. */
  egressRefused(): void;
  keyRejected(reason: KeyRejection): void;
  /**
   * Counts the requests to one route. Bound once and used for each request, since a token read must not pay for it.
   * @param route the template; never a path as it was asked for
   */
  requestsTo(route: string, method: string): (status: number, seconds: number) => void;
  /**
   * A call through the proxy is over.
   * @param call.statusClass null: no answer
   * @param call.overheadSeconds our own time, besides the upstream's
   * @param call.bytesIn of the upstream's answer
   * @param call.bytesOut of the caller's body
   */
  proxied(call: {
    readonly outcome: ProxyOutcome;
    readonly statusClass: StatusClass | null;
    readonly seconds: number;
    readonly overheadSeconds: number;
    readonly bytesIn: number;
    readonly bytesOut: number;
  }): void;
  /**
   * A call of the unified API is over.
   * @param call.model its category and name, such as crm/contacts
   */
  unifiedCalled(call: {
    readonly model: string;
    readonly operation: UnifiedOperation;
    readonly outcome: UnifiedOutcome;
    readonly seconds: number;
  }): void;
  /** An event was sent to an endpoint, or could not be. */
  webhookAttempted(format: WebhookFormat, result: WebhookAttemptResult, seconds: number): void;
  /** No more attempts follow. */
  webhookEnded(status: "delivered" | "failed"): void;
  endpointDisabled(reason: "failing" | "gone"): void;
  /** An upstream rejected a token within its lifetime, and a refresh was asked for. */
  proxyTokenRejected(result: "refreshed" | "not_refreshed"): void;
}
