/** One metric. Its unit stands at the end of its name, in base units. */
export interface Definition {
  readonly kind: "counter" | "gauge" | "histogram";
  readonly in: readonly ("api" | "worker")[];
  readonly help: string;
  /** In the order in which their values are given. */
  readonly labels: readonly string[];
  readonly buckets?: readonly number[];
}

const both = ["api", "worker"] as const;
/** Of our own work: from half a millisecond to what nobody waits for. */
const quick = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30];
/** Of providers: their deadline is 20 s by default, and 25 at most. */
const remote = [0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 7.5, 10, 15, 20, 30];
/** Of those who wait for them: for a lease and a little more at most. */
const patient = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 20, 35, 60];

/**
 * Every metric there is: names, labels and texts are an interface to dashboards and alerts, and stand in docs/operations.md word
 * for word (a test compares). A label's values are a closed union of core/ports/metrics, unless its text says otherwise.
 */
export const definitions = {
  evergrant_token_reads_total: {
    kind: "counter",
    in: ["api"],
    help: "Token reads, by what was served: fresh, refreshed, failing, limited, or the code of the problem",
    labels: ["result"],
  },
  evergrant_token_reads_waiting: {
    kind: "gauge",
    in: ["api"],
    help: "Token reads that wait for a refresh now",
    labels: [],
  },
  evergrant_refresh_wait_seconds: {
    kind: "histogram",
    in: ["api"],
    help: "How long token reads waited for a refresh, their own or a shared one",
    labels: [],
    buckets: patient,
  },
  evergrant_refreshes_total: {
    kind: "counter",
    in: both,
    help: "Refreshes that breaker and budget let through, by why they were made and how they ended",
    labels: ["reason", "outcome"],
  },
  evergrant_integration_refreshes_total: {
    kind: "counter",
    in: both,
    help: "The same by integration: refreshed, failed, reauthorize, or neither (held, superseded, broken off); at most 100 names per process, the rest as other",
    labels: ["integration", "result"],
  },
  evergrant_refreshes_refused_total: {
    kind: "counter",
    in: both,
    help: "Tries that breaker (circuit_open, client_rejected, slowed_down) or budget did not let through; who waits for a place tries, and counts, again",
    labels: ["cause"],
  },
  evergrant_scheduled_refreshes_total: {
    kind: "counter",
    in: ["worker"],
    help: "Jobs of alarms, by what became of them",
    labels: ["outcome"],
  },
  evergrant_authorization_server_request_seconds: {
    kind: "histogram",
    in: both,
    help: "Requests to authorization servers; failed: refused or not answered",
    labels: ["request", "result"],
    buckets: remote,
  },
  evergrant_accounts_overdue: {
    kind: "gauge",
    in: ["worker"],
    help: "Accounts whose alarm rang over a minute ago and that nobody refreshes now, by what they wait for: worker, or circuit (an open breaker). 100000 stands for more",
    labels: ["waits_for"],
  },
  evergrant_oldest_overdue_alarm_age_seconds: {
    kind: "gauge",
    in: ["worker"],
    help: "How long ago the oldest alarm rang that waits for a worker; 0: none",
    labels: [],
  },
  evergrant_accounts_held: {
    kind: "gauge",
    in: ["worker"],
    help: "Accounts that a mass failure holds until the operator decides",
    labels: [],
  },
  evergrant_queue_jobs: {
    kind: "gauge",
    in: ["worker"],
    help: "Jobs in the queue: ready (due, not taken), running, waiting (due later), failed (given up). 100000 stands for more",
    labels: ["state"],
  },
  evergrant_sweep_age_seconds: {
    kind: "gauge",
    in: ["worker"],
    help: "Time since this worker's latest sweep of alarms ended; one of all workers sweeps each minute, so the least counts",
    labels: [],
  },
  evergrant_circuits: {
    kind: "gauge",
    in: ["worker"],
    help: "OAuth clients at token endpoints whose breaker is open, or half_open (its pause is over, or a probe is on its way), by cause",
    labels: ["state", "cause"],
  },
  evergrant_budget_places: {
    kind: "gauge",
    in: ["worker"],
    help: "Places in use of all limited budgets of token requests",
    labels: [],
  },
  evergrant_budgets_waited_for: {
    kind: "gauge",
    in: ["worker"],
    help: "Budgets whose place or turn a caller waits for now",
    labels: [],
  },
  evergrant_database_reachable: {
    kind: "gauge",
    in: ["worker"],
    help: "1: the database told the gauges of this list within 2 s; 0: it did not, and they are absent",
    labels: [],
  },
  evergrant_audit_records_total: {
    kind: "counter",
    in: both,
    help: "Audit records of the group commit, by result: written, failed",
    labels: ["result"],
  },
  evergrant_audit_commit_seconds: {
    kind: "histogram",
    in: both,
    help: "Statements of the audit log's group commit; records over statements is how many share one",
    labels: [],
    buckets: quick,
  },
  evergrant_audit_unsealed_seconds: {
    kind: "gauge",
    in: ["worker"],
    help: "Time since the audit log's sealer last had nothing left to do, of the chain where it is longest; it looks every second",
    labels: [],
  },
  evergrant_audit_chains_broken: {
    kind: "gauge",
    in: ["worker"],
    help: "Environments in whose audit log the latest check found a fault",
    labels: [],
  },
  evergrant_database_connections: {
    kind: "gauge",
    in: both,
    help: "Connections of this process: busy, idle",
    labels: ["state"],
  },
  evergrant_database_connections_limit: {
    kind: "gauge",
    in: both,
    help: "How many connections this process may open",
    labels: [],
  },
  evergrant_database_connections_waited_for: {
    kind: "gauge",
    in: both,
    help: "Statements that wait for a connection now",
    labels: [],
  },
  evergrant_spool_entries: {
    kind: "gauge",
    in: both,
    help: "Answers of providers on this machine's disk: waiting for the database, or unreadable and set aside",
    labels: ["state"],
  },
  evergrant_kms_calls_total: {
    kind: "counter",
    in: both,
    help: "Calls of the KMS: ok, invalid (key not known, or the value does not open), unavailable",
    labels: ["operation", "outcome"],
  },
  evergrant_anomalies_total: {
    kind: "counter",
    in: ["worker"],
    help: "Anomalies that began, by kind",
    labels: ["kind"],
  },
  evergrant_anomalies_unacknowledged: {
    kind: "gauge",
    in: ["worker"],
    help: "Anomalies of the last week that nobody has acknowledged",
    labels: [],
  },
  evergrant_anomaly_watch_behind_links: {
    kind: "gauge",
    in: ["worker"],
    help: "Links of the audit chains that the watch for anomalies has not read yet",
    labels: [],
  },
  evergrant_egress_refused_total: {
    kind: "counter",
    in: both,
    help: "Outgoing calls that the guard refused",
    labels: [],
  },
  evergrant_http_requests_total: {
    kind: "counter",
    in: ["api"],
    help: "Requests by template of their route (page: passed on to web; unmatched: no route), method and class of status; without health and metrics",
    labels: ["route", "method", "status"],
  },
  evergrant_http_request_seconds: {
    kind: "histogram",
    in: ["api"],
    help: "Time until the answer stands (of pages and the proxy: until its last byte is written), by route and method",
    labels: ["route", "method"],
    buckets: quick,
  },
  evergrant_rejected_keys_total: {
    kind: "counter",
    in: ["api"],
    help: "Requests with an API key that is none: malformed, or not_in_force (unknown, revoked, expired)",
    labels: ["reason"],
  },
  evergrant_proxy_requests_total: {
    kind: "counter",
    in: ["api"],
    help: "Calls through the proxy: answered, replayed (after a refresh), refused (nothing was tried), failed (no answer, or no whole one), aborted (by the caller); status is the answer's class, or none",
    labels: ["outcome", "status"],
  },
  evergrant_proxy_request_seconds: {
    kind: "histogram",
    in: ["api"],
    help: "Calls through the proxy, to their last byte",
    labels: [],
    buckets: quick,
  },
  evergrant_proxy_overhead_seconds: {
    kind: "histogram",
    in: ["api"],
    help: "Our own share of them, besides the upstream's time",
    labels: [],
    buckets: quick,
  },
  evergrant_proxy_bytes_total: {
    kind: "counter",
    in: ["api"],
    help: "Bytes of bodies through the proxy: in (the upstream's answers), out (callers' requests)",
    labels: ["direction"],
  },
  evergrant_proxy_rejected_tokens_total: {
    kind: "counter",
    in: ["api"],
    help: "Tokens that an upstream rejected within their lifetime, by whether a refresh gave another",
    labels: ["result"],
  },
  evergrant_unified_requests_total: {
    kind: "counter",
    in: ["api"],
    help: "Calls of the unified API: answered, refused (nothing was sent), rejected (the upstream did not do it), failed (no answer, or none that can be read), aborted (by the caller)",
    labels: ["model", "operation", "outcome"],
  },
  evergrant_unified_request_seconds: {
    kind: "histogram",
    in: ["api"],
    help: "Calls of the unified API, with the upstream's time",
    labels: [],
    buckets: quick,
  },
  evergrant_webhook_attempts_total: {
    kind: "counter",
    in: ["worker"],
    help: "Attempts to deliver an event, by the endpoint's format and what came of it: delivered, failed, gone (410)",
    labels: ["format", "result"],
  },
  evergrant_webhook_attempt_seconds: {
    kind: "histogram",
    in: ["worker"],
    help: "Attempts to deliver an event, to their end; none takes longer than 15 s",
    labels: [],
    buckets: remote,
  },
  evergrant_webhook_deliveries_total: {
    kind: "counter",
    in: ["worker"],
    help: "Deliveries that are over: delivered, or failed (given up)",
    labels: ["status"],
  },
  evergrant_webhook_endpoints_disabled_total: {
    kind: "counter",
    in: ["worker"],
    help: "Endpoints that were disabled: failing (five days of failures), gone (410)",
    labels: ["reason"],
  },
  evergrant_webhook_deliveries_waiting: {
    kind: "gauge",
    in: ["worker"],
    help: "Deliveries that are not done: due, or retrying (their next attempt lies ahead). 100000 stands for more",
    labels: ["state"],
  },
  evergrant_webhook_events_undispatched: {
    kind: "gauge",
    in: ["worker"],
    help: "Events that did not become deliveries yet. 100000 stands for more",
    labels: [],
  },
  evergrant_webhook_endpoints: {
    kind: "gauge",
    in: ["worker"],
    help: "Endpoints: working, failing (the latest attempts failed), disabled",
    labels: ["state"],
  },
  evergrant_key_wraps_most: {
    kind: "gauge",
    in: ["worker"],
    help: "Keys wrapped by the key of the KMS that wrapped most; operators are told at 2^31",
    labels: [],
  },
  evergrant_rewrap_values: {
    kind: "gauge",
    in: ["worker"],
    help: "Values of re-wraps that are not over: left, or failed (they do not open)",
    labels: ["state"],
  },
  evergrant_process_resident_memory_bytes: {
    kind: "gauge",
    in: both,
    help: "Resident memory",
    labels: ["process"],
  },
  evergrant_process_cpu_seconds_total: {
    kind: "counter",
    in: both,
    help: "CPU time, user and system",
    labels: ["process"],
  },
} as const satisfies Readonly<Record<string, Definition>>;

export type MetricName = keyof typeof definitions;
