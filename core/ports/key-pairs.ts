import type { PrivateJwk, SigningAlgorithm } from "../domain/jwk/jwk.ts";

/** Makes key pairs. */
export interface KeyPairs {
  /** P-256 for ES256, RSA of 2048 bits for the others; `kid` is its thumbprint (RFC 7638). */
  generate(algorithm: SigningAlgorithm): Promise<PrivateJwk>;
}
