/** Events about one account; each carries the account's next sequence number (CONTRACT, Webhooks). */
export type AccountEventType =
  | "integrated_account:created"
  | "integrated_account:authentication_error"
  | "integrated_account:reactivated"
  | "integrated_account:scopes_changed"
  | "integrated_account:refresh_delayed"
  | "integrated_account:disconnected";

/** Events about an integration of an environment, for its operator. */
export type IntegrationEventType =
  | "integration:client_error"
  | "integration:degraded"
  | "integration:recovered"
  | "integration:mass_failure";

/** Events about what somebody may have tried. */
export type SecurityEventType = "security:anomaly";

/** What the payload of an account event says. Ids and states only, never a token. */
export interface AccountEventPayload {
  readonly id: string;
  readonly integration_name: string;
  readonly tenant_id: string;
  readonly status: string;
  readonly last_error: string | null;
}
