import type { ConnectLinkView, ConnectOutcomeView } from "#api/schemas/connect";

const product: ConnectLinkView["product"] = {
  name: "Ledgerly",
  support: "help@ledgerly.example",
  privacy_url: null,
  logo: null,
  accent: null,
};
/** As far from ours as a product may go: a pale accent, with near-black words on it in both themes. */
const branded: ConnectLinkView["product"] = {
  ...product,
  privacy_url: "https://ledgerly.example/privacy",
  logo: "/api/connect/logos/stub",
  accent: {
    light: { fill: "#d97706", on_fill: "#09090b", ink: "#b36205" },
    dark: { fill: "#fbbf24", on_fill: "#09090b", ink: "#fbbf24" },
  },
};
const violet: ConnectLinkView["product"]["accent"] = {
  light: { fill: "#6d28d9", on_fill: "#ffffff", ink: "#6d28d9" },
  dark: { fill: "#a78bfa", on_fill: "#09090b", ink: "#a78bfa" },
};

const acme: ConnectLinkView["integrations"][number] = {
  name: "acme-crm",
  label: "Acme CRM",
  scopes: ["read", "write", "offline_access"],
  scope_descriptions: {},
  inputs: [],
  form: null,
  unavailable: null,
};
const withInputs: ConnectLinkView["integrations"][number] = {
  name: "zendesk",
  label: "Zendesk",
  scopes: ["https://zendesk.example/auth/tickets.read", "read", "email", "profile", "users:impersonate"],
  scope_descriptions: {
    "https://zendesk.example/auth/tickets.read": "Read your tickets and the conversations in them.",
    read: "See your tickets, users and other data, without changing anything.",
    "users:impersonate": "Act in the name of other people of your company.",
  },
  inputs: [
    {
      name: "subdomain",
      label: "Your subdomain",
      help: "The first part of the address you sign in at",
      example: "acme-inc",
      pattern: "[a-z0-9-]+",
      options: null,
      default: null,
      required: true,
    },
    {
      name: "region",
      label: "Region",
      help: null,
      example: null,
      pattern: null,
      options: null,
      default: null,
      required: false,
    },
  ],
  form: null,
  unavailable: null,
};
const withKey: ConnectLinkView["integrations"][number] = {
  name: "acme-keys",
  label: "Acme Billing",
  scopes: [],
  scope_descriptions: {},
  inputs: [],
  form: {
    format: "api_key",
    fields: [
      {
        name: "api_key",
        label: "API key",
        help: "In Acme Billing under Settings, Developers",
        example: "sk_live_…",
        pattern: "sk_[a-z0-9_]+",
        secret: true,
      },
    ],
  },
  unavailable: null,
};
const withLogin: ConnectLinkView["integrations"][number] = {
  ...withKey,
  name: "acme-desk",
  label: "Acme Desk",
  inputs: [
    ...withInputs.inputs.slice(0, 1),
    {
      name: "region",
      label: "Region",
      help: null,
      example: null,
      pattern: null,
      options: [
        { value: "us", label: "United States" },
        { value: "eu", label: "Europe" },
      ],
      default: "us",
      required: true,
    },
  ],
  form: {
    format: "basic",
    fields: [
      { name: "username", label: "E-mail address", help: null, example: null, pattern: null, secret: false },
      {
        name: "password",
        label: "API token",
        help: "Under Account, API access",
        example: null,
        pattern: null,
        secret: true,
      },
    ],
  },
};
const link: ConnectLinkView = {
  state: "open",
  product,
  environment: "production",
  reauthorizes: null,
  integrations: [acme],
  attempt: null,
  forms_blocked_until: null,
  expires_at: "2030-01-01T00:00:00.000Z",
};

