// Settings of the stub: what /environment, /environments and /api-keys answer.
import type { AnomalyPolicyView } from "#api/schemas/anomaly";
import type { ApiKeyDetail, NewApiKeyView } from "#api/schemas/api-key";
import { toAccentView } from "#api/views/branding-view";
import type { EnvironmentList, EnvironmentView } from "#api/schemas/integration";

export type SettingsWorld = {
  environment: Omit<EnvironmentView, "name">;
  environments: EnvironmentList["data"];
  apiKeys: ApiKeyDetail[];
  policy: AnomalyPolicyView;
};

type Reply = { status: number; body: unknown };

const day = 86_400_000;
const ago = (milliseconds: number): string => new Date(Date.now() - milliseconds).toISOString();
const id = (name: string): string => `key_${name.padEnd(24, "0").slice(0, 24)}`;

export const apiKeyIds = {
  busy: id("busy"),
  soon: id("soon"),
  stopped: id("stopped"),
  fresh: id("fresh"),
  limited: id("limited"),
  revoked: id("revoked"),
  expired: id("expired"),
};

const idle: ApiKeyDetail["activity"] = { openings: 0, most_tenants: 0, networks: [], made_keys: [] };

const key = (over: Partial<ApiKeyDetail> & Pick<ApiKeyDetail, "id" | "name">): ApiKeyDetail => ({
  ends_with: "x7Qp",
  state: "valid",
  permissions: ["links:write", "accounts:read", "tokens:read"],
  tenant_ids: null,
  integration_names: null,
  addresses: null,
  created_at: ago(200 * day),
  created_by: "usr_1",
  last_used_at: ago(40_000),
  expires_at: null,
  stopped_at: null,
  stopped_by: null,
  revoked_at: null,
  activity: idle,
  ...over,
});

export function usualSettings(): SettingsWorld {
  return {
    environment: {
      return_urls: ["https://app.example.com/settings", "https://app.example.com/onboarding/step-3?from=evergrant"],
      allowed_origins: ["https://app.example.com"],
      branding: { name: "Northwind Reports", support: "help@example.com" },
      reauth_links_in_events: false,
      connect_url: null,
    },
    environments: [
      {
        name: "production",
        connect_url: "https://link.example.com",
        api_keys: 5,
        webhook_endpoints: 6,
        integrations: 12,
        sealing_key: { kid: "arn:aws:kms:eu-central-1:1:key/2f8k3mzq", own: true },
      },
      {
        name: "staging",
        connect_url: null,
        api_keys: 1,
        webhook_endpoints: 0,
        integrations: 2,
        sealing_key: { kid: "t1", own: false },
      },
    ],
    policy: {
      factor: 3,
      least: { reads_per_minute: 60, reads_per_hour: 600, tenants_per_minute: 20, tenants_per_hour: 100 },
      newcomer: { reads_per_minute: 3000, reads_per_hour: 60_000, tenants_per_minute: 500, tenants_per_hour: 5000 },
      dormant_days: 30,
      spike: { accounts: 10, share: 0.05 },
      stop_on: [],
      callers: {
        [apiKeyIds.soon]: {
          levels: { reads_per_minute: 20_000, tenants_per_hour: 12_000 },
          stop_on: ["decrypt_rate", "new_network"],
        },
        worker: { stop_on: [] },
      },
    },
    apiKeys: [
      key({
        id: apiKeyIds.fresh,
        name: "Deployment tool",
        ends_with: "0aZ9",
        permissions: ["integrations:read", "integrations:write", "settings:write"],
        addresses: ["10.0.0.0/8"],
        last_used_at: null,
        created_at: ago(60_000),
        expires_at: ago(-365 * day),
      }),
      key({
        id: apiKeyIds.busy,
        name: "Production backend",
        activity: {
          openings: 412_408,
          most_tenants: 1083,
          networks: [
            { network: "203.0.113.0/24", last_seen_at: ago(40 * 60_000) },
            { network: "2001:db8:41::/48", last_seen_at: ago(3 * day) },
          ],
          made_keys: [],
        },
      }),
      key({
        id: apiKeyIds.soon,
        name: "Nightly export of the reporting and invoicing department, EU central",
        ends_with: "aB3d",
        permissions: ["accounts:read", "proxy", "webhooks:read", "audit:read", "integrations:read"],
        expires_at: ago(-5 * day),
        last_used_at: ago(9 * 3_600_000),
        created_by: id("busy"),
      }),
      key({
        id: apiKeyIds.stopped,
        name: "Old importer",
        ends_with: "k9Lm",
        permissions: ["accounts:write"],
        state: "stopped",
        stopped_at: ago(20 * 60_000),
        stopped_by: "worker",
        last_used_at: ago(20 * 60_000),
        created_by: "command_line",
        activity: { ...idle, openings: 300, most_tenants: 60, made_keys: [apiKeyIds.limited] },
      }),
      key({
        id: apiKeyIds.limited,
        name: "Acme's own reader",
        ends_with: "q1Wz",
        permissions: ["accounts:read"],
        tenant_ids: ["acme"],
        integration_names: ["acme-crm", "hubspot"],
        addresses: ["198.51.100.7/32"],
        last_used_at: ago(40 * day),
        expires_at: ago(-60 * day),
        created_by: id("stopped"),
      }),
      key({
        id: apiKeyIds.revoked,
        name: "Laptop of somebody who left",
        ends_with: "zz00",
        state: "revoked",
        revoked_at: ago(30 * day),
        last_used_at: ago(31 * day),
      }),
      key({
        id: apiKeyIds.expired,
        name: "Migration",
        ends_with: "mm11",
        state: "expired",
        permissions: ["accounts:write"],
        expires_at: ago(90 * day),
        last_used_at: ago(95 * day),
      }),
    ],
  };
}

