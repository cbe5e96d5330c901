import type { AuditAction } from "#core/domain/audit/audit-record";
import type { OpenAccess } from "#core/usecases/vault";
import type { Tone } from "./status.ts";

type Group =
  | "Credentials"
  | "Accounts"
  | "Connecting"
  | "Integrations"
  | "Webhooks"
  | "Keys"
  | "Approvals"
  | "Access"
  | "Audit log";

/** What each action is in words. An action that is missing does not compile. */
export const auditWords: Readonly<Record<AuditAction, { title: string; group: Group; tone: Tone }>> = {
  "credential.sealed": { title: "Credential sealed", group: "Credentials", tone: "none" },
  "credential.opened": { title: "Credential opened", group: "Credentials", tone: "info" },
  "credential.erased": { title: "Credential erased", group: "Credentials", tone: "none" },
  "secret.sealed": { title: "Secret sealed", group: "Credentials", tone: "none" },
  "secret.opened": { title: "Secret opened", group: "Credentials", tone: "info" },
  "secret.erased": { title: "Secret erased", group: "Credentials", tone: "none" },
  "sealed_value.invalid": { title: "Sealed value did not open", group: "Credentials", tone: "bad" },
  "account.created": { title: "Account created", group: "Accounts", tone: "good" },
  "account.transitioned": { title: "Account's status changed", group: "Accounts", tone: "info" },
  "account.updated": { title: "Account changed", group: "Accounts", tone: "none" },
  "account_run.started": { title: "Run over many accounts started", group: "Accounts", tone: "warn" },
  "account_run.changed": { title: "Run over many accounts changed", group: "Accounts", tone: "none" },
  "account_run.acted": { title: "Account changed by a run", group: "Accounts", tone: "none" },
  "account_run.ended": { title: "Run over many accounts ended", group: "Accounts", tone: "info" },
  "account_run.links_read": { title: "Links of a run read", group: "Connecting", tone: "warn" },
  "mass_failure.released": { title: "Mass failure released", group: "Accounts", tone: "warn" },
  "mass_failure.confirmed": { title: "Mass failure confirmed", group: "Accounts", tone: "warn" },
  "link_token.created": { title: "Link created", group: "Connecting", tone: "none" },
  "connect.confirmed": { title: "Connection confirmed", group: "Connecting", tone: "good" },
  "connect.approved": { title: "Connection approved", group: "Connecting", tone: "good" },
  "connect.declined": { title: "Connection declined", group: "Connecting", tone: "warn" },
  "connect.binding_failed": { title: "Connection refused: another user", group: "Connecting", tone: "bad" },
  "integration.put": { title: "Integration defined", group: "Integrations", tone: "none" },
  "integration.deleted": { title: "Integration deleted", group: "Integrations", tone: "warn" },
  "integration.checked": { title: "Integration checked against the lab", group: "Integrations", tone: "none" },
  "integration.hosts_approved": { title: "Integration's hosts approved", group: "Integrations", tone: "warn" },
  "environment_integration.updated": { title: "Integration configured", group: "Integrations", tone: "none" },
  "environment.updated": { title: "Environment changed", group: "Integrations", tone: "none" },
  "webhook_endpoint.created": { title: "Endpoint added", group: "Webhooks", tone: "none" },
  "webhook_endpoint.updated": { title: "Endpoint changed", group: "Webhooks", tone: "none" },
  "webhook_endpoint.deleted": { title: "Endpoint deleted", group: "Webhooks", tone: "warn" },
  "webhook_endpoint.disabled": { title: "Endpoint disabled", group: "Webhooks", tone: "warn" },
  "webhook_endpoint.tested": { title: "Test event sent", group: "Webhooks", tone: "none" },
  "webhook_endpoint.replayed": { title: "Events replayed", group: "Webhooks", tone: "none" },
  "webhook_delivery.redelivered": { title: "Event sent once more", group: "Webhooks", tone: "none" },
  "tenant_key.created": { title: "Tenant's key made", group: "Keys", tone: "none" },
  "tenant_key.rotated": { title: "Tenant's key got a new version", group: "Keys", tone: "info" },
  "tenant_key.destroyed": { title: "Tenant's key destroyed", group: "Keys", tone: "warn" },
  "tenant.deleted": { title: "Tenant deleted", group: "Accounts", tone: "warn" },
  "key.disabled": { title: "Sealing key disabled", group: "Keys", tone: "warn" },
  "key.enabled": { title: "Sealing key enabled", group: "Keys", tone: "warn" },
  "key.policy_changed": { title: "Sealing policy changed", group: "Keys", tone: "warn" },
  "key.version_asked": { title: "New version of a sealing key asked for", group: "Keys", tone: "warn" },
  "key.version_failed": { title: "Sealing key got no new version", group: "Keys", tone: "warn" },
  "key.version_added": { title: "Sealing key got a new version", group: "Keys", tone: "warn" },
  "key.drilled": { title: "Drill: a copy without its keys", group: "Keys", tone: "info" },
  "rewrap.started": { title: "Re-wrap started", group: "Keys", tone: "info" },
  "rewrap.changed": { title: "Re-wrap changed", group: "Keys", tone: "none" },
  "rewrap.batch": { title: "Values re-wrapped", group: "Keys", tone: "none" },
  "rewrap.ended": { title: "Re-wrap ended", group: "Keys", tone: "info" },
  "approval.requested": { title: "Second person asked for", group: "Approvals", tone: "info" },
  "approval.approved": { title: "Request approved", group: "Approvals", tone: "good" },
  "approval.executed": { title: "Request carried out", group: "Approvals", tone: "good" },
  "approval.refused": { title: "Request refused", group: "Approvals", tone: "warn" },
  "approval.withdrawn": { title: "Request withdrawn", group: "Approvals", tone: "none" },
  "approval.expired": { title: "Request expired", group: "Approvals", tone: "none" },
  "approval.failed": { title: "Request failed", group: "Approvals", tone: "bad" },
  "api_key.created": { title: "API key made", group: "Access", tone: "warn" },
  "api_key.revoked": { title: "API key revoked", group: "Access", tone: "warn" },
  "api_key.refused": { title: "API key refused", group: "Access", tone: "bad" },
  "api_key.stopped": { title: "API key stopped", group: "Access", tone: "warn" },
  "api_key.restarted": { title: "API key started again", group: "Access", tone: "warn" },
  "anomaly.acknowledged": { title: "Alarm acknowledged", group: "Access", tone: "none" },
  "anomaly.policy_changed": { title: "Alarms' rules changed", group: "Access", tone: "warn" },
  "user.created": { title: "Administrator added", group: "Access", tone: "warn" },
  "user.signed_in": { title: "Signed in", group: "Access", tone: "none" },
  "user.sign_in_failed": { title: "Sign-in failed", group: "Access", tone: "bad" },
  "user.signed_out": { title: "Signed out", group: "Access", tone: "none" },
  "user.confirmed": { title: "Confirmed who they are", group: "Access", tone: "none" },
  "user.confirmation_failed": { title: "Confirmation failed", group: "Access", tone: "bad" },
  "user.changed": { title: "Administrator changed", group: "Access", tone: "none" },
  "user.role_changed": { title: "Administrator's role changed", group: "Access", tone: "warn" },
  "user.disabled": { title: "Administrator disabled", group: "Access", tone: "warn" },
  "user.enabled": { title: "Administrator enabled", group: "Access", tone: "warn" },
  "user.password_changed": { title: "Password changed", group: "Access", tone: "warn" },
  "user.sessions_ended": { title: "Sessions ended", group: "Access", tone: "none" },
  "invitation.created": { title: "Administrator invited", group: "Access", tone: "warn" },
  "invitation.revoked": { title: "Invitation withdrawn", group: "Access", tone: "none" },
  "invitation.accepted": { title: "Invitation accepted", group: "Access", tone: "warn" },
  "audit.exported": { title: "Audit log exported", group: "Audit log", tone: "warn" },
  "audit.restored": { title: "Restored copy declared", group: "Audit log", tone: "warn" },
};

