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
  const { config } = credentials;
  return [...issuerFaults(config), ...assertionFaults(config), ...nameFaults(config), ...headerFaults(config)];
}

function issuerFaults({ auth }: OAuthConfig): Fault[] {
  if (!auth.sendsIss || auth.issuer !== undefined) return [];
  return [fault(["auth", "issuer"], "expected, since sendsIss says that every answer names it")];
}

/** The client secret signs the grant; nothing else proves the client then. */
function assertionFaults({ assertion, options }: OAuthConfig): Fault[] {
  if (assertion === undefined) return [];
  const method = options.authorizationMethod;
  const isOther = method === "private_key_jwt" || method === "mtls" || method === "secret_as_username";
  const faults = isOther
    ? [fault(["options", "authorizationMethod"], `${method} has no place beside an assertion; leave it out`)]
    : [];
  return "alg" in assertion.headers
    ? [...faults, fault(["assertion", "headers", "alg"], "is said by assertion.algorithm; remove it")]
    : faults;
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
