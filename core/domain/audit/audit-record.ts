/** What is recorded. Grows with the system; every seal, open, transition and administrative change has its word. */
export type AuditAction =
  | "credential.sealed"
  | "credential.opened"
  | "credential.erased"
  | "secret.sealed"
  | "secret.opened"
  | "secret.erased"
  | "account.created"
  | "account.transitioned"
  | "account.updated"
  | "mass_failure.released"
  | "mass_failure.confirmed"
  | "integration.put"
  | "integration.deleted"
  | "integration.hosts_approved"
  | "approval.requested"
  | "approval.approved"
  | "approval.executed"
  | "approval.refused"
  | "approval.withdrawn"
  | "approval.expired"
  | "approval.failed"
  | "environment_integration.updated"
  | "environment.updated"
  | "webhook_endpoint.created"
  | "webhook_endpoint.updated"
  | "webhook_endpoint.deleted"
  | "webhook_endpoint.disabled"
  | "webhook_endpoint.tested"
  | "webhook_endpoint.replayed"
  | "webhook_delivery.redelivered"
  | "link_token.created"
  | "connect.confirmed"
  | "connect.approved"
  | "connect.declined"
  | "connect.binding_failed"
  | "api_key.created"
  | "api_key.revoked"
  | "api_key.refused"
  | "user.created"
  | "user.signed_in"
  | "user.sign_in_failed"
  | "sealed_value.invalid"
  | "tenant_key.created"
  | "tenant_key.rotated"
  | "tenant_key.destroyed"
  | "tenant.deleted"
  | "key.disabled"
  | "key.enabled"
  | "key.policy_changed"
  | "key.version_asked"
  | "key.version_added"
  | "key.version_failed"
  | "key.drilled"
  | "rewrap.started"
  | "rewrap.changed"
  | "rewrap.batch"
  | "rewrap.ended"
  | "audit.exported"
  | "audit.restored";

/** One line of the audit log. Never a secret: `detail` holds ids, names, versions and purposes. */
export interface AuditRecord {
  readonly environmentId: string;
  /** `key_…`, `usr_…`, `worker`, `connect`, `command_line`. */
  readonly actor: string;
  readonly action: AuditAction;
  /** The id or name of what it was done to. */
  readonly target: string;
  readonly accountId?: string;
  /** The key-encryption key, where one was used. */
  readonly keyId?: string;
  readonly detail?: Readonly<Record<string, string | number | boolean | null | readonly string[]>>;
}
