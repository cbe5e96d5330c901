import { z } from "zod";
import { notYetSupported } from "./not-yet-supported.ts";
import { refreshSchema } from "./refresh-schema.ts";

/**
 * The declarative definition of a third-party service (CONTRACT, The integration document). Unknown fields are refused: a
 * misspelt field that is silently ignored costs somebody a grant. Durations are whole seconds.
 */
const host = z
  .string()
  .max(300)
  .refine(isOrigin, "expected an origin such as https://login.example.com: a host and port that exist, without a path")
  .describe("Scheme and host, with {input} templates allowed, e.g. https://{subdomain}.acme.example");
const path = z
  .string()
  .max(500)
  .regex(/^\/[^\s#\\]*$/, "expected a path that begins with /");
const extraParams = z.record(z.string().min(1).max(100), z.string().max(2000));

const inputSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][a-zA-Z0-9_]{0,39}$/, "expected letters, digits and _, at most 40, a lower case letter first"),
  label: z.string().min(1).max(100),
  help: z.string().max(500).optional(),
  example: z.string().max(100).optional(),
  pattern: z
    .string()
    .max(200)
    .refine(isRegularExpression, "expected a regular expression")
    .optional()
    .describe("The whole value must match. An input that forms a host is held to one DNS label besides."),
  required: z.boolean().default(true),
});

const authSchema = z.strictObject({
  tokenHost: host,
  tokenPath: path.default("/oauth/token"),
  authorizeHost: host.optional().describe("The tokenHost where absent."),
  authorizePath: path.default("/oauth/authorize"),
  refreshPath: path.optional().describe("The tokenPath where absent."),
  revokePath: path.optional().describe("RFC 7009. Absent: the provider offers no revocation."),
  introspectPath: path.optional().describe("RFC 7662. Asked for a token's end where nothing else tells it."),
  parPath: path.optional(),
  issuer: z
    .url()
    .max(300)
    .optional()
    .describe("Compared with iss in the authorization response (RFC 9207) and the ID token."),
});

const oauth2ConfigSchema = z.strictObject({
  client: z
    .strictObject({
      client_id: z.string().min(1).max(500).optional(),
      client_secret: z.string().min(1).max(5000).optional(),
    })
    .optional()
    .describe("Normally set per environment (PATCH /environment-integration). Sealed, masked on read."),
  auth: authSchema,
  scope: z.union([z.string().max(10_000), z.array(z.string().min(1).max(500)).max(200)]).default([]),
  scopeSeparator: z.string().min(1).max(3).default(" "),
  pkce: z.strictObject({ method: z.enum(["S256", "none"]) }).default({ method: "S256" }),
  options: z
    .strictObject({
      authorizationMethod: z.enum(["header", "body", "none", "private_key_jwt", "mtls"]).default("header"),
      bodyFormat: z.enum(["form", "json"]).default("form"),
    })
    .default({ authorizationMethod: "header", bodyFormat: "form" }),
  params: z
    .strictObject({
      authorize: extraParams.default({}),
      token: extraParams.default({}),
      refresh: extraParams.default({}),
    })
    .default({ authorize: {}, token: {}, refresh: {} }),
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
  tokenResponse: z.string().max(10_000).optional(),
  errorExpression: z.string().max(10_000).optional(),
  refresh: refreshSchema.prefault({}),
  identity: z
    .strictObject({ path: path.optional(), id: z.string().max(1000), label: z.string().max(1000).optional() })
    .optional(),
});

