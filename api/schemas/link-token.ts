import { z } from "@hono/zod-openapi";
import {
  accountIdSchema,
  instantSchema,
  integrationNameSchema,
  metadataSchema,
  scopeListSchema,
  tenantIdSchema,
} from "./primitives.ts";

/** Seven days: default and maximum life of a link (R2). */
export const maxLinkSeconds = 604_800;

const userReferenceSchema = z.string().min(1).max(200);

export const linkTokenRequestSchema = z
  .strictObject({
    tenant_id: tenantIdSchema,
    user_reference: userReferenceSchema.optional(),
    integration_name: integrationNameSchema.optional(),
    integrations: z.array(integrationNameSchema).min(1).max(100).optional(),
    integrated_account_id: accountIdSchema.optional(),
    return_url: z.url().max(2000).optional(),
    scopes: scopeListSchema.optional(),
    /** Nothing connects until POST /connect-sessions/{id}/complete has named tenant and user once more. Needs user_reference and return_url. */
    session_binding: z.boolean().default(false),
    expires_in: z.number().int().min(60).max(maxLinkSeconds).default(maxLinkSeconds),
    locale: z
      .string()
      .regex(/^[a-z]{2}(-[A-Z]{2})?$/, "expected a language tag such as en or pt-BR")
      .optional(),
    metadata: metadataSchema.optional(),
  })
  .refine((link) => link.integration_name === undefined || link.integrations === undefined, {
    path: ["integrations"],
    error: "stands beside integration_name; give one of the two",
  })
  .openapi("LinkTokenRequest");

/** Both as the link has them, from the session of the user who is signed in to the product. */
export const connectConfirmationSchema = z
  .strictObject({ tenant_id: tenantIdSchema, user_reference: userReferenceSchema })
  .openapi("ConnectConfirmation");

export const linkTokenSchema = z
  .object({ link_token: z.string(), url: z.url(), expires_at: instantSchema })
  .openapi("LinkToken");
export type LinkTokenView = z.infer<typeof linkTokenSchema>;