export function emptySettings(): SettingsWorld {
  const usual = usualSettings();
  return {
    ...usual,
    environment: {
      return_urls: [],
      allowed_origins: [],
      branding: {},
      reauth_links_in_events: false,
      connect_url: null,
    },
    apiKeys: [],
    policy: { ...usual.policy, callers: {} },
  };
}

const invalid = (errors: { pointer: string; detail: string }[]): Reply => ({
  status: 422,
  body: {
    type: "about:blank",
    title: "The request is not valid",
    status: 422,
    code: "invalid_request",
    detail: "The body is not valid.",
    errors,
  },
});

/** What the API answers about settings and keys; null: it is about something else. */
export function answerSettings(
  { world, environment, role }: { world: { settings: SettingsWorld }; environment: string; role: string },
  method: string,
  path: string,
  query: URLSearchParams,
  body: string,
): Reply | null {
  const { settings } = world;
  if (path === "/api/v1/environments") return { status: 200, body: { data: settings.environments } };
  if (path === "/api/v1/environment/accent") {
    const light = toAccentView("light", query.get("light") ?? undefined);
    const dark = toAccentView("dark", query.get("dark") ?? undefined);
    return { status: 200, body: { light, dark } };
  }
  if (path === "/api/v1/environment") return answerEnvironment(settings, environment, method, body);
  if (!path.startsWith("/api/v1/api-keys") && path !== "/api/v1/anomaly-policy") return null;
  if (role === "support") return { status: 403, body: { code: "forbidden", title: "Not permitted" } };
  if (path === "/api/v1/anomaly-policy") return answerPolicy(settings, method, body);
  if (path === "/api/v1/api-keys" && method === "POST") return makeKey(settings, body);
  if (path === "/api/v1/api-keys") {
    const isOver = ({ state }: ApiKeyDetail) => state === "revoked" || state === "expired";
    const data = settings.apiKeys.filter((one) => isOver(one) === (query.get("state") === "over"));
    return { status: 200, body: { data, next_cursor: null } };
  }
  const [, found, change] = /^\/api\/v1\/api-keys\/([^/]+)(?:\/(stop|restart))?$/.exec(path) ?? [];
  const one = settings.apiKeys.find((each) => each.id === found);
  // Of a caller of the anomalies' world, which has no entry here.
  if (one === undefined && change !== undefined) return null;
  if (one === undefined) return { status: 404, body: { code: "not_found", title: "Not found" } };
  if (method === "DELETE") Object.assign(one, { state: "revoked", revoked_at: ago(0) });
  if (change === "stop") Object.assign(one, { state: "stopped", stopped_at: ago(0), stopped_by: "usr_1" });
  if (change === "restart") Object.assign(one, { state: "valid", stopped_at: null, stopped_by: null });
  return { status: 200, body: one };
}

