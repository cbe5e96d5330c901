import type { AccountView } from "#api/schemas/account";
import type { AttemptView } from "#api/schemas/attempt";
import type { AnomalyView } from "#api/schemas/anomaly";
import type { MassFailureView } from "#api/schemas/mass-failure";
import type { EnvironmentIntegrationView } from "#api/schemas/integration";
import type { HealthView } from "#api/schemas/stats";
import { clients, health } from "./stub-health.ts";
import { checkWorld, type CheckWorld } from "./stub-checks.ts";
import { integrations, type IntegrationState, type StubIntegration } from "./stub-integrations.ts";
import { usualStanding, type Standing } from "./stub-overview.ts";
import { approvals, emptyApprovals, type ApprovalWorld } from "./stub-approvals.ts";
import { keyWorld, type KeyWorld } from "./stub-keys.ts";
import { auditLog, emptyAudit, type AuditWorld } from "./stub-audit.ts";
import { emptySettings, usualSettings, type SettingsWorld } from "./stub-settings.ts";
import { emptyRuns, usualRuns, type RunWorld } from "./stub-account-runs.ts";
import { emptyWebhooks, webhooks, type WebhookWorld } from "./stub-webhooks.ts";

/** Fixtures in the shapes of the API, around one instant. */
export type World = {
  accounts: AccountView[];
  attempts: Map<string, AttemptView[]>;
  runs: RunWorld;
  health: HealthView["integrations"];
  massFailures: MassFailureView[];
  clients: EnvironmentIntegrationView[];
  integrations: StubIntegration[];
  integrationStates: Record<string, IntegrationState>;
  checks: CheckWorld;
  webhooks: WebhookWorld;
  approvals: ApprovalWorld;
  anomalies: AnomalyView[];
  keys: KeyWorld;
  audit: AuditWorld;
  settings: SettingsWorld;
  standing: Standing;
};

export const emptyWorld = (): World => ({
  accounts: [],
  attempts: new Map(),
  runs: emptyRuns(),
  health: [],
  massFailures: [],
  clients: [],
  integrations: structuredClone(integrations),
  integrationStates: {},
  checks: checkWorld(),
  webhooks: emptyWebhooks(),
  approvals: emptyApprovals(),
  anomalies: [],
  keys: keyWorld(Date.now(), "fresh"),
  audit: emptyAudit(),
  settings: emptySettings(),
  standing: {},
});

const minute = 60_000;
const id = (name: string): string => `ia_${name.padEnd(24, "0").slice(0, 24)}`;

export const ids = {
  active: id("active"),
  failing: id("failing"),
  stalled: id("stalled"),
  revoked: id("revoked"),
  held: id("held"),
  connecting: id("connecting"),
  disconnected: id("disconnected"),
  long: id("longnames"),
  eternal: id("eternal"),
  typed: id("typed"),
  rejectedKey: id("rejectedkey"),
};

