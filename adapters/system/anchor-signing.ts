import {
  anchorSignerOf,
  checkAnchor,
  formatAnchorKey,
  signAnchor,
  type AnchorKey,
} from "#core/domain/audit/audit-anchor";
import type { AnchorSigning } from "#core/ports/audit-chain";
import { deriveKey } from "./secret-digests.ts";

/** @param earlier public keys of anchors that were made under an earlier EVERGRANT_SECRET */
export function createAnchorSigning(secret: Uint8Array, earlier: readonly AnchorKey[]): AnchorSigning {
  const signer = anchorSignerOf(deriveKey(secret, "audit-anchor"));
  const keys = [signer, ...earlier];
  return {
    keyId: signer.id,
    publicKey: formatAnchorKey(signer),
    sign: (statement) => signAnchor(signer, statement),
    check: (anchor) => checkAnchor(keys, anchor),
  };
}
