import { z } from "@hono/zod-openapi";
import { instantSchema } from "./primitives.ts";

const coloursSchema = z.object({
  fill: z.string(),
  on_fill: z.string(),
  /** For words in the accent on the card. */
  ink: z.string(),
});

/** Who asks, in its environment's branding. */
const productSchema = z.object({
  /** Null: the environment has not said how it is called. */
  name: z.string().nullable(),
  support: z.string().nullable(),
  privacy_url: z.string().nullable(),
  /** A path of our own origin; null: a letter stands in. */
  logo: z.string().nullable(),
  /** Hex; null: ours. */
  accent: z.object({ light: coloursSchema, dark: coloursSchema }).nullable(),
});
export type ConnectProduct = z.infer<typeof productSchema>;

const linkIntegrationSchema = z.object({
  name: z.string(),
  label: z.string(),
  /** Scopes that will be asked for, in the order of the integration document. */
  scopes: z.array(z.string()),
  /** What each of them allows, by scope, as the document says it; those that it leaves out are absent. */
  scope_descriptions: z.record(z.string(), z.string()),
  inputs: z.array(
    z.object({
      name: z.string(),
      label: z.string(),
      help: z.string().nullable(),
      example: z.string().nullable(),
      pattern: z.string().nullable(),
      /** The values to choose from; null: any that fits. */
      options: z.array(z.object({ value: z.string(), label: z.string() })).nullable(),
      default: z.string().nullable(),
      required: z.boolean(),
    }),
  ),
  /** Set where credentials are typed into this page's form: what is asked for. Null: the button leads to the provider. */
  form: z
    .object({
      format: z.enum(["api_key", "basic", "custom"]),
      fields: z.array(
        z.object({
          name: z.string(),
          label: z.string(),
          help: z.string().nullable(),
          example: z.string().nullable(),
          pattern: z.string().nullable(),
          secret: z.boolean(),
        }),
      ),
    })
    .nullable(),
  /** Why this integration can't be connected now; null when it can. */
  unavailable: z.enum(["no_client"]).nullable(),
});

/** What a connect link offers. Reading it consumes nothing. */
export const connectLinkSchema = z
  .object({
    state: z.enum(["open", "used", "expired", "unknown"]),
    product: productSchema,
    environment: z.string().nullable(),
    /** Set when the link re-authorizes an account that exists. */
    reauthorizes: z.object({ external_account: z.string().nullable() }).nullable(),
    integrations: z.array(linkIntegrationSchema),
    /** This browser sent a form of this link lately, and it came to nothing. Never a secret. */
    attempt: z
      .object({
        integration_name: z.string(),
        /** What was typed and is no secret, by name. */
        typed: z.record(z.string(), z.string()),
        code: z.enum([
          "invalid",
          "rejected",
          "unlike",
          "rate_limited",
          "provider_error",
          "provider_unreachable",
          "client_misconfigured",
          "external_account_mismatch",
          "external_account_unknown",
          "try_again",
        ]),
        /** The provider's own words, or the external account that was found. */
        detail: z.string().nullable(),
        /** `fault` says what is wrong for words in the reader's language; null where it is new here, or the code says it. */
        fields: z.array(
          z.object({
            name: z.string(),
            message: z.string().nullable(),
            fault: z
              .enum(["missing", "form", "choice", "host_part", "one_line", "colon", "too_long", "unusable"])
              .nullable(),
          }),
        ),
      })
      .nullable(),
    /** The forms of this link were sent too often: not before this instant again. */
    forms_blocked_until: instantSchema.nullable(),
    expires_at: instantSchema.nullable(),
  })
  .openapi("ConnectLink");
export type ConnectLinkView = z.infer<typeof connectLinkSchema>;

/** What a page that embeds connect is told. Never a token. */
const embedResultSchema = z.object({
  /** `waiting`: nobody has set out yet. `away`: at the provider, or on the way back. `refused`: not to this page. */
  status: z.enum(["waiting", "away", "connected", "failed", "refused"]),
  /** Of a session that has ended. */
  connect_session_id: z.string().optional(),
  integrated_account_id: z.string().optional(),
  error: z.string().optional(),
});
export type EmbedResult = z.infer<typeof embedResultSchema>;

/** What came of this browser's trip to the provider. */
export const connectOutcomeSchema = z
  .object({
    /**
     * `confirming`: the product's backend has not said yet that it was the right person; `approving`: the person has not said yet
     * that it is the right account. Nothing is connected.
     */
    status: z.enum(["authorizing", "confirming", "approving", "connected", "failed", "unknown"]),
    /** While `approving`: goes with the person's answer. */
    connect_session_id: z.string().nullable(),
    product: productSchema,
    integration: z.object({ name: z.string(), label: z.string() }).nullable(),
    reauthorized: z.boolean(),
    /** Who is connected, or will be; null: the provider does not tell. */
    external_account: z.string().nullable(),
    scopes_missing: z.array(z.string()),
    /** What those allow, as above. */
    scope_descriptions: z.record(z.string(), z.string()),
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
          "binding_failed",
          "declined",
          "server_error",
        ]),
        /** The provider's own words, plain text, at most 300 characters. */
        detail: z.string().nullable(),
      })
      .nullable(),
    /** While `confirming`, with the session that the product confirms. */
    return_url: z.string().nullable(),
    /** The page of the product that embeds this trip, and what it is told; null: none does. */
    opener: z.object({ origin: z.string(), result: embedResultSchema }).nullable(),
  })
  .openapi("ConnectOutcome");
export type ConnectOutcomeView = z.infer<typeof connectOutcomeSchema>;
