import * as oauth from "oauth4webapi";
import type { ResolvedIntegration } from "#core/domain/integration/resolve-integration";
import type { ClientSecret } from "#core/ports/authorization-server";

/** How a request shows whose client asks. Without a secret the client is public, and only named (RFC 6749 §3.2.1). */
export function clientAuthentication(integration: ResolvedIntegration, secret: ClientSecret): oauth.ClientAuth {
  if (secret === null) return oauth.None();
  switch (integration.clientAuthentication) {
    case "none":
      return oauth.None();
    case "body":
      return oauth.ClientSecretPost(secret);
    case "header":
      return formEncodedBasic(secret);
    case "secret_as_username":
      return basic(`${secret}:`);
    case "private_key_jwt":
    case "mtls":
      throw new Error(`${integration.clientAuthentication} is not supported`);
  }
}

/**
 * RFC 6749 §2.3.1: id and secret form-encoded, and nothing encoded that need not be. The library's own encodes `-`, `.` and `_`
 * too, which servers that compare without decoding (there are many) take for a wrong secret.
 */
function formEncodedBasic(secret: string): oauth.ClientAuth {
  return (server, client, body, headers) =>
    basic(`${formEncode(client.client_id)}:${formEncode(secret)}`)(server, client, body, headers);
}

function basic(credentials: string): oauth.ClientAuth {
  return (_server, _client, _body, headers) =>
    headers.set("authorization", `Basic ${Buffer.from(credentials).toString("base64")}`);
}

function formEncode(text: string): string {
  return new URLSearchParams([["", text]]).toString().slice(1);
}
