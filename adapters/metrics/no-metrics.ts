import type { Metrics } from "#core/ports/metrics";

const nothing = (): void => {};

/** For whom nobody scrapes: the command line. */
export const noMetrics: Metrics = {
  tokenRead: nothing,
  refreshAwaited: nothing,
  refreshEnded: nothing,
  refreshRefused: nothing,
  alarmServed: nothing,
  swept: nothing,
  serverAsked: nothing,
  auditCommitted: nothing,
  kmsCalled: nothing,
  anomalyRang: nothing,
  egressRefused: nothing,
  keyRejected: nothing,
  requestsTo: () => nothing,
  proxied: nothing,
  unifiedCalled: nothing,
  webhookAttempted: nothing,
  webhookEnded: nothing,
  endpointDisabled: nothing,
  proxyTokenRejected: nothing,
};
