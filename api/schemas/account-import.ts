import { z } from "@hono/zod-openapi";
import {
  inputsSchema,
  integrationNameSchema,
  metadataSchema,
  overridesPatchSchema,
  scopeListSchema,
  tenantIdSchema,
} from "./primitives.ts";

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
