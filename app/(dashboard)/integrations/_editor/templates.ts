export type TemplateFormat = "oauth2" | "oauth2_client_credentials" | "api_key" | "basic" | "custom";

export type Template = { format: TemplateFormat; title: string; says: string; document: (name: string) => object };

const about = (name: string) => ({
  name,
  label: labelOf(name),
  category: "Other",
  sources: ["https://developers.example.com/docs/oauth"],
});
const api = { baseUrl: "https://api.example.com/v1", probe: { method: "GET", path: "/me" } };

/** A document of each format to start from: what most of its kind need, and nothing that may be left out. */
export const templates: readonly Template[] = [
  {
    format: "oauth2",
    title: "OAuth 2.0",
    says: "The customer signs in at the provider and allows access. Tokens are refreshed.",
    document: (name) => ({
      ...about(name),
      api,
      credentials: {
        format: "oauth2",
        config: {
          auth: {
            tokenHost: "https://login.example.com",
            tokenPath: "/oauth/token",
            authorizePath: "/oauth/authorize",
            revokePath: "/oauth/revoke",
          },
          scope: ["contacts.read"],
          scopeDescriptions: { "contacts.read": "See your contacts" },
          pkce: { method: "S256" },
          options: { authorizationMethod: "body", bodyFormat: "form" },
          refresh: { rotation: { rule: "single_use" } },
          identity: { path: "/me", id: "id", label: "name" },
        },
      },
    }),
  },
  {
    format: "oauth2_client_credentials",
    title: "Client credentials",
    says: "Your app asks for itself, with a client id and a secret. Nobody signs in, nothing is refreshed.",
    document: (name) => ({
      ...about(name),
      inputs: [
        {
          name: "tenant",
          label: "Tenant name",
          help: "The first part of its address.",
          example: "northwind",
          pattern: "[a-z0-9-]+",
        },
      ],
      api: { baseUrl: "https://{tenant}.example.com/api/v2" },
      credentials: {
        format: "oauth2_client_credentials",
        config: {
          auth: { tokenHost: "https://{tenant}.example.com", tokenPath: "/oauth/token" },
          scope: ["read"],
          options: { authorizationMethod: "body", bodyFormat: "form" },
        },
      },
    }),
  },
  {
    format: "api_key",
    title: "API key",
    says: "The customer pastes a key. It is tried before it is kept.",
    document: (name) => ({
      ...about(name),
      api: { ...api, probe: { ...api.probe, valid: "status = 200" } },
      credentials: {
        format: "api_key",
        config: {
          fields: [
            {
              name: "api_key",
              label: "API key",
              help: "Where it is found: Settings, API keys.",
              example: "sk_live_…",
              pattern: "[A-Za-z0-9_-]+",
              secret: true,
            },
          ],
          identity: { path: "/me", id: "id", label: "name" },
        },
      },
      authorization: { format: "header", config: { name: "authorization", value: "Bearer {api_key}" } },
    }),
  },
  {
    format: "basic",
    title: "User name and password",
    says: "The customer types both. They are tried before they are kept.",
    document: (name) => ({
      ...about(name),
      api: { ...api, probe: { ...api.probe, valid: "status = 200" } },
      credentials: {
        format: "basic",
        config: {
          username: { label: "User name", example: "ada@example.com" },
          password: { label: "Password" },
        },
      },
      authorization: { format: "basic", config: { username: "{username}", password: "{password}" } },
    }),
  },
  {
    format: "custom",
    title: "Form of its own",
    says: "The customer fills in what you ask for; it travels where you say.",
    document: (name) => ({
      ...about(name),
      api: { ...api, probe: { ...api.probe, valid: "status = 200" } },
      credentials: {
        format: "custom",
        config: {
          fields: [
            { name: "account", label: "Account number", pattern: "[0-9]+", example: "12345" },
            { name: "token", label: "Access token", secret: true },
          ],
        },
      },
      authorization: { format: "header", config: { name: "x-api-token", value: "{account}:{token}" } },
    }),
  },
];

function labelOf(name: string): string {
  return name
    .split("-")
    .filter((part) => part !== "")
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join(" ");
}
