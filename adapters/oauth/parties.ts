import * as oauth from "oauth4webapi";
import type { ResolvedIntegration } from "#core/domain/integration/resolve-integration";
import type { ClientSecret } from "#core/ports/authorization-server";
import { clientAuthentication } from "./client-authentication.ts";

/** Who asks whom, in the library's words. */
export function parties(
  integration: ResolvedIntegration,
  secret: ClientSecret,
): {
  readonly server: oauth.AuthorizationServer;
  readonly client: oauth.Client;
  readonly authentication: oauth.ClientAuth;
} {
  const server: oauth.AuthorizationServer = {
    // oauth4webapi wants an issuer; without a declared one no ID token is read.
    issuer: integration.issuer ?? originOf(integration.tokenEndpoint),
    token_endpoint: integration.tokenEndpoint,
    ...(integration.revocationEndpoint === null ? {} : { revocation_endpoint: integration.revocationEndpoint }),
    ...(integration.introspectionEndpoint === null
      ? {}
      : { introspection_endpoint: integration.introspectionEndpoint }),
    ...(integration.pushedAuthorizationEndpoint === null
      ? {}
      : { pushed_authorization_request_endpoint: integration.pushedAuthorizationEndpoint }),
  };
  const client: oauth.Client = { client_id: integration.clientId ?? "" };
  return { server, client, authentication: clientAuthentication(integration, secret) };
}

/** An endpoint that is not known (yet) is refused where it is called. */
function originOf(endpoint: string): string {
  return URL.canParse(endpoint) ? new URL(endpoint).origin : "https://unknown.invalid";
}
