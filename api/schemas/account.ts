import { z } from "@hono/zod-openapi";
import {
  accountIdSchema,
  inputsSchema,
  instantSchema,
  integrationNameSchema,
  metadataSchema,
  nullableInstantSchema,
  overridesPatchSchema,
  pageLimitSchema,
  scopeListSchema,
  tenantIdSchema,
} from "./primitives.ts";

export const accountStatusSchema = z.enum(["connecting", "active", "needs_reauth", "disconnected"]);

export const lastErrorSchema = z.object({ code: z.string(), message: z.string(), at: instantSchema });

export const externalAccountSchema = z.object({ id: z.string(), label: z.string().nullable() });

/** What everybody who may read accounts sees of one: never a secret (R44). */
export const accountSchema = z
  .object({
    id: accountIdSchema,
    integration_name: integrationNameSchema,
    tenant_id: tenantIdSchema,
    environment: z.string(),
    status: accountStatusSchema,
    hold: z.object({ reason: z.string(), at: instantSchema }).nullable(),
    external_account: externalAccountSchema.nullable(),
    scopes: z.object({ requested: z.array(z.string()), granted: z.array(z.string()), missing: z.array(z.string()) }),
    expires_at: nullableInstantSchema,
    refresh_due_at: nullableInstantSchema,
    refreshed_at: nullableInstantSchema,
    refresh_token_rotated_at: nullableInstantSchema,
    reauth_required_at: nullableInstantSchema,
    last_error: lastErrorSchema.nullable(),
    credential_version: z.number().int(),
    fields: z.record(z.string(), z.string()).openapi({
      description:
        "What came with the grant, as the integration's definition names it, such as an instance's address. No secrets.",
    }),
    metadata: z.record(z.string(), z.string()),
    created_at: instantSchema,
    updated_at: instantSchema,
  })
  .openapi("Account");

export type AccountView = z.infer<typeof accountSchema>;

/** One account by itself. */
export const accountDetailSchema = accountSchema
  .extend({
    overrides: z.record(z.string(), z.unknown()).openapi({
      description: "What this account lays over its environment's integration.",
    }),
    effective: z
      .record(z.string(), z.object({ value: z.unknown(), origin: z.enum(["platform", "environment", "account"]) }))
      .openapi({ description: "Every value in force for this account, by JSON Pointer, with the level that says it." }),
  })
  .openapi("AccountDetail");

export const accountPageSchema = z.object({ data: z.array(accountSchema), next_cursor: z.string().nullable() });
export type AccountPage = z.infer<typeof accountPageSchema>;

export const accountListQuerySchema = z.strictObject({
  tenant_id: tenantIdSchema.optional(),
  integration_name: integrationNameSchema.optional(),
  status: accountStatusSchema.optional(),
  hold: z
    .enum(["true", "false"])
    .transform((text) => text === "true")
    .optional()
    .openapi({ description: "Whether the mass-disconnect guard holds the account." }),
  limit: pageLimitSchema,
  cursor: z.string().max(500).optional(),
});

/** RFC 6749, appendix A: visible ASCII. What else stands in it would break the header it is sent in. */
const importedToken = z
  .string()
  .min(1)
  .max(16_384)
  .regex(/^[\x20-\x7e]+$/, "expected visible ASCII characters only (RFC 6749, appendix A)");

const importedOauth2Schema = z
  .strictObject({
    access_token: importedToken,
    refresh_token: importedToken.optional(),
    expires_at: z.iso.datetime({ offset: true }).optional(),
    expires_in: z.number().int().min(0).max(315_360_000).optional(),
    scope: z.union([z.string().max(10_000), scopeListSchema]).optional(),
    client_id: importedToken.max(500).optional().openapi({
      description: "The OAuth client that the tokens were issued to, where it is not the environment's.",
    }),
    client_secret: importedToken.max(5000).optional(),
  })
  .refine((value) => value.client_secret === undefined || value.client_id !== undefined, {
    message: "a client_secret needs its client_id",
    path: ["client_id"],
  })
  .refine((value) => value.expires_at === undefined || value.expires_in === undefined, {
    message: "give expires_at or expires_in, not both",
    path: ["expires_in"],
  });

/** Or a private key, where the integration signs its grants (RFC 7523). */
const importedSecret = z
  .string()
  .min(1)
  .max(5000)
  .regex(
    /^(?:[\x20-\x7e]+|-----BEGIN [A-Z ]+-----[\x20-\x7e\r\n]+-----END [A-Z ]+-----\s*)$/,
    "expected visible ASCII characters only, or a private key in PEM",
  );

