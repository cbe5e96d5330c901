import { z } from "zod";
import { apiSchema } from "./api-schema.ts";
import { authorizationSchema } from "./authorization-schema.ts";
import { documentFaults } from "./document-faults.ts";
import { bracedNames } from "./document-parts.ts";
import { inputSchema } from "./input-schema.ts";
import { basicConfigSchema, customConfigSchema, keyConfigSchema } from "./key-schemas.ts";
import { unifiedSchema } from "../unified/mapping-schema.ts";
import { oauthConfigSchema, type OAuthConfig } from "./oauth-schema.ts";

/**
 * The declarative definition of a third-party service (CONTRACT, The integration document). Unknown fields are refused: a
 * misspelt field that is silently ignored costs somebody a grant. Durations are whole seconds.
 */
export const documentStructureSchema = z.strictObject({
  $schema: z.string().max(300).optional().describe("Names this schema, for editors."),
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "expected lower case letters, digits and hyphens, at most 63")
    .describe("How the API and events call it; the name in the path of PUT /integrations/{name}."),
  label: z.string().min(1).max(100).optional().describe("How people call it. The name where absent."),
  category: z
    .string()
    .regex(/^\S(?:.{0,38}\S)?$/, "expected a few words, such as CRM or Accounting, at most 40 characters")
    .optional()
    .describe("What it is for, such as CRM or Accounting: the dashboard groups and filters by it."),
  notes: z.string().max(5000).optional().describe("What an operator must know, and what could not be verified."),
  sources: z.array(z.url().max(500)).max(50).optional().describe("Pages of the provider that the facts come from."),
  inputs: z
    .array(inputSchema)
    .max(20)
    .default([])
    .describe("What the end user, or an import, is asked for; templates name them."),
  api: apiSchema
    .optional()
    .describe("The provider's API: where it is, how it limits, pages, and says that a token is dead."),
  credentials: z
    .discriminatedUnion("format", [
      z.strictObject({
        format: z
          .literal("oauth2")
          .describe("The end user authorizes at the provider (RFC 6749 §4.1); tokens are refreshed."),
        config: oauthConfigSchema.describe("Endpoints, scopes, requests and answers of the authorization server."),
      }),
      z.strictObject({
        format: z
          .literal("oauth2_client_credentials")
          .describe("The client asks for itself (RFC 6749 §4.4, or RFC 7523 with an assertion)."),
        config: oauthConfigSchema.describe("Endpoints, scopes, requests and answers of the authorization server."),
      }),
      z.strictObject({
        format: z.literal("api_key").describe("The end user types a key."),
        config: keyConfigSchema.prefault({}).describe("What is typed, and how it is asked for."),
      }),
      z.strictObject({
        format: z.literal("basic").describe("The end user types a user name and a password."),
        config: basicConfigSchema.prefault({}).describe("What is typed, and how it is asked for."),
      }),
      z.strictObject({
        format: z.literal("custom").describe("The end user types whatever the fields ask for."),
        config: customConfigSchema.describe("What is typed, and how it is asked for."),
      }),
    ])
    .describe("What an account holds, and how it is had."),
  authorization: authorizationSchema
    .prefault({ format: "bearer" })
    .describe("How an account's credentials are put on a call of the API."),
  unified: unifiedSchema.optional().describe("The models of the unified API, and how the provider's API maps to each."),
});

/** … and what its parts may not say together. */
export const integrationDocumentSchema = documentStructureSchema.superRefine((document, context) => {
  for (const { path, message } of documentFaults(document)) context.addIssue({ code: "custom", path, message });
});

export type IntegrationDocument = z.infer<typeof integrationDocumentSchema>;
export type CredentialsFormat = IntegrationDocument["credentials"]["format"];
export type { IntegrationInput } from "./input-schema.ts";

/** What a definition says about tokens; null for credentials that the end user types (api_key, basic, custom). */
export function oauthConfigOf({ credentials }: Pick<IntegrationDocument, "credentials">): OAuthConfig | null {
  switch (credentials.format) {
    case "oauth2":
    case "oauth2_client_credentials":
      return credentials.config;
    case "api_key":
    case "basic":
    case "custom":
      return null;
  }
}

