import * as oauth from "oauth4webapi";
import { importJWK } from "jose";
import { publicJwk, type PrivateJwk } from "#core/domain/jwk/jwk";
import { importSigningKey } from "./import-signing-key.ts";

/** As many servers as a process is likely to ask. */
const mostServers = 1_000;

/** Proofs of possession (RFC 9449), and what the servers want in them. */
export interface DpopProofs {
  /** Signs proofs with the key of an account. */
  signer(client: oauth.Client, key: PrivateJwk): Promise<oauth.DPoPHandle>;
  /** §8.2: a nonce that came with any answer is the one to use next, whoever asks. */
  note(url: string, nonce: string | null): void;
}

/** Nonces are remembered in this process, one for each server. */
export function createDpopProofs(): DpopProofs {
  const nonces = new Map<string, string>();
  return {
    async signer(client, key) {
      const { alg = "ES256" } = key;
      const { use: _use, ...shown } = publicJwk(key);
      const publicKey = await importJWK(shown, alg, { extractable: true });
      if (publicKey instanceof Uint8Array) throw new TypeError("a symmetric key proves nothing");
      const keyPair = { privateKey: await importSigningKey(key, alg), publicKey };
      return oauth.DPoP(client, keyPair, {
        [oauth.modifyAssertion]: (_header, payload) => {
          const { htu } = payload;
          const nonce = typeof htu === "string" ? nonces.get(new URL(htu).origin) : undefined;
          if (nonce !== undefined) payload["nonce"] = nonce;
        },
      });
    },

    note(url, nonce) {
      if (nonce === null || nonce === "") return;
      const { origin } = new URL(url);
      if (nonces.size >= mostServers && !nonces.has(origin)) nonces.clear();
      nonces.set(origin, nonce);
    },
  };
}

/** §8: the server wants a nonce, and has done nothing with the request. */
export async function wantsNonce(response: Response): Promise<boolean> {
  if (response.status < 400 || !response.headers.has("dpop-nonce")) return false;
  try {
    const body: unknown = await response.clone().json();
    return typeof body === "object" && body !== null && "error" in body && body.error === "use_dpop_nonce";
  } catch {
    return false;
  }
}
