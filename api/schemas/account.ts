import { z } from "@hono/zod-openapi";
import {
  accountIdSchema,
  instantSchema,
  integrationNameSchema,
  nullableInstantSchema,
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
    user_reference: z.string().nullable().openapi({
      description: "Your own id of the user who connected it, as the link named it; null: it named none.",
      example: "user-81",
    }),
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
    inputs: z.record(z.string(), z.string()).openapi({
      description: "What its customer, or whoever imported it, gave for the integration's inputs, such as a subdomain.",
      example: { subdomain: "acme" },
    }),
    own_client_id: z.string().nullable().openapi({
      description: "The OAuth client that the account brought itself; null: its environment's is used.",
      example: null,
    }),
    credential: z
      .object({
        version: credentialVersionSchema,
        key_id: z.string().nullable().openapi({
          description: "The key that wraps its data key; null: you lack `keys:read`.",
          example: "k1",
        }),
        sealed_at: instantSchema.openapi({ description: "When it was sealed, or wrapped anew." }),
      })
      .openapi("SealedCredentialFacts", {
        description: "What is known of a sealed credential without opening it. Never the value.",
      })
      .nullable()
      .openapi({ description: "Of its sealed credential; null: it holds none." }),
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
export type AccountDetailView = z.infer<typeof accountDetailSchema>;

export const tokenQuerySchema = z.strictObject({
  min_ttl: z.coerce.number().int().min(0).max(31_536_000).optional().openapi({
    description:
      "Seconds that the token must live from now, at most a year. Without it, the integration's buffer counts (30 seconds unless its document says otherwise). Nothing changes for credentials without an end.",
    example: 300,
  }),
});

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
