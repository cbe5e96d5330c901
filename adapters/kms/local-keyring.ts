import { createSecretKey, hkdfSync } from "node:crypto";
import { DomainError } from "#core/domain/problem/domain-error";
import { decrypt, encrypt, ivBytes, keyBytes } from "#core/domain/sealing/aead";
import { lengthPrefixed } from "#core/domain/sealing/envelope";
import type { KeyDescription, Kms, WrapContext, WrappedKey } from "#core/ports/kms";
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
}): Kms {
  const { keyrings, random } = options;

  const keyringOf = async (environmentId: string): Promise<Keyring> => {
    const name = await options.environmentName(environmentId);
    if (name === null) throw unavailable(`no environment ${environmentId}`);
    return keyrings.perEnvironment.get(name) ?? keyrings.shared;
  };

  const wrap = (keyringKey: KeyringKey, context: WrapContext, key: Uint8Array): WrappedKey => {
    const salt = random.bytes(saltBytes);
    const iv = random.bytes(ivBytes);
    const derived = wrappingKey(keyringKey.key, salt);
    const wrapped = encrypt(derived, iv, wrapContext(keyringKey.id, context), key);
    derived.fill(0);
    return { kid: keyringKey.id, wrapped: Buffer.concat([salt, iv, wrapped]) };
  };

  // The key id selects exactly one key: no trial decryption (checklist H4).
  const unwrap = (keyring: Keyring, context: WrapContext, { kid, wrapped }: WrappedKey): Uint8Array | null => {
    const keyringKey = keyring.find((one) => one.id === kid);
    if (keyringKey === undefined || wrapped.length < saltBytes + ivBytes + keyBytes) return null;
    const derived = wrappingKey(keyringKey.key, wrapped.subarray(0, saltBytes));
    const iv = wrapped.subarray(saltBytes, saltBytes + ivBytes);
    const key = decrypt(derived, iv, wrapContext(kid, context), wrapped.subarray(saltBytes + ivBytes));
    derived.fill(0);
    return key;
  };

  return {
    async wrap(context, key, kid) {
      const keyring = await keyringOf(context.environmentId);
      const chosen = kid === undefined ? keyring[0] : keyring.find((one) => one.id === kid);
      if (chosen === undefined) throw unavailable(`no key ${kid} for ${context.environmentId}`);
      return wrap(chosen, context, key);
    },

    async unwrap(context, wrapped) {
      return unwrap(await keyringOf(context.environmentId), context, wrapped);
    },

    async rewrap(context, wrapped) {
      const keyring = await keyringOf(context.environmentId);
      const key = unwrap(keyring, context, wrapped);
      if (key === null) return null;
      const rewrapped = wrap(keyring[0], context, key);
      key.fill(0);
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

function wrapContext(kid: string, { environmentId, purpose, owner = "" }: WrapContext): Uint8Array {
  const bound = ["evergrant/wrap/1", kid, environmentId];
  // The first form that there was has no purpose in it; a length more tells the two apart.
  return lengthPrefixed(purpose === "data_key" ? bound : [...bound, purpose, owner]);
}

function unavailable(internal: string): DomainError {
  return new DomainError("kms_unavailable", {
    detail: "The key service does not answer. Nothing was changed; try again shortly.",
    internal,
  });
}
