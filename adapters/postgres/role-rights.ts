/** What a process may do to the database where it has a role of its own. web has none: no role, no right, no address. */
export type DatabaseRole = "api" | "worker" | "auditor";

export const databaseRoles: readonly DatabaseRole[] = ["api", "worker", "auditor"];

/** Of PostgreSQL's rights to a table: select, insert, update, delete. */
export type TableRight = "S" | "I" | "U" | "D";

export interface TableRights {
  /** Letters of TableRight; absent: no right at all. */
  readonly api?: string;
  readonly worker?: string;
  readonly auditor?: string;
  /** Columns that no role may update: whose a row is, and what it was made with. */
  readonly fixed?: readonly string[];
  /** The only columns that a role may update. */
  readonly updates?: Readonly<Partial<Record<DatabaseRole, readonly string[]>>>;
  /** Columns that a role may not read. */
  readonly hidden?: Readonly<Partial<Record<DatabaseRole, readonly string[]>>>;
}

const sealed = ["sealed", "fingerprint"];

/**
 * Every table, and what each role may do there. A table that is missing here can be used by none of them, and fails a test.
 *
 * Locking a row (FOR UPDATE, FOR SHARE) takes the right to update one of its columns.
 */
export const tableRights: Readonly<Record<string, TableRights>> = {
  // Records, links and anchors only grow. Links and anchors are the sealer's, which is the worker's.
  "public.audit_event": { api: "SI", worker: "SI", auditor: "S" },
  "public.audit_link": { api: "S", worker: "SI", auditor: "S" },
  "public.audit_anchor": { api: "S", worker: "SI", auditor: "S" },
  "public.audit_chain": { api: "S", worker: "SIU", auditor: "S", fixed: ["environment_id"] },

  // Sealed values: both processes open and seal them.
  "public.sealed_credential": {
    api: "SIUD",
    worker: "SIUD",
    auditor: "S",
    fixed: ["account_id", "environment_id"],
    hidden: { auditor: sealed },
  },
  "public.sealed_secret": {
    api: "SIUD",
    worker: "SIUD",
    auditor: "S",
    fixed: ["owner", "field", "environment_id"],
    hidden: { auditor: ["sealed"] },
  },
  "public.idempotency_record": {
    api: "SIUD",
    worker: "SUD",
    auditor: "S",
    fixed: ["digest", "environment_id"],
    hidden: { auditor: ["digest", "fingerprint", "memo", "sealed"] },
  },
  "public.tenant_key": {
    api: "SIU",
    worker: "SIU",
    auditor: "S",
    fixed: ["id", "environment_id", "tenant_id", "version"],
    hidden: { auditor: ["wrapped"] },
  },
  "public.key_state": { api: "SIU", worker: "SIU", auditor: "S", fixed: ["environment_id", "kid"] },
  "public.rewrap_run": { api: "SIU", worker: "SIU", auditor: "S", fixed: ["id", "environment_id"] },
  "public.rewrap_failure": { api: "S", worker: "SID", auditor: "S" },

  // Who may: the worker looks at people only to judge a second person, and at keys to stop one.
  "public.api_key": {
    api: "SIU",
    worker: "SU",
    auditor: "S",
    updates: { api: ["revoked_at", "last_used_at", "stopped_at", "stopped_by"], worker: ["stopped_at", "stopped_by"] },
    hidden: { worker: ["digest"], auditor: ["digest"] },
  },
  "public.admin_user": {
    api: "SIU",
    worker: "SU",
    auditor: "S",
    fixed: ["id", "created_at"],
    updates: { worker: ["last_sign_in_at"] },
    hidden: { worker: ["password_hash"], auditor: ["password_hash"] },
  },
  // Signing in and inviting are the api's; the worker removes what is long over.
  "public.admin_session": {
    api: "SIU",
    worker: "SUD",
    auditor: "S",
    updates: { api: ["last_seen_at", "ended_at", "end_reason"], worker: ["last_seen_at"] },
    hidden: { auditor: ["id"] },
  },
  "public.admin_invitation": {
    api: "SIU",
    worker: "SUD",
    auditor: "S",
    updates: { api: ["accepted_at", "accepted_by", "revoked_at"], worker: ["revoked_at"] },
    hidden: { worker: ["digest"], auditor: ["digest"] },
  },
  "public.approval": { api: "SIU", worker: "SU", auditor: "S", fixed: ["id", "environment_id", "requested_by"] },

  // Settings. The worker changes them only where it carries out what was approved.
  "public.environment": {
    api: "SU",
    worker: "SU",
    auditor: "S",
    fixed: ["id", "name", "created_at"],
    updates: { worker: ["sealing_policy", "updated_at"] },
  },
  "public.environment_logo": { api: "SIUD", auditor: "S", fixed: ["environment_id"] },
  "public.integration": { api: "SIUD", worker: "SIUD", auditor: "S", fixed: ["environment_id", "name", "created_at"] },
  "public.integration_hosts": {
    api: "SIUD",
    worker: "SIUD",
    auditor: "S",
    fixed: ["environment_id", "integration_name"],
  },
  "public.environment_integration": {
    api: "SIU",
    worker: "SIU",
    auditor: "S",
    fixed: ["id", "environment_id", "integration_name", "callback_id", "created_at"],
  },

  // Accounts and their history. An account stays its environment's and its tenant's.
  "public.integrated_account": {
    api: "SIU",
    worker: "SUD",
    auditor: "S",
    fixed: ["id", "environment_id", "tenant_id", "integration_name", "created_at"],
  },
  // A run is begun, paused and looked at through the api, and worked on by the worker.
  "public.account_run": {
    api: "SIU",
    worker: "SUD",
    auditor: "S",
    fixed: ["id", "environment_id", "action", "created_by", "created_at"],
  },
  "public.account_run_result": { api: "SIU", worker: "SUD", auditor: "S", fixed: ["run_id", "place", "account_id"] },
  // Kept by the triggers of the accounts, with the rights of whoever writes one.
  "public.account_term": { api: "SID", worker: "SID", auditor: "S" },
  "public.refresh_attempt": { api: "SIUD", worker: "SIUD", auditor: "S" },
  "public.event": { api: "SI", worker: "SI", auditor: "S" },
  // Whoever writes an event puts it here too, by its trigger; the worker takes it out.
  "public.event_outbox": { api: "SI", worker: "SIUD", auditor: "S" },
  "public.circuit": { api: "SIU", worker: "SIUD", auditor: "S", fixed: ["key", "environment_id"] },
  "public.integration_check": {
    api: "SIU",
    worker: "SUD",
    auditor: "S",
    fixed: ["id", "environment_id", "integration_name", "document", "started_by", "created_at"],
  },
  "public.mass_failure": { api: "SIUD", worker: "SIUD", auditor: "S", fixed: ["environment_id", "integration_name"] },

  // Connecting is the api's; the worker removes what is over, and makes the links that events carry.
  "public.link_token": {
    api: "SIU",
    worker: "SIUD",
    auditor: "S",
    fixed: ["id", "digest", "environment_id", "tenant_id", "created_at"],
    hidden: { auditor: ["digest"] },
  },
  "public.connect_session": {
    api: "SIU",
    worker: "SUD",
    auditor: "S",
    fixed: ["id", "link_token_id", "environment_id", "account_id"],
    hidden: { auditor: ["state_digest", "browser_digest", "nonce"] },
  },
  "public.connect_embed": {
    api: "SIUD",
    worker: "SUD",
    auditor: "S",
    updates: { api: ["browser_digest", "created_at"], worker: ["created_at"] },
    hidden: { auditor: ["digest", "browser_digest"] },
  },
  "public.connect_try": {
    api: "SIU",
    worker: "SUD",
    auditor: "S",
    fixed: ["id", "link_token_id", "browser_digest"],
    updates: { worker: ["created_at"] },
    hidden: { auditor: ["browser_digest"] },
  },

  "public.webhook_endpoint": { api: "SIUD", worker: "SU", auditor: "S", fixed: ["id", "environment_id"] },
  "public.webhook_delivery": { api: "SIUD", worker: "SIUD", auditor: "S" },
  "public.webhook_untried": { api: "SD", worker: "SID", auditor: "S" },
  "public.webhook_attempt": { api: "SID", worker: "SID", auditor: "S" },

  // The watch over callers is the worker's; the api shows what rang, and writes where keys come from.
  "public.anomaly": {
    api: "SU",
    worker: "SIUD",
    auditor: "S",
    fixed: ["id", "environment_id", "kind", "subject", "started_at"],
    updates: { api: ["acknowledged_at", "acknowledged_by"] },
  },
  "public.anomaly_policy": { api: "SIU", worker: "S", auditor: "S", fixed: ["environment_id"] },
  "public.anomaly_cursor": { api: "S", worker: "SIU", auditor: "S", fixed: ["environment_id", "armed_at"] },
  "public.watched_caller": { worker: "SIUD", auditor: "S", fixed: ["environment_id", "caller", "first_seen_at"] },
  // What a key is used for stands beside the question whether to revoke it.
  "public.caller_hour": { api: "S", worker: "SIUD", auditor: "S", fixed: ["environment_id", "caller", "hour"] },
  "public.caller_network": {
    api: "SIU",
    worker: "SUD",
    auditor: "S",
    fixed: ["environment_id", "caller", "network", "first_seen_at"],
  },
  "public.integration_hour": { worker: "SIUD", auditor: "S", fixed: ["environment_id", "integration_name", "hour"] },

  // Counts. Changes are written by triggers, with their owner's rights; the worker adds them up.
  "public.account_count": { api: "S", worker: "SIUD", auditor: "S" },
  "public.account_count_change": { api: "S", worker: "SD", auditor: "S" },
  "public.account_count_past": { api: "S", worker: "SIUD", auditor: "S" },
  "public.attempt_count": { api: "S", worker: "SIUD", auditor: "S" },
  "public.attempt_count_change": { api: "S", worker: "SD", auditor: "S" },
  "public.counting": { api: "S", worker: "SU", auditor: "S", fixed: ["id"] },
  "public.outlook": { api: "S", worker: "SIUD", auditor: "S", fixed: ["environment_id", "integration_name"] },
  "public.tally": {
    api: "SIU",
    worker: "SIUD",
    auditor: "S",
    updates: { api: ["times"], worker: ["times"] },
  },

  "public.process_heartbeat": { api: "SIUD", worker: "SIUD", auditor: "S" },
  "public._prisma_migrations": { api: "S", worker: "S", auditor: "S" },

  // The queue. Its functions run with the rights of whoever calls them.
  "graphile_worker._private_jobs": { api: "SIU", worker: "SIUD", auditor: "S" },
  "graphile_worker._private_job_queues": { api: "SIU", worker: "SIUD", auditor: "S" },
  "graphile_worker._private_tasks": { api: "SIU", worker: "SIUD", auditor: "S" },
  "graphile_worker._private_known_crontabs": { worker: "SIUD", auditor: "S" },
  "graphile_worker.jobs": { api: "S", worker: "S", auditor: "S" },
  "graphile_worker.migrations": { worker: "S", auditor: "S" },
};

/** Functions of ours that run with their owner's rights, and who may call them. */
export const ownersFunctions: Readonly<Record<string, readonly DatabaseRole[]>> = {
  "public.evergrant_ensure_partitions()": ["worker"],
  "public.evergrant_drop_old_partitions(text, timestamp with time zone)": ["worker"],
};

/** What each role may do at most is decided in these schemas alone. */
export const schemas = ["public", "graphile_worker"] as const;
