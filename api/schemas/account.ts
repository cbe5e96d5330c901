import { z } from "@hono/zod-openapi";
import {
  accountIdSchema,
  cursorSchema,
  inputsSchema,
  instantSchema,
  integrationNameSchema,
  metadataSchema,
  nextCursorSchema,
  nullableInstantSchema,
  overridesPatchSchema,
  pageLimitSchema,
  scopeListSchema,
  tenantIdSchema,
} from "./primitives.ts";

export const accountStatusSchema = z.enum(["connecting", "active", "needs_reauth", "disconnected"]).openapi({
  description:
    "`connecting`: a link was clicked; removed after a day if nothing comes of it. `active`: a grant is there. `needs_reauth`: the grant is dead, only the customer can bring it back. `disconnected`: ended, tokens erased, for good.",
  example: "active",
});

export const lastErrorSchema = z
  .object({
    code: z.string().openapi({ description: "The class of the failure.", example: "transient" }),
    message: z.string().openapi({ description: "The provider's own words.", example: "HTTP 503" }),
    at: instantSchema.openapi({ description: "When it happened." }),
  })
  .openapi("LastError", { description: "The latest failure of an account." });

export const externalAccountSchema = z
  .object({
    id: z.string().openapi({ description: "By the provider's own id.", example: "00D5g000004nqRf" }),
    label: z.string().nullable().openapi({ description: "What its owner calls it; null: not known.", example: "Acme" }),
  })
  .openapi("ExternalAccount", { description: "Whose account at the provider it is." });

export const holdSchema = z
  .object({
    reason: z.string().openapi({ description: "Why it is held: `mass_failure`.", example: "mass_failure" }),
    at: instantSchema.openapi({ description: "Since when." }),
  })
  .openapi("Hold", { description: "Set while the mass-disconnect guard holds an account." });

export const scopesSchema = z
  .object({
    requested: z
      .array(z.string())
      .openapi({ description: "What was asked for.", example: ["contacts.read", "contacts.write"] }),
    granted: z.array(z.string()).openapi({ description: "What the grant holds.", example: ["contacts.read"] }),
    missing: z.array(z.string()).openapi({ description: "Asked for and not granted.", example: ["contacts.write"] }),
  })
  .openapi("Scopes", { description: "Scopes as the provider spells them." });

const credentialVersionSchema = z
  .number()
  .int()
  .openapi({ description: "Grows by one with each new token set.", example: 4 });

/** What everybody who may read accounts sees of one: never a secret (R44). */
export const accountSchema = z
  .object({
    id: accountIdSchema,
    integration_name: integrationNameSchema,
    tenant_id: tenantIdSchema,
    environment: z.string().openapi({ description: "The environment it is in.", example: "production" }),
    status: accountStatusSchema,
    hold: holdSchema.nullable().openapi({
      description: "Set while the mass-disconnect guard holds the account; the status stays `active`. Null: not held.",
      example: null,
    }),
    external_account: externalAccountSchema
      .nullable()
      .openapi({ description: "Whose account at the provider it is; null: not known." }),
    scopes: scopesSchema,
    expires_at: nullableInstantSchema.openapi({ description: "When the token ends; null: no end is known." }),
    refresh_due_at: nullableInstantSchema.openapi({ description: "The next alarm; null: none is set." }),
    refreshed_at: nullableInstantSchema.openapi({ description: "When a refresh worked last; null: never." }),
    refresh_token_rotated_at: nullableInstantSchema.openapi({
      description: "When the provider last gave another refresh token; null: never.",
    }),
    reauth_required_at: nullableInstantSchema.openapi({
      description: "Since when only the customer can bring it back; null: that is not so.",
      example: null,
    }),
    last_error: lastErrorSchema.nullable().openapi({ description: "The latest failure; null: none.", example: null }),
    credential_version: credentialVersionSchema,
    fields: z.record(z.string(), z.string()).openapi({
      description:
        "What came with the grant, as the integration's definition names it, such as an instance's address. No secrets.",
      example: { instance_url: "https://acme.example.com" },
    }),
    metadata: z
      .record(z.string(), z.string())
      .openapi({ description: "Your own small facts about it.", example: { plan: "team" } }),
    created_at: instantSchema.openapi({ description: "When it was first clicked or imported." }),
    updated_at: instantSchema.openapi({ description: "When anything of it changed last." }),
  })
  .openapi("Account", { description: "One customer's grant or credential at one integration. Never a secret." });

