import { createSecretKey, hkdfSync, type KeyObject } from "node:crypto";
import { decrypt, encrypt, ivBytes, keyBytes } from "#core/domain/sealing/aead";
import { lengthPrefixed } from "#core/domain/sealing/envelope";
import type { WrapContext } from "#core/ports/kms";
import type { Randomness } from "#core/ports/randomness";
import { createKeyedKms, type ClosableKms, type EnvironmentName, type KeyRow, type KeyRows } from "./keyed-kms.ts";

/** One key-encryption key of a keyring. */
export interface KeyringKey {
  readonly id: string;
  /** 32 bytes. */
  readonly key: Uint8Array;
}

/** The first key wraps, all open. */
export type Keyring = KeyRow<KeyringKey>;

/** The keyring of EVERGRANT_KEYRING, and those of environments that have one of their own (EVERGRANT_KEYRING_STAGING). */
export type Keyrings = KeyRows<KeyringKey>;

const saltBytes = 16;

/**
 * The KMS that needs no other machine: wraps with AES-256-GCM under keys from the environment. Each wrap uses a key derived for it
 * alone (HKDF with a random salt), so that the bound of 2³² random IVs per key is never near.
 *
 * Wrapped form: `salt (16) | iv (12) | ciphertext+tag (48)`; associated data binds key id and context, so that staging's wrapped
 * keys don't open as production's even under one shared keyring.
 */
export function createLocalKeyring(options: {
  readonly keyrings: Keyrings;
  readonly environmentName: EnvironmentName;
  readonly random: Randomness;
}): ClosableKms {
  const { environmentName, random } = options;
  return createKeyedKms<HeldKey>({
    keys: held(options.keyrings),
    environmentName,
    wrapper: {
      async wrap(key, context, plain) {
        const salt = random.bytes(saltBytes);
        const iv = random.bytes(ivBytes);
        const derived = wrappingKey(key.object, salt);
        const wrapped = encrypt(derived, iv, boundTo(key.id, context), plain);
        derived.fill(0);
        return Buffer.concat([salt, iv, wrapped]);
      },

      async unwrap(key, context, wrapped) {
        if (wrapped.length < saltBytes + ivBytes + keyBytes) return null;
        const derived = wrappingKey(key.object, wrapped.subarray(0, saltBytes));
        const iv = wrapped.subarray(saltBytes, saltBytes + ivBytes);
        const plain = decrypt(derived, iv, boundTo(key.id, context), wrapped.subarray(saltBytes + ivBytes));
        derived.fill(0);
        return plain;
      },
    },
  });
}

/** A key as the ciphers take it, made once: making it costs a third of a derivation. */
interface HeldKey {
  readonly id: string;
  readonly object: KeyObject;
}

function held({ shared, perEnvironment }: Keyrings): KeyRows<HeldKey> {
  const hold = ([first, ...rest]: Keyring): KeyRow<HeldKey> => [holdOne(first), ...rest.map(holdOne)];
  const holdOne = ({ id, key }: KeyringKey): HeldKey => ({ id, object: createSecretKey(key) });
  return { shared: hold(shared), perEnvironment: new Map([...perEnvironment].map(([name, row]) => [name, hold(row)])) };
}

function wrappingKey(key: KeyObject, salt: Uint8Array): Buffer {
  return Buffer.from(hkdfSync("sha256", key, salt, "evergrant/wrap/1", keyBytes));
}

/** A data key's has two parts alone: that is how the first versions wrapped them, and those values must open. */
function boundTo(kid: string, context: WrapContext): Uint8Array {
  const parts = ["evergrant/wrap/1", kid, context.environmentId];
  const owner = context.owner ?? "";
  const isPlain = context.purpose === "data_key" && owner === "";
  return lengthPrefixed(isPlain ? parts : [...parts, context.purpose, owner]);
}
