import * as oauth from "oauth4webapi";
import type { ResolvedIntegration } from "#core/domain/integration/resolve-integration";
import { decodeClientCertificate, type ClientCertificate } from "#core/domain/integration/client-certificate";
import { decodeClientKeys } from "#core/domain/integration/client-keys";
import type { ClientSecret } from "#core/ports/authorization-server";
import { ClientUnusable } from "./client-unusable.ts";
import { importSigningKey } from "./import-signing-key.ts";

/** How a request shows whose client asks. Without a secret the client is public, and only named (RFC 6749 §3.2.1). */
export function clientAuthentication(integration: ResolvedIntegration, secret: ClientSecret): oauth.ClientAuth {
  // The secret is a private key then: it signs grants, and is shown to nobody.
  if (integration.assertion !== null) return oauth.None();
  if (integration.clientAuthentication === "private_key_jwt") return signedAssertion(integration, secret);
  if (integration.clientAuthentication === "mtls") return shownCertificate(secret);
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
  }
}

/** RFC 8705 §2: the certificate is shown in the handshake (clientCertificate), and the request names the client. */
function shownCertificate(secret: ClientSecret): oauth.ClientAuth {
  return (server, client, body, headers) => {
    if (secret === null) {
      throw new ClientUnusable(
        "the client has no certificate yet; set client_certificate and client_certificate_key (PATCH /api/v1/environment-integration)",
      );
    }
    if (certificateOf(secret) === null) throw new ClientUnusable(onlySecret);
    return oauth.TlsClientAuth()(server, client, body, headers);
  };
}

/** What is shown in the TLS handshake of every request to the authorization server; null: nothing. */
export function clientCertificate(integration: ResolvedIntegration, secret: ClientSecret): ClientCertificate | null {
  return integration.clientAuthentication === "mtls" && secret !== null ? certificateOf(secret) : null;
}

/** An account's own client keeps its secret when the integration's method is changed: it is no key and no certificate then. */
const onlySecret =
  "the client that this account brought itself has a secret, and the integration asks with a key or a certificate now; mend its authorizationMethod, or import the account anew";

function certificateOf(text: string): ClientCertificate | null {
  return parsed(() => {
    const found: Partial<ClientCertificate> | null = decodeClientCertificate(text);
    return typeof found?.certificate === "string" && typeof found.key === "string"
      ? (found as ClientCertificate)
      : null;
  });
}

function keysOf(text: string): ReturnType<typeof decodeClientKeys> | null {
  return parsed(() => decodeClientKeys(text));
}

/** The parser's own error would quote the secret (invariant 7). */
function parsed<T>(parse: () => T): T | null {
  try {
    return parse();
  } catch {
    return null;
  }
}

/**
 * RFC 7523 §2.2, with the newest of the client's keys. The issuer alone is its audience, as one string, or the token endpoint
 * where no issuer is declared: a list would let one of its servers play the assertion at another (checklist A13).
 */
function signedAssertion(integration: ResolvedIntegration, keys: ClientSecret): oauth.ClientAuth {
  return async (server, client, body, headers) => {
    const known = keys === null ? [] : keysOf(keys);
    if (known === null) throw new ClientUnusable(onlySecret);
    const [key] = known;
    if (key === undefined) {
      throw new ClientUnusable(
        "the client has no key to sign with yet; PATCH /api/v1/environment-integration makes one",
      );
    }
    const { kid = "", alg = "" } = key.jwk;
    const cryptoKey = await importSigningKey(key.jwk, alg);
    const audience = integration.issuer ?? integration.tokenEndpoint;
    const sign = oauth.PrivateKeyJwt(
      { key: cryptoKey, kid },
      { [oauth.modifyAssertion]: (_header, payload) => void (payload["aud"] = audience) },
    );
    await sign(server, client, body, headers);
  };
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
