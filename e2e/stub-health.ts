import type { EnvironmentIntegrationView } from "#api/schemas/integration";
import type { HealthView } from "#api/schemas/stats";

/** What `GET /stats/health` tells of the usual world. */
export function health(): HealthView["integrations"] {
  return [
    row("acme-crm", [8120, 14, 0, 210], 194_880, 0.99996, [118, 342]),
    row("hubspot", [2960, 0, 0, 31], 71_040, 0.931, [480, 2140], { transient: 4120, rate_limited: 781 }),
    row("salesforce", [1328, 3, 115, 5], 15_936, 0.967, [240, 610], { held: 412, reauthorize: 103, in_doubt: 11 }),
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

type ClientSecret = EnvironmentIntegrationView["client_secrets"][number];

/** In the usual world one secret is being replaced, and the provider does not know the new one yet. */
export function clients(now: number): EnvironmentIntegrationView[] {
  return [
    client("acme-crm", [secret(now, 3, [-90_000, -1])]),
    client("hubspot", [secret(now, 2, [-130, null]), secret(now, 1, [-240_000, -1], 9_950)]),
  ];
}

/** Each state that the overview tells of. */
export function manyClients(now: number): EnvironmentIntegrationView[] {
  return [
    client("acme-crm", [secret(now, 4, [-300, -2]), secret(now, 3, [-90_000, -301], 9_780)]),
    ...clients(now).slice(1),
    client("salesforce", [secret(now, 2, [-4, null]), secret(now, 1, [-240_000, -15], 10_076)]),
    client("very-long", [secret(now, 1, [-20_000, null])]),
  ];
}

/** In minutes from now: when it was set, when it worked last, and when it ends. */
function secret(now: number, version: number, [set, worked]: [number, number | null], ends?: number): ClientSecret {
  const at = (minutes: number): string => new Date(now + minutes * 60_000).toISOString();
  return {
    version,
    created_at: at(set),
    set_by: "usr_2",
    last_worked_at: worked === null ? null : at(worked),
    accepted_until: ends === undefined ? null : at(ends),
  };
}

function client(name: string, secrets: ClientSecret[]): EnvironmentIntegrationView {
  const worked = secrets.filter((one) => one.last_worked_at !== null);
  const [last] = worked.toSorted(
    (one, other) => Date.parse(other.last_worked_at ?? "") - Date.parse(one.last_worked_at ?? ""),
  );
  return {
    integration_name: name,
    redirect_uri: `https://connect.example/oauth/callback/${name}`,
    effective: {},
    overrides: {},
    problem: null,
    client_secrets: secrets,
    secret_in_use_version: last?.version ?? null,
    secret_in_use_at: last?.last_worked_at ?? null,
    jwks_uri: null,
    client_keys: [],
    client_certificate: null,
  };
}
