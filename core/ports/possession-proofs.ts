import type { PrivateJwk } from "../domain/jwk/jwk.ts";

/** Proofs that a bound token is used by whom it was given to (RFC 9449 §7). Nonces are remembered, one for each server. */
export interface PossessionProofs {
  /** Good for this one request. @param url its query is not part of the proof (§4.2) */
  prove(
    key: PrivateJwk,
    call: { readonly method: string; readonly url: string; readonly accessToken: string },
  ): Promise<string>;
  /** §8.2: a nonce that came with any answer is the one to use next. */
  note(url: string, nonce: string): void;
}
