import type { DataKey } from "../domain/sealing/envelope.ts";
import type { WrappedKey } from "./kms.ts";

/**
 * What the vault takes its data keys from: the KMS itself, or tenant keys between the two. Never sees a token. Every method fails with
 * DomainError `kms_unavailable` when the KMS can't answer or the key is disabled; there is no fallback (R43).
 */
export interface KeyManagement {
  /**
   * Makes a fresh 32-byte data key and wraps it under the current key.
   * @param tenantId whose account the value is of; absent: it belongs to no tenant, and the KMS wraps its key whatever the policy
   */
  generateDataKey(environmentId: string, tenantId?: string): Promise<DataKey>;
  /** @returns the data key, or null when the key id is not known or the wrapped key does not open under it */
  unwrap(environmentId: string, kid: string, wrapped: Uint8Array): Promise<Uint8Array | null>;
  /** Wraps the same data key under the current key, without the value being opened. Null as for unwrap. */
  rewrap(environmentId: string, kid: string, wrapped: Uint8Array, tenantId?: string): Promise<WrappedKey | null>;
}
