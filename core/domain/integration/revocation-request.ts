import type { ApiRequest } from "./api-request.ts";
import type { CallAuthorization } from "./authorize-call.ts";
import type { Revocation } from "./calls-schema.ts";
import { placeholder } from "./document-parts.ts";
import { fillAddress, valueOf } from "./fill-address.ts";
import { fillOrigin } from "./fill-origin.ts";
import { fillTemplates, type ParameterValue, type TemplateValues } from "./fill-template.ts";
import type { IntegrationDocument } from "./integration-document.ts";

/** What a declared revocation may name, besides inputs and fields. */
export interface EndingValues {
  readonly access_token: string;
  /** Empty where there is none. */
  readonly refresh_token: string;
  readonly client_id: string;
  readonly client_secret: string;
}

/** Who asks for the end of a grant: whoever holds its token, or the client itself (RFC 6749 §2.3.1). */
export type EndingAuthorization = CallAuthorization & { readonly body: Readonly<Record<string, string>> };

/**
 * The call that ends a grant where it is not RFC 7009. A token in its path is one segment of it, whatever characters it has.
 *
 * @returns null when something that its address names is not there: then there is nothing to call
 */
export function revocationRequest(
  document: Pick<IntegrationDocument, "api">,
  revocation: Revocation,
  tokenHost: string,
  values: TemplateValues & EndingValues,
  authorization: EndingAuthorization,
): ApiRequest | null {
  const base = baseOf(document, revocation, tokenHost, values);
  const path = fillSegments(revocation.path, values);
  if (base === null || path === null || !URL.canParse(base + path)) return null;
  const url = new URL(base + path);
  for (const [name, value] of Object.entries(authorization.query)) url.searchParams.set(name, value);
  const parameters = { ...fillTemplates(revocation.body, values), ...authorization.body };
  const isInQuery = revocation.method === "GET";
  if (isInQuery) for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, String(value));
  const body = isInQuery || Object.keys(parameters).length === 0 ? null : encode(revocation.bodyFormat, parameters);
  const apiHeaders = revocation.authorization === "token" ? (document.api?.headers ?? {}) : {};
  return {
    method: revocation.method,
    url: url.href,
    headers: {
      accept: "application/json",
      "user-agent": "Evergrant",
      ...(body === null ? {} : { "content-type": body.type }),
      ...lowerCase(fillTemplates(apiHeaders, values)),
      ...authorization.headers,
      ...lowerCase(fillTemplates(revocation.headers, values)),
    },
    body: body?.text ?? null,
  };
}

/** A client's id and secret as its token requests carry them. Keys and certificates are for the authorization server alone. */
export function clientAuthorization(
  method: "header" | "body" | "none" | "secret_as_username",
  clientId: string,
  secret: string | null,
): EndingAuthorization {
  const plain = { headers: {}, query: {}, body: {} };
  const basic = (pair: string): EndingAuthorization => ({
    ...plain,
    headers: { authorization: `Basic ${Buffer.from(pair).toString("base64")}` },
  });
  if (secret === null || method === "none") return { ...plain, body: { client_id: clientId } };
  switch (method) {
    case "header":
      return basic(`${formEncode(clientId)}:${formEncode(secret)}`);
    case "secret_as_username":
      return basic(`${secret}:`);
    case "body":
      return { ...plain, body: { client_id: clientId, client_secret: secret } };
  }
}

function baseOf(
  { api }: Pick<IntegrationDocument, "api">,
  { host }: Revocation,
  tokenHost: string,
  values: TemplateValues,
): string | null {
  if (host !== undefined) return fillOrigin(host, values) || null;
  const [, origin = "", rest = ""] = /^(https?:\/\/[^/]+|\{[^}]*\})(.*)$/.exec(api?.baseUrl ?? "") ?? [];
  if (origin === "") return tokenHost === "" ? null : tokenHost;
  const filled = fillOrigin(origin, values);
  const path = fillSegments(rest.replace(/\/+$/, ""), values);
  return filled === "" || path === null ? null : filled + path;
}

function fillSegments(template: string, values: TemplateValues): string | null {
  const names = Array.from(template.matchAll(placeholder), ([, name = ""]) => name);
  return names.every((name) => valueOf(values, name) !== "") ? fillAddress(template, values) : null;
}

function encode(
  format: Revocation["bodyFormat"],
  parameters: Readonly<Record<string, ParameterValue>>,
): { readonly type: string; readonly text: string } {
  if (format === "json") return { type: "application/json", text: JSON.stringify(parameters) };
  const texts = Object.entries(parameters).map(([name, value]): [string, string] => [name, String(value)]);
  return { type: "application/x-www-form-urlencoded;charset=UTF-8", text: new URLSearchParams(texts).toString() };
}

function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function formEncode(text: string): string {
  return new URLSearchParams([["", text]]).toString().slice(1);
}