export type AccountView = z.infer<typeof accountSchema>;

/** One account by itself. */
export const accountDetailSchema = accountSchema
  .extend({
    overrides: z.record(z.string(), z.unknown()).openapi({
      description: "What this account lays over its environment's integration.",
      example: {},
    }),
    effective: z
      .record(
        z.string(),
        z.object({
          value: z.unknown().openapi({ description: "The value; secrets are masked.", example: 30 }),
          origin: z
            .enum(["platform", "environment", "account"])
            .openapi({ description: "The level that says it.", example: "platform" }),
        }),
      )
      .openapi({
        description: "Every value in force for this account, by JSON Pointer, with the level that says it.",
        example: { "/credentials/config/refresh/bufferSeconds": { value: 30, origin: "platform" } },
      }),
  })
  .openapi("AccountDetail", { description: "One account by itself, with the values in force for it." });

export const accountPageSchema = z
  .object({
    data: z.array(accountSchema).openapi({ description: "The accounts of this page, newest first." }),
    next_cursor: nextCursorSchema,
  })
  .openapi("AccountPage", { description: "A page of accounts." });
export type AccountPage = z.infer<typeof accountPageSchema>;

export const accountListQuerySchema = z.strictObject({
  tenant_id: tenantIdSchema.optional().openapi({ description: "Accounts of this tenant alone." }),
  integration_name: integrationNameSchema.optional().openapi({ description: "Accounts of this integration alone." }),
  status: accountStatusSchema.optional().openapi({ description: "Accounts with this status alone." }),
  hold: z
    .enum(["true", "false"])
    .transform((text) => text === "true")
    .optional()
    .openapi({ description: "`true`: accounts that the mass-disconnect guard holds; `false`: the others." }),
  limit: pageLimitSchema,
  cursor: cursorSchema.optional(),
});

export const attemptListQuerySchema = z.strictObject({ limit: pageLimitSchema, cursor: cursorSchema.optional() });

export const tokenQuerySchema = z.strictObject({
  min_ttl: z.coerce.number().int().min(0).max(31_536_000).optional().openapi({
    description:
      "Seconds that the token must live from now, at most a year. Without it, the integration's buffer counts (30 seconds unless its document says otherwise). Nothing changes for credentials without an end.",
    example: 300,
  }),
});

/** RFC 6749, appendix A: visible ASCII. What else stands in it would break the header it is sent in. */
const importedToken = z
  .string()
  .min(1)
  .max(16_384)
  .regex(/^[\x20-\x7e]+$/, "expected visible ASCII characters only (RFC 6749, appendix A)");

const importedOauth2Schema = z
  .strictObject({
    access_token: importedToken.openapi({ description: "The access token; a past one is fine.", example: "..." }),
    refresh_token: importedToken
      .optional()
      .openapi({ description: "Without it the account can't be refreshed.", example: "..." }),
    expires_at: z.iso.datetime({ offset: true }).optional().openapi({
      description: "When the access token ends, or `expires_in`. Without either, the integration's usual life counts.",
      example: "2026-11-20T10:00:00Z",
    }),
    expires_in: z
      .number()
      .int()
      .min(0)
      .max(315_360_000)
      .optional()
      .openapi({ description: "Seconds for which the access token lives from now, or `expires_at`.", example: 3600 }),
    scope: z
      .union([z.string().max(10_000), scopeListSchema])
      .optional()
      .openapi({ description: "The granted scopes, as one text or a list.", example: ["contacts.read"] }),
    client_id: importedToken.max(500).optional().openapi({
      description: "The OAuth client that the tokens were issued to, where it is not the environment's.",
      example: "customers-own-app",
    }),
    client_secret: importedToken
      .max(5000)
      .optional()
      .openapi({ description: "The secret of that client.", example: "..." }),
  })
  .refine((value) => value.client_secret === undefined || value.client_id !== undefined, {
    message: "a client_secret needs its client_id",
    path: ["client_id"],
  })
  .refine((value) => value.expires_at === undefined || value.expires_in === undefined, {
    message: "give expires_at or expires_in, not both",
    path: ["expires_in"],
  })
  .openapi("ImportedTokens", { description: "A token set of format `oauth2`." });