export function usualWorld(now = Date.now()): World {
  const at = (minutes: number) => new Date(now + minutes * minute).toISOString();
  const account = (accountId: string, tenant: string, facts: Partial<AccountView> = {}): AccountView => ({
    id: accountId,
    integration_name: "acme-crm",
    tenant_id: tenant,
    user_reference: null,
    environment: "production",
    status: "active",
    hold: null,
    fields: {},
    external_account: { id: `org-${tenant}`, label: `admin@${tenant}.example` },
    scopes: {
      requested: ["read", "write", "offline_access"],
      granted: ["read", "write", "offline_access"],
      missing: [],
    },
    expires_at: at(42),
    refresh_due_at: at(40),
    refreshed_at: at(-18),
    refresh_token_rotated_at: facts.refreshed_at ?? at(-18),
    reauth_required_at: null,
    last_error: null,
    credential_version: 31,
    metadata: {},
    created_at: at(-60 * 24 * 9),
    updated_at: at(-18),
    ...facts,
  });
  const typed: Partial<AccountView> = {
    scopes: { requested: [], granted: [], missing: [] },
    expires_at: null,
    refresh_due_at: null,
    refreshed_at: null,
    refresh_token_rotated_at: null,
    credential_version: 1,
  };
  const failure = (code: string, message: string, minutes: number) => ({ code, message, at: at(minutes) });

  const accounts = [
    account(ids.active, "northwind", { metadata: { plan: "enterprise", region: "eu-west" } }),
    account(ids.failing, "contoso", {
      integration_name: "hubspot",
      expires_at: at(12.5),
      refresh_due_at: at(178),
      refreshed_at: at(-47),
      last_error: failure("provider_error", "The token endpoint answered 503 with a page of HTML", -2),
    }),
    account(ids.stalled, "fabrikam", {
      integration_name: "hubspot",
      expires_at: at(-4),
      refresh_due_at: at(55),
      refreshed_at: at(-64),
      last_error: failure("provider_timeout", "The token endpoint did not answer within 20 s", -3),
    }),
    account(ids.revoked, "initech", {
      integration_name: "salesforce",
      status: "needs_reauth",
      expires_at: at(-35),
      refresh_due_at: null,
      refreshed_at: at(-95),
      reauth_required_at: at(-37),
      last_error: failure("invalid_grant", "revoked by the customer", -37),
      scopes: { requested: ["api", "refresh_token", "web"], granted: ["api", "refresh_token"], missing: ["web"] },
    }),
    account(ids.held, "globex", {
      integration_name: "salesforce",
      hold: { reason: "mass_failure", at: at(-6) },
      expires_at: at(9),
      refresh_due_at: null,
      last_error: failure("reauthorize", "invalid_grant: expired access/refresh token", -6),
    }),
    account(ids.connecting, "umbrella", {
      status: "connecting",
      external_account: null,
      scopes: { requested: ["read", "write"], granted: [], missing: [] },
      expires_at: null,
      refresh_due_at: null,
      refreshed_at: null,
      refresh_token_rotated_at: null,
      credential_version: 0,
      created_at: at(-3),
      updated_at: at(-3),
    }),
    account(ids.disconnected, "soylent", {
      status: "disconnected",
      expires_at: null,
      refresh_due_at: null,
      updated_at: at(-300),
      refreshed_at: at(-330),
    }),
    account(ids.long, "a-tenant-with-an-identifier-that-goes-on-and-on-and-on-4f1c2b7e-9d3a-4c55-8f0e-1b2c3d4e5f60", {
      integration_name: "very-long",
      external_account: {
        id: "00D5g000004XyzAEAS",
        label: "someone.with.a.very.long.address@subsidiary.of.a.holding.example",
      },
      scopes: {
        requested: ["https://api.example.com/auth/accounts.transactions.readonly.extended"],
        granted: ["https://api.example.com/auth/accounts.transactions.readonly.extended", "email"],
        missing: [],
      },
    }),
    account(ids.eternal, "hooli", {
      expires_at: null,
      refresh_due_at: null,
      refreshed_at: null,
      refresh_token_rotated_at: null,
    }),
    account(ids.typed, "tyrell", { ...typed, integration_name: "acme-keys" }),
    account(ids.rejectedKey, "cyberdyne", {
      ...typed,
      integration_name: "acme-keys",
      status: "needs_reauth",
      reauth_required_at: at(-12),
      last_error: failure(
        "reauthorize",
        "the provider rejects these credentials (HTTP 401), and a probe confirmed it",
        -12,
      ),
    }),
  ];

  const steady = (count: number, every: number, last: number) =>
    Array.from({ length: count }, (_, index) =>
      attempt(now, `s${index}`, last - index * every, "refreshed", {
        next_attempt_at: at(last - index * every + every - 2),
      }),
    );
  const attempts = new Map<string, AttemptView[]>([
    [ids.active, activeLife(now)],
    [
      ids.failing,
      [
        attempt(now, "f3", -2, "transient", {
          http_status: 503,
          error: "http_503",
          rule: "server_unwell",
          next_attempt_at: at(178),
          explanation:
            "The token endpoint answered 503 with HTML: the server is unwell, not the grant. The token is still valid; the next try is in 3 h.",
        }),
        attempt(now, "f2", -9, "rate_limited", {
          http_status: 429,
          error: "http_429",
          rule: "retry_after",
          reason: "forced",
          explanation: "The provider asked to wait 60 s.",
        }),
        ...steady(4, 60, -47),
      ],
    ],
    [
      ids.stalled,
      [
        attempt(
          now,
          "t1",
          -3,
          "in_doubt",
          {
            error: "timeout",
            rule: "single_use",
            waiters: 3,
            reason: "on_demand",
            explanation: "No answer within 20 s. The refresh token may have been used: it is replayed once.",
          },
          20_000,
        ),
        ...steady(4, 60, -64),
      ],
    ],
    [
      ids.revoked,
      [
        attempt(now, "r1", -37, "reauthorize", {
          http_status: 400,
          error: "invalid_grant",
          rule: "invalid_grant_is_fatal",
          explanation:
            "The provider answered invalid_grant: the customer revoked the access. Only they can give it again.",
        }),
        ...steady(6, 58, -95),
      ],
    ],
    [
      ids.held,
      [
        attempt(now, "h1", -6, "held", {
          http_status: 400,
          error: "invalid_grant",
          rule: "grant.invalid",
          explanation:
            "Scheduled before expiry. The provider says that the grant is dead. Many accounts of this client failed like this within minutes, so the account is held and its customer is not told: release or confirm the hold. Until it expires, the present token is served.",
        }),
        ...steady(4, 60, -18),
      ],
    ],
    [ids.disconnected, steady(3, 60, -330)],
    [ids.long, steady(12, 30, -18)],
  ]);
  return {
    accounts,
    attempts,
    runs: usualRuns(accounts, now),
    health: health(),
    massFailures: [massFailure(now)],
    clients: clients(now),
    integrations: structuredClone(integrations),
    integrationStates: {},
    checks: checkWorld(),
    webhooks: webhooks(ids.revoked, now),
    approvals: approvals(now),
    anomalies: [],
    keys: keyWorld(now),
    audit: auditLog(ids.revoked, now),
    settings: usualSettings(),
    standing: usualStanding(now),
  };
}

