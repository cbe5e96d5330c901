import { z } from "@hono/zod-openapi";
import { languages, languageTag } from "#core/domain/connect/language";
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

const userReferenceSchema = z
  .string()
  .min(1)
  .max(200)
  .openapi({ description: "Who of your customer's people it is for, by your own id.", example: "user-7" });

export const linkTokenRequestSchema = z
  .strictObject({
    tenant_id: tenantIdSchema,
    user_reference: userReferenceSchema.optional(),
    integration_name: integrationNameSchema
      .optional()
      .openapi({ description: "The integration to connect. Without it and `integrations`, the customer chooses." }),
    integrations: z
      .array(integrationNameSchema)
      .min(1)
      .max(100)
      .optional()
      .openapi({ description: "The integrations that the customer may choose from.", example: ["acme-crm"] }),
    integrated_account_id: accountIdSchema
      .optional()
      .openapi({ description: "The account to re-authorize; it keeps its id." }),
    return_url: z.url().max(2000).optional().openapi({
      description: "Where the customer comes back to; exactly one of the environment's `return_urls`.",
      example: "https://app.example.com/settings",
    }),
    scopes: scopeListSchema
      .optional()
      .openapi({ description: "Asked for besides those of the integration.", example: ["contacts.write"] }),
    session_binding: z.boolean().default(false).openapi({
      description:
        "Nothing connects until POST /connect-sessions/{id}/complete has named tenant and user once more. Needs user_reference and return_url.",
    }),
    expires_in: z
      .number()
      .int()
      .min(60)
      .max(maxLinkSeconds)
      .default(maxLinkSeconds)
      .openapi({ description: "Seconds that the link lives, 60 to 604,800 (seven days).", example: 86_400 }),
    locale: z
      .string()
      .regex(languageTag, `expected a language tag such as de or pt-BR (BCP 47); spoken are ${languages.join(", ")}`)
      .optional()
      .openapi({
        description: `The language of the connect page: ${languages.join(", ")}, with whatever region. Of another language, or without one, the page speaks the browser's.`,
        example: "de",
      }),
    metadata: metadataSchema.optional().openapi({ description: "Becomes the account's `metadata`." }),
  })
  .refine((link) => link.integration_name === undefined || link.integrations === undefined, {
    path: ["integrations"],
    error: "stands beside integration_name; give one of the two",
  })
  .openapi("LinkTokenRequest", { description: "Who connects what." });

/** Both as the link has them, from the session of the user who is signed in to the product. */
export const connectConfirmationSchema = z
  .strictObject({ tenant_id: tenantIdSchema, user_reference: userReferenceSchema })
  .openapi("ConnectConfirmation", { description: "Who connected, both as the link has them." });

export const linkTokenSchema = z
  .object({
    link_token: z.string().openapi({ description: "The link's token, shown this once.", example: "lt_…" }),
    url: z.url().openapi({
      description: "Where to send the customer's browser, or open it in a window.",
      example: "https://connect.example.com/connect/lt_example",
    }),
    expires_at: instantSchema.openapi({ description: "When the link ends." }),
  })
  .openapi("LinkToken", { description: "A link with which a customer connects or re-authorizes." });
export type LinkTokenView = z.infer<typeof linkTokenSchema>;
