import { createHash, randomUUID } from "node:crypto";
import { SignJWT } from "jose";
import { publicJwk } from "#core/domain/jwk/jwk";
import type { Clock } from "#core/ports/clock";
import type { PossessionProofs } from "#core/ports/possession-proofs";
import { importSigningKey } from "./import-signing-key.ts";

/** As many servers as a process is likely to call. */
const mostServers = 1_000;

/** Proofs for calls of resource servers (RFC 9449 §7); those for token endpoints are oauth4webapi's. */
export function createPossessionProofs(clock: Pick<Clock, "now">): PossessionProofs {
  const nonces = new Map<string, string>();
  return {
    async prove(key, { method, url, accessToken }) {
      const { alg = "ES256" } = key;
      // The key itself, without the name and the use that we gave it (§4.2).
      const { use: _use, kid: _kid, alg: _alg, ...jwk } = publicJwk(key);
      const { origin, pathname } = new URL(url);
      const nonce = nonces.get(origin);
      const claims = {
        htm: method,
        htu: origin + pathname,
        ath: createHash("sha256").update(accessToken).digest("base64url"),
        ...(nonce === undefined ? {} : { nonce }),
      };
      return await new SignJWT(claims)
        .setProtectedHeader({ typ: "dpop+jwt", alg, jwk })
        .setJti(randomUUID())
        .setIssuedAt(clock.now())
        .sign(await importSigningKey(key, alg));
    },

    note(url, nonce) {
      const { origin } = new URL(url);
      if (nonces.size >= mostServers && !nonces.has(origin)) nonces.clear();
      nonces.set(origin, nonce);
    },
  };
}
