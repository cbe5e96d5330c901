import { emptyWorld, ids, massFailure, resolvingFailure, usualWorld } from "./stub-accounts.ts";
import { wholeCatalogue } from "./stub-integrations.ts";
import type { MassFailureView } from "#api/schemas/mass-failure";
import { runIds } from "./stub-account-runs.ts";
import { manyClients } from "./stub-health.ts";
import { allAnomalies, jump } from "./stub-anomalies.ts";
import { breakersOpen, lateStanding } from "./stub-overview.ts";
import type { StubApi } from "./stub-api.ts";
import { approvalIds } from "./stub-approvals.ts";
import { arrangeKeys } from "./stub-keys.ts";
import { apiKeyIds } from "./stub-settings.ts";
import { eventIds, hookIds, manyDeliveries } from "./stub-webhooks.ts";
import { integrationCases } from "./integration-cases.ts";
import { judgeEverywhere } from "./judge-page.ts";
import { expect, lookingTest as test } from "./pages-fixtures.ts";

type PageCase = { name: string; path: string; title: RegExp; arrange?: (stub: StubApi) => void; expected?: RegExp };

const signedOut = (stub: StubApi) => {
  stub.isSignedIn = false;
};
const empty = (stub: StubApi) => {
  stub.world = emptyWorld();
};
const broken = (stub: StubApi) => {
  stub.failWith = 503;
};
const auditor = (stub: StubApi) => {
  stub.role = "auditor";
};
const support = (stub: StubApi) => {
  stub.role = "support";
};
const emptyAuditor = (stub: StubApi) => {
  empty(stub);
  auditor(stub);
};
const well = (stub: StubApi) => {
  stub.world.accounts = stub.world.accounts.filter((account) => account.last_error === null);
  stub.world.health = stub.world.health.filter((row) => row.integration_name === "acme-crm");
  stub.world.massFailures = [];
  stub.world.clients = [];
};
/** One of each kind of problem, the longest last. */
const toMend = (stub: StubApi) => {
  well(stub);
  stub.world.health = usualWorld().health;
  const problems: Record<string, string> = {
    "acme-crm":
      "the choices that form its hosts changed and are not approved (integrations approve-hosts acme-crm); only accounts with these are used: region eu|us",
    garbled:
      "its definition can't be read by this version (/credentials/config/auth is needed: where the authorization server is; /future is no field here); put a valid one (PUT /api/v1/integrations/garbled), or delete it",
    "very-long":
      "its hosts changed and are not approved (integrations approve-hosts very-long); credentials were given for: tokens https://login.a-remarkably-long-host-name-of-a-provider.example, authorization https://login.a-remarkably-long-host-name-of-a-provider.example, API https://api.example",
  };
  const garbled = { name: "garbled", label: "garbled", format: null, origin: "environment" as const };
  stub.world.integrations = [...stub.world.integrations, garbled].map((one) => {
    const problem = problems[one.name];
    return problem === undefined ? one : { ...one, problem };
  });
};
const failing = (...failures: Partial<MassFailureView>[]) => {
  return (stub: StubApi) => {
    stub.world.massFailures = failures.map((failure) => ({ ...massFailure(), ...failure }));
  };
};
const catalogue = (stub: StubApi) => {
  stub.world.integrations = structuredClone(wholeCatalogue);
};
const long = { integration_name: "very-long", held: 12_408, left: 3102 };

