import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from "node:crypto";
import { canonicalJson } from "./canonical-json.ts";

/**
 * `head`: the chain as it was. `retired`: the records up to here were removed at the end of their time, and what is kept starts behind it.
 * `restored`: the database came back from a copy, and anchors beyond it that are older belong to what was lost.
 */
export type AnchorKind = "head" | "retired" | "restored";

export interface AnchorStatement {
  readonly environmentId: string;
  readonly kind: AnchorKind;
  readonly seq: number;
  /** Of link `seq`. */
  readonly hash: string;
  readonly at: Date;
  /** Records before it were removed at the end of their time; null: none were. */
  readonly rowsSince: Date | null;
  /** Records before it may be without a proof; null: none may. */
  readonly unprovenUntil: Date | null;
  /** Why, of a restored one. */
  readonly note: string | null;
}

/** A statement about a chain, signed with Ed25519, so that who keeps it needs no secret to check it, and can't make one. */
export interface AuditAnchor extends AnchorStatement {
  readonly keyId: string;
  /** 64 bytes in base64url. */
  readonly signature: string;
}

export interface AnchorKey {
  /** `aak_` and the first 16 hexadecimal digits of the public key's SHA-256. */
  readonly id: string;
  readonly publicKey: KeyObject;
}

export interface AnchorSigner extends AnchorKey {
  readonly privateKey: KeyObject;
}

/** @param seed 32 bytes (RFC 8032, §5.1.5) */
export function anchorSignerOf(seed: Uint8Array): AnchorSigner {
  // PKCS #8 of a private key of Ed25519 is these bytes and the seed (RFC 8410, §7).
  const der = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]);
  const privateKey = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  return { ...withId(createPublicKey(privateKey)), privateKey };
}

/** @returns null for what is no public key: 32 bytes in base64url */
export function parseAnchorKey(text: string): AnchorKey | null {
  if (!/^[A-Za-z0-9_-]{43}=?$/.test(text)) return null;
  try {
    return withId(createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: text.replace("=", "") }, format: "jwk" }));
  } catch {
    return null;
  }
}

/** 32 bytes in base64url. */
export function formatAnchorKey({ publicKey }: AnchorKey): string {
  return publicKey.export({ format: "jwk" }).x ?? "";
}

export function signAnchor(signer: AnchorSigner, statement: AnchorStatement): AuditAnchor {
  const signature = sign(null, Buffer.from(anchorText(statement, signer.id)), signer.privateKey);
  return { ...statement, keyId: signer.id, signature: signature.toString("base64url") };
}

/** `unknown_key`: signed with a key that is not given, by its id. */
export function checkAnchor(keys: readonly AnchorKey[], anchor: AuditAnchor): "good" | "forged" | "unknown_key" {
  const key = keys.find(({ id }) => id === anchor.keyId);
  if (key === undefined) return "unknown_key";
  const signature = Buffer.from(anchor.signature, "base64url");
  return verify(null, Buffer.from(anchorText(anchor, anchor.keyId)), key.publicKey, signature) ? "good" : "forged";
}

/** What is signed (RFC 8785). */
function anchorText(anchor: AnchorStatement, keyId: string): string {
  return canonicalJson({
    at: anchor.at.toISOString(),
    environment_id: anchor.environmentId,
    hash: anchor.hash,
    key_id: keyId,
    kind: anchor.kind,
    note: anchor.note,
    rows_since: anchor.rowsSince?.toISOString() ?? null,
    seq: anchor.seq,
    type: "evergrant-audit-anchor/1",
    unproven_until: anchor.unprovenUntil?.toISOString() ?? null,
  });
}

function withId(publicKey: KeyObject): AnchorKey {
  const raw = Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url");
  return { id: `aak_${createHash("sha256").update(raw).digest("hex").slice(0, 16)}`, publicKey };
}
