import { placeholder } from "./document-parts.ts";
import type { IntegrationInput } from "./input-schema.ts";
import type { Authorization } from "./authorization-schema.ts";
import type { Identity } from "./calls-schema.ts";
import type { CredentialField } from "./key-schemas.ts";
import type { OAuthConfig } from "./oauth-schema.ts";
import { fieldFaults } from "./field-faults.ts";
import { notYetSupported } from "./not-yet-supported.ts";
import { requestFaults } from "./request-faults.ts";

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
        readonly probe?: { readonly path: string } | undefined;
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
}

type Path = (string | number)[];

/**
 * What a document may say by itself and not together: templates that name nothing, hosts that anybody could form, formats whose
 * parts don't fit. Found when it is written, so that nothing fails late.
 */
export function documentFaults(document: ParsedDocument): Fault[] {
  return [
    ...notYetSupported(document),
    ...templateFaults(document),
    ...formatFaults(document),
    ...requestFaults(document),
    ...fieldFaults(document),
    ...nameFaults(document),
  ];
}

/** Names that stand for something in every template. */
function knownNames(document: ParsedDocument): { readonly inputs: Set<string>; readonly fields: Set<string> } {
  const fields = "auth" in document.credentials.config ? document.credentials.config.fields : [];
  return {
    inputs: new Set(document.inputs.map((one) => one.name)),
    fields: new Set(fields.map((one) => one.name)),
  };
}

function templateFaults(document: ParsedDocument): Fault[] {
  const { inputs, fields } = knownNames(document);
  const faults: Fault[] = [];
  const look = (path: Path, text: string | undefined, also: readonly string[] = []): void => {
    for (const [whole, name = ""] of (text ?? "").matchAll(/\{([^}]*)\}/g)) {
      if (inputs.has(name) || fields.has(name) || also.includes(name)) continue;
      const others = also.length === 0 ? "" : `, or one of ${also.map((one) => `{${one}}`).join(", ")}`;
      faults.push({ path, message: `${whole} names nothing; declare it in /inputs or remove it${others}` });
    }
  };
  const host = (path: Path, text: string | undefined): void => {
    look(path, text);
    faults.push(...hostFaults(document, path, text));
  };
  const all = (path: Path, texts: Readonly<Record<string, unknown>> | undefined, also: readonly string[]): void => {
    for (const [key, text] of Object.entries(texts ?? {})) {
      if (typeof text === "string") look([...path, key], text, also);
    }
  };
  host(["api", "baseUrl"], document.api?.baseUrl);
  all(["api", "headers"], document.api?.headers, []);
  look(["api", "probe", "path"], document.api?.probe?.path);
  const { credentials } = document;
  const at = (...path: Path): Path => ["credentials", "config", ...path];
  const own = credentialNames(document);
  const { identity } = credentials.config;
  host(at("identity", "host"), identity?.host);
  look(at("identity", "path"), identity?.path);
  all(at("identity", "headers"), identity?.headers, own);
  if (credentials.format === "oauth2" || credentials.format === "oauth2_client_credentials") {
    const { config } = credentials;
    for (const [key, text] of Object.entries(config.auth)) {
      if (typeof text !== "string") continue;
      if (key.endsWith("Host") || key === "issuer") host(at("auth", key), text);
      else look(at("auth", key), text);
    }
    const named = ["client_id", "scope", "redirect_uri"];
    all(at("params", "authorize"), config.params.authorize, named);
    all(at("params", "token"), config.params.token, named);
    all(at("params", "refresh"), config.params.refresh, named);
    all(at("options", "headers"), config.options.headers, named);
    host(at("exchange", "host"), config.exchange?.host);
    look(at("exchange", "path"), config.exchange?.path);
    all(at("exchange", "params"), config.exchange?.params, ["access_token", "client_secret", ...named]);
    all(at("assertion", "claims"), config.assertion?.claims, ["client_id", "scope"]);
    all(at("assertion", "headers"), config.assertion?.headers, []);
    const ending = ["access_token", "refresh_token", "client_id"];
    host(at("revocation", "host"), config.revocation?.host);
    look(at("revocation", "path"), config.revocation?.path, ending);
    all(at("revocation", "headers"), config.revocation?.headers, [...ending, "client_secret"]);
    all(at("revocation", "body"), config.revocation?.body, [...ending, "client_secret"]);
  }
  const { authorization } = document;
  if (authorization.format === "header" || authorization.format === "query") {
    look(["authorization", "config", "value"], authorization.config.value, own);
  } else if (authorization.format === "basic") {
    look(["authorization", "config", "username"], authorization.config.username, own);
    look(["authorization", "config", "password"], authorization.config.password, own);
  }
  return faults;
}

/** What an account's credentials are called in `authorization`. */
function credentialNames({ credentials }: ParsedDocument): string[] {
  switch (credentials.format) {
    case "oauth2":
    case "oauth2_client_credentials":
      return ["access_token"];
    case "api_key":
    case "custom":
      return credentials.config.fields.map((one) => one.name);
    case "basic":
      return ["username", ...(credentials.config.password === null ? [] : ["password"])];
  }
}

/** A host is formed by what is certain to be there and known to lead to the provider. */
function hostFaults(document: ParsedDocument, path: Path, text: string | undefined): Fault[] {
  const host = path.at(-1) === "baseUrl" ? /^(?:https?:\/\/[^/]+|\{[^}]*\})/.exec(text ?? "")?.[0] : text;
  const config = "auth" in document.credentials.config ? document.credentials.config : null;
  return [...(host ?? "").matchAll(placeholder)].flatMap(([, name = ""]): Fault[] => {
    const input = document.inputs.find((one) => one.name === name);
    if (input !== undefined && !input.required && input.default === undefined) {
      return [{ path, message: `{${name}} forms a host, so the input must be required or have a default` }];
    }
    const field = config?.fields.find((one) => one.name === name);
    if (input === undefined && field !== undefined && (field.pattern === undefined || !field.required)) {
      const index = config?.fields.indexOf(field) ?? 0;
      return [
        {
          path: ["credentials", "config", "fields", index],
          message: `${name} forms a host (${path.join("/")}), so it must be required and have a pattern that says which hosts it may name`,
        },
      ];
    }
    const isWhole = host === `{${name}}`;
    if (isWhole && field === undefined && !input?.options?.every((one) => one.value.startsWith("https://"))) {
      return [{ path, message: "expected https:// and a host; only a field with a pattern can stand for all of it" }];
    }
    return [];
  });
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
  const taken = (name: string, path: Path): Fault[] => {
    if (seen.has(name)) return [{ path, message: `${name} is taken; give it another name` }];
    seen.add(name);
    return [];
  };
  return [
    ...document.inputs.flatMap((one, index) => taken(one.name, ["inputs", index, "name"])),
    ...fields.flatMap((one, index) => taken(one.name, ["credentials", "config", "fields", index, "name"])),
  ];
}
