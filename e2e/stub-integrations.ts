import type { EnvironmentIntegrationView, IntegrationSummary } from "#api/schemas/integration";
import type { IntegrationStatusView } from "#api/schemas/integration-details";
import type { World } from "./stub-accounts.ts";
import { catalogueMappings } from "./stub-mappings.ts";

/** What of an integration the tests of other pages tell; the rest follows. */
export type StubIntegration = Pick<IntegrationSummary, "name" | "label" | "format" | "origin"> &
  Partial<IntegrationSummary> & {
    /** Parts of its definition that are not as of every other. */
    definition?: Record<string, unknown>;
  };

const untouched = (name: string, label: string, category: string, format = "oauth2"): StubIntegration => ({
  name,
  label,
  category,
  format,
  origin: "platform",
  client: format.startsWith("oauth2") ? "missing" : "not_needed",
});

/** Of the catalogue, and not set up. */
export const untouchedIntegrations: StubIntegration[] = [
  untouched("asana", "Asana", "Project management"),
  untouched("auth0", "Auth0 (Management API)", "IT and identity", "oauth2_client_credentials"),
  untouched("bamboohr", "BambooHR", "Human resources"),
  untouched("freshdesk", "Freshdesk", "Customer support", "basic"),
  untouched("klaviyo", "Klaviyo", "Marketing"),
  untouched("pipedrive", "Pipedrive", "CRM"),
  untouched("stripe", "Stripe", "Payments", "api_key"),
  untouched("xero", "Xero", "Accounting"),
];

/** Of the usual world: set up, and with accounts. */
export const integrations: StubIntegration[] = [
  { name: "acme-crm", label: "Acme CRM", format: "oauth2", origin: "platform", category: "CRM" },
  {
    name: "hubspot",
    label: "HubSpot",
    format: "oauth2",
    origin: "platform",
    category: "CRM",
    unified: ["crm/contacts", "crm/companies", "crm/deals"],
  },
  { name: "salesforce", label: "Salesforce", format: "oauth2", origin: "platform", category: "CRM" },
  {
    name: "very-long",
    label: "The Integration With A Remarkably Long Name Ltd.",
    format: "oauth2",
    origin: "environment",
  },
  { name: "acme-keys", label: "Acme Billing", format: "api_key", origin: "environment" },
];

/** With the rest of a small catalogue, for the pages that show it. */
export const wholeCatalogue: StubIntegration[] = [...integrations, ...untouchedIntegrations];

/** As `GET /integrations` has them. */
export function summaries(integrations: readonly StubIntegration[]): IntegrationSummary[] {
  return integrations.map((one) => {
    const isTyped = one.format?.startsWith("oauth2") !== true;
    const client = one.client ?? (isTyped ? "not_needed" : "set");
    return {
      category: null,
      client,
      connectable: client !== "missing",
      redirect_uri: client === "set" ? `https://connect.example/oauth/callback/${one.name}` : null,
      unified: [],
      problem: null,
      ...one,
    };
  });
}

/** What the definitions say about scopes, by integration; the others say nothing. */
export const scopeDescriptions: Record<string, Record<string, string>> = {
  salesforce: {
    api: "Read and change the Salesforce data that you may see",
    refresh_token: "Stay connected while you are away",
    web: "Open pages of Salesforce in your name.",
  },
  "very-long": {
    "https://api.example.com/auth/accounts.transactions.readonly.extended":
      "Read all transactions of every account that you may see, back to the day on which it was opened.",
  },
};

type Reply = { status: number; body: unknown };

