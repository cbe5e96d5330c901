import type { Fault, ParsedDocument } from "./document-faults.ts";
import type { OAuthConfig } from "./oauth-schema.ts";
import { protocolFaults } from "./protocol-faults.ts";

/** What a document says about requests to the authorization server and can't be meant. */
export function requestFaults({ credentials }: ParsedDocument): Fault[] {
  if (credentials.format !== "oauth2" && credentials.format !== "oauth2_client_credentials") return [];
  const { config } = credentials;
  return [...issuerFaults(config), ...assertionFaults(config), ...protocolFaults(config, credentials.format)];
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

function fault(path: string[], message: string): Fault {
  return { path: ["credentials", "config", ...path], message };
}
