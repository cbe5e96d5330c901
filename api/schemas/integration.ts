import { z } from "@hono/zod-openapi";
import { longestOverlapSeconds } from "#core/domain/integration/plan-client-secrets";
import { brandingSchema, storedBrandingSchema } from "./branding.ts";
import { clientProofsSchema } from "./client-proofs.ts";
import {
  instantSchema,
  integrationNameSchema,
  nextCursorSchema,
  nullableInstantSchema,
  overridesPatchSchema,
  scopeListSchema,
} from "./primitives.ts";

const documentExample = {
  name: "acme-crm",
  label: "Acme CRM",
  api: { baseUrl: "https://api.acme.example" },
  credentials: {
    format: "oauth2",
    config: {
      auth: { tokenHost: "https://auth.acme.example", tokenPath: "/oauth/token", authorizePath: "/oauth/authorize" },
      scope: ["contacts.read"],
      pkce: { method: "S256" },
    },
  },
  authorization: { format: "bearer", config: { path: "oauth.token.access_token" } },
};

const problemSchema = z.string().nullable().openapi({
  description: "Why nothing is asked with it, or not for every account, and what to do; null: it is used.",
  example: null,
});

export const integrationSummarySchema = z
  .object({
    name: z.string().openapi({ description: "How the API and events call it.", example: "acme-crm" }),
    label: z.string().openapi({ description: "How people call it.", example: "Acme CRM" }),
    format: z.string().nullable().openapi({
      description:
        "Of its credentials: oauth2, oauth2_client_credentials, api_key, basic or custom. Null: the definition can't be read.",
      example: "oauth2",
    }),
    category: z.string().nullable().openapi({
      description: "What it is for, as its definition says; null: it does not.",
      example: "CRM",
    }),
    origin: z
      .enum(["platform", "environment"])
      .openapi({ description: "Whether it comes from the catalogue or was defined here.", example: "platform" }),
    client: z.enum(["set", "missing", "not_needed"]).openapi({
      description: "The OAuth client of this environment; `not_needed`: people type credentials, or nobody can tell.",
      example: "set",
    }),
    connectable: z.boolean().openapi({
      description: "Whether customers can connect: an OAuth client is set in this environment, or none is needed.",
      example: true,
    }),
    redirect_uri: z.url().nullable().openapi({
      description: "To be registered at the provider; null: none is needed, or no client is set yet.",
      example: "https://connect.example.com/oauth/callback/5l3av9n3gs7mfp0ojp3h657t",
    }),
    unified: z.array(z.string()).openapi({
      description: "The models of the unified API that it maps, each as category/model.",
      example: ["crm/contacts"],
    }),
    problem: problemSchema,
  })
  .openapi("IntegrationSummary", { description: "One integration of this environment." });
export type IntegrationSummary = z.infer<typeof integrationSummarySchema>;

export const integrationListSchema = z
  .object({
    data: z.array(integrationSummarySchema).openapi({ description: "All of them, by name." }),
    next_cursor: nextCursorSchema.openapi({ description: "Always null: this list has one page.", example: null }),
  })
  .openapi("IntegrationList", { description: "The integrations of this environment." });

/** The document itself; its full schema is published at /api/v1/integrations/schema.json. */
export const integrationDocumentView = z
  .looseObject({ name: z.string().openapi({ description: "How the API and events call it.", example: "acme-crm" }) })
  .openapi("IntegrationDocument", {
    description:
      "The declarative definition of an integration. All its fields stand in the JSON Schema at /api/v1/integrations/schema.json; unknown ones are refused.",
    example: documentExample,
  });

/** The body of a definition: read as text and judged as a whole by the domain, so nothing is checked twice. */
export const integrationDocumentBody = z.unknown().openapi({ "x-component": "IntegrationDocument" });

export const jsonSchemaView = z.record(z.string(), z.unknown()).openapi("JsonSchema", {
  description: "A JSON Schema, draft 2020-12.",
  example: { $schema: "https://json-schema.org/draft/2020-12/schema", type: "object" },
});

