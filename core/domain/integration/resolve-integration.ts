import type { FailureRule } from "../refresh/classify-token-failure.ts";
import {
  defaultRefreshPolicy,
  leaseMarginSeconds,
  leaseSeconds,
  type RefreshPolicy,
  type RotationRule,
} from "../refresh/refresh-policy.ts";
import { DomainError, type FieldError } from "../problem/domain-error.ts";
import type { ExpiresInUnit } from "../token/read-expires-in.ts";
import { documentHosts, documentScopes, oauthConfigOf, type IntegrationDocument } from "./integration-document.ts";
import { hasOption, type IntegrationInput } from "./input-schema.ts";
import type { OAuthConfig } from "./oauth-schema.ts";

/** The formats whose credentials come from a token endpoint. */
export type OAuthFormat = "oauth2" | "oauth2_client_credentials";

/** An integration made concrete for one environment and one account's inputs: nothing is left to look up or to guess. */
export interface ResolvedIntegration {
  readonly name: string;
  readonly format: OAuthFormat;
  readonly issuer: string | null;
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  readonly refreshEndpoint: string;
  readonly revocationEndpoint: string | null;
  /** RFC 7662; null where the provider offers none. */
  readonly introspectionEndpoint: string | null;
  readonly clientId: string | null;
  readonly clientAuthentication: "header" | "body" | "none";
  readonly bodyFormat: "form" | "json";
  readonly scopes: readonly string[];
  readonly scopeSeparator: string;
  readonly usesPkce: boolean;
  readonly authorizeParams: Readonly<Record<string, string>>;
  readonly tokenParams: Readonly<Record<string, string>>;
  readonly refreshParams: Readonly<Record<string, string>>;
  readonly tokenExpiryDuration: number | null;
  readonly expiresInUnit: ExpiresInUnit;
  readonly refreshPolicy: RefreshPolicy;
}

/** What an environment lays over the document: its OAuth client and, where given, its scopes. */
export interface EnvironmentLayer {
  readonly clientId: string | null;
  readonly scopes: readonly string[] | null;
}

/**
 * @param inputs already checked by checkInputs
 */
export function resolveIntegration(
  document: IntegrationDocument,
  layer: EnvironmentLayer,
  inputs: Readonly<Record<string, string>>,
): ResolvedIntegration {
  const { credentials } = document;
  if (credentials.format !== "oauth2" && credentials.format !== "oauth2_client_credentials") {
    throw new DomainError("internal_error", {
      detail: "",
      internal: `${document.name} has no token endpoint to resolve`,
    });
  }
  const { config, format } = credentials;
  const { auth } = config;
  const fill = (template: string): string => fillTemplate(template, inputs);
  const tokenHost = fill(auth.tokenHost);
  const method = config.options.authorizationMethod;
  return {
    name: document.name,
    format,
    issuer: auth.issuer === undefined ? null : fill(auth.issuer),
    authorizationEndpoint: fill(auth.authorizeHost ?? auth.tokenHost) + fill(auth.authorizePath),
    tokenEndpoint: tokenHost + fill(auth.tokenPath),
    refreshEndpoint: tokenHost + fill(auth.refreshPath ?? auth.tokenPath),
    revocationEndpoint: auth.revokePath === undefined ? null : tokenHost + fill(auth.revokePath),
    introspectionEndpoint: auth.introspectPath === undefined ? null : tokenHost + fill(auth.introspectPath),
    clientId: layer.clientId,
    clientAuthentication: method === "body" || method === "none" ? method : "header",
    bodyFormat: config.options.bodyFormat === "json" ? "json" : "form",
    scopes: layer.scopes ?? documentScopes(config),
    scopeSeparator: config.scopeSeparator,
    usesPkce: config.pkce.method === "S256",
    authorizeParams: config.params.authorize,
    tokenParams: asText(config.params.token),
    refreshParams: asText(config.params.refresh),
    tokenExpiryDuration: config.tokenExpiryDuration ?? null,
    expiresInUnit: config.expiresInUnit,
    refreshPolicy: refreshPolicyOf(document),
  };
}

function asText(params: OAuthConfig["params"]["token"]): Record<string, string> {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, String(value)]));
}

/** A token's end is reckoned from when it was asked for, a moment earlier than its server does: a refresh must not come too soon. */
const earlinessSeconds = 2;

export function refreshPolicyOf(document: IntegrationDocument): RefreshPolicy {
  const config = oauthConfigOf(document);
  // What people typed has no end, and nothing renews it.
  if (config === null) return { ...defaultRefreshPolicy, grant: "none" };
  const { refresh } = config;
  const grant = document.credentials.format === "oauth2_client_credentials" ? "client_credentials" : "refresh_token";
  return {
    grant,
    windowSeconds: refresh.windowSeconds,
    bufferSeconds: refresh.bufferSeconds,
    earliestSeconds: refresh.earliestSeconds === null ? null : Math.max(0, refresh.earliestSeconds - earlinessSeconds),
    quietHoursUtc: refresh.quietHoursUtc,
    timeoutSeconds: Math.min(refresh.timeoutSeconds, leaseSeconds - leaseMarginSeconds),
    // Nothing is used up where there is no refresh token: the client may ask again at any time.
    rotation: grant === "client_credentials" ? { rule: "none" } : rotationOf(refresh.rotation),
    retry: refresh.retry,
    failureRules: refresh.failureRules.map((rule) => failureRuleOf(document.name, rule)),
    budget: { concurrency: refresh.concurrency, perMinute: refresh.perMinute },
    massFailure: refresh.massFailure,
  };
}

