import { importJWK } from "jose";
import type { PrivateJwk } from "#core/domain/jwk/jwk";

/** A private key that signs and can't be read back. */
export async function importSigningKey(jwk: PrivateJwk, alg: string): Promise<CryptoKey> {
  const key = await importJWK({ ...jwk }, alg, { extractable: false });
  if (key instanceof Uint8Array) throw new TypeError("a symmetric key signs nothing here");
  return key;
}
