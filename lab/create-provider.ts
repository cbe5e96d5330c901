import { X509Certificate } from "node:crypto";
import { type Client, type Configuration, Provider } from "oidc-provider";
import { createStateAdapter } from "./create-state-adapter.ts";
import { findPerson } from "./find-person.ts";
import type { LabKeys } from "./load-lab-keys.ts";
import type { RecordStore } from "./open-record-store.ts";
import { registerJwtBearerGrant } from "./register-jwt-bearer-grant.ts";
import { renderErrorPage } from "./render-error-page.ts";
import { labScopes } from "./scope-words.ts";

const day = 24 * 60 * 60;

export type ProviderInput = {
  issuer: string;
  store: RecordStore;
  keys: LabKeys;
  accessTokenSeconds: number;
  extensions: boolean;
  requiresDpopNonce: boolean;
  claims: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
};

/** The lab speaks plain http on the loopback; whoever ends TLS before it hands on the certificate that the client showed. */
export const certificateHeader = "x-client-certificate";

function getCertificate(ctx: { get(name: string): string }): X509Certificate | undefined {
  const pem = decodeURIComponent(ctx.get(certificateHeader));
  return pem === "" ? undefined : new X509Certificate(pem);
}

/** The authorization server: single-use refresh tokens, and a spent one that comes back ends its whole family. */
export function createProvider(input: ProviderInput): Provider {
  const accessTokenSeconds = (_ctx: unknown, _token: unknown, client: Client): number => {
    const ofClient = client["x_access_token_seconds"];
    return typeof ofClient === "number" ? ofClient : input.accessTokenSeconds;
  };

  const configuration: Configuration = {
    adapter: createStateAdapter(input.store),
    jwks: { keys: [input.keys.jwk] },
    cookies: { keys: input.keys.cookieKeys },
    scopes: labScopes,
    claims: {
      openid: ["sub", "name", "email", "email_verified", "company", "groups"],
      profile: ["name", "company"],
      email: ["email"],
    },
    conformIdTokenClaims: false,
    responseTypes: ["code"],
    clientAuthMethods: [
      "client_secret_basic",
      "client_secret_post",
      ...(input.extensions ? (["private_key_jwt", "self_signed_tls_client_auth", "none"] as const) : []),
    ],
    extraClientMetadata: { properties: ["x_access_token_seconds", "x_always_issue_refresh_token", "x_other_secret"] },
    pkce: { required: () => false },
    rotateRefreshToken: true,
    // A grant outlives the browser session it was given in, as it does at real providers.
    expiresWithSession: () => false,
    revokeGrantPolicy: () => true,
    issueRefreshToken: (_ctx, client, source) =>
      client["x_always_issue_refresh_token"] === true || source.scopes.has("offline_access"),
    // Every authorization is a grant of its own: connecting a second time must not end the first family.
    loadExistingGrant: async (ctx) => {
      const grantId = ctx.oidc.result?.consent?.grantId;
      return grantId === undefined ? undefined : ctx.oidc.provider.Grant.find(grantId);
    },
    findAccount: (_ctx, sub) => {
      const person = findPerson(sub);
      if (person === null) return undefined;
      const { name, email, company } = person;
      return { accountId: sub, claims: () => ({ sub, name, email, company, ...input.claims.get(sub) }) };
    },
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    renderError: async (ctx, out) => {
      ctx.type = "html";
      ctx.body = await renderErrorPage(out.error, out.error_description);
    },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId },
      revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId },
      resourceIndicators: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      pushedAuthorizationRequests: { enabled: input.extensions },
      dPoP: {
        enabled: input.extensions,
        nonceSecret: Buffer.alloc(32, input.keys.cookieKeys[0]),
        requireNonce: () => input.requiresDpopNonce,
      },
      ...(input.extensions ? { mTLS: { enabled: true, selfSignedTlsClientAuth: true, getCertificate } } : {}),
    },
    ttl: {
      AccessToken: accessTokenSeconds,
      ClientCredentials: accessTokenSeconds,
      AuthorizationCode: 60,
      IdToken: 60 * 60,
      Interaction: 60 * 60,
      Session: 60,
      RefreshToken: 90 * day,
      Grant: 365 * day,
    },
  };
  const provider = new Provider(input.issuer, configuration);
  acceptOtherSecrets(provider);
  if (input.extensions) registerJwtBearerGrant(provider, input.issuer);
  return provider;
}

/** The library knows one secret of a client; many servers take two while one is rotated. */
function acceptOtherSecrets(provider: Provider): void {
  const { prototype } = provider.Client as unknown as { prototype: Client };
  const { compareClientSecret } = prototype;
  prototype.compareClientSecret = async function compare(actual) {
    return this["x_other_secret"] === actual || (await compareClientSecret.call(this, actual));
  };
}
