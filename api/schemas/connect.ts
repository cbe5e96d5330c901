import { z } from "@hono/zod-openapi";
import { instantSchema } from "./primitives.ts";

const linkIntegrationSchema = z.object({
  name: z.string(),
  label: z.string(),
  /** Scopes that will be asked for, in the order of the integration document. */
  scopes: z.array(z.string()),
  inputs: z.array(
    z.object({
      name: z.string(),
      label: z.string(),
      help: z.string().nullable(),
      example: z.string().nullable(),
      pattern: z.string().nullable(),
      required: z.boolean(),
    }),
  ),
  /** Why this integration can't be connected now (no OAuth client is set up), in words for the end user; null when it can. */
  unavailable: z.string().nullable(),
});

/** What a connect link offers. Reading it consumes nothing. */
export const connectLinkSchema = z
  .object({
    state: z.enum(["open", "used", "expired", "unknown"]),
    product: z.object({ name: z.string(), support: z.string().nullable() }),
    environment: z.string().nullable(),
    /** Set when the link re-authorizes an account that exists. */
    reauthorizes: z.object({ external_account: z.string().nullable() }).nullable(),
    integrations: z.array(linkIntegrationSchema),
    expires_at: instantSchema.nullable(),
  })
  .openapi("ConnectLink");
export type ConnectLinkView = z.infer<typeof connectLinkSchema>;

/** What came of this browser's trip to the provider. */
export const connectOutcomeSchema = z
  .object({
    status: z.enum(["authorizing", "connected", "failed", "unknown"]),
    product: z.object({ name: z.string(), support: z.string().nullable() }),
    integration: z.object({ name: z.string(), label: z.string() }).nullable(),
    reauthorized: z.boolean(),
    external_account: z.string().nullable(),
    scopes_missing: z.array(z.string()),
    failure: z
      .object({
        code: z.enum([
          "access_denied",
          "state_mismatch",
          "expired",
          "provider_error",
          "provider_unreachable",
          "client_misconfigured",
          "external_account_mismatch",
          "server_error",
        ]),
        /** The provider's own words, plain text, at most 300 characters. */
        detail: z.string().nullable(),
      })
      .nullable(),
    return_url: z.string().nullable(),
  })
  .openapi("ConnectOutcome");
export type ConnectOutcomeView = z.infer<typeof connectOutcomeSchema>;