export const auditActions = Object.keys(auditWords) as AuditAction[];
export const auditGroups = [...new Set(Object.values(auditWords).map(({ group }) => group))];

export function isAuditAction(text: string | undefined): text is AuditAction {
  return text !== undefined && Object.hasOwn(auditWords, text);
}

/** What a value was opened for. */
const purposes: Readonly<Record<OpenAccess["purpose"], string>> = {
  refresh: "to refresh it",
  token_read: "for a token read",
  proxy: "for a call through the proxy",
  unified: "for a call of the unified API",
  revoke: "to revoke it",
  client_authentication: "to authenticate at the provider",
  code_exchange: "to exchange a code",
  approval: "after the customer's approval",
  client_change: "for a change of the OAuth client",
  probe: "to ask whether it still works",
  repeated_request: "for a request that came again",
  webhook_signature: "to sign an event",
  webhook_address: "to send to a chat",
  rewrap_sample: "to check a re-wrap",
  drill: "in a drill",
};

/** An action of this version in words; of another version as it stands. */
export function titleOf(action: string): { title: string; tone: Tone } {
  return isAuditAction(action) ? auditWords[action] : { title: action, tone: "none" };
}

/** The one fact of `detail` that tells most, in words; null: the title says it all. */
export function remarkOf({
  action,
  detail,
}: {
  action: string;
  detail: Readonly<Record<string, unknown>>;
}): string | null {
  const text = (name: string): string | null => {
    const value = detail[name];
    return typeof value === "string" && value !== "" ? value : null;
  };
  const purpose = text("purpose");
  if (purpose !== null) return Object.hasOwn(purposes, purpose) ? purposes[purpose as OpenAccess["purpose"]] : purpose;
  if (action === "account.transitioned") return `${text("from") ?? "?"} → ${text("to") ?? "?"}`;
  const reason = text("reason");
  const field = text("field")?.replaceAll("_", " ") ?? null;
  const said = [field, reason === null ? null : reason.replaceAll("_", " ")].filter((one) => one !== null);
  return said.length === 0 ? (text("role") ?? text("address") ?? text("integration")) : said.join(", ");
}

/** Who did it: in words, with the id apart where there is one. */
export function actorOf(actor: string): { words: string; id: string | null } {
  if (actor.startsWith("key_")) return { words: "API key", id: actor };
  if (actor.startsWith("usr_")) return { words: "Administrator", id: actor };
  if (actor === "worker") return { words: "The worker", id: null };
  if (actor === "connect") return { words: "The connect page", id: null };
  if (actor === "command_line") return { words: "The command line", id: null };
  if (actor === "recovery") return { words: "The recovery after a crash", id: null };
  if (actor === "idp") return { words: "The identity provider", id: null };
  if (actor === "anonymous") return { words: "Somebody not signed in", id: null };
  if (actor === "system") return { words: "Evergrant itself", id: null };
  return { words: actor, id: null };
}
