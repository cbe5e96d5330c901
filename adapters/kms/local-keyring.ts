import { createSecretKey, hkdfSync } from "node:crypto";
import { DomainError } from "#core/domain/problem/domain-error";
import { decrypt, encrypt, ivBytes, keyBytes } from "#core/domain/sealing/aead";
import { lengthPrefixed } from "#core/domain/sealing/envelope";
import type { KeyDescription, KeyManagement } from "#core/ports/key-management";
import type { Randomness } from "#core/ports/randomness";

/** One key-encryption key of a keyring. */
export interface KeyringKey {
  readonly id: string;
  /** 32 bytes. */
  readonly key: Uint8Array;
}

/** The first key seals, all open. */
export type Keyring = readonly [KeyringKey, ...KeyringKey[]];

/** The keyring of EVERGRANT_KEYRING, and those of environments that have one of their own (EVERGRANT_KEYRING_STAGING). */
export interface Keyrings {
  readonly shared: Keyring;
  /** By environment name. */
  readonly perEnvironment: ReadonlyMap<string, Keyring>;
}

const saltBytes = 16;

/**
 * The KMS that needs no other machine: wraps data keys with AES-256-GCM under keys from the environment. Each wrap uses a key
 * derived for it alone (HKDF with a random salt), so that the bound of 2³² random IVs per key is never near.
 *
 * Wrapped form: `salt (16) | iv (12) | ciphertext+tag (48)`; associated data binds key id and environment, so that staging's
 * wrapped keys don't open as production's even under one shared keyring.
 *
 * @param environmentName finds the name of an environment, by which a keyring is chosen
 */
export function createLocalKeyring(options: {
  readonly keyrings: Keyrings;
  readonly environmentName: (environmentId: string) => Promise<string | null>;
  readonly random: Randomness;
}): KeyManagement {
  const { keyrings, random } = options;

  const keyringOf = async (environmentId: string): Promise<Keyring> => {
    const name = await options.environmentName(environmentId);
    if (name === null) throw unavailable(`no environment ${environmentId}`);
    return keyrings.perEnvironment.get(name) ?? keyrings.shared;
  };

  const wrap = (key: KeyringKey, environmentId: string, dataKey: Uint8Array): Uint8Array => {
    const salt = random.bytes(saltBytes);
    const iv = random.bytes(ivBytes);
    const derived = wrappingKey(key.key, salt);
    const wrapped = encrypt(derived, iv, wrapContext(key.id, environmentId), dataKey);
    derived.fill(0);
    return Buffer.concat([salt, iv, wrapped]);
  };

  const unwrap = (key: KeyringKey, environmentId: string, wrapped: Uint8Array): Uint8Array | null => {
    if (wrapped.length < saltBytes + ivBytes + keyBytes) return null;
    const derived = wrappingKey(key.key, wrapped.subarray(0, saltBytes));
    const iv = wrapped.subarray(saltBytes, saltBytes + ivBytes);
    const dataKey = decrypt(derived, iv, wrapContext(key.id, environmentId), wrapped.subarray(saltBytes + ivBytes));
    derived.fill(0);
    return dataKey;
  };

  return {
    async generateDataKey(environmentId) {
      const [current] = await keyringOf(environmentId);
      const key = random.bytes(keyBytes);
      return { kid: current.id, key, wrapped: wrap(current, environmentId, key) };
    },

    async unwrap(environmentId, kid, wrapped) {
      // The key id selects exactly one key: no trial decryption (checklist H4).
      const key = (await keyringOf(environmentId)).find((one) => one.id === kid);
      return key === undefined ? null : unwrap(key, environmentId, wrapped);
    },

    async rewrap(environmentId, kid, wrapped) {
      const keyring = await keyringOf(environmentId);
      const key = keyring.find((one) => one.id === kid);
      const dataKey = key === undefined ? null : unwrap(key, environmentId, wrapped);
      if (dataKey === null) return null;
      const rewrapped = { kid: keyring[0].id, wrapped: wrap(keyring[0], environmentId, dataKey) };
      dataKey.fill(0);
      return rewrapped;
    },

    async describe() {
      const describe = (keyring: Keyring, environment: string | null): KeyDescription[] =>
        keyring.map((key, index) => ({ id: key.id, state: index === 0 ? "current" : "opens", environment }));
      return [
        ...describe(keyrings.shared, null),
        ...[...keyrings.perEnvironment].flatMap(([environment, keyring]) => describe(keyring, environment)),
      ];
    },
  };
}

function wrappingKey(key: Uint8Array, salt: Uint8Array): Buffer {
  return Buffer.from(hkdfSync("sha256", createSecretKey(key), salt, "evergrant/wrap/1", keyBytes));
}

function wrapContext(kid: string, environmentId: string): Uint8Array {
  return lengthPrefixed(["evergrant/wrap/1", kid, environmentId]);
}

function unavailable(internal: string): DomainError {
  return new DomainError("kms_unavailable", {
    detail: "The key service does not answer. Nothing was changed; try again shortly.",
    internal,
  });
}
