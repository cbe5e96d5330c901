import type { AnomalyView } from "#api/schemas/anomaly";
import { id } from "./stub-webhooks.ts";

type Reply = { status: number; body?: object };

const minute = 60_000;

const backend: NonNullable<AnomalyView["caller"]> = {
  id: id("key", "backend"),
  type: "api_key",
  name: "Backend",
  ends_with: "x7Qp",
  stopped_at: null,
  revoked_at: null,
};

const base = (name: string, minutesAgo: number, now: number): Omit<AnomalyView, "kind"> => ({
  id: id("ano", name),
  summary: "",
  // One of its own: a test that stops it stops it for nobody else.
  caller: { ...backend },
  integration_name: null,
  started_at: new Date(now - minutesAgo * minute).toISOString(),
  last_at: new Date(now - (minutesAgo > 60 ? 50 : 0.1) * minute).toISOString(),
  ended_at: minutesAgo > 60 ? new Date(now - 35 * minute).toISOString() : null,
  measured: null,
  detail: {},
  has_stopped_key: false,
  acknowledged_at: null,
  acknowledged_by: null,
});

const measured = { observed: 300, usual: 3, bound: 60, window_seconds: 60 };

/** The one of the issue: 300 tokens of 60 tenants. */
export const jump = (now = Date.now()): AnomalyView => ({
  ...base("jump", 2.5, now),
  kind: "decrypt_rate",
  measured,
  detail: { reads: 300, tenants: 60, is_new: false, days_known: 21 },
});

/** One of each kind, the key stopped by one of them, and more than are shown. */
export const allAnomalies = (now = Date.now()): AnomalyView[] => [
  {
    ...base("spread", 2.4, now),
    kind: "tenant_spread",
    measured: { ...measured, observed: 60, usual: 2, bound: 20 },
    detail: { is_new: false },
    caller: { ...backend, stopped_at: new Date(now - 2.4 * minute).toISOString() },
    has_stopped_key: true,
  },
  {
    ...base("spike", 55, now),
    kind: "needs_reauth_spike",
    caller: null,
    integration_name: "very-long",
    measured: { observed: 1240, usual: 12, bound: 36, window_seconds: 86_400 },
    detail: { share_percent: 7.4, accounts: 16_750 },
  },
  {
    ...base("network", 4000, now),
    kind: "new_network",
    caller: {
      ...backend,
      id: id("key", "long"),
      name: "reporting-and-invoicing-nightly-export-of-the-enterprise-edition-eu-central",
      ends_with: "aB3d",
    },
    detail: { network: "2001:db8:41::/48", known_networks: 2 },
  },
  {
    ...base("unknown", 30, now),
    kind: "unknown_path",
    caller: { ...backend, id: "worker", type: "process", name: null, ends_with: null },
    detail: { purpose: "token_read", field: "token_set", audit_event_id: id("aud", "strange") },
  },
  {
    ...base("dormant", 12, now),
    kind: "dormant_key",
    detail: { unused_days: 214, is_first_use: false, unused_since: "2026-04-28T08:00:00.000Z" },
  },
];

export function answerAnomalies(anomalies: AnomalyView[], role: string, method: string, path: string): Reply | null {
  const [, key, change] = /^\/api\/v1\/api-keys\/([^/]+)\/(stop|restart)$/.exec(path) ?? [];
  if (key !== undefined) {
    const stoppedAt = change === "stop" ? new Date().toISOString() : null;
    for (const { caller } of anomalies) if (caller?.id === key) caller.stopped_at = stoppedAt;
    const stoppedBy = stoppedAt === null ? null : "usr_1";
    return {
      status: 200,
      body: { id: key, name: "Backend", ends_with: "x7Qp", stopped_at: stoppedAt, stopped_by: stoppedBy },
    };
  }
  if (path === "/api/v1/anomalies") {
    if (role === "support") return { status: 403, body: { code: "forbidden", title: "Forbidden" } };
    return { status: 200, body: { data: anomalies.filter((one) => one.acknowledged_at === null), next_cursor: null } };
  }
  const [, found] = /^\/api\/v1\/anomalies\/([^/]+)\/acknowledge$/.exec(path) ?? [];
  const anomaly = anomalies.find((one) => one.id === found);
  if (method !== "POST" || anomaly === undefined) return null;
  Object.assign(anomaly, { acknowledged_at: new Date().toISOString(), acknowledged_by: "usr_1" });
  return { status: 200, body: anomaly };
}