/** RFC 6749 §4.4. A client of the account's own; without one, the environment's client asks. */
const importedClientSchema = z
  .strictObject({ client_id: importedToken.max(500).optional(), client_secret: importedSecret.optional() })
  .refine((value) => value.client_secret === undefined || value.client_id !== undefined, {
    message: "a client_secret needs its client_id",
    path: ["client_id"],
  });

/** By the names that the integration document gives its fields, which says more about each. */
const importedFieldsSchema = z
  .record(z.string().min(1).max(100), z.string().max(20_000))
  .refine((fields) => Object.keys(fields).length <= 50, "at most 50 fields");

export const accountImportSchema = z
  .strictObject({
    integration_name: integrationNameSchema,
    tenant_id: tenantIdSchema,
    credentials: z
      .strictObject({
        oauth2: importedOauth2Schema.optional(),
        oauth2_client_credentials: importedClientSchema.optional(),
        api_key: importedFieldsSchema.optional().openapi({ example: { api_key: "…" } }),
        basic: importedFieldsSchema.optional().openapi({ example: { username: "…", password: "…" } }),
        custom: importedFieldsSchema.optional(),
      })
      .refine((given) => Object.keys(given).length === 1, "give the credentials of one format"),
    inputs: inputsSchema.optional(),
    fields: inputsSchema.optional().openapi({
      description:
        "What would have come with the grant, as the integration's definition names it. Checked like the provider's.",
    }),
    external_account: z
      .strictObject({ id: z.string().min(1).max(500), label: z.string().max(500).nullable().optional() })
      .optional(),
    overrides: overridesPatchSchema.optional(),
    metadata: metadataSchema.optional(),
  })
  .openapi("AccountImport");

/** The OAuth client that the account brought itself; without `client_id` the present one gets another secret. */
const ownClientSchema = z.strictObject({
  client_id: importedToken.max(500).optional(),
  client_secret: importedSecret,
});

/** The same where it keeps a customer's grant: as an import has it, since nothing is signed there. */
const ownGrantClientSchema = ownClientSchema.extend({ client_secret: importedToken.max(5000) });

/** A piece of the integration document, and beside it the client, which is sealed and no override. */
const accountOverridesSchema = overridesPatchSchema.and(
  z.looseObject({
    credentials: z
      .looseObject({ oauth2: ownGrantClientSchema.optional(), oauth2_client_credentials: ownClientSchema.optional() })
      .refine(
        (given) => given.oauth2 === undefined || given.oauth2_client_credentials === undefined,
        "give the client of one format",
      )
      .nullish(),
  }),
);

export const accountPatchSchema = z
  .strictObject({ metadata: metadataSchema.optional(), overrides: accountOverridesSchema.optional() })
  .refine((given) => Object.keys(given).length > 0, "give metadata, overrides or both")
  .openapi("AccountPatch");

export const disconnectionSchema = z
  .object({
    id: accountIdSchema,
    status: z.literal("disconnected"),
    revocation: z.enum(["revoked", "not_supported", "failed"]),
  })
  .openapi("Disconnection");

export const tokenSchema = z
  .object({
    access_token: z.string(),
    token_type: z.string(),
    expires_at: nullableInstantSchema,
    expires_in: z.number().int().nullable(),
    scopes: z.object({ requested: z.array(z.string()), granted: z.array(z.string()), missing: z.array(z.string()) }),
    credential_version: z.number().int(),
    refresh: z.enum(["failing", "limited"]).optional(),
  })
  .openapi("Token");

/** What an end user typed (api_key, basic, custom): by the names of the integration document, without an end. */
export const credentialsSchema = z
  .object({
    credentials: z.record(z.string(), z.string()).openapi({ example: { api_key: "…" } }),
    credential_version: z.number().int(),
  })
  .openapi("Credentials");

export const attemptSchema = z
  .object({
    id: z.string(),
    reason: z.enum(["alarm", "on_demand", "forced", "rejected_token", "reauthorized"]),
    started_at: instantSchema,
    finished_at: nullableInstantSchema,
    waiters: z.number().int(),
    outcome: z
      .enum([
        "refreshed",
        "transient",
        "rate_limited",
        "reauthorize",
        "held",
        "client_misconfigured",
        "in_doubt",
        "superseded",
      ])
      .nullable(),
    http_status: z.number().int().nullable(),
    error: z.string().nullable(),
    rule: z.string().nullable(),
    next_attempt_at: nullableInstantSchema,
    explanation: z.string().nullable(),
  })
  .openapi("RefreshAttempt");

export type AttemptView = z.infer<typeof attemptSchema>;

export const attemptPageSchema = z.object({ data: z.array(attemptSchema), next_cursor: z.string().nullable() });
export type AttemptPage = z.infer<typeof attemptPageSchema>;