/** Salesforce's accounts failed together six minutes ago, and nobody has decided yet. */
export function massFailure(now = Date.now()): MassFailureView {
  return {
    integration_name: "salesforce",
    state: "declared",
    started_at: new Date(now - 6 * minute).toISOString(),
    likely_cause: "provider",
    held: 412,
    left: 103,
    decision: null,
    decided_by: null,
    decided_at: null,
  };
}

/** The same after the decision, with some of the accounts still on their way. */
export function resolvingFailure(decision: "release" | "confirm", held = 231, now = Date.now()): MassFailureView {
  return {
    ...massFailure(now),
    state: "resolving",
    started_at: null,
    left: 0,
    held,
    decision,
    decided_by: "usr_2f8k3mzq0v7w1x9y4t6r5p8n",
    decided_at: new Date(now - 20_000).toISOString(),
  };
}

/** A day with a bit of everything, still well. */
function activeLife(now: number): AttemptView[] {
  const at = (minutes: number) => new Date(now + minutes * minute).toISOString();
  const due = (minutes: number) => ({ next_attempt_at: at(minutes + 57) });
  return [
    attempt(now, "a1", -18, "refreshed", {
      ...due(-18),
      explanation: "The provider answered with a new token and a new refresh token.",
    }),
    attempt(now, "a2", -76, "refreshed", { ...due(-76), reason: "forced" }),
    attempt(now, "a3", -77, "superseded", { explanation: "Another process was faster; its token is used." }),
    attempt(now, "a4", -134, "refreshed", { ...due(-134), reason: "rejected_token", waiters: 2 }),
    attempt(now, "a5", -140, "rate_limited", {
      http_status: 429,
      error: "http_429",
      explanation: "The provider asked to wait 300 s.",
    }),
    attempt(now, "a6", -191, "refreshed", due(-191)),
    attempt(now, "a7", -194, "transient", {
      http_status: 502,
      error: "http_502",
      explanation: "The token endpoint answered 502.",
    }),
    attempt(now, "a8", -250, "refreshed", {
      ...due(-250),
      reason: "reauthorized",
      explanation: "The customer gave access again.",
    }),
    attempt(now, "a9", -285, "reauthorize", {
      http_status: 400,
      error: "invalid_grant",
      explanation: "The grant had ended.",
    }),
    attempt(now, "b1", -342, "refreshed", due(-342)),
    attempt(now, "b2", -345, "client_misconfigured", {
      http_status: 401,
      error: "invalid_client",
      explanation: "The provider rejected our client, not the customer's grant.",
    }),
    attempt(now, "b3", -401, "refreshed", due(-401)),
  ];
}

function attempt(
  now: number,
  name: string,
  minutes: number,
  outcome: AttemptView["outcome"],
  facts: Partial<AttemptView> = {},
  lastsMs = 320,
): AttemptView {
  const startedAt = now + minutes * minute;
  return {
    id: `att_${name}`,
    reason: "alarm",
    started_at: new Date(startedAt).toISOString(),
    finished_at: new Date(startedAt + lastsMs).toISOString(),
    waiters: 0,
    outcome,
    http_status: outcome === "refreshed" ? 200 : null,
    error: null,
    rule: null,
    next_attempt_at: null,
    explanation: "The provider answered with a new token; the next refresh is before it expires.",
    ...facts,
  };
}
