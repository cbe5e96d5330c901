import { z } from "zod";
import { expression, fieldName, headerName, origin, parameters, path, pattern, templates } from "./document-parts.ts";
import { identitySchema, revocationSchema } from "./calls-schema.ts";
import { refreshSchema } from "./refresh-schema.ts";

/** `credentials.config` of oauth2 and oauth2_client_credentials. */
const authSchema = z.strictObject({
  tokenHost: origin,
  tokenPath: path.default("/oauth/token"),
  authorizeHost: origin.optional().describe("The tokenHost where absent."),
  authorizePath: path.default("/oauth/authorize"),
  authorizeFragment: z
    .string()
    .max(200)
    .regex(/^[^\s#]+$/, "expected a fragment without #")
    .optional(),
  refreshHost: origin.optional().describe("The tokenHost where absent."),
  refreshPath: path.optional().describe("The tokenPath where absent."),
  revokeHost: origin.optional().describe("The tokenHost where absent."),
  revokePath: path.optional().describe("RFC 7009. Absent: see revocation, or the provider offers none."),
  introspectPath: path.optional().describe("RFC 7662. Asked for a token's end where nothing else tells it."),
  parPath: path.optional().describe("RFC 9126. The authorization request is pushed there."),
  issuer: z
    .url()
    .max(300)
    .optional()
    .describe("Compared with iss in the authorization response (RFC 9207) and the ID token."),
  sendsIss: z
    .boolean()
    .default(false)
    .describe("The server always sends iss (RFC 9207): an authorization response without it is refused."),
});

const optionsSchema = z.strictObject({
  authorizationMethod: z
    .enum(["header", "body", "none", "private_key_jwt", "mtls", "secret_as_username"])
    .default("header"),
  bodyFormat: z.enum(["form", "json", "query"]).default("form"),
  signingAlgorithm: z.enum(["ES256", "RS256", "PS256"]).default("ES256").describe("Of private_key_jwt."),
  dpop: z.boolean().default(false).describe("RFC 9449: tokens are bound to a key of the account's own."),
  headers: z.record(headerName, z.string().max(1000)).default({}).describe("Sent with every token request."),
});

const grantFieldSchema = z.strictObject({
  name: fieldName,
  from: z
    .enum(["token", "callback", "identity"])
    .default("token")
    .describe("Where it comes: the token answer, the parameters of the callback, or the answer of the identity call."),
  value: expression,
  pattern: pattern.optional().describe("The whole value must match. Required where the field forms a host."),
  required: z.boolean().default(true),
});

const exchangeSchema = z.strictObject({
  host: origin.optional().describe("The tokenHost where absent."),
  path,
  method: z.enum(["POST", "GET"]).default("POST"),
  params: parameters.default({}).describe("May name {access_token}, {client_id}, {client_secret}, inputs and fields."),
  when: z.enum(["connect", "always"]).default("connect").describe("always: after each refresh too."),
});

const assertionSchema = z.strictObject({
  algorithm: z.enum(["RS256", "ES256", "PS256"]).default("RS256"),
  claims: templates.describe(
    "iss, sub, aud and whatever else; may name {client_id}, {scope} and inputs. One whose names are all empty is left out.",
  ),
  headers: templates.default({}).describe("Besides alg and typ, e.g. kid; may name inputs."),
  lifetimeSeconds: z.number().int().min(30).max(3600).default(300),
  sendsClientId: z.boolean().default(false),
});

export const oauthConfigSchema = z.strictObject({
  client: z
    .strictObject({
      client_id: z.string().min(1).max(500).optional(),
      client_secret: z.string().min(1).max(20_000).optional(),
    })
    .optional()
    .describe("Normally set per environment (PATCH /environment-integration). Sealed, masked on read."),
  auth: authSchema,
  scope: z.union([z.string().max(10_000), z.array(z.string().min(1).max(500)).max(200)]).default([]),
  scopeSeparator: z.string().min(1).max(3).default(" "),
  scopeParameter: z.string().min(1).max(100).default("scope"),
  scopeImplies: z
    .record(z.string().min(1).max(500), z.array(z.string().min(1).max(500)).min(1).max(50))
    .default({})
    .describe("Scope → the scopes that it contains, where a server leaves those out of its answer."),
  scopeDescriptions: z
    .record(z.string().min(1).max(500), z.string().min(1).max(300))
    .default({})
    .describe("What each scope allows, in a sentence for end users."),
  pkce: z.strictObject({ method: z.enum(["S256", "none"]) }).default({ method: "S256" }),
  options: optionsSchema.prefault({}),
  params: z
    .strictObject({
      authorize: templates.default({}),
      token: parameters.default({}),
      refresh: parameters.default({}),
    })
    .default({ authorize: {}, token: {}, refresh: {} })
    .describe(
      "Extra parameters; values may name inputs, fields, {client_id}, {scope} and {redirect_uri}. One whose names are all empty is left out.",
    ),
  parameterNames: z
    .record(z.string().min(1).max(100), z.string().min(1).max(100))
    .default({})
    .describe("Standard parameter → the provider's name for it, e.g. client_id → client_key."),
  callback: z
    .strictObject({ code: z.string().min(1).max(100).default("code") })
    .prefault({})
    .describe("How the provider names the parameters of the callback."),
  fields: z
    .array(grantFieldSchema)
    .max(20)
    .default([])
    .describe("Facts that come with a grant and are kept on its account."),
  tokenExpiryDuration: z
    .number()
    .int()
    .min(1)
    .max(3_155_760_000)
    .optional()
    .describe("Life of an access token where the server sends no expires_in."),
  expiresInUnit: z
    .enum(["seconds", "milliseconds", "auto"])
    .default("auto")
    .describe("What a number in expires_in counts. auto: found out from its size and from tokenExpiryDuration."),
  tokenResponse: expression.optional().describe("Over the raw body → a standard token response (RFC 6749 §5.1)."),
  errorExpression: expression
    .optional()
    .describe("Over {status, headers, body} of a token answer → {error, error_description} or null."),
  exchange: exchangeSchema
    .optional()
    .describe("A second step: the token just obtained is exchanged for another (RFC 8693 and the like)."),
  assertion: assertionSchema
    .optional()
    .describe(
      "oauth2_client_credentials: a JWT bearer grant (RFC 7523 §2.1); the client secret is its private key (PEM).",
    ),
  refresh: refreshSchema.prefault({}),
  revocation: revocationSchema.optional(),
  identity: identitySchema.optional(),
});

export type OAuthConfig = z.infer<typeof oauthConfigSchema>;
export type GrantField = z.infer<typeof grantFieldSchema>;
