import { isRegularExpression, patternFault } from "../text/match-pattern.ts";
import type { Pagination } from "./api-schema.ts";
import type { IntegrationInput } from "./input-schema.ts";
import type { Authorization } from "./authorization-schema.ts";
import type { Identity } from "./calls-schema.ts";
import type { CredentialField } from "./key-schemas.ts";
import type { OAuthConfig } from "./oauth-schema.ts";
import { fieldFaults } from "./field-faults.ts";
import { headerFaults } from "./header-faults.ts";
import { hostFaults } from "./host-faults.ts";
import { notYetSupported } from "./not-yet-supported.ts";
import { requestFaults } from "./request-faults.ts";
import { secretFaults } from "./secret-faults.ts";
import { templateFaults } from "./template-faults.ts";
import { mappingFaults } from "../unified/mapping-faults.ts";
import type { UnifiedMappings } from "../unified/mapping-schema.ts";

export interface Fault {
  readonly path: (string | number)[];
  readonly message: string;
}

/** A document whose parts are each as they should be. */
export interface ParsedDocument {
  readonly inputs: readonly IntegrationInput[];
  readonly api?:
    | {
        readonly baseUrl?: string | undefined;
        readonly headers?: Readonly<Record<string, string>> | undefined;
        readonly pagination?: Pagination | undefined;
        readonly probe?: { readonly path: string; readonly body?: unknown } | undefined;
      }
    | undefined;
  readonly credentials:
    | { readonly format: "oauth2" | "oauth2_client_credentials"; readonly config: OAuthConfig }
    | {
        readonly format: "api_key" | "custom";
        readonly config: { readonly fields: readonly CredentialField[]; readonly identity?: Identity | undefined };
      }
    | {
        readonly format: "basic";
        readonly config: { readonly password: unknown; readonly identity?: Identity | undefined };
      };
  readonly authorization: Authorization;
  readonly unified?: UnifiedMappings | undefined;
}

/**
 * What a document may say by itself and not together: templates that name nothing, hosts that anybody could form, formats whose
 * parts don't fit. Found when it is written, so that nothing fails late.
 *
 * Rules that came after documents were stored belong here and not into the schema: stored documents are read by the schema alone,
 * so that what was accepted once keeps serving its accounts.
 */
export function documentFaults(document: ParsedDocument): Fault[] {
  return [
    ...notYetSupported(document),
    ...templateFaults(document),
    ...hostFaults(document),
    ...formatFaults(document),
    ...requestFaults(document),
    ...headerFaults(document),
    ...secretFaults(document),
    ...fieldFaults(document),
    ...patternFaults(document),
    ...nameFaults(document),
    ...mappingFaults(document),
  ];
}

/** People who hold a link type the texts that patterns are held against. */
function patternFaults({ inputs, credentials: { config } }: ParsedDocument): Fault[] {
  const fields: readonly { readonly pattern?: string | undefined }[] = "fields" in config ? config.fields : [];
  const patterns = [
    ...inputs.map(({ pattern }, index) => ({ pattern, path: ["inputs", index, "pattern"] })),
    ...fields.map(({ pattern }, index) => ({ pattern, path: ["credentials", "config", "fields", index, "pattern"] })),
  ];
  for (const { pattern, path } of patterns) {
    const message = pattern === undefined ? null : patternFault(pattern);
    // The first alone: a pattern that is too large takes long to compile, and a document may have fifty.
    // That it is no regular expression says the schema.
    if (message !== null && isRegularExpression(pattern ?? "")) return [{ path, message }];
  }
  return [];
}

function formatFaults({ credentials, authorization, api }: ParsedDocument): Fault[] {
  const faults: Fault[] = [];
  const isTyped = credentials.format === "api_key" || credentials.format === "basic" || credentials.format === "custom";
  if (isTyped && authorization.format === "bearer") {
    const message = `expected header, query, basic or expression: ${credentials.format} says what is typed, not how it is sent`;
    faults.push({ path: ["authorization", "format"], message });
  }
  if (isTyped && api?.probe === undefined) {
    const message = `expected a harmless call: credentials of the format ${credentials.format} are active only once a probe worked`;
    faults.push({ path: ["api", "probe"], message });
  }
  if ("auth" in credentials.config && credentials.config.assertion !== undefined && credentials.format === "oauth2") {
    const message = "is for the format oauth2_client_credentials; remove it, or change the format";
    faults.push({ path: ["credentials", "config", "assertion"], message });
  }
  const needsBase = api?.baseUrl === undefined && api !== undefined && (api.probe !== undefined || isTyped);
  if (needsBase) faults.push({ path: ["api", "baseUrl"], message: "expected, since there is a probe" });
  const { identity } = credentials.config;
  if (identity?.path !== undefined && identity.host === undefined && api?.baseUrl === undefined) {
    const message = "expected a host, or an api.baseUrl, to call it at";
    faults.push({ path: ["credentials", "config", "identity", "host"], message });
  }
  return faults;
}

/** One name, one meaning. */
function nameFaults(document: ParsedDocument): Fault[] {
  const { config } = document.credentials;
  // Where there is no token endpoint, what it speaks of may be anything: a pair of keys is often called client_id and client_secret.
  const seen = new Set(
    "auth" in config ? ["client_id", "client_secret", "scope", "redirect_uri", "access_token", "refresh_token"] : [],
  );
  if (document.credentials.format === "basic") for (const name of ["username", "password"]) seen.add(name);
  const fields = "fields" in config ? config.fields : [];
  const taken = (name: string, path: Fault["path"]): Fault[] => {
    if (seen.has(name)) return [{ path, message: `${name} is taken; give it another name` }];
    seen.add(name);
    return [];
  };
  return [
    ...document.inputs.flatMap((one, index) => taken(one.name, ["inputs", index, "name"])),
    ...fields.flatMap((one, index) => taken(one.name, ["credentials", "config", "fields", index, "name"])),
  ];
}