export const integrationDocumentSchema = z
  .strictObject({
    $schema: z.string().max(300).optional(),
    name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "expected lower case letters, digits and hyphens, at most 63"),
    label: z.string().min(1).max(100).optional(),
    notes: z.string().max(5000).optional(),
    sources: z.array(z.url().max(500)).max(50).optional(),
    inputs: z.array(inputSchema).max(20).default([]),
    api: z
      .strictObject({
        baseUrl: z
          .string()
          .max(500)
          .regex(/^https?:\/\/[^\s?#@\\]+$/, "expected an http(s) address without query")
          .optional(),
        headers: z.record(z.string().min(1).max(100), z.string().max(1000)).optional(),
        rateLimit: z.record(z.string(), z.unknown()).optional(),
        pagination: z.record(z.string(), z.unknown()).optional(),
        probe: z.strictObject({ path, method: z.enum(["GET", "POST", "HEAD"]).optional() }).optional(),
        errorExpression: z.string().max(10_000).optional(),
      })
      .optional(),
    credentials: z.strictObject({
      format: z.enum(["oauth2", "oauth2_client_credentials", "api_key", "basic", "custom"]),
      config: oauth2ConfigSchema,
    }),
    authorization: z
      .strictObject({
        format: z.enum(["bearer", "header", "query", "basic", "expression"]),
        config: z.record(z.string(), z.unknown()).default({}),
      })
      .default({ format: "bearer", config: { path: "oauth.token.access_token" } }),
    unified: z.record(z.string(), z.unknown()).optional(),
  })
  .superRefine((document, context) => {
    for (const { path, message } of notYetSupported(document)) context.addIssue({ code: "custom", path, message });
    for (const { path, message } of unknownInputs(document)) context.addIssue({ code: "custom", path, message });
  });

export type IntegrationDocument = z.infer<typeof integrationDocumentSchema>;
export type CredentialsFormat = IntegrationDocument["credentials"]["format"];
export type IntegrationInput = z.infer<typeof inputSchema>;

/** A host or path that names an input which the document does not declare would ask the end user for nothing and fail late. */
function unknownInputs(document: {
  inputs: readonly { name: string; required: boolean }[];
  credentials: { config: { auth: Record<string, string | undefined> } };
  api?: { baseUrl?: string | undefined } | undefined;
}): { path: (string | number)[]; message: string }[] {
  const known = new Set(document.inputs.map((one) => one.name));
  const optional = new Set(document.inputs.filter((one) => !one.required).map((one) => one.name));
  const found: { path: (string | number)[]; message: string }[] = [];
  const look = (at: (string | number)[], text: string | undefined): void => {
    for (const [, name] of (text ?? "").matchAll(/\{([^}]*)\}/g)) {
      if (name !== undefined && optional.has(name) && /Host$|baseUrl$/.test(String(at.at(-1)))) {
        found.push({ path: at, message: `{${name}} forms a host, so the input must be required` });
      } else if (name === undefined || !known.has(name)) {
        found.push({ path: at, message: `{${name ?? ""}} is no declared input; declare it in /inputs or remove it` });
      }
    }
  };
  for (const [key, value] of Object.entries(document.credentials.config.auth)) {
    look(["credentials", "config", "auth", key], value);
  }
  look(["api", "baseUrl"], document.api?.baseUrl);
  return found;
}

/** Inputs stand for a label; what they leave must be an address. */
function isOrigin(template: string): boolean {
  if (!/^https?:\/\/[^\s/?#@\\]+$/.test(template)) return false;
  const filled = template.replaceAll(/\{[^}]*\}/g, "x");
  return URL.canParse(filled) && new URL(filled).host !== "" && new URL(filled).pathname === "/";
}

function isRegularExpression(source: string): boolean {
  try {
    return new RegExp(source, "u") instanceof RegExp;
  } catch {
    return false;
  }
}

/** The scopes of a document as a list, whichever way they were written. */
export function documentScopes(
  config: Pick<IntegrationDocument["credentials"]["config"], "scope" | "scopeSeparator">,
): string[] {
  if (Array.isArray(config.scope)) return [...config.scope];
  return config.scope
    .split(config.scopeSeparator)
    .flatMap((part) => part.split(/\s+/))
    .filter((scope) => scope !== "");
}

/** Where credentials travel to, by what for. A change with live accounts is refused (invariant 12). */
export interface DocumentHosts {
  readonly token: string;
  readonly authorize: string;
  readonly api: string | null;
}

export function documentHosts(document: IntegrationDocument): DocumentHosts {
  const { auth } = document.credentials.config;
  const api =
    document.api?.baseUrl === undefined ? null : (/^https?:\/\/[^/]+/.exec(document.api.baseUrl)?.[0] ?? null);
  return {
    token: auth.tokenHost.toLowerCase(),
    authorize: (auth.authorizeHost ?? auth.tokenHost).toLowerCase(),
    api: api?.toLowerCase() ?? null,
  };
}

/** Whether the two send credentials to the same hosts in the same roles: a swap moves them too. */
export function hasSameHosts(one: IntegrationDocument, other: IntegrationDocument): boolean {
  return describeHosts(one) === describeHosts(other);
}

export function describeHosts(document: IntegrationDocument): string {
  const { token, authorize, api } = documentHosts(document);
  return [`tokens ${token}`, `authorization ${authorize}`, ...(api === null ? [] : [`API ${api}`])].join(", ");
}