/** What may be stored and shown: a client in a definition is its environment's, and sealed apart. */
export function withoutClient(document: IntegrationDocument): IntegrationDocument {
  const { credentials } = document;
  if (!("auth" in credentials.config) || credentials.config.client === undefined) return document;
  const { client: _, ...config } = credentials.config;
  return { ...document, credentials: { ...credentials, config } as IntegrationDocument["credentials"] };
}

/** The scopes of a document as a list, whichever way they were written. */
export function documentScopes(config: Pick<OAuthConfig, "scope" | "scopeSeparator">): string[] {
  return Array.isArray(config.scope) ? [...config.scope] : splitScopes(config.scope, config.scopeSeparator);
}

/** White space parts scopes too, since none holds any (RFC 6749 §3.3); a comma may be a part of one. */
function splitScopes(text: string, separator: string): string[] {
  return text
    .split(separator)
    .flatMap((part) => part.split(/\s+/))
    .filter((scope) => scope !== "");
}

/** Scopes that somebody gave in one text, parted as the document parts them. */
export function partScopes(document: IntegrationDocument, text: string): string[] {
  return splitScopes(text, oauthConfigOf(document)?.scopeSeparator ?? " ");
}

/** What each of these scopes allows, in a sentence for end users, where the document says it. */
export function describedScopes(document: IntegrationDocument, scopes: readonly string[]): Record<string, string> {
  const sentences = oauthConfigOf(document)?.scopeDescriptions ?? {};
  return Object.fromEntries(
    scopes.flatMap((scope) => {
      const sentence = Object.hasOwn(sentences, scope) ? sentences[scope] : undefined;
      return sentence === undefined ? [] : [[scope, sentence]];
    }),
  );
}

/** Where credentials travel to, by what for, as the document writes it. A change with live accounts is refused (invariant 12). */
export function documentHosts(document: IntegrationDocument): Readonly<Record<string, string>> {
  const hosts: Record<string, string> = {};
  const add = (role: string, host: string | undefined): void => {
    if (host !== undefined) hosts[role] = host.toLowerCase();
  };
  const config = oauthConfigOf(document);
  if (config !== null) {
    const { auth } = config;
    add("tokens", auth.tokenHost);
    add("authorization", auth.authorizeHost ?? auth.tokenHost);
    const also: Record<string, string | undefined> = {
      refresh: auth.refreshHost,
      revocation: auth.revokeHost,
      exchange: config.exchange?.host,
      "declared revocation": config.revocation?.host,
    };
    for (const [role, host] of Object.entries(also)) if (host !== undefined && host !== auth.tokenHost) add(role, host);
  }
  add("identity", document.credentials.config.identity?.host);
  add("API", /^(?:https?:\/\/[^/]+|\{[^}]*\})/.exec(document.api?.baseUrl ?? "")?.[0]);
  return hosts;
}

export interface HostParts {
  /** Hosts by their roles, and the fields that form one: for every account the same. */
  readonly fixed: readonly string[];
  /** What an account chose one of, and that forms its host. */
  readonly choices: readonly { readonly name: string; readonly values: readonly string[] }[];
}

/** Fields and choices that form a host are part of where it may lead. */
export function hostParts(document: IntegrationDocument): HostParts {
  const hosts = Object.entries(documentHosts(document));
  const named = new Set(hosts.flatMap(([, host]) => bracedNames(host)));
  const isNamed = (name: string): boolean => named.has(name.toLowerCase());
  const fields = (oauthConfigOf(document)?.fields ?? []).filter((field) => isNamed(field.name));
  const choices = document.inputs.filter((input) => input.options !== undefined && isNamed(input.name));
  return {
    fixed: [
      ...hosts.map(([role, host]) => `${role} ${host}`),
      ...fields.map((field) => `${field.name} ${field.pattern ?? "?"}`),
    ],
    choices: choices.map(({ name, options = [] }) => ({ name, values: options.map((one) => one.value) })),
  };
}

/** One text for the same hosts in the same roles: a swap is a change. */
export function describeHosts(document: IntegrationDocument): string {
  const { fixed, choices } = hostParts(document);
  return [...fixed, ...choices.map(({ name, values }) => `${name} ${values.join("|")}`)].join(", ");
}
