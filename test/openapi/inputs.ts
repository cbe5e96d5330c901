import { unifiedRouteId } from "#api/unified-route-ids";
import type { Model } from "#core/domain/unified/model";
import { allModels } from "#core/domain/unified/models";
import {
  tokens,
  document,
  declare,
  ring,
  endChecks,
  checkId,
  spareKey,
  makeEndpoint,
  askForHosts,
  askedId,
  ping,
  cancelRuns,
  beginRun,
  beginRewrap,
  setOldKey,
  invite,
  makeUser,
  sealAndAnchor,
  type Case,
  type World,
} from "./make-things.ts";

type Inputs = Readonly<Record<string, (world: World) => readonly Case[] | Promise<readonly Case[]>>>;

/** The lab has contacts to read; what it has not is a documented answer too. */
const unifiedInputs = (model: Model): [string, (world: World) => readonly Case[]][] => {
  const query = ({ accountId }: World) => ({ integrated_account_id: accountId });
  const params = { id: "ada-3" };
  const reads = model.name === "contacts" ? 200 : 422;
  const body = { custom_fields: {} };
  return [
    [
      unifiedRouteId("list", model),
      (world) => [{ status: reads, query: { ...query(world), limit: "5", raw: "true" } }],
    ],
    [unifiedRouteId("get", model), (world) => [{ status: reads, params, query: query(world) }]],
    [unifiedRouteId("create", model), (world) => [{ status: 422, query: query(world), body }]],
    [unifiedRouteId("update", model), (world) => [{ status: 422, params, query: query(world), body }]],
    [unifiedRouteId("delete", model), (world) => [{ status: 422, params, query: query(world) }]],
  ];
};

/**
 * A valid call of each operation for each answer that it documents as a success, by operationId. Routes of the document without
 * one fail the tests: whoever adds a route adds its calls here.
 */
