/** One key-encryption key as operators see it; never key material. */
export interface KeyDescription {
  readonly id: string;
  /** `current` wraps, `opens` only opens. */
  readonly state: "current" | "opens";
  /** Name of the environment whose own keyring it is in; null: of all without a keyring of their own. */
  readonly environment: string | null;
}

/** What a wrapped key is bound to. Opaque ids alone: a KMS may log them in the clear (security.md 2.3). */
export interface WrapContext {
  readonly environmentId: string;
  /** A data key seals one value; a tenant key wraps data keys. */
  readonly purpose: "data_key" | "tenant_key";
  /** Of a tenant key: its id. Empty for a data key, whose value is bound to its row by the envelope. */
  readonly owner?: string;
}

export interface WrappedKey {
  readonly kid: string;
  readonly wrapped: Uint8Array;
}

/**
 * The KMS: wraps keys of 32 bytes, never sees a token. Every method fails with DomainError `kms_unavailable` when the KMS can't
 * answer (away, throttling, denied, key disabled for wrapping); there is no fallback (R43).
 */
export interface Kms {
  /** Wraps under the environment's current key. */
  wrap(context: WrapContext, key: Uint8Array): Promise<WrappedKey>;
  /** @returns the key, or null when the kid isn't known to the environment or the wrapped key doesn't open under it and this context */
  unwrap(context: WrapContext, wrapped: WrappedKey): Promise<Uint8Array | null>;
  /** Wraps the same key under the current key, inside the KMS where it can. Null as for unwrap. */
  rewrap(context: WrapContext, wrapped: WrappedKey): Promise<WrappedKey | null>;
  describe(): Promise<readonly KeyDescription[]>;
}
