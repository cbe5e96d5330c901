import type { FailureRule } from "../refresh/classify-token-failure.ts";
import {
  defaultRefreshPolicy,
  leaseMarginSeconds,
  leaseSeconds,
  type RefreshPolicy,
  type RotationRule,
} from "../refresh/refresh-policy.ts";
import { DomainError, type FieldError } from "../problem/domain-error.ts";
import { matchesPattern } from "../text/match-pattern.ts";
import type { ExpiresInUnit } from "../token/read-expires-in.ts";
import { placeholder } from "./document-parts.ts";
import { secondStepOf, type SecondStep } from "./second-step.ts";
import { fillAddress } from "./fill-address.ts";
import { fillOrigin } from "./fill-origin.ts";
import { grantFieldsOf, validFields, type GrantFields } from "./grant-fields.ts";
import { answerRulesOf, type AnswerRules } from "./answer-rules.ts";
import type { ParameterValue, TemplateValues } from "./fill-template.ts";
import { hostInputs, isHostLabel, openHostInputs } from "./host-faults.ts";
import { documentScopes, oauthConfigOf, type IntegrationDocument } from "./integration-document.ts";
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
  /** Without `#`; null where the server wants none. */
  readonly authorizeFragment: string | null;
  readonly tokenHost: string;
  readonly tokenEndpoint: string;
  /** The same as far as it was known when the browser left: what a callback brings stands as its name and pattern. */
  readonly pinnedTokenEndpoint: string;
  readonly refreshEndpoint: string;
  readonly revocationEndpoint: string | null;
  /** RFC 7662; null where the provider offers none. */
  readonly introspectionEndpoint: string | null;
  /** RFC 9126; null: the browser carries the whole request. */
  readonly pushedAuthorizationEndpoint: string | null;
  readonly secondStep: SecondStep | null;
  readonly clientId: string | null;
  /** Part of the redirect URI; null where the environment has no client. */
  readonly callbackId: string | null;
  readonly clientAuthentication: ClientAuthenticationMethod;
  /** query: the parameters go in the address, which may then stand in no log and no error. */
  readonly bodyFormat: "form" | "json" | "query";
  /** Sent with every request to the authorization server; templates. */
  readonly requestHeaders: Readonly<Record<string, string>>;
  readonly scopes: readonly string[];
  readonly scopeSeparator: string;
  readonly scopeParameter: string;
  /** Standard parameter → the provider's name for it. */
  readonly parameterNames: Readonly<Record<string, string>>;
  readonly usesPkce: boolean;
  /** RFC 9449: tokens are bound to a key of the account's own. */
  readonly usesDpop: boolean;
  /** What templates may name everywhere: the account's inputs, and what came with its grant. */
  readonly templateValues: TemplateValues;
  readonly inputs: TemplateValues;
  /** What came with the grant, as far as it is as the definition has it. */
  readonly fields: GrantFields;
  /** Extra parameters by request; templates, which may also name {client_id}, {scope} and {redirect_uri}. */
  readonly authorizeParams: Readonly<Record<string, string>>;
  readonly tokenParams: Readonly<Record<string, ParameterValue>>;
  readonly refreshParams: Readonly<Record<string, ParameterValue>>;
  /** Client credentials are asked for by a JWT bearer grant (RFC 7523 §2.1); null: as RFC 6749 §4.4 has it. */
  readonly assertion: GrantAssertion | null;
  readonly tokenExpiryDuration: number | null;
  readonly expiresInUnit: ExpiresInUnit;
  readonly refreshPolicy: RefreshPolicy;
  readonly answers: AnswerRules;
}

/** What a JWT bearer grant says. `iat`, `exp` and `jti` are added. */
export type GrantAssertion = NonNullable<OAuthConfig["assertion"]>;

/** How the client proves itself to the authorization server. */
export type ClientAuthenticationMethod = OAuthConfig["options"]["authorizationMethod"];

/** The OAuth client of an environment. */
export interface EnvironmentLayer {
  readonly clientId: string | null;
  /** Absent: the environment has no client yet. */
  readonly callbackId?: string;
}

/**
 * @param inputs already checked by checkInputs
 * @param kept what came with the account's grant; what is not as the document has it counts for nothing
 */