/** By the last part of the public address of the link. */
export const links: Record<string, ConnectLinkView> = {
  open: link,
  inputs: { ...link, integrations: [withInputs] },
  wronginputs: {
    ...link,
    integrations: [withInputs],
    attempt: {
      integration_name: "zendesk",
      typed: { subdomain: "Northwind Traders", region: "Europe" },
      code: "invalid",
      detail: null,
      fields: [
        { name: "subdomain", message: "Your subdomain does not have the expected form", fault: "form" },
        { name: "region", message: "Region must be one of eu, us", fault: "choice" },
      ],
    },
  },
  several: {
    ...link,
    environment: "staging",
    integrations: [acme, withInputs, { ...acme, name: "hubspot", label: "HubSpot", unavailable: "no_client" }],
  },
  branded: { ...link, product: branded, integrations: [withInputs] },
  brandedkey: { ...link, product: { ...branded, accent: violet }, integrations: [withKey] },
  again: { ...link, reauthorizes: { external_account: "admin@northwind.example" } },
  unavailable: {
    ...link,
    integrations: [{ ...acme, unavailable: "no_client" }],
  },
  key: { ...link, integrations: [withKey] },
  login: { ...link, integrations: [withLogin] },
  rejected: {
    ...link,
    integrations: [withLogin],
    attempt: {
      integration_name: "acme-desk",
      typed: { subdomain: "northwind", region: "eu", username: "ada@northwind.example" },
      code: "rejected",
      detail: "HTTP 401, invalid_token: the token was deleted",
      fields: [{ name: "password", message: null, fault: null }],
    },
  },
  unreachable: {
    ...link,
    integrations: [acme, withKey],
    attempt: { integration_name: "acme-keys", typed: {}, code: "provider_unreachable", detail: null, fields: [] },
  },
  otherkey: {
    ...link,
    integrations: [withKey],
    reauthorizes: { external_account: "Northwind Traders" },
    attempt: {
      integration_name: "acme-keys",
      typed: {},
      code: "external_account_mismatch",
      detail: "Contoso Ltd",
      fields: [],
    },
  },
  toooften: {
    ...link,
    integrations: [withKey],
    get forms_blocked_until() {
      return new Date(Date.now() + 390_000).toISOString();
    },
  },
  used: { ...link, state: "used", integrations: [] },
  expired: { ...link, state: "expired", integrations: [] },
  unknown: {
    ...link,
    state: "unknown",
    product: { ...product, name: "Evergrant", support: null },
    integrations: [],
    expires_at: null,
  },
};

const outcome: ConnectOutcomeView = {
  status: "connected",
  connect_session_id: null,
  product,
  integration: { name: "acme-crm", label: "Acme CRM" },
  reauthorized: false,
  external_account: "admin@northwind.example",
  scopes_missing: [],
  scope_descriptions: {},
  failure: null,
  return_url: null,
  opener: null,
};
const failed = (
  code: NonNullable<ConnectOutcomeView["failure"]>["code"],
  detail: string | null = null,
): ConnectOutcomeView => ({
  ...outcome,
  status: "failed",
  external_account: null,
  failure: { code, detail },
});

export const outcomes: Record<string, ConnectOutcomeView> = {
  connected: outcome,
  branded: { ...outcome, product: branded },
  returning: { ...outcome, return_url: "https://app.ledgerly.example/settings?connected=1" },
  partial: {
    ...outcome,
    reauthorized: true,
    scopes_missing: ["write", "offline_access", "contacts:export"],
    scope_descriptions: { write: "Add and change contacts and deals." },
  },
  authorizing: { ...outcome, status: "authorizing", external_account: null },
  confirming: {
    ...outcome,
    status: "confirming",
    external_account: null,
    return_url: "https://app.ledgerly.example/settings?connect_session_id=cs_1",
  },
  approving: { ...outcome, status: "approving", connect_session_id: "cs_1" },
  approving_untold: {
    ...outcome,
    status: "approving",
    connect_session_id: "cs_1",
    external_account: null,
    scopes_missing: ["write", "contacts:export"],
    scope_descriptions: { write: "Add and change contacts and deals." },
  },
  branded_approving: {
    ...outcome,
    status: "approving",
    connect_session_id: "cs_1",
    product: branded,
    scopes_missing: ["write"],
    scope_descriptions: { write: "Add and change contacts and deals." },
  },
  declined: { ...failed("declined"), return_url: "https://app.ledgerly.example/settings" },
  binding_failed: { ...failed("binding_failed"), return_url: "https://app.ledgerly.example/settings" },
  unknown: { ...outcome, status: "unknown", integration: null, external_account: null },
  access_denied: { ...failed("access_denied"), return_url: "https://app.ledgerly.example/settings" },
  branded_failed: { ...failed("state_mismatch"), product: { ...branded, accent: violet } },
  state_mismatch: failed("state_mismatch"),
  expired: failed("expired"),
  provider_error: failed("provider_error", "temporarily_unavailable: we are doing maintenance until noon"),
  provider_unreachable: failed("provider_unreachable"),
  client_misconfigured: failed("client_misconfigured"),
  external_account_mismatch: failed("external_account_mismatch"),
  server_error: failed("server_error"),
};
