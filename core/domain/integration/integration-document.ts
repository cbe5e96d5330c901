import { z } from "zod";
import { apiSchema } from "./api-schema.ts";
import { authorizationSchema } from "./authorization-schema.ts";
import { documentFaults } from "./document-faults.ts";
import { inputSchema } from "./input-schema.ts";
import { basicConfigSchema, customConfigSchema, keyConfigSchema } from "./key-schemas.ts";
import { oauthConfigSchema, type OAuthConfig } from "./oauth-schema.ts";

/**
 * The declarative definition of a third-party service (CONTRACT, The integration document). Unknown fields are refused: a
 * misspelt field that is silently ignored costs somebody a grant. Durations are whole seconds.
 */
export const documentStructureSchema = z.strictObject({
  $schema: z.string().max(300).optional(),
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "expected lower case letters, digits and hyphens, at most 63"),
  label: z.string().min(1).max(100).optional(),
  notes: z.string().max(5000).optional(),
  sources: z.array(z.url().max(500)).max(50).optional(),
  inputs: z.array(inputSchema).max(20).default([]),
  api: apiSchema.optional(),
  credentials: z.discriminatedUnion("format", [
    z.strictObject({ format: z.literal("oauth2"), config: oauthConfigSchema }),
    z.strictObject({ format: z.literal("oauth2_client_credentials"), config: oauthConfigSchema }),
    z.strictObject({ format: z.literal("api_key"), config: keyConfigSchema.prefault({}) }),
    z.strictObject({ format: z.literal("basic"), config: basicConfigSchema.prefault({}) }),
    z.strictObject({ format: z.literal("custom"), config: customConfigSchema }),
  ]),
  authorization: authorizationSchema.prefault({ format: "bearer" }),
  unified: z.record(z.string(), z.unknown()).optional(),
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
  if (Array.isArray(config.scope)) return [...config.scope];
  return config.scope
    .split(config.scopeSeparator)
    .flatMap((part) => part.split(/\s+/))
    .filter((scope) => scope !== "");
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

/** One text for the same hosts in the same roles: a swap is a change. Fields and choices that form a host are part of where it may lead. */
export function describeHosts(document: IntegrationDocument): string {
  const hosts = Object.entries(documentHosts(document));
  const named = new Set(hosts.flatMap(([, host]) => [...host.matchAll(/\{([^}]*)\}/g)].map(([, name]) => name)));
  const isNamed = (name: string): boolean => named.has(name.toLowerCase());
  const fields = (oauthConfigOf(document)?.fields ?? []).filter((field) => isNamed(field.name));
  const choices = document.inputs.filter((input) => input.options !== undefined && isNamed(input.name));
  return [
    ...hosts.map(([role, host]) => `${role} ${host}`),
    ...fields.map((field) => `${field.name} ${field.pattern ?? "?"}`),
    ...choices.map((input) => `${input.name} ${(input.options ?? []).map((one) => one.value).join("|")}`),
  ].join(", ");
}
