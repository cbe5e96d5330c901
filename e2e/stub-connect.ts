import type { ConnectLinkView, ConnectOutcomeView } from "#api/schemas/connect";

const product = { name: "Ledgerly", support: "help@ledgerly.example" };

const acme: ConnectLinkView["integrations"][number] = {
  name: "acme-crm",
  label: "Acme CRM",
  scopes: ["read", "write", "offline_access"],
  inputs: [],
  unavailable: null,
};
const withInputs: ConnectLinkView["integrations"][number] = {
  name: "zendesk",
  label: "Zendesk",
  scopes: ["https://zendesk.example/auth/tickets.read", "read", "email", "profile", "users:impersonate"],
  inputs: [
    {
      name: "subdomain",
      label: "Your subdomain",
      help: "The first part of the address you sign in at",
      example: "acme-inc",
      pattern: "[a-z0-9-]+",
      required: true,
    },
    { name: "region", label: "Region", help: null, example: null, pattern: null, required: false },
  ],
  unavailable: null,
};
const link: ConnectLinkView = {
  state: "open",
  product,
  environment: "production",
  reauthorizes: null,
  integrations: [acme],
  expires_at: "2030-01-01T00:00:00.000Z",
};

/** By the last part of the public address of the link. */
export const links: Record<string, ConnectLinkView> = {
  open: link,
  inputs: { ...link, integrations: [withInputs] },
  several: {
    ...link,
    environment: "staging",
    integrations: [
      acme,
      withInputs,
      { ...acme, name: "hubspot", label: "HubSpot", unavailable: "Ledgerly has not set up HubSpot yet." },
    ],
  },
  again: { ...link, reauthorizes: { external_account: "admin@northwind.example" } },
  unavailable: {
    ...link,
    integrations: [{ ...acme, unavailable: "Ledgerly has not set up Acme CRM yet. Please ask them." }],
  },
  used: { ...link, state: "used", integrations: [] },
  expired: { ...link, state: "expired", integrations: [] },
  unknown: {
    ...link,
    state: "unknown",
    product: { name: "Evergrant", support: null },
    integrations: [],
    expires_at: null,
  },
};

const outcome: ConnectOutcomeView = {
  status: "connected",
  product,
  integration: { name: "acme-crm", label: "Acme CRM" },
  reauthorized: false,
  external_account: "admin@northwind.example",
  scopes_missing: [],
  failure: null,
  return_url: null,
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
  returning: { ...outcome, return_url: "https://app.ledgerly.example/settings?connected=1" },
  partial: { ...outcome, reauthorized: true, scopes_missing: ["write", "offline_access"] },
  authorizing: { ...outcome, status: "authorizing", external_account: null },
  unknown: { ...outcome, status: "unknown", integration: null, external_account: null },
  access_denied: { ...failed("access_denied"), return_url: "https://app.ledgerly.example/settings" },
  state_mismatch: failed("state_mismatch"),
  expired: failed("expired"),
  provider_error: failed("provider_error", "temporarily_unavailable: we are doing maintenance until noon"),
  provider_unreachable: failed("provider_unreachable"),
  client_misconfigured: failed("client_misconfigured"),
  external_account_mismatch: failed("external_account_mismatch"),
  server_error: failed("server_error"),
};