/** A definition as the API tells it, with everything that a page may show. */
export function definitionOf(
  name: string,
  { label, format, category, unified = [], definition = {} }: StubIntegration,
): Record<string, unknown> {
  const isTyped = format?.startsWith("oauth2") !== true;
  const oauth = {
    auth: {
      tokenHost: `https://login.${name}.example`,
      tokenPath: "/oauth/token",
      authorizePath: "/oauth/authorize",
      revokePath: "/oauth/revoke",
    },
    scope: ["api", "refresh_token"],
    scopeDescriptions: scopeDescriptions[name] ?? {},
    pkce: { method: "S256" },
    options: { authorizationMethod: "body", bodyFormat: "form" },
    refresh: { bufferSeconds: 30, windowSeconds: [60, 180], rotation: { rule: "single_use", graceSeconds: 0 } },
  };
  const typed = { fields: [{ name: "api_key", label: "API key", secret: true }] };
  return {
    name,
    label,
    ...(category == null ? {} : { category }),
    notes: `Register the app in the developer console of ${label}. Access tokens live one hour. Not verified: whether refresh tokens end by age.`,
    sources: [`https://developers.${name}.example/docs/oauth`, `https://developers.${name}.example/docs/errors`],
    api: { baseUrl: `https://api.${name}.example/v2`, headers: {}, ...(unified.length === 0 ? {} : { pagination }) },
    credentials: { format: format ?? "oauth2", config: isTyped ? typed : oauth },
    authorization: { format: "bearer", config: { path: "oauth.token.access_token" } },
    ...(unified.length === 0 ? {} : { unified: catalogueMappings(name) }),
    ...definition,
  };
}

const pagination = { type: "cursor", items: "results", next: "paging.next.after", parameter: "after" };

function leavesOf(value: unknown, pointer = ""): [string, unknown][] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [[pointer, value]];
  return Object.entries(value).flatMap(([key, one]) => leavesOf(one, `${pointer}/${key.replaceAll("/", "~1")}`));
}

const overridable = [
  ["/credentials/config/scope", { type: "array", items: { type: "string" }, description: "What is asked for." }],
  [
    "/credentials/config/refresh/bufferSeconds",
    { type: "integer", minimum: 0, maximum: 600, description: "So long before its end a token is not handed out." },
  ],
  ["/credentials/config/refresh/windowSeconds", { type: "array", description: "When it is refreshed before its end." }],
  ["/credentials/config/refresh/rotation/rule", { type: "string", enum: ["none", "grace", "single_use"] }],
  ["/credentials/config/refresh/perMinute", { anyOf: [{ type: "integer", minimum: 1 }, { type: "null" }] }],
  [
    "/credentials/config/params/authorize/*",
    { type: "string", description: "A parameter of the authorization request." },
  ],
] as const;

/** What a part of the API tells of one integration; tests change it. */
export type IntegrationState = {
  overrides: Record<string, unknown>;
  status: Partial<IntegrationStatusView>;
  client: Partial<EnvironmentIntegrationView>;
  /** How the client proves itself, where it is not by a secret in the body. */
  method?: string;
};

export const quietState = (): IntegrationState => ({ overrides: {}, status: {}, client: {} });

function statusOf(name: string, state: IntegrationState): IntegrationStatusView {
  return {
    integration_name: name,
    in_catalogue: true,
    defined_at: null,
    circuits: [],
    open_links: 3,
    open_links_complete: true,
    as_of: new Date().toISOString(),
    ...state.status,
  };
}

function configurationOf(world: World, one: StubIntegration, state: IntegrationState): EnvironmentIntegrationView {
  const [summary] = summaries([one]);
  const client = world.clients.find((known) => known.integration_name === one.name);
  const isOwn = one.origin === "environment";
  const effective: EnvironmentIntegrationView["effective"] = {};
  for (const [pointer, value] of leavesOf(definitionOf(one.name, one))) {
    effective[pointer] = { value, origin: isOwn ? "environment" : "platform" };
  }
  if (state.method !== undefined) {
    effective["/credentials/config/options/authorizationMethod"] = { value: state.method, origin: "platform" };
  }
  for (const [pointer, value] of leavesOf(state.overrides)) {
    if (pointer !== "") effective[pointer] = { value, origin: "environment" };
  }
  if (summary?.client === "set") {
    effective["/credentials/config/client/client_id"] = { value: `client-of-${one.name}`, origin: "environment" };
  }
  return {
    integration_name: one.name,
    redirect_uri: summary?.redirect_uri ?? null,
    effective,
    overrides: state.overrides,
    problem: one.problem ?? null,
    client_secrets: client?.client_secrets ?? [],
    secret_in_use_version: client?.secret_in_use_version ?? null,
    secret_in_use_at: client?.secret_in_use_at ?? null,
    jwks_uri: null,
    client_keys: [],
    client_certificate: null,
    ...state.client,
  };
}