const cases: PageCase[] = [
  { name: "sign-in", path: "/sign-in", title: /^Sign in/, arrange: signedOut },
  {
    name: "sign-in-sso",
    path: "/sign-in?error=sso_no_role",
    title: /^Sign in/,
    arrange: (stub) => {
      signedOut(stub);
      stub.sso = { label: "Example login" };
    },
  },
  { name: "sign-in-confirmed", path: "/sign-in/confirmed", title: /^Confirmed/ },
  { name: "invitation", path: "/invitation#valid", title: /^Invitation/, arrange: signedOut },
  {
    name: "invitation-sso",
    path: "/invitation#valid",
    title: /^Invitation/,
    arrange: (stub) => {
      signedOut(stub);
      stub.sso = { label: "Example login" };
    },
  },
  { name: "invitation-over", path: "/invitation#other", title: /^Invitation/, arrange: signedOut, expected: /404/ },
  { name: "administrators", path: "/administrators", title: /^Administrators/ },
  { name: "administrators-auditor", path: "/administrators", title: /^Administrators/, arrange: auditor },
  {
    name: "administrators-broken",
    path: "/administrators",
    title: /^Administrators/,
    arrange: broken,
    expected: /503/,
  },
  { name: "administrator", path: "/administrators/usr_2", title: /^Grace Hopper/ },
  { name: "administrator-yourself", path: "/administrators/usr_1", title: /^Ada Lovelace/ },
  { name: "administrator-expelled", path: "/administrators/usr_4", title: /^Hedy Lamarr/ },
  { name: "you", path: "/you", title: /^You/ },
  { name: "overview", path: "/", title: /^Overview/ },
  { name: "overview-well", path: "/", title: /^Overview/, arrange: well },
  {
    name: "overview-two-mass-failures",
    path: "/",
    title: /^Overview/,
    arrange: failing({ likely_cause: "client" }, { ...long, likely_cause: "customer" }),
  },
  { name: "overview-released", path: "/", title: /^Overview/, arrange: failing(resolvingFailure("release")) },
  { name: "overview-confirmed", path: "/", title: /^Overview/, arrange: failing(resolvingFailure("confirm", 1)) },
  { name: "overview-hold-empty", path: "/", title: /^Overview/, arrange: failing({ held: 0 }) },
  {
    name: "overview-client-secrets",
    path: "/",
    title: /^Overview/,
    arrange: (stub) => {
      well(stub);
      stub.world.clients = manyClients(Date.now());
      stub.world.health = usualWorld().health;
    },
  },
  {
    name: "overview-anomaly",
    path: "/",
    title: /^Overview/,
    arrange: (stub) => {
      well(stub);
      stub.world.anomalies = [jump()];
    },
  },
  {
    name: "overview-anomalies",
    path: "/",
    title: /^Overview/,
    arrange: (stub) => {
      stub.world.anomalies = allAnomalies();
    },
  },
  {
    name: "overview-anomalies-auditor",
    path: "/",
    title: /^Overview/,
    arrange: (stub) => {
      auditor(stub);
      well(stub);
      stub.world.anomalies = allAnomalies().slice(0, 1);
    },
  },
  {
    name: "overview-breakers",
    path: "/",
    title: /^Overview/,
    arrange: (stub) => {
      stub.world.massFailures = [];
      stub.world.standing = breakersOpen(Date.now());
    },
  },
  {
    name: "overview-late",
    path: "/",
    title: /^Overview/,
    arrange: (stub) => {
      well(stub);
      stub.world.standing = lateStanding(Date.now());
    },
  },
  {
    name: "overview-quiet",
    path: "/",
    title: /^Overview/,
    arrange: (stub) => {
      well(stub);
      stub.world.standing = { ...stub.world.standing, isQuiet: true };
    },
  },
  { name: "overview-integrations-to-mend", path: "/", title: /^Overview/, arrange: toMend },
  { name: "overview-empty", path: "/", title: /^Overview/, arrange: empty },
  {
    name: "overview-unread",
    path: "/",
    title: /^Overview/,
    arrange: (stub) => {
      well(stub);
      stub.failOn = "/api/v1/integrations";
    },
    expected: /503/,
  },
  {
    name: "overview-behind-breakers",
    path: "/",
    title: /^Overview/,
    arrange: (stub) => {
      for (const one of stub.world.accounts) {
        if (one.status !== "active") continue;
        one.last_error = null;
        one.expires_at = new Date(Date.now() - 240_000).toISOString();
        one.refresh_due_at = new Date(Date.now() - 600_000).toISOString();
      }
    },
  },
  { name: "overview-broken", path: "/", title: /^Overview/, arrange: broken, expected: /503/ },
  {
    name: "overview-staging",
    path: "/",
    title: /^Overview/,
    arrange: (stub) => {
      stub.environment = "staging";
    },
  },
  { name: "accounts", path: "/accounts", title: /^Accounts/ },
  { name: "accounts-filtered", path: "/accounts?status=needs_reauth&integration_name=salesforce", title: /^Accounts/ },
  { name: "accounts-held", path: "/accounts?integration_name=salesforce&hold=true", title: /^Accounts/ },
  {
    name: "account-held-released",
    path: `/accounts/${ids.held}`,
    title: /Evergrant$/,
    arrange: failing(resolvingFailure("release")),
  },
  { name: "accounts-none-match", path: "/accounts?tenant_id=nobody", title: /^Accounts/ },
  { name: "accounts-none-found", path: "/accounts?search=zzz", title: /^Accounts/ },
  {
    name: "accounts-every-filter",
    path: "/accounts?search=exa&status=active&integration_name=hubspot&tenant_id=contoso&expires_within=86400&last_error_code=provider_error&sort=expires_at",
    title: /^Accounts/,
  },
  { name: "accounts-auditor", path: "/accounts", title: /^Accounts/, arrange: auditor },
  { name: "runs", path: "/accounts/runs", title: /^Bulk runs/ },
  { name: "runs-empty", path: "/accounts/runs", title: /^Bulk runs/, arrange: empty },
  { name: "runs-broken", path: "/accounts/runs", title: /^Bulk runs/, arrange: broken, expected: /503/ },
  ...Object.entries(runIds).map(([name, id]) => ({
    name: `run-${name}`,
    path: `/accounts/runs/${id}`,
    title: /accounts · Evergrant$/,
  })),
  { name: "run-auditor", path: `/accounts/runs/${runIds.rests}`, title: /Evergrant$/, arrange: auditor },
  {
    name: "run-broken",
    path: `/accounts/runs/${runIds.running}`,
    title: /^Bulk run/,
    arrange: broken,
    expected: /503/,
  },
  { name: "run-unknown", path: "/accounts/runs/run_nobody", title: /not found/i, expected: /404/ },
  { name: "accounts-empty", path: "/accounts", title: /^Accounts/, arrange: empty },
  { name: "accounts-broken", path: "/accounts", title: /^Accounts/, arrange: broken, expected: /503/ },
  ...Object.entries(ids).map(([name, id]) => ({
    name: `account-${name}`,
    path: `/accounts/${id}`,
    title: /Evergrant$/,
  })),
  { name: "account-auditor", path: `/accounts/${ids.revoked}`, title: /Evergrant$/, arrange: auditor },
  { name: "account-unknown", path: "/accounts/ia_nobody", title: /not found/i, expected: /404/ },
  { name: "integrations", path: "/integrations", title: /^Integrations/, arrange: catalogue },
  {
    name: "integrations-attention",
    path: "/integrations?show=attention",
    title: /^Integrations/,
    arrange: (stub) => {
      toMend(stub);
      stub.world.massFailures = [massFailure()];
    },
  },
  { name: "integrations-filtered", path: "/integrations?q=acme&category=CRM", title: /^Integrations/ },
  {
    name: "integrations-not-found",
    path: "/integrations?q=Northwind+ERP",
    title: /^Integrations/,
    arrange: catalogue,
  },
  {
    name: "integrations-not-found-support",
    path: "/integrations?q=Northwind+ERP",
    title: /^Integrations/,
    arrange: support,
  },
  {
    name: "integrations-new-installation",
    path: "/integrations",
    title: /^Integrations/,
    arrange: (stub) => {
      empty(stub);
      stub.world.integrations = structuredClone(wholeCatalogue).filter(({ client }) => client !== undefined);
    },
  },
  {
    name: "integrations-none-in-use",
    path: "/integrations?show=in_use",
    title: /^Integrations/,
    arrange: empty,
  },
  {
    name: "integrations-breakers",
    path: "/integrations",
    title: /^Integrations/,
    arrange: (stub) => {
      catalogue(stub);
      stub.world.standing = breakersOpen(Date.now());
    },
  },
  {
    name: "integrations-unread",
    path: "/integrations",
    title: /^Integrations/,
    arrange: (stub) => {
      catalogue(stub);
      stub.failOn = "/api/v1/stats/health";
    },
    expected: /503/,
  },
  { name: "integrations-broken", path: "/integrations", title: /^Integrations/, arrange: broken, expected: /503/ },
  ...Object.entries(integrationCases).map(([name, { path, arrange, expected }]) => ({
    name: `integration-${name}`,
    path,
    title: / · Integrations · Evergrant$|not found/i,
    ...(arrange === undefined ? {} : { arrange }),
    ...(expected === undefined ? {} : { expected }),
  })),
  { name: "webhooks", path: "/webhooks", title: /^Webhooks/ },
  { name: "webhooks-empty", path: "/webhooks", title: /^Webhooks/, arrange: empty },
  { name: "webhooks-empty-auditor", path: "/webhooks", title: /^Webhooks/, arrange: emptyAuditor },
  { name: "webhooks-broken", path: "/webhooks", title: /^Webhooks/, arrange: broken, expected: /503/ },
  { name: "audit", path: "/audit", title: /^Audit log/ },
  { name: "audit-empty", path: "/audit", title: /^Audit log/, arrange: empty },
  { name: "audit-broken", path: "/audit", title: /^Audit log/, arrange: broken, expected: /503/ },
  { name: "webhook-new", path: "/webhooks/new", title: /^Add endpoint/ },
  { name: "webhook-new-auditor", path: "/webhooks/new", title: /^Add endpoint/, arrange: auditor },
  ...Object.entries(hookIds).map(([name, id]) => ({
    name: `webhook-${name}`,
    path: `/webhooks/${id}`,
    title: /Webhooks · Evergrant$/,
  })),
  {
    name: "webhook-many",
    path: `/webhooks/${hookIds.healthy}?lang=ruby`,
    title: /Webhooks · Evergrant$/,
    arrange: (stub) => {
      stub.world.webhooks.deliveries = manyDeliveries(stub.world.webhooks);
    },
  },
  {
    name: "webhook-none-match",
    path: `/webhooks/${hookIds.healthy}?status=failed&event_type=security:anomaly`,
    title: /Webhooks · Evergrant$/,
  },
  { name: "webhook-auditor", path: `/webhooks/${hookIds.failing}`, title: /Evergrant$/, arrange: auditor },
  { name: "webhook-broken", path: `/webhooks/${hookIds.healthy}`, title: /^Webhook/, arrange: broken, expected: /503/ },
  { name: "webhook-edit", path: `/webhooks/${hookIds.failing}/edit`, title: /^Edit endpoint/ },
  { name: "webhook-unknown", path: "/webhooks/whe_nobody", title: /not found/i, expected: /404/ },
  { name: "events", path: "/webhooks/events", title: /^Events/ },
  { name: "events-of-account", path: `/webhooks/events?account=${ids.revoked}`, title: /^Events/ },
  { name: "events-none-match", path: "/webhooks/events?event_type=security:anomaly", title: /^Events/ },
  { name: "events-empty", path: "/webhooks/events", title: /^Events/, arrange: empty },
  { name: "events-broken", path: "/webhooks/events", title: /^Events/, arrange: broken, expected: /503/ },
  ...Object.entries(eventIds).map(([name, id]) => ({
    name: `event-${name}`,
    path: `/webhooks/events/${id}`,
    title: /Events · Evergrant$/,
  })),
  { name: "event-unknown", path: "/webhooks/events/evt_nobody", title: /not found/i, expected: /404/ },
  { name: "approvals", path: "/approvals", title: /^Approvals/ },
  { name: "approvals-over", path: "/approvals?state=over", title: /^Approvals/ },
  { name: "approvals-auditor", path: "/approvals", title: /^Approvals/, arrange: auditor },
  { name: "approvals-empty", path: "/approvals", title: /^Approvals/, arrange: empty },
  { name: "approvals-over-empty", path: "/approvals?state=over", title: /^Approvals/, arrange: empty },
  { name: "approvals-broken", path: "/approvals", title: /^Approvals/, arrange: broken, expected: /503/ },
  ...Object.entries(approvalIds).map(([name, id]) => ({
    name: `approval-${name}`,
    path: `/approvals/${id}`,
    title: /Approvals · Evergrant$/,
  })),
  { name: "approval-auditor", path: `/approvals/${approvalIds.hosts}`, title: /Evergrant$/, arrange: auditor },
  {
    name: "approval-broken",
    path: `/approvals/${approvalIds.hosts}`,
    title: /^Request/,
    arrange: broken,
    expected: /503/,
  },
  { name: "approval-unknown", path: "/approvals/apr_nobody", title: /not found/i, expected: /404/ },
  { name: "keys", path: "/keys", title: /^Keys/ },
  { name: "keys-fresh", path: "/keys", title: /^Keys/, arrange: empty },
  { name: "keys-auditor", path: "/keys", title: /^Keys/, arrange: auditor },
  ...(["done", "failed", "paused", "missing", "tenant"] as const).map((kind) => ({
    name: `keys-${kind}`,
    path: "/keys",
    title: /^Keys/,
    arrange: (stub: StubApi) => arrangeKeys(stub.world.keys, kind),
  })),
  { name: "keys-broken", path: "/keys", title: /^Keys/, arrange: broken, expected: /503/ },
  { name: "first-steps", path: "/first-steps", title: /^First steps/ },
  { name: "first-steps-new", path: "/first-steps", title: /^First steps/, arrange: empty },
  { name: "first-steps-auditor", path: "/first-steps", title: /^First steps/, arrange: emptyAuditor },
  { name: "first-steps-broken", path: "/first-steps", title: /^First steps/, arrange: broken, expected: /503/ },
  { name: "settings", path: "/settings", title: /^Settings/ },
  { name: "settings-support", path: "/settings", title: /^Settings/, arrange: support },
  { name: "settings-empty", path: "/settings", title: /^Settings/, arrange: empty },
  { name: "settings-broken", path: "/settings", title: /^Settings/, arrange: broken, expected: /503/ },
  { name: "branding", path: "/settings/branding", title: /^Branding/ },
  { name: "branding-support", path: "/settings/branding", title: /^Branding/, arrange: support },
  { name: "branding-empty", path: "/settings/branding", title: /^Branding/, arrange: empty },
  { name: "branding-broken", path: "/settings/branding", title: /^Branding/, arrange: broken, expected: /503/ },
  {
    name: "branding-own",
    path: "/settings/branding",
    title: /^Branding/,
    arrange: (stub) => {
      stub.world.settings.environment.branding = {
        name: "The Reporting And Invoicing Suite Of Northwind Traders",
        logo: "/api/connect/logos/stub",
        accent: { light: "#b45309", dark: "#fbbf24" },
        support: "https://help.example.com/connecting-accounts",
        privacy_url: "https://example.com/privacy",
      };
    },
  },
  { name: "alarms", path: "/settings/alarms", title: /^Alarms/ },
  { name: "alarms-auditor", path: "/settings/alarms", title: /^Alarms/, arrange: auditor },
  { name: "alarms-empty", path: "/settings/alarms", title: /^Alarms/, arrange: empty },
  { name: "alarms-broken", path: "/settings/alarms", title: /^Alarms/, arrange: broken, expected: /503/ },
  { name: "environments", path: "/settings/environments", title: /^Environments/ },
  {
    name: "environments-staging",
    path: "/settings/environments",
    title: /^Environments/,
    arrange: (stub) => {
      stub.environment = "staging";
    },
  },
  { name: "api-keys", path: "/settings/api-keys", title: /^API keys/ },
  { name: "api-keys-over", path: "/settings/api-keys?state=over", title: /^API keys/ },
  { name: "api-keys-auditor", path: "/settings/api-keys", title: /^API keys/, arrange: auditor },
  { name: "api-keys-empty", path: "/settings/api-keys", title: /^API keys/, arrange: empty },
  { name: "api-keys-over-empty", path: "/settings/api-keys?state=over", title: /^API keys/, arrange: empty },
  { name: "api-keys-broken", path: "/settings/api-keys", title: /^API keys/, arrange: broken, expected: /503/ },
  ...Object.entries(apiKeyIds).map(([name, id]) => ({
    name: `api-key-${name}`,
    path: `/settings/api-keys/${id}`,
    title: /API keys · Evergrant$/,
  })),
  { name: "api-key-auditor", path: `/settings/api-keys/${apiKeyIds.busy}`, title: /Evergrant$/, arrange: auditor },
  { name: "api-key-unknown", path: "/settings/api-keys/key_nobody", title: /not found/i, expected: /404/ },
  { name: "api-key-new", path: "/settings/api-keys/new", title: /^Make an API key/ },
  {
    name: "api-key-successor",
    path: `/settings/api-keys/new?like=${apiKeyIds.limited}`,
    title: /^Make an API key/,
  },
  { name: "api-key-new-auditor", path: "/settings/api-keys/new", title: /^Make an API key/, arrange: auditor },
  { name: "not-found", path: "/no/such/page", title: /^Not found/, expected: /404/ },
];

// The longest file by far, of tests that share nothing.
test.describe.configure({ mode: "parallel" });

for (const { name, path, title, arrange, expected } of cases) {
  test(`${name} is accessible and silent in both themes, on a desk and on a phone`, async ({ page, stub, faults }) => {
    arrange?.(stub);
    if (expected !== undefined) faults.allow(expected);
    await page.goto(path);
    await expect(page).toHaveTitle(title);
    await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
    await expect(page.getByRole("status", { name: /^Loading/ })).toHaveCount(0);
    await judgeEverywhere(page, name);
  });
}