function answerEnvironment(settings: SettingsWorld, name: string, method: string, body: string): Reply {
  if (method === "PATCH") {
    const patch = JSON.parse(body) as Partial<EnvironmentView>;
    const wrong = patch.allowed_origins?.findIndex((one) => !/^https?:\/\/[^/]+$/.test(one)) ?? -1;
    if (wrong >= 0) {
      const detail = "expected an origin such as https://app.example.com, without a path";
      return invalid([{ pointer: `/allowed_origins/${wrong}`, detail }]);
    }
    if (patch.connect_url?.startsWith("http://") === true) {
      const detail = "expected an origin that begins with https://, as Evergrant's public address does";
      return invalid([{ pointer: "/connect_url", detail }]);
    }
    Object.assign(settings.environment, patch);
  }
  return { status: 200, body: { name, ...settings.environment } };
}

function answerPolicy(settings: SettingsWorld, method: string, body: string): Reply {
  if (method !== "PATCH") return { status: 200, body: settings.policy };
  const { callers, ...patch } = JSON.parse(body) as Record<string, unknown> & {
    callers?: Record<string, object | null>;
  };
  if (Number(patch["factor"] ?? 3) > 100) {
    return invalid([{ pointer: "/factor", detail: "expected at most 100" }]);
  }
  const defaults = emptySettings().policy;
  for (const [name, value] of Object.entries(patch)) {
    const before = settings.policy[name as "least"];
    const isParts = typeof value === "object" && value !== null && !Array.isArray(value);
    const next = value === null ? defaults[name as "least"] : isParts ? { ...before, ...value } : value;
    Object.assign(settings.policy, { [name]: next });
  }
  for (const [id, one] of Object.entries(callers ?? {})) {
    if (one === null) delete settings.policy.callers[id];
    else settings.policy.callers[id] = one;
  }
  return { status: 200, body: settings.policy };
}

function makeKey(settings: SettingsWorld, body: string): Reply {
  const wish = JSON.parse(body) as {
    name: string;
    permissions: ApiKeyDetail["permissions"];
    tenant_ids?: string[];
    integration_names?: string[];
    addresses?: string[];
    expires_in?: number;
  };
  const empty = (["tenant_ids", "integration_names", "addresses"] as const).filter((one) => wish[one]?.length === 0);
  if (empty.length > 0) {
    const detail = "names nothing; leave it out for a key without this limit";
    return invalid(empty.map((one) => ({ pointer: `/${one}`, detail })));
  }
  const wrong = wish.addresses?.findIndex((one) => !one.includes("/")) ?? -1;
  if (wrong >= 0) {
    const detail = "expected a range such as 203.0.113.0/24 or 2001:db8::/32";
    return invalid([{ pointer: `/addresses/${wrong}`, detail }]);
  }
  const made = key({
    id: id(`made${settings.apiKeys.length}`),
    name: wish.name,
    ends_with: "N3w0",
    permissions: wish.permissions,
    tenant_ids: wish.tenant_ids ?? null,
    integration_names: wish.integration_names ?? null,
    addresses: wish.addresses ?? null,
    created_at: ago(0),
    last_used_at: null,
    expires_at: wish.expires_in === undefined ? null : ago(-1000 * wish.expires_in),
  });
  settings.apiKeys.unshift(made);
  const { activity: _, ...view } = made;
  const shown: NewApiKeyView = { ...view, key: `evg_${"k".repeat(45)}N3w0` };
  return { status: 201, body: shown };
}