/** What the API answers about integrations; null: it is asked for something else. */
export function answerIntegrations(world: World, method: string, path: string, body: string): Reply | null {
  if (method === "GET" && path === "/api/v1/integrations") {
    return { status: 200, body: { data: summaries(world.integrations), next_cursor: null } };
  }
  if (method === "PATCH" && path === "/api/v1/environment-integration") return patch(world, body);
  const [, part, name = "", rest = ""] =
    /^\/api\/v1\/(integrations|environment-integrations)\/([a-z0-9-]+)(\/[a-z-]+)?$/.exec(path) ?? [];
  if (part === undefined || method !== "GET") return null;
  const one = world.integrations.find((known) => known.name === name);
  const state = (world.integrationStates[name] ??= quietState());
  if (one === undefined) {
    if (rest !== "" && rest !== "/status" && rest !== "/overridable-fields") return null;
    return {
      status: 404,
      body: { status: 404, code: "not_found", title: "Not found", detail: `There is no integration ${name}.` },
    };
  }
  if (one.format === null) {
    const detail = `The definition of ${name} in this environment can't be read by this version.`;
    return {
      status: 502,
      body: { status: 502, code: "client_misconfigured", title: "The integration is not usable", detail },
    };
  }
  if (part === "integrations" && rest === "") return { status: 200, body: definitionOf(name, one) };
  if (part === "integrations" && rest === "/status") return { status: 200, body: statusOf(name, state) };
  if (part === "environment-integrations" && rest === "") {
    return { status: 200, body: configurationOf(world, one, state) };
  }
  if (part === "environment-integrations" && rest === "/overridable-fields") {
    const defined = new Map(leavesOf(definitionOf(name, one)));
    const isTyped = one.format.startsWith("oauth2") !== true;
    const data = overridable.map(([pointer, schema]) => ({ pointer, schema, defined: defined.get(pointer) }));
    return { status: 200, body: { data: isTyped ? [] : data, next_cursor: null } };
  }
  return null;
}

type Patch = {
  integration_name: string;
  overrides?: Record<string, unknown>;
  credentials?: {
    oauth2: { config: { client_id?: string; client_secret?: string; previous_secret_expires_in?: number } };
  };
};

/** Enough of it that a page shows what was changed. */
function patch(world: World, body: string): Reply {
  const { integration_name: name, overrides, credentials } = JSON.parse(body) as Patch;
  const one = world.integrations.find((known) => known.name === name);
  const state = (world.integrationStates[name] ??= quietState());
  if (one === undefined) return { status: 404, body: { status: 404, code: "not_found", title: "Not found" } };
  if (overrides !== undefined) {
    const given = leavesOf(overrides).find(([pointer]) => pointer.endsWith("bufferSeconds"));
    if (typeof given?.[1] === "number" && given[1] > 600) {
      const errors = [
        { pointer: `/overrides${given[0]}`, detail: "expected a whole number from 0 to 600, found the number" },
      ];
      return { status: 422, body: { status: 422, code: "invalid_request", title: "The request is not valid", errors } };
    }
    state.overrides = merged(state.overrides, overrides);
    if (one.client === "missing") state.client.redirect_uri = `https://connect.example/oauth/callback/${name}`;
  }
  const config = credentials?.oauth2.config;
  if (config?.client_id !== undefined) one.client = "set";
  if (config?.client_secret !== undefined) {
    const now = new Date().toISOString();
    state.client.client_secrets = [
      { version: 9, created_at: now, set_by: "usr_1", accepted_until: null, last_worked_at: null },
      ...configurationOf(world, one, state).client_secrets.map((secret) => ({ ...secret, accepted_until: now })),
    ];
  }
  if (config?.previous_secret_expires_in === 0) {
    state.client.client_secrets = configurationOf(world, one, state).client_secrets.slice(0, 1);
  }
  return { status: 200, body: configurationOf(world, one, state) };
}

function merged(present: Record<string, unknown>, given: Record<string, unknown>): Record<string, unknown> {
  const next: Record<string, unknown> = { ...present };
  for (const [key, value] of Object.entries(given)) {
    const before = next[key];
    if (value === null) delete next[key];
    else if (typeof value !== "object" || Array.isArray(value)) next[key] = value;
    else {
      const below = merged(
        (typeof before === "object" ? before : {}) as Record<string, unknown>,
        value as Record<string, unknown>,
      );
      if (Object.keys(below).length === 0) delete next[key];
      else next[key] = below;
    }
  }
  return next;
}
