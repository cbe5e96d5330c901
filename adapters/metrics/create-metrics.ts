import { allModels } from "#core/domain/unified/models";
import { anomalyKinds } from "#core/domain/anomaly/anomaly";
import { problemCodes, type ProblemCode } from "#core/domain/problem/domain-error";
import type { RefreshReason } from "#core/domain/refresh/decide-refresh";
import type { AttemptOutcome } from "#core/ports/account-store";
import type { RefusalCause } from "#core/ports/circuit-store";
import type {
  AlarmResult,
  KeyOperation,
  KeyRejection,
  Metrics,
  ProxyOutcome,
  UnifiedOperation,
  UnifiedOutcome,
  RefreshResult,
  ServerRequest,
  StatusClass,
  TokenReadResult,
  WebhookAttemptResult,
  WebhookFormat,
} from "#core/ports/metrics";
import { definitions, type Definition, type MetricName } from "./definitions.ts";
import type { Count, Registry } from "./registry.ts";

/** Every member of a union, so that all series stand at zero from the start; one that is missing or too much does not compile. */
const attemptOutcomes = membersOf<AttemptOutcome>({
  refreshed: 1,
  transient: 1,
  rate_limited: 1,
  reauthorize: 1,
  held: 1,
  client_misconfigured: 1,
  in_doubt: 1,
  superseded: 1,
});
const reasons = membersOf<RefreshReason>({ alarm: 1, on_demand: 1, forced: 1, rejected_token: 1 });
const refusals = membersOf<RefusalCause>({ budget: 1, circuit_open: 1, client_rejected: 1, slowed_down: 1 });
const serverRequests = membersOf<ServerRequest>({
  refresh_token: 1,
  authorization_code: 1,
  client_credentials: 1,
  token_exchange: 1,
  introspection: 1,
  revocation: 1,
  pushed_authorization: 1,
});
const keyOperations = membersOf<KeyOperation>({ wrap: 1, unwrap: 1, rewrap: 1 });
const unifiedOperations: readonly UnifiedOperation[] = ["list", "get", "create", "update", "delete"];
const unifiedOutcomes: readonly UnifiedOutcome[] = ["answered", "refused", "rejected", "failed", "aborted"];
const proxyOutcomes = membersOf<ProxyOutcome>({ answered: 1, replayed: 1, refused: 1, failed: 1, aborted: 1 });
const webhookFormats = membersOf<WebhookFormat>({ standard: 1, chat: 1, email: 1 });
const webhookResults = membersOf<WebhookAttemptResult>({ delivered: 1, failed: 1, gone: 1 });
const statusClasses = ["1xx", "2xx", "3xx", "4xx", "5xx"] as const;
const methods = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
/** Operators define integrations, so they are few; a process that meets more names than this counts the rest together. */
const mostIntegrations = 100;

