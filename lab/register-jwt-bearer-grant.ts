import { importJWK, jwtVerify, type JWK } from "jose";
import { errors } from "oidc-provider";
import type Provider from "oidc-provider";

export const jwtBearerGrant = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/** RFC 7523 §2.1: an assertion that a client signed with its registered key, once, gets a token of the client's own. */
export function registerJwtBearerGrant(provider: Provider, issuer: string): void {
  provider.registerGrantType(
    jwtBearerGrant,
    async (ctx) => {
      const { client, params } = ctx.oidc;
      const { assertion, scope } = params as { assertion?: string; scope?: string };
      if (client === undefined || assertion === undefined) throw new errors.InvalidRequest("no assertion");
      const { keys = [] } = (client["jwks"] ?? {}) as { keys?: JWK[] };
      const verified = await jwtVerify(
        assertion,
        async (header) => {
          const key = keys.find((one) => header.kid === undefined || one.kid === header.kid);
          if (key === undefined) throw new errors.InvalidGrant("no such key");
          return await importJWK(key, header.alg);
        },
        { issuer: client.clientId, audience: issuer, requiredClaims: ["exp", "iat", "jti", "sub"] },
      ).catch((error: Error) => {
        throw new errors.InvalidGrant(error.message);
      });
      const { jti = "", exp = 0 } = verified.payload;
      if (!(await provider.ReplayDetection.unique(client.clientId, jti, exp)))
        throw new errors.InvalidGrant("replayed");
      const wanted = scope ?? verified.payload["scope"];
      const token = new provider.ClientCredentials({ client, scope: typeof wanted === "string" ? wanted : undefined });
      ctx.body = {
        access_token: await token.save(),
        token_type: "Bearer",
        expires_in: token.expiration,
        scope: token.scope,
      };
    },
    ["assertion", "scope"],
  );
}