function rotationOf(rotation: { readonly rule: RotationRule["rule"]; readonly graceSeconds: number }): RotationRule {
  return rotation.rule === "grace" ? { rule: "grace", graceSeconds: rotation.graceSeconds } : { rule: rotation.rule };
}

type DocumentRule = OAuthConfig["refresh"]["failureRules"][number];

/** Its id names the integration, so that an attempt tells an own rule from a default one. */
function failureRuleOf(integrationName: string, rule: DocumentRule): FailureRule {
  const { id, errors, statuses, descriptionIncludes, ...rest } = rule;
  return {
    ...rest,
    id: `${integrationName}.${id}`,
    ...(errors === undefined ? {} : { errors }),
    ...(statuses === undefined ? {} : { statuses }),
    ...(descriptionIncludes === undefined ? {} : { descriptionIncludes }),
  };
}

/** RFC 1123: one label of a host name. What an end user types must never add a dot, a port or a path to a host. */
const dnsLabel = /^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$/;

/**
 * Checks what the end user (or an import) gave against what the document declares.
 * @throws DomainError invalid_request naming each wrong input
 */
export function checkInputs(
  document: IntegrationDocument,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  const errors: FieldError[] = [];
  const values: Record<string, string> = {};
  const inHosts = hostInputs(document);
  for (const input of document.inputs) {
    const value = typedValue(input, Object.hasOwn(given, input.name) ? (given[input.name] ?? "") : "");
    const pointer = `/inputs/${input.name}`;
    if (value === "") {
      if (input.required) errors.push({ pointer, detail: `${input.label} is needed` });
      continue;
    }
    const isChosen = input.options !== undefined;
    if (input.options !== undefined && !hasOption(input.options, value)) {
      const choices = input.options.map((one) => one.value).join(", ");
      errors.push({ pointer, detail: `${input.label} must be one of ${choices}` });
    } else if (!fits(value, input.pattern)) {
      errors.push({ pointer, detail: `${input.label} does not have the expected form${example(input.example)}` });
    } else if (inHosts.has(input.name) && !isChosen && !dnsLabel.test(value)) {
      errors.push({
        pointer,
        detail: `${input.label} must be one part of a host name: letters, digits, hyphens${example(input.example)}`,
      });
    } else {
      values[input.name] = value;
    }
  }
  const declared = new Set(document.inputs.map((input) => input.name));
  for (const name of Object.keys(given)) {
    if (!declared.has(name))
      errors.push({ pointer: `/inputs/${name}`, detail: "is no input of this integration; leave it out" });
  }
  if (errors.length > 0) throw new DomainError("invalid_request", { detail: "Some inputs need another look.", errors });
  return values;
}

/** What people paste often has more around it than the part that is asked for. */
function typedValue({ prefix, suffix, default: otherwise }: IntegrationInput, typed: string): string {
  let value = typed.trim();
  if (prefix !== undefined && value.toLowerCase().startsWith(prefix.toLowerCase())) value = value.slice(prefix.length);
  if (suffix !== undefined) {
    value = value.replace(/\/+$/, "");
    if (value.toLowerCase().endsWith(suffix.toLowerCase())) value = value.slice(0, -suffix.length);
  }
  return value === "" ? (otherwise ?? "") : value;
}

/** The length first: a pattern that is slow on long texts gets none. Dot segments would leave their place in a path. */
function fits(value: string, pattern: string | undefined): boolean {
  if (value.length > 200 || value === "." || value === "..") return false;
  return pattern === undefined || new RegExp(`^(?:${pattern})$`, "u").test(value);
}

function example(text: string | undefined): string {
  return text === undefined ? "" : `, for example ${text}`;
}

function hostInputs(document: IntegrationDocument): Set<string> {
  const issuer = oauthConfigOf(document)?.auth.issuer;
  const hosts = [...Object.values(documentHosts(document)), ...(issuer === undefined ? [] : [issuer])];
  const declared = document.inputs.map((input) => input.name);
  // Hosts are compared in lower case; names are not.
  return new Set(
    declared.filter((name) => hosts.some((host) => host.toLowerCase().includes(`{${name.toLowerCase()}}`))),
  );
}

function fillTemplate(template: string, inputs: Readonly<Record<string, string>>): string {
  return template.replaceAll(/\{([^}]*)\}/g, (_, name: string) => encodeURIComponent(inputs[name] ?? ""));
}
