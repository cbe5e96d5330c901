import type { HealthView } from "#api/schemas/stats";

/** What `GET /stats/health` tells of the usual world. */
export function health(): HealthView["integrations"] {
  return [
    row("acme-crm", [8120, 14, 0, 210], 194_880, 0.99996, [118, 342]),
    row("hubspot", [2960, 0, 0, 31], 71_040, 0.931, [480, 2140], { provider_error: 4120, provider_timeout: 781 }),
    row("salesforce", [1328, 3, 115, 5], 15_936, 0.967, [240, 610], { held: 412, reauthorize: 103 }),
    row("very-long", [1, 0, 0, 0], 0, null, [null, null]),
  ];
}

function row(
  name: string,
  accounts: [number, number, number, number],
  refreshes: number,
  rate: number | null,
  latency: [number | null, number | null],
  failures: Record<string, number> = {},
) {
  return {
    integration_name: name,
    accounts: { active: accounts[0], connecting: accounts[1], needs_reauth: accounts[2], disconnected: accounts[3] },
    refreshes,
    success_rate: rate,
    latency_ms: { p50: latency[0], p95: latency[1] },
    failures,
  };
}