const clientConfigSchema = z
  .strictObject({
    client_id: z
      .string()
      .min(1)
      .max(500)
      .optional()
      .openapi({ description: "The OAuth client's id at the provider.", example: "evergrant" }),
    client_secret: z
      .string()
      .min(1)
      .max(5000)
      .optional()
      .openapi({ description: "Its secret. Sealed at once, never shown again.", example: "..." }),
    previous_secret_expires_in: z.number().int().min(0).max(longestOverlapSeconds).optional().openapi({
      description:
        "Seconds for which the previous client secrets are accepted from now on; 0 ends them at once. Without it, a secret that is replaced is accepted for 7 days.",
    }),
    client_key: z
      .literal("rotate")
      .optional()
      .openapi({ description: "Makes a new signing key; the one before is published for a while beside it." }),
    client_certificate: z
      .string()
      .min(1)
      .max(20_000)
      .optional()
      .openapi({ description: "For mutual TLS (RFC 8705), in PEM, with its chain.", example: "..." }),
    client_certificate_key: z
      .string()
      .min(1)
      .max(20_000)
      .optional()
      .openapi({ description: "Its private key in PEM. Sealed at once, never shown again.", example: "..." }),
    scope: z
      .union([z.string().max(10_000), scopeListSchema])
      .nullable()
      .optional()
      .openapi({
        description: "Short for overrides.credentials.config.scope; null: the document's count again.",
        example: ["contacts.read"],
      }),
  })
  .openapi("OauthClientConfig", { description: "The OAuth client of an integration in an environment." });

export const environmentIntegrationPatchSchema = z
  .strictObject({
    integration_name: integrationNameSchema,
    environment_id: z.string().max(100).optional().openapi({
      description: "A guard against mistakes: the key's own environment, by name or id; another one is a 404.",
      example: "production",
    }),
    credentials: z
      .strictObject({
        oauth2: z
          .strictObject({ config: clientConfigSchema })
          .openapi({ description: "The client of the format oauth2 or oauth2_client_credentials." }),
      })
      .optional()
      .openapi({ description: "The OAuth client." }),
    overrides: overridesPatchSchema.optional(),
  })
  .refine(
    (given) => given.credentials !== undefined || given.overrides !== undefined,
    "give credentials, overrides or both",
  )
  .openapi("EnvironmentIntegrationPatch", { description: "What to change of an integration in this environment." });

const clientSecretSchema = z
  .object({
    version: z.number().int().openapi({ description: "Numbers the secrets of this client.", example: 2 }),
    created_at: instantSchema.openapi({ description: "When it was set." }),
    set_by: z.string().nullable().openapi({
      description: "Who set it: an administrator, an API key, or `command_line`; null: before that was written down.",
      example: "usr_5l3av9n3gs7mfp0ojp3h657t",
    }),
    accepted_until: nullableInstantSchema.openapi({
      description: "Until when it is tried; null: the newest, which has no end.",
      example: null,
    }),
    last_worked_at: nullableInstantSchema.openapi({
      description: "To the minute: when tokens last came to it; null: never yet.",
    }),
  })
  .openapi("ClientSecret", { description: "A client secret that is accepted. Never the secret itself." });

export const environmentIntegrationSchema = z
  .object({
    integration_name: z.string().openapi({ description: "The integration's name.", example: "acme-crm" }),
    redirect_uri: z.url().nullable().openapi({
      description: "To be registered at the provider; null: none is needed.",
      example: "https://connect.example.com/oauth/callback/5l3av9n3gs7mfp0ojp3h657t",
    }),
    effective: z
      .record(
        z.string(),
        z.object({
          value: z.unknown().openapi({ description: "The value; secrets are masked.", example: "evergrant" }),
          origin: z
            .enum(["platform", "environment"])
            .openapi({ description: "The level that says it.", example: "environment" }),
        }),
      )
      .openapi({
        description: "Every value in force, by JSON Pointer, with the level that says it.",
        example: { "/credentials/config/client/client_id": { value: "evergrant", origin: "environment" } },
      }),
    overrides: z
      .record(z.string(), z.unknown())
      .openapi({ description: "What this environment lays over the definition.", example: {} }),
    problem: problemSchema,
    client_secrets: z.array(clientSecretSchema).openapi({ description: "Newest first; never a secret." }),
    secret_in_use_version: z
      .number()
      .int()
      .nullable()
      .openapi({ description: "The secret that tokens came to last; null: none yet.", example: 2 }),
    secret_in_use_at: nullableInstantSchema.openapi({ description: "When that was; null: never yet." }),
    ...clientProofsSchema.shape,
  })
  .openapi("EnvironmentIntegration", { description: "One integration as this environment configured it." });
