import type { Stack } from "../start-stack.ts";

/** What the inputs are made of. */
export type World = {
  stack: Stack;
  /** A connected account of acme-crm: its provider is alive. */
  accountId: string;
  /** The cookie of a signed-in owner. */
  session: string;
  /** Another account with a token set that was imported. */
  importAccount(): Promise<string>;
};

export type Case = {
  /** The documented status that it brings about. */
  status: number;
  params?: Readonly<Record<string, string>>;
  query?: Readonly<Record<string, string>>;
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
};

const tokens = (): unknown => ({
  integration_name: "acme-crm",
  tenant_id: "tenant-i",
  credentials: { oauth2: { access_token: "an-access-token", refresh_token: "a-refresh-token", expires_in: 3600 } },
  metadata: { plan: "team" },
});

const document = (name: string): unknown => ({
  name,
  api: { baseUrl: "https://api.made.example" },
  credentials: {
    format: "oauth2",
    config: {
      auth: { tokenHost: "https://auth.made.example", tokenPath: "/token", authorizePath: "/authorize" },
      scope: ["read"],
    },
  },
  authorization: { format: "bearer", config: { path: "oauth.token.access_token" } },
});

type Inputs = Readonly<Record<string, (world: World) => readonly Case[] | Promise<readonly Case[]>>>;

const declare = async ({ stack }: World): Promise<void> => {
  await stack.database.pool.query(
    `INSERT INTO mass_failure (environment_id, integration_name, started_at, likely_cause)
      SELECT id, 'acme-crm', now(), 'provider' FROM environment WHERE name = 'production'
      ON CONFLICT (environment_id, integration_name) DO UPDATE SET started_at = now(), decision = NULL`,
  );
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
  getSession: ({ session }) => [{ status: 200, headers: { cookie: session } }],

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
  getToken: ({ accountId: id }) => [
    { status: 200, params: { id } },
    { status: 200, params: { id }, query: { min_ttl: "60" } },
  ],
  listRefreshAttempts: ({ accountId: id }) => [{ status: 200, params: { id }, query: { limit: "10" } }],

  listIntegrations: () => [{ status: 200 }],
  getIntegration: () => [{ status: 200, params: { name: "acme-crm" } }],
  putIntegration: () => [
    { status: 201, params: { name: "made-here" }, body: document("made-here") },
    { status: 200, params: { name: "made-here" }, body: document("made-here") },
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

  getHealthStats: () => [{ status: 200 }, { status: 200, query: { window: "7d" } }],
};
