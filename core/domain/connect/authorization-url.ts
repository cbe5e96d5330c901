import { createHash } from "node:crypto";
import { fillTemplates } from "../integration/fill-template.ts";
import { parameterName } from "../integration/parameter-name.ts";
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
  return withParameters(integration, authorizationParameters(integration, request));
}

/** RFC 9126 §4: of a request that was pushed the browser carries the reference alone. */
export function pushedAuthorizationUrl(integration: ResolvedIntegration, clientId: string, requestUri: string): string {
  const parameters = [
    [parameterName(integration, "client_id"), clientId],
    ["request_uri", requestUri],
  ] as const;
  return withParameters(integration, new Map(parameters));
}

/** What an authorization request says, under the provider's names. */
export function authorizationParameters(
  integration: ResolvedIntegration,
  request: AuthorizationRequest,
): ReadonlyMap<string, string> {
  const { clientId, redirectUri } = request;
  const scope = request.scopes.join(integration.scopeSeparator);
  const values = { ...integration.templateValues, client_id: clientId, scope, redirect_uri: redirectUri };
  const extra = Object.entries(fillTemplates(integration.authorizeParams, values));
  const parameters = new Map(extra.filter(([name]) => !reserved.has(name)));
  const set = (name: string, value: string): void => void parameters.set(parameterName(integration, name), value);
  set("response_type", "code");
  set("client_id", clientId);
  set("redirect_uri", redirectUri);
  if (scope !== "") set("scope", scope);
  set("state", request.state);
  if (request.nonce !== null) set("nonce", request.nonce);
  if (request.verifier !== null) {
    set("code_challenge", createHash("sha256").update(request.verifier, "ascii").digest("base64url"));
    set("code_challenge_method", "S256");
  }
  return parameters;
}

/** The authorization endpoint's own query stays, but for what the request says itself. */
function withParameters(integration: ResolvedIntegration, parameters: ReadonlyMap<string, string>): string {
  const url = new URL(integration.authorizationEndpoint);
  for (const [name, value] of parameters) url.searchParams.set(name, value);
  if (integration.authorizeFragment !== null) url.hash = integration.authorizeFragment;
  return url.href;
}
