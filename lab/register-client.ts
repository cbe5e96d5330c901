import type Provider from "oidc-provider";
import type { LabClient } from "./lab.ts";
import { jwtBearerGrant } from "./register-jwt-bearer-grant.ts";
import type { RecordStore } from "./open-record-store.ts";

/** Adds or replaces a client. Throws oidc-provider's `InvalidClientMetadata` and changes nothing when it is not valid. */
export async function registerClient(provider: Provider, store: RecordStore, client: LabClient): Promise<void> {
  const before = store.get("Client", client.clientId);
  const metadata = {
    client_id: client.clientId,
    ...(client.clientSecret === undefined ? {} : { client_secret: client.clientSecret }),
    client_name: client.name ?? "Evergrant demo",
    redirect_uris: client.redirectUris,
    grant_types: [
      "authorization_code",
      "refresh_token",
      ...(client.tokenEndpointAuthMethod === "none" ? [] : ["client_credentials"]),
      ...(client.signsGrants === true ? [jwtBearerGrant] : []),
    ],
    response_types: ["code"],
    token_endpoint_auth_method: client.tokenEndpointAuthMethod ?? "client_secret_basic",
    ...(client.jwks === undefined ? {} : { jwks: client.jwks }),
    ...(client.tokenEndpointAuthMethod === "private_key_jwt"
      ? { token_endpoint_auth_signing_alg: client.signingAlgorithm ?? "ES256" }
      : {}),
    ...(client.requiresPushedRequests === true ? { require_pushed_authorization_requests: true } : {}),
    ...(client.requiresDpop === true ? { dpop_bound_access_tokens: true } : {}),
    ...(client.scopes === undefined ? {} : { scope: client.scopes.join(" ") }),
    ...(client.accessTokenSeconds === undefined ? {} : { x_access_token_seconds: client.accessTokenSeconds }),
    ...(client.alwaysIssueRefreshToken === true ? { x_always_issue_refresh_token: true } : {}),
  };
  store.put("Client", client.clientId, metadata, null);
  try {
    // Reading it is what makes the provider validate it.
    await provider.Client.find(client.clientId);
  } catch (error) {
    if (before === undefined) store.delete("Client", client.clientId);
    else store.put("Client", client.clientId, before, null);
    throw error;
  }
}
