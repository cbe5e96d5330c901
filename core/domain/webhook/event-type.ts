/** Events about one account; each carries the account's next sequence number (CONTRACT, Webhooks). */
export type AccountEventType =
  | "integrated_account:created"
  | "integrated_account:authentication_error"
  | "integrated_account:reactivated"
  | "integrated_account:scopes_changed"
  | "integrated_account:refresh_delayed"
  | "integrated_account:reauth_soon"
  | "integrated_account:disconnected";

/** Events about an integration of an environment, for its operator. */
export type IntegrationEventType =
  | "integration:client_error"
  | "integration:degraded"
  | "integration:recovered"
  | "integration:mass_failure";

/** Events about what somebody may have tried. */
export type SecurityEventType = "security:anomaly";

/** Events about a webhook endpoint, for the others of its environment; a ping goes to itself alone. */
export type EndpointEventType = "webhook_endpoint:failing" | "webhook_endpoint:disabled" | "webhook_endpoint:ping";

/** Events about what waits for a second person (R48), so that they learn of it. */
export type ApprovalEventType = "approval:requested" | "approval:ended";

export type EventType =
  | AccountEventType
  | IntegrationEventType
  | SecurityEventType
  | EndpointEventType
  | ApprovalEventType
  | "environment:needs_reauth_spike";

/** What each type tells, for people: of whom, and what. A type that is missing or too much does not compile. */
export const eventTypes: Readonly<Record<EventType, string>> = {
  "integrated_account:created": "A customer connected for the first time.",
  "integrated_account:authentication_error": "The grant is dead: the customer must re-authorize.",
  "integrated_account:reactivated": "An account that needed re-authorization works again.",
  "integrated_account:scopes_changed": "The scopes that were granted are others than before.",
  "integrated_account:refresh_delayed": "No valid token is left, and refreshing fails for now.",
  "integrated_account:reauth_soon": "The grant ends soon: the customer should re-authorize before.",
  "integrated_account:disconnected": "The account was disconnected.",
  "integration:client_error": "The provider rejects your OAuth client.",
  "integration:degraded": "The provider fails, and refreshes wait.",
  "integration:recovered": "The provider answers again.",
  "integration:mass_failure": "Many accounts failed together; they are held until you decide.",
  "environment:needs_reauth_spike": "Unusually many accounts need re-authorization.",
  "security:anomaly": "Something happened that should not.",
  "approval:requested": "Somebody asks for a second person's approval.",
  "approval:ended": "A request for approval is over.",
  "webhook_endpoint:failing": "A webhook endpoint has failed for days and will be disabled.",
  "webhook_endpoint:disabled": "A webhook endpoint was disabled.",
  "webhook_endpoint:ping": "A test.",
};

export function isEventType(text: string): text is EventType {
  return Object.hasOwn(eventTypes, text);
}

/** What the payload of an account event says. Ids and states only, never a token. */
export interface AccountEventPayload {
  readonly id: string;
  readonly integration_name: string;
  readonly tenant_id: string;
  readonly status: string;
  readonly last_error: string | null;
}
