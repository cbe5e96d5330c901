import { createHash } from "node:crypto";
import type { ResolvedIntegration } from "../integration/resolve-integration.ts";

export interface AuthorizationRequest {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly state: string;
  readonly scopes: readonly string[];
  /** Null where the integration does not use PKCE. */
  readonly verifier: string | null;
  readonly nonce: string | null;
}

/** Parameters that the protocol owns: an integration's extra parameters can't replace them. */
const reserved = new Set([
  "response_type",
  "client_id",
  "redirect_uri",
  "state",
  "code_challenge",
  "code_challenge_method",
  "nonce",
]);

/** RFC 6749 §4.1.1 with PKCE S256 (RFC 7636 §4.3), never `plain`. */
export function authorizationUrl(integration: ResolvedIntegration, request: AuthorizationRequest): string {
  const url = new URL(integration.authorizationEndpoint);
  const set = (name: string, value: string): void => url.searchParams.set(name, value);
  for (const [name, value] of Object.entries(integration.authorizeParams)) {
    if (!reserved.has(name)) set(name, value);
  }
  set("response_type", "code");
  set("client_id", request.clientId);
  set("redirect_uri", request.redirectUri);
  if (request.scopes.length > 0) set("scope", request.scopes.join(integration.scopeSeparator));
  set("state", request.state);
  if (request.nonce !== null) set("nonce", request.nonce);
  if (request.verifier !== null) {
    set("code_challenge", createHash("sha256").update(request.verifier, "ascii").digest("base64url"));
    set("code_challenge_method", "S256");
  }
  return url.href;
}
