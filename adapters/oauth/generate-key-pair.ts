import { generateKeyPair as generate } from "node:crypto";
import { promisify } from "node:util";
import { thumbprint, type PrivateJwk, type SigningAlgorithm } from "#core/domain/jwk/jwk";

/** In the thread pool: an RSA key takes a tenth of a second, and nobody else waits for it. */
export async function generateKeyPair(algorithm: SigningAlgorithm): Promise<PrivateJwk> {
  const { privateKey } =
    algorithm === "ES256"
      ? await promisify(generate)("ec", { namedCurve: "P-256" })
      : await promisify(generate)("rsa", { modulusLength: 2048 });
  const jwk = privateKey.export({ format: "jwk" }) as Record<string, string>;
  return { ...jwk, kid: thumbprint(jwk), alg: algorithm };
}
