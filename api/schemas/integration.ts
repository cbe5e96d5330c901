import { z } from "@hono/zod-openapi";
import { longestOverlapSeconds } from "#core/domain/integration/plan-client-secrets";
import { clientProofsSchema } from "./client-proofs.ts";
import {
  instantSchema,
  integrationNameSchema,
  nullableInstantSchema,
  overridesPatchSchema,
  scopeListSchema,
} from "./primitives.ts";

const problemSchema = z.string().nullable().openapi({
  description: "Why nothing is asked with it, or not for every account, and what to do; null: it is used.",
});

export const integrationSummarySchema = z
  .object({
    name: z.string(),
    label: z.string(),
    /** Null: the definition can't be read. */
    format: z.string().nullable(),
    origin: z.enum(["platform", "environment"]),
    /** Whether customers can connect: an OAuth client is set in this environment, or none is needed. */
    connectable: z.boolean(),
    redirect_uri: z.url().nullable(),
    problem: problemSchema,
  })
  .openapi("IntegrationSummary");
export type IntegrationSummary = z.infer<typeof integrationSummarySchema>;

export const integrationListSchema = z.object({
  data: z.array(integrationSummarySchema),
  next_cursor: z.string().nullable(),
});

/** The document itself; its full schema is published at /api/v1/integrations/schema.json. */
export const integrationDocumentView = z.looseObject({ name: z.string() }).openapi("IntegrationDocument");

export const environmentIntegrationPatchSchema = z
  .strictObject({
    integration_name: integrationNameSchema,
    environment_id: z.string().max(100).optional(),
    credentials: z
      .strictObject({
        oauth2: z.strictObject({
          config: z.strictObject({
            client_id: z.string().min(1).max(500).optional(),
            client_secret: z.string().min(1).max(5000).optional(),
            previous_secret_expires_in: z.number().int().min(0).max(longestOverlapSeconds).optional().openapi({
              description:
                "Seconds for which the previous client secrets are accepted from now on; 0 ends them at once. Without it, a secret that is replaced is accepted for 7 days.",
            }),
            client_key: z.literal("rotate").optional(),
            client_certificate: z.string().min(1).max(20_000).optional(),
            client_certificate_key: z.string().min(1).max(20_000).optional(),
            scope: z
              .union([z.string().max(10_000), scopeListSchema])
              .nullable()
              .optional()
              .openapi({
                description: "Short for overrides.credentials.config.scope; null: the document's count again.",
              }),
          }),
        }),
      })
      .optional(),
    overrides: overridesPatchSchema.optional(),
  })
  .refine(
    (given) => given.credentials !== undefined || given.overrides !== undefined,
    "give credentials, overrides or both",
  )
  .openapi("EnvironmentIntegrationPatch");

const clientSecretSchema = z.object({
  version: z.number().int(),
  created_at: instantSchema,
  /** Null: the newest, which has no end. */
  accepted_until: nullableInstantSchema,
  /** To the minute: when tokens last came to it. */
  last_worked_at: nullableInstantSchema,
});

export const environmentIntegrationSchema = z
  .object({
    integration_name: z.string(),
    redirect_uri: z.url().nullable(),
    effective: z.record(z.string(), z.object({ value: z.unknown(), origin: z.enum(["platform", "environment"]) })),
    /** What this environment lays over the definition. */
    overrides: z.record(z.string(), z.unknown()),
    problem: problemSchema,
    /** Newest first; never a secret. */
    client_secrets: z.array(clientSecretSchema),
    /** The secret that tokens came to last; null: none yet. */
    secret_in_use_version: z.number().int().nullable(),
    secret_in_use_at: nullableInstantSchema,
    ...clientProofsSchema.shape,
  })
  .openapi("EnvironmentIntegration");
export type EnvironmentIntegrationView = z.infer<typeof environmentIntegrationSchema>;

export const environmentSchema = z
  .object({
    name: z.string(),
    return_urls: z.array(z.string()),
    allowed_origins: z.array(z.string()),
    branding: z.record(z.string(), z.unknown()),
    reauth_links_in_events: z.boolean(),
  })
  .openapi("Environment");

const origin = z
  .url()
  .max(300)
  .refine(
    (value) => URL.canParse(value) && new URL(value).origin === value,
    "expected an origin such as https://app.example.com, without a path",
  );

export const environmentPatchSchema = z
  .strictObject({
    return_urls: z
      .array(z.url({ protocol: /^https?$/ }).max(2000))
      .max(100)
      .optional(),
    allowed_origins: z.array(origin).max(100).optional(),
    branding: z
      .strictObject({ name: z.string().min(1).max(100).optional(), support: z.string().min(1).max(300).optional() })
      .optional(),
    reauth_links_in_events: z.boolean().optional(),
  })
  .openapi("EnvironmentPatch");

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