export const inputs: Inputs = {
  getOpenApiDocument: () => [{ status: 200 }],
  getReference: () => [{ status: 200 }],
  getProblemPage: () => [{ status: 200, params: { code: "needs_reauth" } }],
  getIntegrationSchema: () => [{ status: 200 }],
  listEnvironments: ({ session }) => [{ status: 200, headers: { cookie: session } }],
  getSession: ({ session }) => [{ status: 200, headers: { cookie: session } }],

  getSignInMethods: () => [{ status: 200 }],
  confirmSession: async ({ spareSession }) => {
    const { cookie, password } = await spareSession();
    return [{ status: 200, body: { password }, headers: { cookie } }];
  },
  changeOwnPassword: async ({ spareSession }) => {
    const { cookie, password } = await spareSession();
    const body = { current_password: password, new_password: password };
    return [{ status: 204, body, headers: { cookie } }];
  },
  listOwnSessions: ({ session }) => [{ status: 200, headers: { cookie: session } }],
  endOwnSession: async ({ spareSession }) => {
    const { cookie, id } = await spareSession();
    return [{ status: 204, params: { id }, headers: { cookie } }];
  },
  endOtherSessions: async ({ spareSession }) => {
    await spareSession();
    return [{ status: 200, body: {}, headers: { cookie: (await spareSession()).cookie } }];
  },

  listUsers: ({ session }) => [{ status: 200, headers: { cookie: session } }],
  getUser: async (world) => [
    { status: 200, params: { id: await makeUser(world) }, headers: { cookie: world.session } },
  ],
  updateUser: async (world) => {
    const params = { id: await makeUser(world) };
    const headers = { cookie: world.session };
    return [
      { status: 200, params, body: { role: "auditor", name: "Another name" }, headers },
      { status: 200, params, body: { disabled: true }, headers },
    ];
  },
  endUserSessions: async (world) => {
    const id = await makeUser(world);
    await world.stack.database.pool.query(
      `INSERT INTO admin_session (id, user_id, method, expires_at) VALUES ($1, $2, 'password', now() + interval '1 hour')`,
      [id.replace("usr_", "ses_"), id],
    );
    return [{ status: 200, params: { id }, body: {}, headers: { cookie: world.session } }];
  },
  listInvitations: async (world) => {
    await invite(world);
    return [{ status: 200, headers: { cookie: world.session } }];
  },
  inviteUser: ({ session }) => [
    { status: 201, body: { email: "Somebody@example.com", role: "support" }, headers: { cookie: session } },
  ],
  revokeInvitation: async (world) => [
    { status: 204, params: { id: (await invite(world)).id }, headers: { cookie: world.session } },
  ],
  findInvitation: async (world) => [{ status: 200, body: { token: (await invite(world)).token } }],
  acceptInvitation: async (world) => {
    const { token } = await invite(world);
    return [{ status: 201, body: { token, name: "Grace", password: "seven-lanterns-behind-the-mill" } }];
  },

  createLinkToken: () => [
    { status: 201, body: { tenant_id: "tenant-i", integration_name: "acme-crm", expires_in: 600, locale: "en" } },
  ],

  completeConnectSession: async ({ stack }) => {
    const link = {
      tenant_id: "tenant-i",
      user_reference: "user-1",
      integration_name: "acme-crm",
      session_binding: true,
      return_url: "https://app.example.com/back",
    };
    await stack.call("PATCH", "/environment", { return_urls: [link.return_url] });
    const { location } = await stack.walk((await stack.call("POST", "/link-tokens", link)).body.url, "ada");
    const id = new URL(location).searchParams.get("connect_session_id") ?? "";
    return [{ status: 200, params: { id }, body: { tenant_id: "tenant-i", user_reference: "user-1" } }];
  },

  importAccount: () => [{ status: 201, body: tokens() }],
  listAccounts: () => [
    { status: 200 },
    { status: 200, query: { tenant_id: "tenant-a", status: "active", hold: "false", limit: "1" } },
    {
      status: 200,
      query: {
        search: "tenant",
        scopes_missing: "false",
        refresh_failing: "false",
        expires_within: "86400",
        last_error_code: "transient",
        sort: "expires_at",
      },
    },
  ],
  countAccounts: () => [
    { status: 200 },
    { status: 200, query: { search: "tenant", integration_name: "acme-crm", scopes_missing: "false" } },
  ],
  getAccount: ({ accountId: id }) => [{ status: 200, params: { id } }],
  updateAccount: ({ accountId: id }) => [
    {
      status: 200,
      params: { id },
      body: { metadata: { plan: "team" }, overrides: { credentials: { config: { refresh: { bufferSeconds: 45 } } } } },
    },
  ],
  disconnectAccount: async ({ importAccount }) => [{ status: 200, params: { id: await importAccount() } }],
  refreshAccount: ({ accountId: id }) => [{ status: 200, params: { id } }],
  listLifelines: ({ accountId: id }) => [{ status: 200, query: { ids: id, hours: "6", each: "10" } }],
  listAccountTimeline: ({ accountId: id }) => [
    { status: 200, params: { id } },
    { status: 200, params: { id }, query: { kind: "status", limit: "1" } },
  ],
  releaseAccount: async ({ stack, importAccount }) => {
    const id = await importAccount();
    await stack.database.pool.query(
      `UPDATE integrated_account SET hold = '{"reason": "mass_failure", "at": "2026-11-20T10:00:00Z"}' WHERE id = $1`,
      [id],
    );
    return [{ status: 200, params: { id } }];
  },
  previewAccountRun: () => [
    { status: 200, body: { action: "refresh", filter: { integration_name: "acme-crm", search: "tenant" } } },
  ],
  startAccountRun: async (world) => {
    await cancelRuns(world);
    return [
      {
        status: 202,
        body: {
          action: "refresh",
          filter: { integration_name: "acme-crm", refresh_failing: false },
          at_most: 100,
          reason: "The outage is over",
          pace: 5,
        },
      },
      { status: 202, body: { action: "refresh", ids: [world.accountId] } },
    ];
  },
  listAccountRuns: () => [{ status: 200, query: { limit: "2" } }],
  getAccountRun: async (world) => [{ status: 200, params: { id: await beginRun(world) } }],
  changeAccountRun: async (world) => [
    { status: 200, params: { id: await beginRun(world) }, body: { state: "paused", pace: 2 } },
  ],
  listAccountRunResults: async (world) => [
    { status: 200, params: { id: await beginRun(world) }, query: { outcome: "pending" } },
  ],
  listAccountRunLinks: async (world) => [
    { status: 200, params: { id: await beginRun(world, "reauthorization_links") } },
  ],
  getToken: ({ accountId: id }) => [
    { status: 200, params: { id } },
    { status: 200, params: { id }, query: { min_ttl: "60" } },
  ],
  listRefreshAttempts: ({ accountId: id }) => [{ status: 200, params: { id }, query: { limit: "10" } }],

  listIntegrations: () => [{ status: 200 }],
  getIntegration: () => [
    { status: 200, params: { name: "acme-crm" } },
    { status: 200, params: { name: "acme-crm" }, query: { defaults: "omit" } },
  ],
  putIntegration: async (world) => [
    { status: 201, params: { name: "made-here" }, body: document("made-here") },
    { status: 200, params: { name: "made-here" }, body: document("made-here") },
    await askForHosts(world),
  ],
  deleteIntegration: async ({ stack }) => {
    await stack.call("PUT", "/integrations/made-to-go", document("made-to-go"));
    return [{ status: 204, params: { name: "made-to-go" } }];
  },
  updateEnvironmentIntegration: async ({ stack }) => {
    await stack.call("PUT", "/integrations/made-to-set", document("made-to-set"));
    const config = { client_id: "an-id", client_secret: "a-secret", scope: ["read"] };
    return [{ status: 200, body: { integration_name: "made-to-set", credentials: { oauth2: { config } } } }];
  },
  listEnvironmentIntegrations: () => [{ status: 200 }],
  getEnvironmentIntegration: () => [{ status: 200, params: { name: "acme-crm" } }],
  validateIntegration: () => [
    { status: 200, body: document("acme-crm") },
    { status: 200, query: { name: "made-here", effect: "false" }, body: { name: "other" } },
  ],
  listIntegrationMappings: () => [{ status: 200, params: { name: "acme-crm" } }],
  tryMapping: () => [
    {
      status: 200,
      params: { name: "acme-crm" },
      body: {
        category: "crm",
        model: "contacts",
        mapping: {
          fields: { id: { read: "id" }, first_name: { read: "name", write: { "/name": "first_name" } } },
          endpoints: {
            get: { path: "/contacts/{id}" },
            create: { path: "/contacts", item: "$" },
          },
        },
        endpoint: "create",
        answer: { body: { id: "1", name: "Ada" } },
        given: { first_name: "Ada" },
      },
    },
    {
      status: 200,
      params: { name: "acme-crm" },
      body: { category: "crm", model: "contacts", mapping: {}, endpoint: "get", answer: { status: 404, body: null } },
    },
  ],
  startIntegrationCheck: async (world) => {
    await endChecks(world);
    return [{ status: 202, params: { name: "acme-crm" }, body: {} }];
  },
  listIntegrationChecks: () => [{ status: 200, params: { name: "acme-crm" } }],
  getIntegrationCheck: async (world) => [{ status: 200, params: { name: "acme-crm", id: await checkId(world) } }],
  getIntegrationStatus: () => [{ status: 200, params: { name: "acme-crm" } }],
  listOverridableFields: () => [{ status: 200, params: { name: "acme-crm" } }],

  getEnvironment: () => [{ status: 200 }],
  updateEnvironment: () => [
    {
      status: 200,
      body: {
        return_urls: ["https://app.example.com/back"],
        allowed_origins: ["https://app.example.com"],
        branding: { name: "Example", support: "help@example.com" },
        reauth_links_in_events: false,
      },
    },
  ],

  judgeAccent: () => [
    { status: 200, query: { light: "#0f766e", dark: "#2dd4bf" } },
    { status: 200, query: { light: "#fde68a" } },
  ],

  listApprovals: async (world) => {
    await askedId(world);
    return [{ status: 200 }, { status: 200, query: { state: "over", limit: "1" } }];
  },
  getApproval: async (world) => [{ status: 200, params: { id: await askedId(world) } }],
  approveRequest: async (world) => [
    { status: 200, params: { id: await askedId(world) }, headers: { cookie: world.otherSession } },
  ],
  refuseRequest: async (world) => [
    { status: 200, params: { id: await askedId(world) }, body: {}, headers: { cookie: world.otherSession } },
  ],
  withdrawRequest: async (world) => [
    { status: 200, params: { id: await askedId(world) }, headers: { cookie: world.session } },
  ],

  listAnomalies: async (world) => {
    await ring(world);
    return [{ status: 200 }, { status: 200, query: { state: "all", kind: "decrypt_rate", limit: "1" } }];
  },
  getAnomaly: async (world) => [{ status: 200, params: { id: await ring(world) } }],
  acknowledgeAnomaly: async (world) => [{ status: 200, params: { id: await ring(world) }, body: {} }],
  getAnomalyPolicy: () => [{ status: 200 }],
  updateAnomalyPolicy: () => [
    {
      status: 200,
      body: {
        factor: 4,
        least: { reads_per_minute: 50 },
        newcomer: null,
        dormant_days: 60,
        spike: { accounts: 20 },
        stop_on: ["tenant_spread"],
        callers: { worker: { levels: { reads_per_hour: 1_000_000 }, stop_on: [] } },
      },
    },
  ],
  listApiKeys: async ({ stack }) => {
    await spareKey(stack);
    return [{ status: 200 }, { status: 200, query: { state: "over", limit: "1" } }];
  },
  getApiKey: async ({ stack }) => [{ status: 200, params: { id: await spareKey(stack) } }],
  createApiKey: () => [
    { status: 201, body: { name: "Backend", permissions: ["accounts:read"] } },
    {
      status: 201,
      body: {
        name: "Importer",
        permissions: ["accounts:read", "accounts:write"],
        tenant_ids: ["tenant-a"],
        integration_names: ["acme-crm"],
        addresses: ["203.0.113.0/24"],
        expires_in: 86_400,
      },
    },
  ],
  revokeApiKey: async ({ stack }) => [{ status: 200, params: { id: await spareKey(stack) } }],
  stopApiKey: async ({ stack }) => [{ status: 200, params: { id: await spareKey(stack) }, body: {} }],
  restartApiKey: async ({ stack, session }) => {
    const id = await spareKey(stack);
    await stack.database.pool.query("UPDATE api_key SET stopped_at = now(), stopped_by = 'test' WHERE id = $1", [id]);
    return [{ status: 200, params: { id }, headers: { cookie: session } }];
  },

  listMassFailures: async (world) => {
    await declare(world);
    return [{ status: 200 }];
  },
  getMassFailure: () => [{ status: 200, params: { name: "acme-crm" } }],
  releaseMassFailure: async (world) => {
    await declare(world);
    return [{ status: 202, params: { name: "acme-crm" }, body: {} }];
  },
  confirmMassFailure: async (world) => {
    await declare(world);
    return [{ status: 202, params: { name: "acme-crm" } }];
  },

  listKeys: () => [{ status: 200 }],
  getRewrap: async (world) => [{ status: 200, params: { id: await beginRewrap(world) } }],
  changeRewrap: async (world) => [
    { status: 200, params: { id: await beginRewrap(world) }, body: { state: "paused", pace: 50 } },
  ],
  startRewrap: async ({ session }) => [{ status: 202, body: { pace: 500 }, headers: { cookie: session } }],
  // It seals nothing, and is not the current one.
  disableKey: async ({ stack, session }) => {
    await setOldKey(stack, "enabled");
    return [{ status: 202, params: { kid: "t0" }, headers: { cookie: session } }];
  },
  enableKey: async ({ stack, session }) => {
    await setOldKey(stack, "disabled");
    return [{ status: 202, params: { kid: "t0" }, headers: { cookie: session } }];
  },
  setKeyPolicy: ({ session }) => [{ status: 202, body: { policy: "tenant" }, headers: { cookie: session } }],
  drillKeys: () => [{ status: 200 }],
  deleteTenant: async ({ importAccount }) => {
    await importAccount();
    await importAccount();
    const params = { tenant_id: "tenant-i" };
    return [
      { status: 202, params, query: { limit: "1" } },
      { status: 200, params },
    ];
  },
  destroyTenantKey: async ({ importAccount, session }) => {
    await importAccount();
    const headers = { cookie: session };
    return [
      { status: 202, params: { tenant_id: "tenant-i" }, headers },
      { status: 202, params: { tenant_id: "tenant-a" }, query: { force: "true", reason: "They left" }, headers },
    ];
  },

  createWebhookEndpoint: () => [
    {
      status: 201,
      body: { url: "https://app.example.com/hooks", events: ["integration:*"], description: "Ours", format: "chat" },
    },
    { status: 201, body: { url: "https://app.example.com/hooks" } },
  ],
  listWebhookEndpoints: async (world) => {
    await makeEndpoint(world);
    return [{ status: 200 }];
  },
  getWebhookEndpoint: async (world) => [{ status: 200, params: { id: await makeEndpoint(world) } }],
  updateWebhookEndpoint: async (world) => [
    {
      status: 200,
      params: { id: await makeEndpoint(world) },
      body: { url: "https://app.example.com/other", events: ["*"], description: null, status: "enabled" },
    },
  ],
  deleteWebhookEndpoint: async (world) => [{ status: 204, params: { id: await makeEndpoint(world) } }],
  rotateWebhookSecret: async (world) => [{ status: 200, params: { id: await makeEndpoint(world) }, body: {} }],
  testWebhookEndpoint: async (world) => [{ status: 202, params: { id: await makeEndpoint(world) }, body: {} }],
  replayWebhookEvents: async (world) => [
    {
      status: 202,
      params: { id: await makeEndpoint(world) },
      body: {
        from: new Date(Date.now() - 60_000).toISOString(),
        to: new Date(Date.now() + 60_000).toISOString(),
        status: "all",
        event_types: ["integrated_account:created"],
      },
    },
  ],
  listAuditEvents: ({ accountId: account }) => [
    { status: 200 },
    {
      status: 200,
      query: {
        account,
        actor: "connect",
        action: "account.created",
        from: "2026-01-01T00:00:00.000Z",
        to: "2099-01-01T00:00:00.000Z",
        limit: "1",
      },
    },
  ],
  // No worker runs in these tests.
  verifyAuditEvents: async ({ stack }) => {
    await sealAndAnchor(stack);
    return [{ status: 200 }, { status: 200, query: { after: "1", limit: "3" } }];
  },
  listAuditAnchors: async ({ stack }) => {
    await sealAndAnchor(stack);
    return [{ status: 200 }, { status: 200, query: { limit: "1" } }];
  },
  getAuditChain: async ({ stack }) => {
    await sealAndAnchor(stack);
    return [{ status: 200 }];
  },

  listEvents: ({ accountId: account }) => [
    { status: 200 },
    { status: 200, query: { event_type: "integrated_account:created", account, limit: "1" } },
  ],
  streamEvents: ({ accountId: watch }) => [
    { status: 200, query: { seconds: "0" } },
    { status: 200, query: { seconds: "0", event_type: "integrated_account:created", account: watch, watch } },
  ],
  getEvent: async (world) => [{ status: 200, params: { id: (await ping(world)).event_id } }],
  listWebhookDeliveries: async (world) => {
    const { endpoint } = await ping(world);
    const query = { endpoint, status: "pending", event_type: "webhook_endpoint:ping", limit: "1" };
    return [{ status: 200 }, { status: 200, query }];
  },
  getWebhookDelivery: async (world) => [{ status: 200, params: { id: (await ping(world)).delivery_id } }],
  redeliverWebhook: async (world) => [{ status: 202, params: { id: (await ping(world)).delivery_id }, body: {} }],

  getUnifiedCapabilities: ({ accountId }) => [{ status: 200, query: { integrated_account_id: accountId } }],
  ...Object.fromEntries(allModels.flatMap((model) => unifiedInputs(model))),

  getHealthStats: () => [{ status: 200 }, { status: 200, query: { window: "7d" } }],
  getOverviewStats: () => [{ status: 200 }, { status: 200, query: { window: "30d" } }],
  listOpenBreakers: () => [{ status: 200 }],
  getStatsSeries: () => [{ status: 200 }, { status: 200, query: { window: "1h", integration_name: "acme-crm" } }],
};
