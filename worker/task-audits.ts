import type { AuditAction } from "#core/domain/audit/audit-record";
import type { AuditStatement } from "#core/domain/audit/audit-statement";

/** What any work on an account's tokens may come to, whoever began it. */
const refreshing = [
  "credential.opened",
  "secret.opened",
  "sealed_value.invalid",
  "credential.sealed",
  "credential.erased",
  "account.transitioned",
  "account.updated",
  "tenant_key.created",
] as const satisfies readonly AuditAction[];

/** A refresh finds out what there is to do, and an account that needs nothing leaves nothing. */
const refreshes: AuditStatement = { mayWrite: refreshing, because: "what is due is refreshed, and nothing else" };

/** What each task of the worker writes. A task that is missing here does not compile. */
export const taskAudits = {
  "refresh-account": refreshes,
  "probe-circuit": refreshes,
  "recall-accounts": { nothing: "sets alarms; the refreshes that follow write their own" },
  "resolve-hold": {
    mayWrite: ["account.transitioned"],
    because:
      "what was confirmed leaves, what was released only gets its alarm back; the decision was recorded when it was taken",
  },
  "check-integration": {
    nothing: "tries a definition in a process of its own; that it was asked for was recorded then",
  },
  // It replays answers that waited on disk, and is as a refresh then.
  sweep: refreshes,
  housekeeping: {
    mayWrite: ["secret.erased", "secret.opened", "sealed_value.invalid", "connect.declined"],
    because: "erases what is over, and ends grants that nobody approved",
  },
  "dispatch-events": { nothing: "turns events into deliveries, and opens nothing" },
  "deliver-webhooks": {
    mayWrite: [
      "secret.opened",
      "sealed_value.invalid",
      "secret.sealed",
      "link_token.created",
      "webhook_endpoint.disabled",
    ],
    because:
      "opens what is sealed of an endpoint where something is due, seals the address of a chat that is not yet, and may turn an endpoint off that fails for days",
  },
  "sweep-webhooks": { mayWrite: ["webhook_endpoint.disabled"], because: "warns of endpoints that fail" },
  "seal-audit-late": { nothing: "writes links, which prove records, and no records" },
  "anchor-audit": { nothing: "writes anchors, which prove links" },
  "check-audit": { nothing: "reads the log, and drops what is older than its time; an anchor tells of that" },
  "check-counts": { nothing: "counts rows for pages, and changes none of those that it counts" },
  "look-ahead": { nothing: "counts alarms and ends of grants for pages" },
  "tend-approvals": {
    mayWrite: [
      "approval.expired",
      "approval.executed",
      "approval.failed",
      "integration.put",
      "environment_integration.updated",
      "secret.opened",
      "secret.sealed",
      "secret.erased",
      "key.disabled",
      "key.enabled",
      "key.policy_changed",
      "rewrap.started",
      "rewrap.changed",
      "tenant_key.destroyed",
      "tenant_key.created",
      "sealed_value.invalid",
    ],
    because: "carries out what was approved and what a crash left, and ends what nobody decided",
  },
  "run-accounts": {
    mayWrite: [...refreshing, "link_token.created", "account_run.acted", "account_run.changed", "account_run.ended"],
    because: "records each account that it acts on, and what a refresh, a link or a disconnect writes of itself",
  },
  "wake-account-runs": { nothing: "puts a job into the queue" },
  rewrap: {
    mayWrite: [
      "rewrap.batch",
      "rewrap.ended",
      "rewrap.changed",
      "credential.opened",
      "secret.opened",
      "sealed_value.invalid",
    ],
    because: "records each batch, and the sample that it opens",
  },
  "wake-rewraps": { nothing: "puts a job into the queue" },
} as const satisfies Readonly<Record<string, AuditStatement>>;

export type TaskName = keyof typeof taskAudits;
