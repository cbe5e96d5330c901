// An identity provider that answers what a test tells it to: for ID tokens that no honest one would sign.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT } from "jose";

export type Forgery = {
  /** Laid over honest claims; undefined takes one away. */
  claims?: Record<string, unknown>;
  /** `none`: without a signature. `HS256`: with the client's secret. `stranger`: with a key that nobody knows. */
  signedBy?: "none" | "HS256" | "stranger";
  /** In place of the ID token. */
  token?: string;
};

type ForgingIdp = {
  issuer: string;
  /** What the next token answer is like; honest by default. */
  forgery: Forgery;
  /** Forms that came to its token endpoint. */
  asked: URLSearchParams[];
  close(): Promise<void>;
};

const clientSecret = "a-secret-of-the-dashboard-that-is-long-enough";

export async function startForgingIdp(clientId: string): Promise<ForgingIdp & { clientSecret: string }> {
  const keys = await generateKeyPair("RS256", { extractable: true });
  const stranger = await generateKeyPair("RS256");
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: "k1", alg: "RS256", use: "sig" };
  const idp: ForgingIdp & { clientSecret: string } = {
    issuer: "",
    clientSecret,
    forgery: {},
    asked: [],
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };

  const idToken = async (nonce: string): Promise<string> => {
    const { claims: over = {}, signedBy, token } = idp.forgery;
    if (token !== undefined) return token;
    const now = Math.floor(Date.now() / 1000);
    const claims: Record<string, unknown> = {
      iss: idp.issuer,
      aud: clientId,
      sub: "mallory",
      email: "mallory@example.com",
      name: "Mallory",
      groups: ["platform"],
      iat: now,
      exp: now + 300,
      nonce,
      ...over,
    };
    for (const [name, value] of Object.entries(claims)) if (value === undefined) delete claims[name];
    if (signedBy === "none") {
      const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
      return `${part({ alg: "none", typ: "JWT" })}.${part(claims)}.`;
    }
    const jwt = new SignJWT(claims);
    if (signedBy === "HS256") return await jwt.setProtectedHeader({ alg: "HS256" }).sign(Buffer.from(clientSecret));
    const key = signedBy === "stranger" ? stranger.privateKey : keys.privateKey;
    return await jwt.setProtectedHeader({ alg: "RS256", kid: "k1" }).sign(key);
  };

  const server = createServer((request, response) => {
    void (async () => {
      const json = (body: unknown): void => {
        response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
      };
      if (request.url === "/.well-known/openid-configuration") {
        return json({
          issuer: idp.issuer,
          authorization_endpoint: `${idp.issuer}/authorize`,
          token_endpoint: `${idp.issuer}/token`,
          jwks_uri: `${idp.issuer}/jwks`,
          authorization_response_iss_parameter_supported: true,
          // It boasts of what nobody should accept.
          id_token_signing_alg_values_supported: ["RS256", "HS256", "none"],
        });
      }
      if (request.url === "/jwks") return json({ keys: [jwk] });
      let text = "";
      for await (const chunk of request) text += String(chunk);
      const form = new URLSearchParams(text);
      idp.asked.push(form);
      // The code is the nonce: so the test says which one comes back.
      return json({ access_token: "at", token_type: "Bearer", id_token: await idToken(form.get("code") ?? "") });
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  idp.issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return idp;
}
