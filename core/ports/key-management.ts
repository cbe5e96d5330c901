import type { DataKey } from "../domain/sealing/envelope.ts";

/** One key-encryption key as operators see it; never key material. */
export interface KeyDescription {
  readonly id: string;
  /** `current` seals, `opens` only opens. */
  readonly state: "current" | "opens";
  /** Names of the environments that it serves; null: all without a keyring of their own. */
  readonly environment: string | null;
}

/**
 * The KMS: wraps data keys, never sees a token. Every method fails with DomainError `kms_unavailable` when the KMS can't
 * answer; there is no fallback (R43).
 */
export interface KeyManagement {
  /** Makes a fresh 32-byte data key and wraps it under the environment's current key. */
  generateDataKey(environmentId: string): Promise<DataKey>;
  /** @returns the data key, or null when the key id is not known or the wrapped key does not open under it */
  unwrap(environmentId: string, kid: string, wrapped: Uint8Array): Promise<Uint8Array | null>;
  /** Wraps the same data key under the current key, without the value being opened. Null as for unwrap. */
  rewrap(
    environmentId: string,
    kid: string,
    wrapped: Uint8Array,
  ): Promise<{ readonly kid: string; readonly wrapped: Uint8Array } | null>;
  describe(): Promise<readonly KeyDescription[]>;
}