export type EnvironmentIntegrationView = z.infer<typeof environmentIntegrationSchema>;

export const environmentIntegrationListSchema = z
  .object({
    data: z.array(environmentIntegrationSchema).openapi({ description: "All of them, by name." }),
    next_cursor: nextCursorSchema.openapi({ description: "Always null: this list has one page.", example: null }),
  })
  .openapi("EnvironmentIntegrationList", { description: "Every integration that this environment configured." });

export const environmentSchema = z
  .object({
    name: z.string().openapi({ description: "The environment's name.", example: "production" }),
    return_urls: z.array(z.string()).openapi({
      description: "Where links may send a customer back to, exactly.",
      example: ["https://app.example.com/settings"],
    }),
    allowed_origins: z
      .array(z.string())
      .openapi({ description: "Origins of your product's pages.", example: ["https://app.example.com"] }),
    branding: storedBrandingSchema,
    reauth_links_in_events: z
      .boolean()
      .openapi({ description: "Whether an event of a dead grant carries a ready link.", example: false }),
    connect_url: z.string().nullable().openapi({
      description: "Where links lead and connect pages are served; null: at Evergrant's public address.",
      example: "https://link.example.com",
    }),
  })
  .openapi("Environment", { description: "The settings of one environment." });
export type EnvironmentView = z.infer<typeof environmentSchema>;

const count = (description: string) => z.number().int().openapi({ description, example: 3 });

export const environmentListSchema = z
  .object({
    data: z
      .array(
        z
          .object({
            name: z.string().openapi({ description: "The environment's name.", example: "production" }),
            connect_url: z.string().nullable().openapi({
              description: "Where its links lead; null: at Evergrant's public address.",
              example: null,
            }),
            api_keys: count("API keys that are in force."),
            webhook_endpoints: count("Webhook endpoints."),
            integrations: count("Integrations that it configured."),
            sealing_key: z
              .object({
                kid: z.string().openapi({ description: "The key that seals now.", example: "t1" }),
                own: z.boolean().openapi({
                  description: "Whether this environment has a key of its own; false: it shares one with others.",
                  example: false,
                }),
              })
              .nullable()
              .openapi({ description: "What seals its values; null: the key service does not answer." }),
          })
          .openapi("EnvironmentSummary", { description: "An environment, and what it has." }),
      )
      .openapi({ description: "The oldest first." }),
  })
  .openapi("EnvironmentList", { description: "All environments of the installation." });
export type EnvironmentList = z.infer<typeof environmentListSchema>;

// Of letters and digits alone: a policy would read a star as any name, and a semicolon as its end.
const plainOrigin = /^https?:\/\/[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?$/;

const origin = z
  .url()
  .max(300)
  .refine(
    (value) => plainOrigin.test(value) && URL.parse(value)?.origin === value,
    "expected an origin such as https://app.example.com, without a path",
  );

export const environmentPatchSchema = z
  .strictObject({
    return_urls: z
      .array(z.url({ protocol: /^https?$/ }).max(2000))
      .max(100)
      .optional()
      .openapi({
        description: "Takes the place of the whole list, at most 100.",
        example: ["https://app.example.com/settings"],
      }),
    allowed_origins: z
      .array(origin)
      .max(100)
      .optional()
      .openapi({
        description: "Takes the place of the whole list, at most 100; without a path.",
        example: ["https://app.example.com"],
      }),
    branding: brandingSchema.optional(),
    reauth_links_in_events: z
      .boolean()
      .optional()
      .openapi({ description: "Whether an event of a dead grant carries a ready link.", example: true }),
    connect_url: origin.nullable().optional().openapi({
      description:
        "An origin of your own whose name leads to Evergrant, for links and connect pages. Redirect URIs stay where they are. Null takes it back.",
      example: "https://link.example.com",
    }),
  })
  .openapi("EnvironmentPatch", { description: "What to change; what is absent stays." });

export const eventSchema = z
  .object({
    id: z.string(),
    created_at: instantSchema,
    environment: z.string(),
    sequence: z.number().int().nullable(),
    event_type: z.string(),
    payload: z.record(z.string(), z.unknown()),
  })
  .openapi("Event");