/** Or a private key, where the integration signs its grants (RFC 7523). */
const importedSecret = z
  .string()
  .min(1)
  .max(5000)
  .regex(
    /^(?:[\x20-\x7e]+|-----BEGIN [A-Z ]+-----[\x20-\x7e\r\n]+-----END [A-Z ]+-----\s*)$/,
    "expected visible ASCII characters only, or a private key in PEM",
  )
  .openapi({ description: "Its secret, or a private key in PEM where the integration signs.", example: "..." });

const ownClientIdSchema = importedToken.max(500).openapi({
  description: "The id of the client.",
  example: "customers-own-app",
});

/** RFC 6749 §4.4. A client of the account's own; without one, the environment's client asks. */
const importedClientSchema = z
  .strictObject({ client_id: ownClientIdSchema.optional(), client_secret: importedSecret.optional() })
  .refine((value) => value.client_secret === undefined || value.client_id !== undefined, {
    message: "a client_secret needs its client_id",
    path: ["client_id"],
  })
  .openapi("ImportedClient", {
    description: "A client of the account's own (RFC 6749 §4.4); without one, the environment's client asks.",
  });

/** By the names that the integration document gives its fields, which says more about each. */
const importedFieldsSchema = z
  .record(z.string().min(1).max(100), z.string().max(20_000))
  .refine((fields) => Object.keys(fields).length <= 50, "at most 50 fields");

const importedExternalAccountSchema = z
  .strictObject({
    id: z.string().min(1).max(500).openapi({ description: "By the provider's own id.", example: "00D5g000004nqRf" }),
    label: z
      .string()
      .max(500)
      .nullable()
      .optional()
      .openapi({ description: "What its owner calls it.", example: "Acme" }),
  })
  .openapi("ImportedExternalAccount", { description: "Whose account at the provider it is." });

export const accountImportSchema = z
  .strictObject({
    integration_name: integrationNameSchema,
    tenant_id: tenantIdSchema,
    credentials: z
      .strictObject({
        oauth2: importedOauth2Schema.optional(),
        oauth2_client_credentials: importedClientSchema.optional(),
        api_key: importedFieldsSchema
          .optional()
          .openapi({ description: "By the names of the integration document.", example: { api_key: "..." } }),
        basic: importedFieldsSchema.optional().openapi({
          description: "By the names of the integration document.",
          example: { username: "...", password: "..." },
        }),
        custom: importedFieldsSchema
          .optional()
          .openapi({ description: "By the names of the integration document.", example: { token: "..." } }),
      })
      .refine((given) => Object.keys(given).length === 1, "give the credentials of one format")
      .openapi("ImportedCredentials", { description: "The credentials of one format, the integration's." }),
    inputs: inputsSchema.optional(),
    fields: inputsSchema.optional().openapi({
      description:
        "What would have come with the grant, as the integration's definition names it. Checked like the provider's.",
      example: { instance_url: "https://acme.example.com" },
    }),
    external_account: importedExternalAccountSchema.optional(),
    overrides: overridesPatchSchema.optional(),
    metadata: metadataSchema.optional(),
  })
  .openapi("AccountImport", { description: "Credentials that exist already, to be kept alive here from now on." });

/** The OAuth client that the account brought itself; without `client_id` the present one gets another secret. */
const ownClientSchema = z
  .strictObject({ client_id: ownClientIdSchema.optional(), client_secret: importedSecret })
  .openapi("OwnClient", {
    description:
      "The OAuth client that the account brought itself; without `client_id` the present one gets another secret.",
  });

/** The same where it keeps a customer's grant: as an import has it, since nothing is signed there. */
const ownGrantClientSchema = z
  .strictObject({
    client_id: ownClientIdSchema.optional(),
    client_secret: importedToken.max(5000).openapi({ description: "Its secret.", example: "..." }),
  })
  .openapi("OwnGrantClient", {
    description: "The same where the account keeps a customer's grant; without `client_id` another secret.",
  });

/** A piece of the integration document, and beside it the client, which is sealed and no override. */
const accountOverridesSchema = overridesPatchSchema.and(
  z.looseObject({
    credentials: z
      .looseObject({ oauth2: ownGrantClientSchema.optional(), oauth2_client_credentials: ownClientSchema.optional() })
      .refine(
        (given) => given.oauth2 === undefined || given.oauth2_client_credentials === undefined,
        "give the client of one format",
      )
      .nullish()
      .openapi({
        description: "Overrides of `credentials`, and the account's own client beside them; null takes them away.",
      }),
  }),
);

