import { keyBytes } from "#core/domain/sealing/aead";
import { DomainError } from "#core/domain/problem/domain-error";
import type { Kms, KeyDescription, WrapContext } from "#core/ports/kms";
import type { AddedVersion, KmsRotation } from "#core/ports/kms-rotation";
import { noOwnKeys } from "#core/usecases/add-kms-version";
import { kmsUnavailable } from "./kms-unavailable.ts";

/** The first wraps, all open. */
export type KeyRow<K> = readonly [K, ...K[]];

/** The keys of EVERGRANT_KEYRING or EVERGRANT_KMS_KEYS, and those of environments that have keys of their own (…_STAGING). */
export interface KeyRows<K> {
  readonly shared: KeyRow<K>;
  /** By environment name. */
  readonly perEnvironment: ReadonlyMap<string, KeyRow<K>>;
}

/** Finds the name of an environment, by which its keys are chosen; at once where it is known. */
export type EnvironmentName = (environmentId: string) => string | null | Promise<string | null>;

/** What one kind of KMS does with one of its keys. Each method fails with `kms_unavailable` as the port says. */
export interface KeyWrapper<K> {
  wrap(key: K, context: WrapContext, plain: Uint8Array): Promise<Uint8Array>;
  /** Null: it does not open under this key and context. */
  unwrap(key: K, context: WrapContext, wrapped: Uint8Array): Promise<Uint8Array | null>;
  /** Absent, or `apart`: these keys can't do it without the key coming out. */
  rewrap?(from: K, to: K, context: WrapContext, wrapped: Uint8Array): Promise<Uint8Array | null | "apart">;
  /** Absent: these keys are not made by whoever wraps with them. As KmsRotation says. */
  addVersion?(key: K): Promise<AddedVersion>;
  close?(): Promise<void>;
}

export interface ClosableKms extends Kms, KmsRotation {
  close(): Promise<void>;
}

/**
 * A KMS of keys with names of our own, by environment: which key wraps, and which one of them may open.
 */
export function createKeyedKms<K extends { readonly id: string }>(options: {
  readonly keys: KeyRows<K>;
  readonly environmentName: EnvironmentName;
  readonly wrapper: KeyWrapper<K>;
}): ClosableKms {
  const { keys, wrapper } = options;

  const rowOf = (environmentId: string, name: string | null): KeyRow<K> => {
    if (name === null) throw kmsUnavailable(`no environment ${environmentId}`);
    return keys.perEnvironment.get(name) ?? keys.shared;
  };
  const keysOf = (environmentId: string): KeyRow<K> | Promise<KeyRow<K>> => {
    const name = options.environmentName(environmentId);
    return name instanceof Promise ? name.then((found) => rowOf(environmentId, found)) : rowOf(environmentId, name);
  };
  // The key id selects exactly one key: no trial decryption (checklist H4).
  const find = (row: KeyRow<K>, kid: string): K | null => row.find((one) => one.id === kid) ?? null;

  const unwrap = async (key: K, context: WrapContext, wrapped: Uint8Array): Promise<Uint8Array | null> => {
    const plain = await wrapper.unwrap(key, context, wrapped);
    if (plain === null || plain.length === keyBytes) return plain;
    plain.fill(0);
    return null;
  };

  return {
    async wrap(context, plain) {
      if (plain.length !== keyBytes) throw new Error(`a key to wrap has ${keyBytes} bytes`);
      const [key] = await keysOf(context.environmentId);
      return { kid: key.id, wrapped: await wrapper.wrap(key, context, plain) };
    },

    async unwrap(context, { kid, wrapped }) {
      const key = find(await keysOf(context.environmentId), kid);
      return key === null ? null : await unwrap(key, context, wrapped);
    },

    async rewrap(context, { kid, wrapped }) {
      const row = await keysOf(context.environmentId);
      const [current] = row;
      const key = find(row, kid);
      if (key === null) return null;
      const inside = wrapper.rewrap === undefined ? "apart" : await wrapper.rewrap(key, current, context, wrapped);
      if (inside === null) return null;
      if (inside !== "apart") return { kid: current.id, wrapped: inside };
      const plain = await unwrap(key, context, wrapped);
      if (plain === null) return null;
      try {
        return { kid: current.id, wrapped: await wrapper.wrap(current, context, plain) };
      } finally {
        plain.fill(0);
      }
    },

    async describe() {
      const describe = (row: KeyRow<K>, environment: string | null): KeyDescription[] =>
        row.map((key, index) => ({ id: key.id, state: index === 0 ? "current" : "opens", environment }));
      return [
        ...describe(keys.shared, null),
        ...[...keys.perEnvironment].flatMap(([environment, row]) => describe(row, environment)),
      ];
    },

    async addVersion(environment) {
      const row = environment === null ? keys.shared : keys.perEnvironment.get(environment);
      if (row === undefined) throw noOwnKeys(String(environment));
      if (wrapper.addVersion === undefined) {
        throw new DomainError("invalid_request", {
          detail: "These keys have no versions: put a new key in front of the others.",
        });
      }
      return await wrapper.addVersion(row[0]);
    },

    async close() {
      await wrapper.close?.();
    },
  };
}
