import type { OpenAPIHono } from "@hono/zod-openapi";
import type { ApiEnvironment } from "../api-environment.ts";
import { externalAccountSchema, holdSchema, lastErrorSchema, scopesSchema } from "../schemas/account.ts";
import { integrationDocumentView } from "../schemas/integration.ts";
import { completeDocument } from "./complete-document.ts";
import type { OpenApiDocument } from "./openapi-types.ts";
import { tags } from "./tags.ts";

const description = `Evergrant keeps the OAuth grants of your customers alive: connect, tokens, refresh, disconnect.

Send \`Authorization: Bearer <api key>\`. A key belongs to one environment and carries permissions, which each route names. The dashboard's session cookie goes by the same rules.

Names are snake_case, instants RFC 3339 in UTC, durations whole seconds. Unknown fields are refused. Errors are problems (RFC 9457): decide by their \`code\`. Every answer carries \`x-request-id\`.`;

/** Components that others say something about: registered first, so that what is said stays beside the reference. */
const components = {
  Scopes: scopesSchema,
  LastError: lastErrorSchema,
  Hold: holdSchema,
  ExternalAccount: externalAccountSchema,
  IntegrationDocument: integrationDocumentView,
};

export function registerComponents(api: OpenAPIHono<ApiEnvironment>): void {
  const { openAPIRegistry: registry } = api;
  for (const [name, schema] of Object.entries(components)) registry.register(name, schema);
  registry.registerComponent("securitySchemes", "apiKey", {
    type: "http",
    scheme: "bearer",
    bearerFormat: "evg_…",
    description: "An API key. What a route needs of it stands beside the scheme: a permission, given when it is made.",
  });
  registry.registerComponent("securitySchemes", "session", {
    type: "apiKey",
    in: "cookie",
    name: "authjs.session-token",
    description:
      "The dashboard's session; over https the cookie's name begins with `__Host-`. Changes must come from a page of the same origin.",
  });
}

/** The OpenAPI document of everything that was registered. The same for every caller. */
export function describeApi(api: OpenAPIHono<ApiEnvironment>, publicUrl: string): OpenApiDocument {
  const made = api.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Evergrant",
      version: "1",
      description,
      license: { name: "Apache-2.0", url: "https://www.apache.org/licenses/LICENSE-2.0" },
    },
    servers: [{ url: `${publicUrl}/api/v1`, description: "This installation" }],
    tags: [...tags],
  });
  return completeDocument(made, publicUrl);
}
