// Documents that set every field of the schema between them (every-field-is-read.test.ts fails where one is missing). A new field
// gets a value here that a consumer can work with.
import { fullMappings } from "./full-mappings.ts";
import { documentStructureSchema, type IntegrationDocument } from "#core/domain/integration/integration-document";

const inputs = [
  {
    name: "subdomain",
    label: "Your subdomain",
    help: "The first part of the address.",
    example: "northwind",
    pattern: "[a-z0-9-]+",
    prefix: "https://",
    suffix: ".acme.example",
    required: true,
  },
  {
    name: "region",
    label: "Region",
    options: [
      { value: "eu", label: "Europe" },
      { value: "us", label: "America" },
    ],
    default: "eu",
    required: false,
  },
];

const identity = {
  path: "/me",
  host: "https://api.acme.example",
  method: "POST",
  headers: { "x-of": "{subdomain}" },
  body: { query: "me" },
  id: "id",
  label: "name",
};

const api = {
  baseUrl: "https://{subdomain}.acme.example/v2",
  headers: { "acme-version": "2026-01-01" },
  rateLimit: {
    limit: "x-limit",
    remaining: "x-remaining",
    reset: { header: "x-reset", unit: "epoch_seconds" },
    retryAfter: { header: "x-retry-after", unit: "milliseconds" },
    expression: "body.limited = true",
    waitExpression: "body.wait",
  },
  probe: { path: "/me", method: "POST", body: { query: "me" }, valid: "status = 200" },
  errorExpression: 'status = 400 ? {"error": "invalid_token"} : null',
};

const page = { items: "data", limitParameter: "limit", params: { sort: "id" } };

const credentialFields = [
  {
    name: "api_key",
    label: "API key",
    help: "Under Settings.",
    example: "sk_live_…",
    pattern: "[a-z0-9_]+",
    secret: true,
  },
];

const oauth = {
  client: { client_id: "client-of-acme", client_secret: "client-secret-of-acme" },
  auth: {
    tokenHost: "https://{subdomain}.acme.example",
    tokenPath: "/token",
    authorizeHost: "https://login.acme.example",
    authorizePath: "/authorize",
    authorizeFragment: "start",
    refreshHost: "https://refresh.acme.example",
    refreshPath: "/refresh",
    revokeHost: "https://revoke.acme.example",
    revokePath: "/revoke",
    introspectPath: "/introspect",
    parPath: "/par",
    issuer: "https://login.acme.example",
    sendsIss: true,
  },
  scope: ["contacts.read", "contacts.write"],
  scopeSeparator: " ",
  scopeParameter: "user_scope",
  scopeImplies: { "contacts.read": ["contacts.list"] },
  scopeDescriptions: { "contacts.read": "Read your contacts." },
  pkce: { method: "S256" },
  options: {
    authorizationMethod: "header",
    bodyFormat: "form",
    signingAlgorithm: "ES256",
    headers: { "acme-version": "1" },
  },
  params: { authorize: { prompt: "consent" }, token: { audience: "acme" }, refresh: { rotate: true } },
  parameterNames: { client_id: "client_key" },
  callback: { code: "auth_code" },
  fields: [{ name: "instance_url", from: "token", value: "instance_url", pattern: "https://[a-z.]+", required: true }],
  tokenExpiryDuration: 7200,
  expiresInUnit: "seconds",
  tokenResponse: "$",
  errorExpression: 'body.fault ? {"error": body.fault} : null',
  exchange: {
    host: "https://exchange.acme.example",
    path: "/exchange",
    method: "POST",
    params: { subject_token: "{access_token}" },
    when: "always",
  },
  refresh: {
    windowSeconds: [60, 180],
    bufferSeconds: 30,
    earliestSeconds: 600,
    quietHoursUtc: [22, 4],
    timeoutSeconds: 20,
    rotation: { rule: "grace", graceSeconds: 60 },
    failureRules: [
      {
        id: "uninstalled",
        errors: ["app_uninstalled"],
        statuses: [400, 499],
        descriptionIncludes: "uninstalled",
        class: "reauthorize",
        meaning: "The app was uninstalled.",
      },
    ],
    concurrency: 5,
    perMinute: 600,
    retry: { initialSeconds: 600, factor: 3, capSeconds: 7200 },
    massFailure: { accounts: 1, share: 0.1, windowSeconds: 600 },
    idleLifetimeSeconds: 7_776_000,
    absoluteLifetimeSeconds: 31_536_000,
    oldAccessTokenDies: true,
    maxGrantsPerUser: 5,
  },
  revocation: {
    method: "DELETE",
    host: "https://revoke.acme.example",
    path: "/grants/{refresh_token}",
    headers: { "x-of": "{client_id}" },
    body: { token: "{refresh_token}" },
    bodyFormat: "json",
    authorization: "client",
  },
  identity,
};

const sources: readonly Readonly<Record<string, unknown>>[] = [
  {
    $schema: "./schema.json",
    name: "full-oauth2",
    label: "Full",
    category: "CRM",
    notes: "Notes.",
    sources: ["https://acme.example/docs"],
    inputs,
    api: { ...api, pagination: { type: "cursor", next: "next", parameter: "after", ...page } },
    credentials: { format: "oauth2", config: oauth },
    authorization: { format: "bearer", config: { path: "oauth.token.access_token" } },
    unified: fullMappings,
  },
  {
    name: "full-client-credentials",
    api: { pagination: { type: "link", next: "next", ...page } },
    inputs: [],
    credentials: {
      format: "oauth2_client_credentials",
      config: {
        auth: { tokenHost: "https://login.acme.example" },
        scope: "contacts.read contacts.list",
        assertion: {
          algorithm: "RS256",
          claims: { iss: "{client_id}" },
          headers: { kid: "1" },
          lifetimeSeconds: 300,
          sendsClientId: true,
        },
      },
    },
    authorization: { format: "header", config: { name: "x-token", value: "Token {access_token}" } },
  },
  {
    name: "full-signing",
    inputs,
    credentials: {
      format: "oauth2",
      config: {
        auth: { tokenHost: "https://login.acme.example" },
        options: { authorizationMethod: "private_key_jwt", signingAlgorithm: "ES256", dpop: true },
      },
    },
  },
  {
    name: "full-api-key",
    api: { ...api, pagination: { type: "offset", parameter: "offset", more: "more", ...page } },
    inputs,
    credentials: { format: "api_key", config: { fields: credentialFields, identity } },
    authorization: { format: "query", config: { name: "key", value: "{api_key}" } },
  },
  {
    name: "full-basic",
    api: { ...api, pagination: { type: "page", parameter: "page", firstPage: 1, more: "more", ...page } },
    inputs,
    credentials: {
      format: "basic",
      config: {
        username: { label: "User name", help: "Yours.", example: "ada" },
        password: { label: "Password", help: "Yours.", example: "…" },
        identity,
      },
    },
    authorization: { format: "basic", config: { username: "{username}", password: "{password}" } },
  },
  {
    name: "full-custom",
    api: { ...api, pagination: { type: "none" } },
    inputs,
    credentials: { format: "custom", config: { fields: credentialFields, identity } },
    authorization: { format: "expression", config: { expression: '{"headers": {"x-key": credentials.api_key}}' } },
  },
];

/** Parsed by structure alone: what this version can't honour yet is in them too. */
export const fullDocuments: readonly IntegrationDocument[] = sources.map((one) => documentStructureSchema.parse(one));
