import type { Metrics } from "#core/ports/metrics";

/** What was told: the method, and what it was given. */
export type Told = readonly [method: keyof Metrics, ...given: readonly unknown[]];

/** Keeps what was told, in order. */
export function createRecordingMetrics(): Metrics & { readonly told: readonly Told[] } {
  const told: Told[] = [];
  const keep =
    (method: keyof Metrics) =>
    (...given: readonly unknown[]): void =>
      void told.push([method, ...given]);
  return {
    told,
    tokenRead: keep("tokenRead"),
    refreshAwaited: keep("refreshAwaited"),
    refreshEnded: keep("refreshEnded"),
    refreshRefused: keep("refreshRefused"),
    alarmServed: keep("alarmServed"),
    swept: keep("swept"),
    serverAsked: keep("serverAsked"),
    auditCommitted: keep("auditCommitted"),
    kmsCalled: keep("kmsCalled"),
    anomalyRang: keep("anomalyRang"),
    egressRefused: keep("egressRefused"),
    keyRejected: keep("keyRejected"),
    requestsTo: (route, method) => {
      const count = keep("requestsTo");
      return (status, seconds) => count(route, method, status, seconds);
    },
    proxied: keep("proxied"),
    unifiedCalled: keep("unifiedCalled"),
    webhookAttempted: keep("webhookAttempted"),
    webhookEnded: keep("webhookEnded"),
    endpointDisabled: keep("endpointDisabled"),
    proxyTokenRejected: keep("proxyTokenRejected"),
  };
}