export const accountPatchSchema = z
  .strictObject({
    metadata: metadataSchema
      .optional()
      .openapi({ description: "Takes the place of the whole `metadata`; see AccountImport for its limits." }),
    overrides: accountOverridesSchema.optional().openapi({
      description:
        "A sparse piece of the integration document, laid over what is there (RFC 7396): null takes an override away, and what is absent stays. Beside it the account's own OAuth client.",
      example: { credentials: { config: { refresh: { bufferSeconds: 120 } } } },
    }),
  })
  .refine((given) => Object.keys(given).length > 0, "give metadata, overrides or both")
  .openapi("AccountPatch", { description: "What to change: `metadata`, `overrides` or both." });

export const disconnectionSchema = z
  .object({
    id: accountIdSchema,
    status: z.literal("disconnected").openapi({ description: "Ended, for good.", example: "disconnected" }),
    revocation: z.enum(["revoked", "not_supported", "failed"]).openapi({
      description:
        "What came of revoking at the provider. `not_supported`: it has no way to. `failed`: it did not confirm; the tokens are erased here all the same.",
      example: "revoked",
    }),
  })
  .openapi("Disconnection", { description: "What came of a disconnect." });

export const tokenSchema = z
  .object({
    access_token: z.string().openapi({ description: "The access token. Don't store it: ask again.", example: "..." }),
    token_type: z.string().openapi({ description: "How it is sent (RFC 6749 §7.1).", example: "Bearer" }),
    expires_at: nullableInstantSchema.openapi({ description: "When it ends; null: no end is known." }),
    expires_in: z
      .number()
      .int()
      .nullable()
      .openapi({ description: "Seconds until then, rounded down; null: no end is known.", example: 3412 }),
    scopes: scopesSchema,
    credential_version: credentialVersionSchema,
    refresh: z.enum(["failing", "limited"]).optional().openapi({
      description:
        "Set where `min_ttl` is not met and this is the best token that is still valid. `failing`: a refresh does not work at the moment. `limited`: the provider's tokens never live that long.",
    }),
  })
  .openapi("Token", { description: "An access token and what is known of it." });

/** What an end user typed (api_key, basic, custom): by the names of the integration document, without an end. */
export const credentialsSchema = z
  .object({
    credentials: z.record(z.string(), z.string()).openapi({
      description: "What was typed, by the names of the integration document.",
      example: { api_key: "..." },
    }),
    credential_version: credentialVersionSchema,
  })
  .openapi("Credentials", { description: "Credentials of the formats api_key, basic and custom; they have no end." });

export const attemptSchema = z
  .object({
    id: z.string().openapi({ description: "The attempt's id.", example: "att_2f8k3mzq0v7w1x9y4t6r5p8n" }),
    reason: z.enum(["alarm", "on_demand", "forced", "rejected_token", "reauthorized"]).openapi({
      description:
        "`alarm`: scheduled. `on_demand`: a caller needed a token that lives longer. `forced`: asked for. `rejected_token`: the provider's API rejected the token. `reauthorized`: the customer authorized again.",
      example: "alarm",
    }),
    started_at: instantSchema.openapi({ description: "When it began." }),
    finished_at: nullableInstantSchema.openapi({ description: "When it ended; null: it runs." }),
    waiters: z.number().int().openapi({ description: "Callers who shared its result.", example: 0 }),
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
      .nullable()
      .openapi({ description: "What came of it, by who must act; null: it runs.", example: "refreshed" }),
    http_status: z
      .number()
      .int()
      .nullable()
      .openapi({ description: "What the token endpoint sent; null: no answer came.", example: 200 }),
    error: z.string().nullable().openapi({ description: "The provider's own error; null: none.", example: null }),
    rule: z.string().nullable().openapi({ description: "The rule that decided; null: none had to.", example: null }),
    next_attempt_at: nullableInstantSchema.openapi({ description: "When it is tried next; null: not by itself." }),
    explanation: z
      .string()
      .nullable()
      .openapi({ description: "All of it in words, with what happens next.", example: "The token was refreshed." }),
  })
  .openapi("RefreshAttempt", { description: "One recorded call of a token endpoint." });

export type AttemptView = z.infer<typeof attemptSchema>;

export const attemptPageSchema = z
  .object({
    data: z.array(attemptSchema).openapi({ description: "The attempts of this page, newest first." }),
    next_cursor: nextCursorSchema,
  })
  .openapi("RefreshAttemptPage", { description: "A page of attempts." });
export type AttemptPage = z.infer<typeof attemptPageSchema>;
