import type { Fault, ParsedDocument } from "./document-faults.ts";
import type { OAuthConfig } from "./oauth-schema.ts";

/** Headers that belong to the connection, or to how the parameters are sent. */
const ownHeaders = new Set([
  "accept",
  "accept-encoding",
  "connection",
  "content-encoding",
  "content-length",
  "content-type",
  "dpop",
  "expect",
  "host",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** What a document says about requests to the authorization server and can't be meant. */
export function requestFaults({ credentials }: ParsedDocument): Fault[] {
  if (!("auth" in credentials.config)) return [];
  return [...issuerFaults(credentials.config), ...nameFaults(credentials.config), ...headerFaults(credentials.config)];
}

function issuerFaults({ auth }: OAuthConfig): Fault[] {
  if (!auth.sendsIss || auth.issuer !== undefined) return [];
  return [fault(["auth", "issuer"], "expected, since sendsIss says that every answer names it")];
}

function nameFaults({ parameterNames }: OAuthConfig): Fault[] {
  const names = Object.values(parameterNames);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  return twice === undefined ? [] : [fault(["parameterNames"], `${twice} stands for two parameters`)];
}

function headerFaults({ options: { headers, authorizationMethod } }: OAuthConfig): Fault[] {
  const isBasic = authorizationMethod === "header" || authorizationMethod === "secret_as_username";
  return Object.keys(headers)
    .filter((name) => ownHeaders.has(name) || (name === "authorization" && isBasic))
    .map((name) => fault(["options", "headers", name], `${name} is written by Evergrant; remove it`));
}

function fault(path: string[], message: string): Fault {
  return { path: ["credentials", "config", ...path], message };
}
