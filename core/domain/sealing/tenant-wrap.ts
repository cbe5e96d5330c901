import { createSecretKey, hkdfSync } from "node:crypto";
import { decrypt, encrypt, ivBytes, keyBytes, tagBytes } from "./aead.ts";
import { lengthPrefixed } from "./envelope.ts";

/** Random bytes that one wrap needs: a salt and an IV. */
export const tenantWrapRandomBytes = 16 + ivBytes;
const saltBytes = 16;

/** What a data key that a tenant key wraps is bound to. */
export interface TenantWrapContext {
  /** `tk_…` */
  readonly tenantKeyId: string;
  readonly environmentId: string;
}

/**
 * Wraps a data key under a tenant key, without the KMS: `salt (16) | iv (12) | ciphertext+tag (48)`. Each wrap uses a key derived for
 * it alone, as the local keyring does (ADR 0006), so that the bound of 2³² random IVs per key is never near.
 *
 * @param random tenantWrapRandomBytes fresh random bytes
 */
export function wrapUnderTenantKey(
  tenantKey: Uint8Array,
  context: TenantWrapContext,
  dataKey: Uint8Array,
  random: Uint8Array,
): Uint8Array {
  const salt = random.subarray(0, saltBytes);
  const iv = random.subarray(saltBytes, tenantWrapRandomBytes);
  const derived = derive(tenantKey, salt);
  try {
    return Buffer.concat([salt, iv, encrypt(derived, iv, associatedData(context), dataKey)]);
  } finally {
    derived.fill(0);
  }
}

/** @returns the data key, or null when it was altered, or is another tenant key's or environment's */
export function unwrapUnderTenantKey(
  tenantKey: Uint8Array,
  context: TenantWrapContext,
  wrapped: Uint8Array,
): Uint8Array | null {
  if (wrapped.length !== tenantWrapRandomBytes + keyBytes + tagBytes) return null;
  const derived = derive(tenantKey, wrapped.subarray(0, saltBytes));
  try {
    const iv = wrapped.subarray(saltBytes, tenantWrapRandomBytes);
    return decrypt(derived, iv, associatedData(context), wrapped.subarray(tenantWrapRandomBytes));
  } finally {
    derived.fill(0);
  }
}

function derive(tenantKey: Uint8Array, salt: Uint8Array): Buffer {
  return Buffer.from(hkdfSync("sha256", createSecretKey(tenantKey), salt, "evergrant/tenant-wrap/1", keyBytes));
}

function associatedData({ tenantKeyId, environmentId }: TenantWrapContext): Uint8Array {
  return lengthPrefixed(["evergrant/tenant-wrap/1", tenantKeyId, environmentId]);
}
