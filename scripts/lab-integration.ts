/** Its contacts, which can be read and not written. */
const labContacts = {
  fields: {
    id: { read: "id" },
    name: { read: "name" },
    first_name: { read: "$substringBefore(name, ' ')" },
    last_name: { read: "$substringAfter(name, ' ')" },
    emails: { read: "[{'address': email, 'kind': 'work'}]" },
    updated_at: { read: "updated_at" },
  },
  customFields: { company: { read: "company" } },
  endpoints: {
    list: {
      path: "/contacts",
      query: { limit: "limit" },
      pagination: { type: "cursor", items: "items", next: "next_cursor", parameter: "cursor" },
    },
    get: { path: "/contacts/{id}" },
  },
};

/** The lab as an integration: what its authorization server does, in the words of the integration document. */
export function labIntegration(name: string, labOrigin: string): Record<string, unknown> {
  return {
    name,
    label: "Acme CRM",
    notes:
      "The authorization server of lab/: access tokens of 3 minutes, rotating refresh tokens, reuse ends the family.",
    api: { baseUrl: `${labOrigin}/api`, probe: { path: "/me" } },
    credentials: {
      format: "oauth2",
      config: {
        auth: {
          tokenHost: labOrigin,
          tokenPath: "/token",
          authorizePath: "/auth",
          revokePath: "/token/revocation",
          introspectPath: "/token/introspection",
          issuer: labOrigin,
        },
        scope: ["openid", "offline_access", "read", "write"],
        pkce: { method: "S256" },
        options: { authorizationMethod: "header", bodyFormat: "form" },
        refresh: { rotation: { rule: "family_revocation" } },
      },
    },
    authorization: { format: "bearer", config: { path: "oauth.token.access_token" } },
    unified: { crm: { contacts: labContacts } },
  };
}
