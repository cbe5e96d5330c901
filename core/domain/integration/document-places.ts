import type { ParsedDocument } from "./document-faults.ts";

/** Where a document writes a template, and what may stand there. */
export interface TemplatePlace {
  readonly path: readonly (string | number)[];
  readonly text: string;
  /** `host`: scheme and host; `base`: these and a path; `path`: begins with a slash. */
  readonly kind: "host" | "base" | "path" | "header" | "parameter" | "credential";
  /** What the template may name besides inputs and fields. */
  readonly also: readonly string[];
}

type Path = TemplatePlace["path"];
type Texts = Readonly<Record<string, unknown>> | undefined;

/** Every template of a document, in the order of the document. */
export function templatePlaces(document: ParsedDocument): TemplatePlace[] {
  const { config } = document.credentials;
  return [...apiPlaces(document), ...("auth" in config ? oauthPlaces(config) : []), ...authorizationPlaces(document)];
}

/** Scheme and host of a place that names one; without a scheme where a field or a choice stands for all of it. */
export function originOf({ kind, text }: Pick<TemplatePlace, "kind" | "text">): string | null {
  if (kind !== "host" && kind !== "base") return null;
  return /^(?:https?:\/\/[^/?#]*|\{[^}]*\})/.exec(text)?.[0] ?? "";
}

function apiPlaces(document: ParsedDocument): TemplatePlace[] {
  const { api, credentials } = document;
  const { identity } = credentials.config;
  const at = ["credentials", "config", "identity"];
  return [
    ...one("base", ["api", "baseUrl"], api?.baseUrl),
    ...all("header", ["api", "headers"], api?.headers),
    ...one("path", ["api", "probe", "path"], api?.probe?.path),
    ...one("host", [...at, "host"], identity?.host),
    ...one("path", [...at, "path"], identity?.path),
    ...all("header", [...at, "headers"], identity?.headers, credentialNames(document)),
    ...unifiedPlaces(document),
  ];
}

function unifiedPlaces({ unified = {} }: ParsedDocument): TemplatePlace[] {
  const namesNone = ["list", "search", "create"];
  return Object.entries(unified).flatMap(([category, models]) =>
    Object.entries(models ?? {}).flatMap(([model, mapping]) =>
      Object.entries(mapping?.endpoints ?? {}).flatMap(([name, endpoint]) => {
        const at = ["unified", category, model, "endpoints", name, "path"];
        return one("path", at, endpoint?.path, namesNone.includes(name) ? [] : ["id"]);
      }),
    ),
  );
}

function oauthPlaces(config: Extract<ParsedDocument["credentials"]["config"], { auth: unknown }>): TemplatePlace[] {
  const at = (...path: string[]): Path => ["credentials", "config", ...path];
  const asked = ["client_id", "scope", "redirect_uri"];
  const ending = ["access_token", "refresh_token", "client_id"];
  const { params, options, exchange, assertion, revocation } = config;
  return [
    ...Object.entries(config.auth).flatMap(([key, text]) => {
      const isHost = key.endsWith("Host") || key === "issuer";
      return one(isHost ? "host" : "path", at("auth", key), typeof text === "string" ? text : undefined);
    }),
    ...all("parameter", at("params", "authorize"), params.authorize, asked),
    ...all("parameter", at("params", "token"), params.token, asked),
    ...all("parameter", at("params", "refresh"), params.refresh, asked),
    ...all("header", at("options", "headers"), options.headers, asked),
    ...one("host", at("exchange", "host"), exchange?.host),
    ...one("path", at("exchange", "path"), exchange?.path),
    ...all("parameter", at("exchange", "params"), exchange?.params, ["access_token", "client_secret", ...asked]),
    ...all("parameter", at("assertion", "claims"), assertion?.claims, ["client_id", "scope"]),
    ...all("parameter", at("assertion", "headers"), assertion?.headers),
    ...one("host", at("revocation", "host"), revocation?.host),
    ...one("path", at("revocation", "path"), revocation?.path, ending),
    ...all("header", at("revocation", "headers"), revocation?.headers, [...ending, "client_secret"]),
    ...all("parameter", at("revocation", "body"), revocation?.body, [...ending, "client_secret"]),
  ];
}

function authorizationPlaces(document: ParsedDocument): TemplatePlace[] {
  const { authorization } = document;
  const own = credentialNames(document);
  const at = (name: string): Path => ["authorization", "config", name];
  switch (authorization.format) {
    case "header":
    case "query":
      return one("credential", at("value"), authorization.config.value, own);
    case "basic":
      return [
        ...one("credential", at("username"), authorization.config.username, own),
        ...one("credential", at("password"), authorization.config.password, own),
      ];
    case "bearer":
    case "expression":
      return [];
  }
}

/** What an account's credentials are called in `authorization`. */
function credentialNames({ credentials }: ParsedDocument): string[] {
  switch (credentials.format) {
    case "oauth2":
    case "oauth2_client_credentials":
      return ["access_token"];
    case "api_key":
    case "custom":
      return credentials.config.fields.map((field) => field.name);
    case "basic":
      return ["username", ...(credentials.config.password === null ? [] : ["password"])];
  }
}

function one(
  kind: TemplatePlace["kind"],
  path: Path,
  text: string | undefined,
  also: readonly string[] = [],
): TemplatePlace[] {
  return text === undefined ? [] : [{ kind, path, text, also }];
}

function all(kind: TemplatePlace["kind"], path: Path, texts: Texts, also: readonly string[] = []): TemplatePlace[] {
  return Object.entries(texts ?? {}).flatMap(([key, text]) =>
    typeof text === "string" ? one(kind, [...path, key], text, also) : [],
  );
}
