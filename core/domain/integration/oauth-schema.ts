import { z } from "zod";
import { expression, fieldName, headerName, origin, parameters, path, pattern, templates } from "./document-parts.ts";
import { identitySchema, revocationSchema } from "./calls-schema.ts";
import { refreshSchema } from "./refresh-schema.ts";

/** `credentials.config` of oauth2 and oauth2_client_credentials. */
const authSchema = z.strictObject({
  tokenHost: origin,
  tokenPath: path.default("/oauth/token").describe("Where codes are exchanged, and clients ask for themselves."),
  authorizeHost: origin.optional().describe("The tokenHost where absent."),
  authorizePath: path.default("/oauth/authorize").describe("Where the browser goes."),
  authorizeFragment: z
    .string()
    .max(200)
    .regex(/^[^\s#]+$/, "expected a fragment without #")
    .optional()
    .describe("What stands behind # in the authorization address."),
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
    .default("header")
    .describe(
      "How the client proves itself: HTTP Basic, parameters of the body, its id alone, a signed assertion, a certificate, or its secret as the user name.",
    ),
  bodyFormat: z
    .enum(["form", "json", "query"])
    .default("form")
    .describe("How parameters are sent. query: in the address, secrets too; only where nothing else is offered."),
  signingAlgorithm: z.enum(["ES256", "RS256", "PS256"]).default("ES256").describe("Of private_key_jwt."),
  dpop: z.boolean().default(false).describe("RFC 9449: tokens are bound to a key of the account's own."),
  headers: z.record(headerName, z.string().max(1000)).default({}).describe("Sent with every token request."),
});

const grantFieldSchema = z.strictObject({
  name: fieldName.describe("How templates and the account name it."),
  from: z
    .enum(["token", "callback", "identity"])
    .default("token")
    .describe("Where it comes: the token answer, the parameters of the callback, or the answer of the identity call."),
  value: expression,
  pattern: pattern.optional().describe("The whole value must match. Required where the field forms a host."),
  required: z.boolean().default(true).describe("true: a connection without it fails, and its grant is ended."),
});

const exchangeSchema = z.strictObject({
  host: origin.optional().describe("The tokenHost where absent."),
  path: path.describe("Of the endpoint."),
  method: z.enum(["POST", "GET"]).default("POST").describe("A GET has its parameters in the query."),
  params: parameters.default({}).describe("May name {access_token}, {client_id}, {client_secret}, inputs and fields."),
  when: z.enum(["connect", "always"]).default("connect").describe("always: after each refresh too."),
});

const assertionSchema = z.strictObject({
  algorithm: z.enum(["RS256", "ES256", "PS256"]).default("RS256").describe("Of the signature."),
  claims: templates.describe(
    "iss, sub, aud and whatever else; may name {client_id}, {scope} and inputs. One whose names are all empty is left out.",
  ),
  headers: templates.default({}).describe("Besides alg and typ, e.g. kid; may name inputs."),
  lifetimeSeconds: z.number().int().min(30).max(3600).default(300).describe("From iat to exp."),
  sendsClientId: z.boolean().default(false).describe("true: client_id stands beside the assertion."),
});

export const oauthConfigSchema = z.strictObject({
  client: z
    .strictObject({
      client_id: z.string().min(1).max(500).optional().describe("Of the OAuth client."),
      client_secret: z
        .string()
        .min(1)
        .max(20_000)
        .optional()
        .describe("Its secret, or the private key (PEM) where an assertion is signed."),
    })
    .optional()
    .describe("Normally set per environment (PATCH /environment-integration). Sealed, masked on read."),
  auth: authSchema.describe("The addresses of the authorization server."),
  scope: z
    .union([z.string().max(10_000), z.array(z.string().min(1).max(500)).max(200)])
    .default([])
    .describe("What is asked for: a list, or one text. An environment may say otherwise, and a link ask for more."),
  scopeSeparator: z.string().min(1).max(3).default(" ").describe("Between scopes, in requests and answers."),
  scopeParameter: z.string().min(1).max(100).default("scope").describe("The name of the scope parameter."),
  scopeImplies: z
    .record(z.string().min(1).max(500), z.array(z.string().min(1).max(500)).min(1).max(50))
    .default({})
    .describe("Scope → the scopes that it contains, where a server leaves those out of its answer."),
  scopeDescriptions: z
    .record(z.string().min(1).max(500), z.string().min(1).max(300))
    .default({})
    .describe("What each scope allows, in a sentence for end users."),
  pkce: z
    .strictObject({ method: z.enum(["S256", "none"]).describe("none: only where the server breaks on it.") })
    .default({ method: "S256" })
    .describe("Proof key for code exchange (RFC 7636)."),
  options: optionsSchema.prefault({}).describe("How requests to the authorization server are made."),
  params: z
    .strictObject({
      authorize: templates.default({}).describe("Of the authorization request."),
      token: parameters.default({}).describe("Of code exchanges and client credentials."),
      refresh: parameters.default({}).describe("Of refreshes."),
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
    .strictObject({ code: z.string().min(1).max(100).default("code").describe("What holds the code.") })
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
  refresh: refreshSchema.prefault({}).describe("How tokens are kept fresh."),
  revocation: revocationSchema.optional(),
  identity: identitySchema.optional(),
});

export type OAuthConfig = z.infer<typeof oauthConfigSchema>;
export type GrantField = z.infer<typeof grantFieldSchema>;
