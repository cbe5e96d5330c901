import type { IntegrationSummary } from "#api/schemas/integration";
import type { World } from "./stub-accounts.ts";

/** What of an integration the tests of other pages tell; the rest follows. */
export type StubIntegration = Pick<IntegrationSummary, "name" | "label" | "format" | "origin"> &
  Partial<IntegrationSummary>;

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
      problem: null,
      ...one,
    };
  });
}

type Reply = { status: number; body: unknown };

/** What the API answers about integrations; null: it is asked for something else. */
export function answerIntegrations(world: World, method: string, path: string): Reply | null {
  if (method === "GET" && path === "/api/v1/integrations") {
    return { status: 200, body: { data: summaries(world.integrations), next_cursor: null } };
  }
  return null;
}