/** @param processName what only the other process counts is left out */
export function createMetrics(registry: Registry, processName: "api" | "worker"): Metrics {
  const isOurs = (name: MetricName): boolean => (definitions[name] as Definition).in.includes(processName);
  const bind = <K extends string>(name: MetricName, keys: readonly K[], labels = (key: K): string[] => [key]) => {
    const count = (key: K): Count => (isOurs(name) ? registry.count(name, ...labels(key)) : { value: 0 });
    return Object.fromEntries(keys.map((key) => [key, count(key)])) as Record<K, Count>;
  };
  const distribution = (name: MetricName, ...labels: string[]) =>
    isOurs(name) ? registry.distribution(name, ...labels) : { record: () => {} };

  const problems = Object.keys(problemCodes) as ProblemCode[];
  const reads = bind<TokenReadResult>("evergrant_token_reads_total", [
    "fresh",
    "refreshed",
    "failing",
    "limited",
    ...problems,
  ]);
  const waits = distribution("evergrant_refresh_wait_seconds");
  const results: RefreshResult[] = [...attemptOutcomes, "broken_off"];
  const refreshes = Object.fromEntries(
    reasons.map((reason) => [reason, bind("evergrant_refreshes_total", results, (outcome) => [reason, outcome])]),
  ) as Record<RefreshReason, Record<RefreshResult, Count>>;
  const refused = bind("evergrant_refreshes_refused_total", refusals);
  const alarms = bind<AlarmResult>("evergrant_scheduled_refreshes_total", [
    ...attemptOutcomes,
    "fresh",
    "blocked",
    "deferred",
    "timed_out",
    "not_found",
    "probe_works",
    "probe_rejected",
    "probe_unchanged",
    "probe_not_found",
  ]);
  const asked = Object.fromEntries(
    serverRequests.map((request) => {
      const of = (result: string) => distribution("evergrant_authorization_server_request_seconds", request, result);
      return [request, { ok: of("ok"), failed: of("failed") }];
    }),
  ) as Record<ServerRequest, Record<"ok" | "failed", ReturnType<typeof distribution>>>;
  const audited = bind("evergrant_audit_records_total", ["written", "failed"]);
  const commits = distribution("evergrant_audit_commit_seconds");
  const kms = Object.fromEntries(
    keyOperations.map((operation) => [
      operation,
      bind("evergrant_kms_calls_total", ["ok", "invalid", "unavailable"], (outcome) => [operation, outcome]),
    ]),
  ) as Record<KeyOperation, Record<"ok" | "invalid" | "unavailable", Count>>;
  const rang = bind("evergrant_anomalies_total", anomalyKinds);
  const egress = registry.count("evergrant_egress_refused_total");
  const keys = bind<KeyRejection>("evergrant_rejected_keys_total", ["malformed", "not_in_force"]);
  const proxied = Object.fromEntries(
    proxyOutcomes.map((outcome) => [
      outcome,
      bind("evergrant_proxy_requests_total", [...statusClasses, "none"], (status) => [outcome, status]),
    ]),
  ) as Record<ProxyOutcome, Record<StatusClass | "none", Count>>;
  const proxySeconds = distribution("evergrant_proxy_request_seconds");
  const proxyOverhead = distribution("evergrant_proxy_overhead_seconds");
  const proxyBytes = bind("evergrant_proxy_bytes_total", ["in", "out"]);
  const rejectedTokens = bind("evergrant_proxy_rejected_tokens_total", ["refreshed", "not_refreshed"]);

  const unifiedModels = allModels.map(({ category, name }) => `${category}/${name}`);
  const unified = Object.fromEntries(
    unifiedModels.flatMap((model) =>
      unifiedOperations.map((operation) => [
        `${model} ${operation}`,
        bind("evergrant_unified_requests_total", unifiedOutcomes, (outcome) => [model, operation, outcome]),
      ]),
    ),
  );
  const unifiedSeconds = distribution("evergrant_unified_request_seconds");

  const sent = Object.fromEntries(
    webhookFormats.map((format) => [
      format,
      bind("evergrant_webhook_attempts_total", webhookResults, (result) => [format, result]),
    ]),
  ) as Record<WebhookFormat, Record<WebhookAttemptResult, Count>>;
  const sentSeconds = distribution("evergrant_webhook_attempt_seconds");
  const deliveries = bind("evergrant_webhook_deliveries_total", ["delivered", "failed"]);
  const disabled = bind("evergrant_webhook_endpoints_disabled_total", ["failing", "gone"]);

  const integrations = new Set<string>();
  const integrationLabel = (name: string): string => {
    if (integrations.has(name)) return name;
    if (integrations.size >= mostIntegrations) return "other";
    integrations.add(name);
    return name;
  };
  let sweptMs: number | null = null;
  if (processName === "worker") {
    registry.read(() =>
      sweptMs === null ? {} : { evergrant_sweep_age_seconds: [[[], (performance.now() - sweptMs) / 1000]] },
    );
  }

  return {
    tokenRead(result) {
      reads[result].value += 1;
    },
    refreshAwaited: (seconds) => waits.record(seconds),
    refreshEnded({ reason, outcome, integrationName }) {
      refreshes[reason][outcome].value += 1;
      const result = integrationResults[outcome];
      registry.count("evergrant_integration_refreshes_total", integrationLabel(integrationName), result).value += 1;
    },
    refreshRefused(cause) {
      refused[cause].value += 1;
    },
    alarmServed(result) {
      alarms[result].value += 1;
    },
    swept() {
      sweptMs = performance.now();
    },
    serverAsked: (request, isFulfilled, seconds) => asked[request][isFulfilled ? "ok" : "failed"].record(seconds),
    auditCommitted(records, isWritten, seconds) {
      audited[isWritten ? "written" : "failed"].value += records;
      commits.record(seconds);
    },
    kmsCalled(operation, outcome) {
      kms[operation][outcome].value += 1;
    },
    anomalyRang(kind) {
      rang[kind].value += 1;
    },
    egressRefused() {
      egress.value += 1;
    },
    keyRejected(reason) {
      keys[reason].value += 1;
    },
    requestsTo(route, method) {
      const verb = methods.has(method) ? method : "other";
      const seconds = distribution("evergrant_http_request_seconds", route, verb);
      const byClass: (Count | undefined)[] = [];
      return (status, took) => {
        const index = Math.min(5, Math.max(1, Math.floor(status / 100)));
        const count = (byClass[index] ??= registry.count("evergrant_http_requests_total", route, verb, `${index}xx`));
        count.value += 1;
        seconds.record(took);
      };
    },
    proxied({ outcome, statusClass, seconds, overheadSeconds, bytesIn, bytesOut }) {
      proxied[outcome][statusClass ?? "none"].value += 1;
      proxySeconds.record(seconds);
      proxyOverhead.record(overheadSeconds);
      proxyBytes.in.value += bytesIn;
      proxyBytes.out.value += bytesOut;
    },
    unifiedCalled({ model, operation, outcome, seconds }) {
      const counts = unified[`${model} ${operation}`];
      if (counts !== undefined) counts[outcome].value += 1;
      unifiedSeconds.record(seconds);
    },
    webhookAttempted(format, result, seconds) {
      sent[format][result].value += 1;
      sentSeconds.record(seconds);
    },
    webhookEnded(status) {
      deliveries[status].value += 1;
    },
    endpointDisabled(reason) {
      disabled[reason].value += 1;
    },
    proxyTokenRejected(result) {
      rejectedTokens[result].value += 1;
    },
  };
}

/** What an outcome says of the integration. */
const integrationResults: Readonly<Record<RefreshResult, "refreshed" | "failed" | "reauthorize" | "neither">> = {
  refreshed: "refreshed",
  transient: "failed",
  rate_limited: "failed",
  reauthorize: "reauthorize",
  client_misconfigured: "failed",
  in_doubt: "failed",
  held: "neither",
  superseded: "neither",
  broken_off: "neither",
};

function membersOf<K extends string>(members: Readonly<Record<K, 1>>): readonly K[] {
  return Object.keys(members) as K[];
}