export function resolveIntegration(
  document: IntegrationDocument,
  layer: EnvironmentLayer,
  inputs: Readonly<Record<string, string>>,
  kept: GrantFields = {},
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
  const fields = validFields(document, kept);
  const values = { ...inputs, ...fields };
  const fill = (template: string): string => fillPart(document.name, template, values);
  const host = (template: string): string => fillOrigin(template, values);
  const tokenHost = host(auth.tokenHost);
  return {
    name: document.name,
    format,
    issuer: auth.issuer === undefined ? null : fill(auth.issuer),
    authorizationEndpoint: host(auth.authorizeHost ?? auth.tokenHost) + fill(auth.authorizePath),
    authorizeFragment: auth.authorizeFragment === undefined ? null : fill(auth.authorizeFragment),
    tokenHost,
    tokenEndpoint: tokenHost + fill(auth.tokenPath),
    pinnedTokenEndpoint: pinnedTokenEndpoint(document, inputs, config),
    refreshEndpoint: host(auth.refreshHost ?? auth.tokenHost) + fill(auth.refreshPath ?? auth.tokenPath),
    revocationEndpoint:
      auth.revokePath === undefined ? null : host(auth.revokeHost ?? auth.tokenHost) + fill(auth.revokePath),
    introspectionEndpoint: auth.introspectPath === undefined ? null : tokenHost + fill(auth.introspectPath),
    pushedAuthorizationEndpoint: auth.parPath === undefined ? null : tokenHost + fill(auth.parPath),
    secondStep: secondStepOf(config, host, fill),
    clientId: layer.clientId,
    callbackId: layer.callbackId ?? null,
    clientAuthentication: config.options.authorizationMethod,
    bodyFormat: config.options.bodyFormat,
    requestHeaders: config.options.headers,
    scopes: documentScopes(config),
    scopeSeparator: config.scopeSeparator,
    scopeParameter: config.scopeParameter,
    parameterNames: config.parameterNames,
    usesPkce: config.pkce.method === "S256",
    usesDpop: config.options.dpop,
    templateValues: values,
    inputs,
    fields,
    authorizeParams: config.params.authorize,
    tokenParams: config.params.token,
    refreshParams: config.params.refresh,
    assertion: config.assertion ?? null,
    tokenExpiryDuration: config.tokenExpiryDuration ?? null,
    expiresInUnit: config.expiresInUnit,
    refreshPolicy: refreshPolicyOf(document),
    answers: answerRulesOf(config),
  };
}

function fillPart(integrationName: string, template: string, values: TemplateValues): string {
  const filled = fillAddress(template, values);
  if (filled !== null) return filled;
  throw new DomainError("client_misconfigured", {
    detail: `The definition of ${integrationName} makes a path that leads elsewhere (${template}) of what this account brings.`,
    extensions: { reason: "path_astray" },
  });
}

function pinnedTokenEndpoint(
  document: IntegrationDocument,
  inputs: TemplateValues,
  { auth }: Pick<OAuthConfig, "auth">,
): string {
  const fields = new Map(grantFieldsOf(document).map((field) => [field.name, field]));
  const template = auth.tokenHost + auth.tokenPath;
  if (!Array.from(template.matchAll(placeholder), ([, name = ""]) => name).some((name) => fields.has(name))) {
    return fillOrigin(auth.tokenHost, inputs) + fillPart(document.name, auth.tokenPath, inputs);
  }
  return template.replaceAll(placeholder, (whole, name: string) => {
    const field = fields.get(name);
    return field === undefined ? fillPart(document.name, whole, inputs) : `{${name}=${field.pattern ?? ""}}`;
  });
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
    asksForSubject: config.assertion !== undefined && namesInput(document, config.assertion.claims),
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

/** Whether an account's inputs say whom its tokens are for. */
function namesInput(document: IntegrationDocument, claims: GrantAssertion["claims"]): boolean {
  const texts = Object.values(claims);
  return document.inputs.some((input) => texts.some((text) => text.includes(`{${input.name}}`)));
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

/** Nothing that people mean, and in a header the beginning of another one. */
// eslint-disable-next-line no-control-regex
const controls = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

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
  const open = openHostInputs(document);
  for (const input of document.inputs) {
    const value = typedValue(input, Object.hasOwn(given, input.name) ? (given[input.name] ?? "") : "");
    const pointer = `/inputs/${input.name}`;
    if (value === "") {
      if (input.required) errors.push({ pointer, fault: "missing", detail: `${input.label} is needed` });
      continue;
    }
    const isChosen = input.options !== undefined;
    if (open.has(input.name)) {
      const detail = `${input.label} could lead to anybody's host; whoever runs this has to mend the integration's definition`;
      errors.push({ pointer, fault: "unusable", detail });
      continue;
    }
    if (input.options !== undefined && !hasOption(input.options, value)) {
      const choices = input.options.map((one) => one.value).join(", ");
      errors.push({ pointer, fault: "choice", detail: `${input.label} must be one of ${choices}` });
    } else if (!fits(value, input.pattern)) {
      const detail = `${input.label} does not have the expected form${example(input.example)}`;
      errors.push({ pointer, fault: "form", detail });
    } else if (inHosts.has(input.name) && !isChosen && !isHostLabel(value)) {
      errors.push({
        pointer,
        fault: "host_part",
        detail: `${input.label} must be one part of a host name: letters, digits, hyphens${example(input.example)}`,
      });
    } else if (controls.test(value)) {
      const detail = `${input.label} holds a line break or another control character; remove it`;
      errors.push({ pointer, fault: "one_line", detail });
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

/** The length first: a pattern takes a time that grows with the text. Dot segments would leave their place in a path. */
function fits(value: string, pattern: string | undefined): boolean {
  if (value.length > 200 || value === "." || value === "..") return false;
  return pattern === undefined || matchesPattern(pattern, value);
}

function example(text: string | undefined): string {
  return text === undefined ? "" : `, for example ${text}`;
}
